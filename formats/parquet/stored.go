package parquet

import (
	"bytes"
	"context"
	"encoding/base64"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/ipc"
)

// arrowKey is where Arrow's own libraries keep the Arrow schema: base64 of the
// schema message that begins an Arrow stream.
const arrowKey = "ARROW:schema"

// endOfStream ends an Arrow stream (Arrow columnar format, "IPC Streaming
// Format").
var endOfStream = []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}

func storeSchema(s *arrow.Schema) (string, error) {
	var b bytes.Buffer
	w, err := ipc.Stream{}.Create(&b, s, formats.WriteOptions{})
	if err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(bytes.TrimSuffix(b.Bytes(), endOfStream)), nil
}

// storedSchema reads it back, nil where there is none that we read: the file's
// own schema serves then.
func storedSchema(pairs []pair) *arrow.Schema {
	for _, p := range pairs {
		if p.key != arrowKey {
			continue
		}
		b, err := base64.StdEncoding.DecodeString(p.value)
		if err != nil {
			return nil
		}
		in := formats.Input{Name: arrowKey, Reader: bytes.NewReader(append(b, endOfStream...))}
		st, err := ipc.Stream{}.Read(context.Background(), in, formats.ReadOptions{})
		if err != nil {
			return nil
		}
		return st.Schema()
	}
	return nil
}

// schema gives the Arrow schema of a file: what its columns are, refined by the
// stored schema where that says the same more exactly.
func (p *plan) schema(stored *arrow.Schema, pairs []pair) *arrow.Schema {
	fields := make([]arrow.Field, len(p.columns))
	if stored != nil && stored.NumFields() != len(fields) {
		stored = nil
	}
	for i, c := range p.columns {
		fields[i] = arrow.Field{Name: c.name, Type: c.typ, Nullable: c.nullable}
		if stored != nil && stored.Field(i).Name == c.name {
			refine(c, stored.Field(i).Type)
			fields[i].Type, fields[i].Metadata = c.typ, stored.Field(i).Metadata
		}
	}
	if stored != nil {
		md := stored.Metadata()
		return arrow.NewSchema(fields, &md)
	}
	var keys, values []string
	for _, pr := range pairs {
		if pr.key != arrowKey {
			keys, values = append(keys, pr.key), append(values, pr.value)
		}
	}
	md := arrow.NewMetadata(keys, values)
	return arrow.NewSchema(fields, &md)
}

// refine gives a column the stored type where both mean the same cells.
func refine(c *column, t arrow.DataType) {
	switch want := t.(type) {
	case *arrow.ListType, *arrow.LargeListType:
		if !c.isList() {
			return
		}
		e := want.(arrow.ListLikeType).ElemField()
		refine(c.children[0], e.Type)
		e.Type, e.Nullable = c.children[0].typ, c.children[0].nullable
		if want.ID() == arrow.LARGE_LIST {
			c.typ = arrow.LargeListOfField(e)
		} else {
			c.typ = arrow.ListOfField(e)
		}
	case *arrow.FixedSizeListType:
		if c.isList() {
			refine(c.children[0], want.Elem())
			e := want.ElemField()
			e.Type, e.Nullable = c.children[0].typ, c.children[0].nullable
			c.typ = arrow.ListOfField(e)
		}
	case *arrow.StructType:
		if c.leaf != nil || c.isList() || want.NumFields() != len(c.children) {
			return
		}
		fields := make([]arrow.Field, len(c.children))
		for i, child := range c.children {
			f := want.Field(i)
			if f.Name != child.name {
				return
			}
			refine(child, f.Type)
			f.Type, f.Nullable = child.typ, child.nullable
			fields[i] = f
		}
		c.typ = arrow.StructOf(fields...)
	case *arrow.DictionaryType:
		if c.leaf != nil && like(c.typ, want.ValueType) && isText(want.ValueType) {
			c.typ = want
		}
	default:
		if c.leaf != nil && like(c.typ, t) {
			c.typ = t
		}
	}
}

func isText(t arrow.DataType) bool {
	switch t.ID() {
	case arrow.STRING, arrow.LARGE_STRING, arrow.BINARY, arrow.LARGE_BINARY:
		return true
	}
	return false
}

// like says whether cells read as have may be handed out as want.
func like(have, want arrow.DataType) bool {
	if arrow.TypeEqual(have, want) {
		return true
	}
	switch want := want.(type) {
	case *arrow.LargeStringType:
		return have.ID() == arrow.STRING
	case *arrow.LargeBinaryType:
		return have.ID() == arrow.BINARY
	case *arrow.Date64Type:
		return have.ID() == arrow.DATE32
	case *arrow.DurationType:
		return have.ID() == arrow.INT64
	case *arrow.Time32Type:
		return have.ID() == arrow.TIME32
	case *arrow.TimestampType:
		h, ok := have.(*arrow.TimestampType)
		if !ok || (h.TimeZone == "") != (want.TimeZone == "") {
			return false
		}
		return h.Unit == want.Unit || h.Unit == arrow.Millisecond && want.Unit == arrow.Second
	}
	return false
}
