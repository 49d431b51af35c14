package clean

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"github.com/verisim/verisim/quality/key"
)

// dropRows keeps the rows of a batch that at, the sorted numbers of those to
// be dropped, does not name.
func dropRows(r *rows, at []int32, note *notes) error {
	if len(at) == 0 {
		return nil
	}
	if err := note.changed(r, -1, at, nil, nil); err != nil {
		return err
	}
	type run struct{ from, to int64 }
	var runs []run
	from := int32(0)
	for _, i := range at {
		if i > from {
			runs = append(runs, run{int64(from), int64(i)})
		}
		from = i + 1
	}
	if int(from) < r.n {
		runs = append(runs, run{int64(from), int64(r.n)})
	}
	ids := make([]int64, 0, r.n-len(at))
	for _, k := range runs {
		for i := k.from; i < k.to; i++ {
			ids = append(ids, r.id(int(i)))
		}
	}
	r.ids, r.n = ids, len(ids)
	if r.n == 0 {
		return nil
	}
	for col, a := range r.cols {
		pieces := make([]arrow.Array, 0, len(runs))
		for _, k := range runs {
			pieces = append(pieces, array.NewSlice(a, k.from, k.to))
		}
		whole, err := array.Concatenate(pieces, r.mem)
		for _, p := range pieces {
			p.Release()
		}
		if err != nil {
			return fmt.Errorf("column %q: copy rows: %w", r.schema.Field(col).Name, err)
		}
		r.set(col, whole)
	}
	return nil
}

func bindDropNulls(b *binder) (step, error) {
	cols, err := b.bareColumns()
	if err != nil {
		return nil, err
	}
	if cols.node == nil {
		return nil, b.arg.Pos.Errorf("drop_nulls needs columns")
	}
	at, err := b.pick(cols.node, "columns", anyType)
	if err != nil {
		return nil, err
	}
	return &dropNulls{at}, nil
}

type dropNulls struct{ cols []int }

func (s *dropNulls) apply(r *rows, note *notes) error {
	var at []int32
	for i := range r.n {
		for _, c := range s.cols {
			if r.cols[c].IsNull(i) {
				at = append(at, int32(i))
				break
			}
		}
	}
	return dropRows(r, at, note)
}

func bindDuplicates(b *binder) (step, error) {
	cols, err := b.bareColumns()
	if err != nil {
		return nil, err
	}
	at, err := b.pick(cols.node, "columns", anyType)
	if err != nil {
		return nil, err
	}
	s := &dropDuplicates{cols: at, limit: b.opt.MemoryBytes}
	for _, c := range at {
		w, err := writerOf(b.fields[c].Type)
		if err != nil {
			return nil, b.arg.Pos.Errorf("column %q: %v", b.fields[c].Name, err)
		}
		s.write = append(s.write, w)
	}
	return s, nil
}

// dropDuplicates keeps the first of the rows that are equal. Null equals null
// and NaN equals NaN here: the question is whether the row says anything new.
type dropDuplicates struct {
	cols  []int
	write []func(dst []byte, a arrow.Array, i int) []byte
	seen  *key.Set
	limit int64
	buf   []byte
}

func (s *dropDuplicates) apply(r *rows, note *notes) error {
	if s.seen == nil {
		s.seen = key.NewSet(false, s.limit, "")
	}
	var at []int32
	for i := range r.n {
		s.buf = s.buf[:0]
		for k, c := range s.cols {
			if r.cols[c].IsNull(i) {
				s.buf = append(s.buf, 0)
				continue
			}
			s.buf = append(s.buf, 1)
			s.buf = s.write[k](s.buf, r.cols[c], i)
		}
		was, err := s.seen.Add(s.buf)
		if err != nil {
			return err
		}
		if was {
			at = append(at, int32(i))
		}
	}
	return dropRows(r, at, note)
}

func (s *dropDuplicates) close() {
	if s.seen != nil {
		s.seen.Close()
	}
}

// fixed writes the value's bytes.
type fixed interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

type valued[T any] interface{ Value(int) T }

func fixedWriter[T fixed, A valued[T]]() func([]byte, arrow.Array, int) []byte {
	return func(dst []byte, a arrow.Array, i int) []byte {
		return binary.LittleEndian.AppendUint64(dst, uint64(any(a).(A).Value(i)))
	}
}

// writerOf writes a value so that equal values give equal bytes and each value
// says where it ends.
func writerOf(t arrow.DataType) (func([]byte, arrow.Array, int) []byte, error) {
	text := func(dst, b []byte) []byte { return append(binary.AppendUvarint(dst, uint64(len(b))), b...) }
	switch t := t.(type) {
	case *arrow.DictionaryType:
		w, err := writerOf(t.ValueType)
		if err != nil {
			return nil, err
		}
		return func(dst []byte, a arrow.Array, i int) []byte {
			d := a.(*array.Dictionary)
			k := d.GetValueIndex(i)
			if d.Dictionary().IsNull(k) {
				return append(dst, 0)
			}
			return w(append(dst, 1), d.Dictionary(), k)
		}, nil
	case *arrow.Decimal128Type:
		return func(dst []byte, a arrow.Array, i int) []byte {
			var v decimal128.Num = a.(*array.Decimal128).Value(i)
			return binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(dst, v.LowBits()), uint64(v.HighBits()))
		}, nil
	}
	switch t.ID() {
	case arrow.NULL:
		return func(dst []byte, _ arrow.Array, _ int) []byte { return dst }, nil
	case arrow.BOOL:
		return func(dst []byte, a arrow.Array, i int) []byte {
			if a.(*array.Boolean).Value(i) {
				return append(dst, 1)
			}
			return append(dst, 0)
		}, nil
	case arrow.INT8:
		return fixedWriter[int8, *array.Int8](), nil
	case arrow.INT16:
		return fixedWriter[int16, *array.Int16](), nil
	case arrow.INT32:
		return fixedWriter[int32, *array.Int32](), nil
	case arrow.INT64:
		return fixedWriter[int64, *array.Int64](), nil
	case arrow.UINT8:
		return fixedWriter[uint8, *array.Uint8](), nil
	case arrow.UINT16:
		return fixedWriter[uint16, *array.Uint16](), nil
	case arrow.UINT32:
		return fixedWriter[uint32, *array.Uint32](), nil
	case arrow.UINT64:
		return fixedWriter[uint64, *array.Uint64](), nil
	case arrow.DATE32:
		return fixedWriter[arrow.Date32, *array.Date32](), nil
	case arrow.DATE64:
		return fixedWriter[arrow.Date64, *array.Date64](), nil
	case arrow.TIMESTAMP:
		return fixedWriter[arrow.Timestamp, *array.Timestamp](), nil
	case arrow.TIME32:
		return fixedWriter[arrow.Time32, *array.Time32](), nil
	case arrow.TIME64:
		return fixedWriter[arrow.Time64, *array.Time64](), nil
	case arrow.DURATION:
		return fixedWriter[arrow.Duration, *array.Duration](), nil
	case arrow.FLOAT32:
		return func(dst []byte, a arrow.Array, i int) []byte {
			return appendFloat(dst, float64(a.(*array.Float32).Value(i)))
		}, nil
	case arrow.FLOAT64:
		return func(dst []byte, a arrow.Array, i int) []byte {
			return appendFloat(dst, a.(*array.Float64).Value(i))
		}, nil
	case arrow.STRING:
		return func(dst []byte, a arrow.Array, i int) []byte { return text(dst, textOf(a.(*array.String), i)) }, nil
	case arrow.LARGE_STRING:
		return func(dst []byte, a arrow.Array, i int) []byte {
			return text(dst, largeTextOf(a.(*array.LargeString), i))
		}, nil
	case arrow.BINARY:
		return func(dst []byte, a arrow.Array, i int) []byte { return text(dst, a.(*array.Binary).Value(i)) }, nil
	case arrow.LARGE_BINARY:
		return func(dst []byte, a arrow.Array, i int) []byte { return text(dst, a.(*array.LargeBinary).Value(i)) }, nil
	case arrow.FIXED_SIZE_BINARY:
		return func(dst []byte, a arrow.Array, i int) []byte {
			return text(dst, a.(*array.FixedSizeBinary).Value(i))
		}, nil
	}
	return nil, fmt.Errorf("values of type %s cannot be compared", t)
}

// appendFloat writes -0 as 0 and every NaN alike.
func appendFloat(dst []byte, f float64) []byte {
	switch {
	case f == 0:
		f = 0
	case f != f:
		f = math.NaN()
	}
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(f))
}
