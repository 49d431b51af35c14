package expr

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// Eval is Program.Eval with this state's memory.
func (s *State) Eval(batch table.Batch, mem memory.Allocator) (arrow.Array, error) {
	rows := int(batch.NumRows())
	if s.prog.typ.kind == kNull {
		return array.NewNull(rows), nil
	}
	if err := s.begin(batch); err != nil {
		return nil, err
	}
	defer s.end()
	o := newOutput(s.prog.typ, rows, mem)
	defer o.release()
	for lo := 0; lo < rows; lo += blockRows {
		n := min(blockRows, rows-lo)
		v, err := s.frame.block(lo, n)
		if err != nil {
			return nil, err
		}
		if err = o.add(v, lo, n); err != nil {
			return nil, err
		}
	}
	return o.array(rows), nil
}

// output collects blocks into the buffers of one array.
type output struct {
	typ    typ
	mem    memory.Allocator
	valid  *memory.Buffer // nil until a row is null
	values *memory.Buffer // of strings: the offsets
	text   *memory.Buffer
	nulls  int
	end    int // bytes of text so far
	rows   int
}

func newOutput(t typ, rows int, mem memory.Allocator) *output {
	o := &output{typ: t, mem: mem, rows: rows, values: memory.NewResizableBuffer(mem)}
	switch {
	case t.kind == kBool:
		o.values.Resize((rows + 7) / 8)
	case t.kind == kString:
		o.values.Resize((rows + 1) * 4)
		o.text = memory.NewResizableBuffer(mem)
		viewAs[int32](o.values)[0] = 0
	case t.kind == kDate:
		o.values.Resize(rows * 4)
	case t.kind == kDecimal:
		o.values.Resize(rows * arrow.Decimal128SizeBytes)
	default:
		o.values.Resize(rows * 8)
	}
	return o
}

func (o *output) release() {
	for _, b := range []*memory.Buffer{o.valid, o.values, o.text} {
		if b != nil {
			b.Release()
		}
	}
}

func viewAs[T any](b *memory.Buffer) []T {
	raw := b.Bytes()
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(raw))), len(raw)/int(unsafe.Sizeof(*new(T))))
}

func (o *output) add(v *vec, lo, n int) error {
	if v.nulls && o.valid == nil {
		o.valid = memory.NewResizableBuffer(o.mem)
		o.valid.Resize((o.rows + 7) / 8)
		memory.Set(o.valid.Bytes(), 0xff)
	}
	if v.nulls {
		o.nulls += n - storeBits(o.valid.Bytes()[lo/8:], v.valid, n)
	}
	switch o.typ.bank() {
	case bankBits:
		storeBits(o.values.Bytes()[lo/8:], v.bits, n)
	case bankFloat:
		copy(viewAs[float64](o.values)[lo:], v.floats[:n])
	case bankString:
		return o.addText(v, lo, n)
	case bankWide:
		dst := viewAs[[2]uint64](o.values)[lo:]
		for i, w := range v.wide[:n] {
			dst[i] = [2]uint64{w.LowBits(), uint64(w.HighBits())}
		}
	default:
		switch o.typ.kind {
		case kDate:
			dst := viewAs[int32](o.values)[lo:]
			for i, day := range v.ints[:n] {
				dst[i] = int32(day) // within maxDay, or read from an int32
			}
		case kDecimal:
			dst := viewAs[[2]uint64](o.values)[lo:]
			for i, w := range v.ints[:n] {
				dst[i] = [2]uint64{uint64(w), uint64(w >> 63)}
			}
		default:
			copy(viewAs[int64](o.values)[lo:], v.ints[:n])
		}
	}
	return nil
}

func (o *output) addText(v *vec, lo, n int) error {
	grow := 0
	for i, s := range v.strs[:n] {
		if !v.isNull(i) {
			grow += len(s)
		}
	}
	if o.end+grow > math.MaxInt32 {
		return fmt.Errorf("evaluate expression: a batch of strings is above 2 GiB; use smaller batches")
	}
	if need := o.end + grow; need > o.text.Cap() {
		o.text.Reserve(max(need, 2*o.text.Cap()))
	}
	o.text.ResizeNoShrink(o.end + grow)
	text, offsets := o.text.Bytes(), viewAs[int32](o.values)[lo+1:]
	for i, s := range v.strs[:n] {
		if !v.isNull(i) {
			o.end += copy(text[o.end:], s)
		}
		offsets[i] = int32(o.end)
	}
	return nil
}

func (o *output) array(rows int) arrow.Array {
	buffers := []*memory.Buffer{o.valid, o.values}
	if o.text != nil {
		buffers = append(buffers, o.text)
	}
	data := array.NewData(o.typ.arrow(), rows, buffers, nil, o.nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}
