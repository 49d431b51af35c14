package seal

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
)

// A sealed file has two schemas. The plain one is that of the table; it is kept
// in the header. The outer one is what any Arrow reader sees: a column in chunk
// mode has type null, since its ciphertext stands behind the batch's buffers,
// and a column in cell mode has type binary.

// plainSchema is the schema of the table as it can be kept: the metadata keys of
// this format removed, and clear dictionary columns as plain values, because an
// Arrow file has one dictionary for all its batches and a stream need not.
func plainSchema(s *arrow.Schema, sealed map[int]Mode) *arrow.Schema {
	fields := slices.Clone(s.Fields())
	for i, f := range fields {
		f.Metadata = without(f.Metadata, keyMode)
		if d, ok := f.Type.(*arrow.DictionaryType); ok && sealed[i] != ModeChunk {
			f.Type = d.ValueType
		}
		fields[i] = f
	}
	md := without(s.Metadata(), keyVersion, keyHeader)
	return arrow.NewSchema(fields, &md)
}

func without(md arrow.Metadata, drop ...string) arrow.Metadata {
	var ks, vs []string
	for i, k := range md.Keys() {
		if !slices.Contains(drop, k) {
			ks, vs = append(ks, k), append(vs, md.Values()[i])
		}
	}
	return arrow.NewMetadata(ks, vs)
}

func with(md arrow.Metadata, k, v string) arrow.Metadata {
	return arrow.NewMetadata(append(slices.Clone(md.Keys()), k), append(slices.Clone(md.Values()), v))
}

// outerSchema derives what any Arrow reader sees.
func outerSchema(plain *arrow.Schema, columns []column, header string) (*arrow.Schema, error) {
	fields := slices.Clone(plain.Fields())
	for _, c := range columns {
		if c.Field >= len(fields) || fields[c.Field].Name != c.Name {
			return nil, fmt.Errorf("sealed column %q is not field %d of the schema", c.Name, c.Field)
		}
		f := &fields[c.Field]
		f.Nullable = true
		f.Type = arrow.Null
		if c.Mode != ModeChunk {
			f.Type = arrow.BinaryTypes.Binary
		}
		f.Metadata = with(f.Metadata, keyMode, string(c.Mode))
	}
	md := with(with(plain.Metadata(), keyVersion, strconv.Itoa(Version)), keyHeader, header)
	return arrow.NewSchema(fields, &md), nil
}

// valueType is the type of a column's values, whether or not a dictionary holds
// them.
func valueType(t arrow.DataType) arrow.DataType {
	if d, ok := t.(*arrow.DictionaryType); ok {
		return d.ValueType
	}
	return t
}
