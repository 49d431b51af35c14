package clean

import (
	"bytes"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// rewrite gives a text its new form: the text itself where nothing changes, or
// bytes in dst's memory. keep false makes a null of it.
type rewrite func(dst, src []byte) (out []byte, keep bool)

// textStep rewrites the texts of some columns.
type textStep struct {
	cols []int
	f    rewrite
	buf  []byte
}

func (s *textStep) apply(r *rows, note *notes) error {
	for _, col := range s.cols {
		was := r.cols[col]
		now, at, err := s.column(was, r.mem)
		if err != nil {
			return fmt.Errorf("column %q: %w", r.schema.Field(col).Name, err)
		}
		if now == nil {
			continue
		}
		if err := note.changed(r, col, at, was, now); err != nil {
			now.Release()
			return err
		}
		r.set(col, now)
	}
	return nil
}

// column rewrites an array; a nil result says that nothing changes.
func (s *textStep) column(a arrow.Array, mem memory.Allocator) (arrow.Array, []int32, error) {
	switch a := a.(type) {
	case *array.String:
		b := array.NewStringBuilder(mem)
		return s.flat(a, b, b.BinaryBuilder, func(i int) []byte { return textOf(a, i) })
	case *array.LargeString:
		b := array.NewLargeStringBuilder(mem)
		return s.flat(a, b, b.BinaryBuilder, func(i int) []byte { return largeTextOf(a, i) })
	case *array.Dictionary:
		return s.dictionary(a, mem)
	}
	return nil, nil, fmt.Errorf("it is %s, not text", a.DataType())
}

func textOf(a *array.String, i int) []byte {
	o := a.ValueOffsets()
	return a.ValueBytes()[o[i]-o[0] : o[i+1]-o[0]]
}

func largeTextOf(a *array.LargeString, i int) []byte {
	o := a.ValueOffsets()
	return a.ValueBytes()[o[i]-o[0] : o[i+1]-o[0]]
}

// flat rewrites row by row, into a copy that starts at the first change.
func (s *textStep) flat(a arrow.Array, into array.Builder, b *array.BinaryBuilder, value func(int) []byte) (arrow.Array, []int32, error) {
	defer into.Release()
	var at []int32
	for i := range a.Len() {
		if a.IsNull(i) {
			if at != nil {
				b.AppendNull()
			}
			continue
		}
		src := value(i)
		out, keep := s.f(s.buf[:0], src)
		if keep && bytes.Equal(out, src) {
			if at != nil {
				b.Append(src)
			}
			continue
		}
		if at == nil {
			b.Reserve(a.Len())
			for k := range i {
				if a.IsNull(k) {
					b.AppendNull()
				} else {
					b.Append(value(k))
				}
			}
		}
		at = append(at, int32(i))
		if !keep {
			b.AppendNull()
			continue
		}
		b.Append(out)
		s.keepBuffer(out)
	}
	if at == nil {
		return nil, nil, nil
	}
	return into.NewArray(), at, nil
}

// keepBuffer keeps what grew, to be used again.
func (s *textStep) keepBuffer(out []byte) {
	if cap(out) > cap(s.buf) && cap(out) <= 1<<16 {
		s.buf = make([]byte, 0, cap(out))
	}
}

// dictionary rewrites each entry once; entries that become equal become one.
func (s *textStep) dictionary(a *array.Dictionary, mem memory.Allocator) (arrow.Array, []int32, error) {
	words, ok := a.Dictionary().(*array.String)
	if !ok {
		return nil, nil, fmt.Errorf("it is %s, not text", a.DataType())
	}
	b := array.NewStringBuilder(mem)
	defer b.Release()
	code := make([]int, words.Len()) // -1 for null
	touched := make([]bool, words.Len())
	seen := map[string]int{}
	for i := range words.Len() {
		code[i] = -1
		if words.IsNull(i) {
			continue
		}
		src := textOf(words, i)
		out, keep := s.f(s.buf[:0], src)
		touched[i] = !keep || !bytes.Equal(out, src)
		if !keep {
			continue
		}
		n, ok := seen[string(out)]
		if !ok {
			n = len(seen)
			seen[string(out)] = n
			b.BinaryBuilder.Append(out)
		}
		code[i] = n
		s.keepBuffer(out)
	}
	var at []int32
	codes := make([]int, a.Len())
	for i := range codes {
		codes[i] = -1
		if a.IsNull(i) {
			continue
		}
		old := a.GetValueIndex(i)
		if old < 0 || old >= len(code) {
			return nil, nil, fmt.Errorf("row %d of a batch has code %d in a dictionary of %d", i, old, len(code))
		}
		codes[i] = code[old]
		if touched[old] {
			at = append(at, int32(i))
		}
	}
	if at == nil {
		return nil, nil, nil
	}
	dict := b.NewArray()
	defer dict.Release()
	return encode(a.DataType().(*arrow.DictionaryType), codes, dict, mem), at, nil
}

// encode makes a dictionary array; code -1 is null.
func encode(t *arrow.DictionaryType, codes []int, dict arrow.Array, mem memory.Allocator) arrow.Array {
	b := array.NewBuilder(mem, t.IndexType)
	defer b.Release()
	b.Reserve(len(codes))
	for _, c := range codes {
		if c < 0 {
			b.AppendNull()
			continue
		}
		switch b := b.(type) {
		case *array.Int8Builder:
			b.UnsafeAppend(int8(c))
		case *array.Int16Builder:
			b.UnsafeAppend(int16(c))
		case *array.Int32Builder:
			b.UnsafeAppend(int32(c))
		case *array.Int64Builder:
			b.UnsafeAppend(int64(c))
		case *array.Uint8Builder:
			b.UnsafeAppend(uint8(c))
		case *array.Uint16Builder:
			b.UnsafeAppend(uint16(c))
		case *array.Uint32Builder:
			b.UnsafeAppend(uint32(c))
		case *array.Uint64Builder:
			b.UnsafeAppend(uint64(c))
		}
	}
	index := b.NewArray()
	defer index.Release()
	return array.NewDictionaryArray(t, index, dict)
}
