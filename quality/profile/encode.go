package profile

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/apache/arrow/go/v17/arrow"
)

const (
	stateMagic   = "VSMSTATE"
	stateVersion = 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// writer appends the parts of a state file.
type writer struct {
	b   []byte
	err error
}

func (w *writer) byte(x byte)     { w.b = append(w.b, x) }
func (w *writer) uint(x uint64)   { w.b = binary.AppendUvarint(w.b, x) }
func (w *writer) word(x uint64)   { w.b = binary.LittleEndian.AppendUint64(w.b, x) }
func (w *writer) string(s string) { w.uint(uint64(len(s))); w.b = append(w.b, s...) }
func (w *writer) bytes(s []byte)  { w.uint(uint64(len(s))); w.b = append(w.b, s...) }
func (w *writer) words(s []uint64) {
	for _, x := range s {
		w.word(x)
	}
}

func (w *writer) bool(x bool) {
	if x {
		w.byte(1)
	} else {
		w.byte(0)
	}
}

// MarshalBinary writes the state in the form that STATE.md describes.
func (s *State) MarshalBinary() ([]byte, error) {
	w := &writer{b: append([]byte(stateMagic), stateVersion)}
	w.uint(uint64(s.opt.Distinct))
	w.uint(uint64(s.opt.SampleRows))
	w.bool(s.opt.NoValues)
	w.uint(s.rows)
	w.schema(s.schema)
	for _, c := range s.cols {
		w.column(c)
	}
	w.sample(s.sample)
	if w.err != nil {
		return nil, w.err
	}
	return binary.LittleEndian.AppendUint32(w.b, crc32.Checksum(w.b, castagnoli)), nil
}

func (w *writer) column(c *column) {
	w.uint(c.nulls)
	e := c.values.entries()
	w.counts(c.values.over, e)
	if c.text() {
		for _, s := range e {
			it := c.arena.items[s.ref]
			w.uint(it.length)
			w.byte(it.flags)
			w.bytes(c.arena.bytes(s.ref))
		}
	}
	w.bool(c.full())
	if c.num != nil {
		w.numbers(c.num)
		w.bool(c.week != nil)
		if c.week != nil {
			for _, n := range c.week {
				w.uint(n)
			}
		}
	}
	if c.txt != nil {
		w.texts(c.txt)
	}
}

func (w *writer) counts(over bool, e []slot) {
	w.bool(over)
	w.uint(uint64(len(e)))
	for _, s := range e {
		w.word(s.h)
		w.uint(s.n)
	}
}

func (w *writer) numbers(a *numbers) {
	w.word(a.min)
	w.word(a.max)
	w.uint(a.finite)
	w.uint(a.zeros)
	w.uint(a.negatives)
	w.uint(a.nans)
	w.uint(a.infinite)
	w.bool(a.fractional)
	w.words(a.moments.whole[0].words())
	w.words(a.moments.whole[1].words())
	bins := 0
	a.moments.eachBin(func(int, *sums) { bins++ })
	w.uint(uint64(bins))
	a.moments.eachBin(func(i int, s *sums) {
		w.uint(uint64(i))
		w.words(s.words())
	})
	w.spread(&a.spread)
}

func (w *writer) texts(a *texts) {
	w.uint(a.n)
	w.uint(a.empty)
	w.uint(a.padded)
	w.uint(a.nonASCII)
	w.uint(a.invalid)
	w.uint(a.total)
	w.spread(&a.lengths)
	w.bool(a.min != nil)
	if a.min != nil {
		w.bytes(a.min)
		w.bytes(a.max)
	}
}

func (w *writer) spread(s *spread) {
	w.byte(byte(s.shift))
	w.uint(uint64(s.used))
	var before uint64
	for _, b := range s.buckets() {
		w.uint(b.k - before)
		w.uint(b.n)
		before = b.k
	}
}

func (w *writer) sample(s *sample) {
	e := s.entries()
	w.counts(s.over, e)
	for i := range s.cols {
		c := &s.cols[i]
		for _, x := range e {
			w.bool(c.valid[x.ref])
			if !c.valid[x.ref] {
				continue
			}
			w.word(c.keys[x.ref])
			if c.text() {
				w.bytes(c.arena.bytes(c.refs[x.ref]))
			}
		}
	}
}

func (w *writer) schema(s *arrow.Schema) {
	w.uint(uint64(s.NumFields()))
	for _, f := range s.Fields() {
		w.field(f)
	}
	w.metadata(s.Metadata())
}

func (w *writer) field(f arrow.Field) {
	w.string(f.Name)
	w.dataType(f.Type)
	w.bool(f.Nullable)
	w.metadata(f.Metadata)
}

func (w *writer) metadata(m arrow.Metadata) {
	w.uint(uint64(m.Len()))
	for i, k := range m.Keys() {
		w.string(k)
		w.string(m.Values()[i])
	}
}

func (w *writer) dataType(t arrow.DataType) {
	if e, ok := t.(arrow.ExtensionType); ok {
		t = e.StorageType()
	}
	w.byte(byte(t.ID()))
	switch t := t.(type) {
	case *arrow.TimestampType:
		w.byte(byte(t.Unit))
		w.string(t.TimeZone)
	case *arrow.Time32Type:
		w.byte(byte(t.Unit))
	case *arrow.Time64Type:
		w.byte(byte(t.Unit))
	case *arrow.DurationType:
		w.byte(byte(t.Unit))
	case *arrow.Decimal128Type:
		w.uint(uint64(uint32(t.Precision)))
		w.uint(uint64(uint32(t.Scale)))
	case *arrow.Decimal256Type:
		w.uint(uint64(uint32(t.Precision)))
		w.uint(uint64(uint32(t.Scale)))
	case *arrow.FixedSizeBinaryType:
		w.uint(uint64(uint32(t.ByteWidth)))
	case *arrow.DictionaryType:
		w.dataType(t.IndexType)
		w.dataType(t.ValueType)
		w.bool(t.Ordered)
	case *arrow.ListType:
		w.field(t.ElemField())
	case *arrow.LargeListType:
		w.field(t.ElemField())
	case *arrow.FixedSizeListType:
		w.uint(uint64(uint32(t.Len())))
		w.field(t.ElemField())
	case *arrow.StructType:
		w.uint(uint64(t.NumFields()))
		for _, f := range t.Fields() {
			w.field(f)
		}
	default:
		if plainType(t.ID()) == nil && w.err == nil {
			w.err = fmt.Errorf("save profile: a state cannot hold type %v", t)
		}
	}
}

// plainType gives the types that have no parameters.
func plainType(id arrow.Type) arrow.DataType {
	for _, t := range []arrow.DataType{
		arrow.Null, arrow.FixedWidthTypes.Boolean,
		arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64,
		arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64,
		arrow.FixedWidthTypes.Float16, arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Float64,
		arrow.FixedWidthTypes.Date32, arrow.FixedWidthTypes.Date64,
		arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString, arrow.BinaryTypes.Binary, arrow.BinaryTypes.LargeBinary,
	} {
		if t.ID() == id {
			return t
		}
	}
	return nil
}
