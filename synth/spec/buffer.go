package spec

import (
	"fmt"
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// recycler is an allocator whose memory comes back: what a released batch held
// is used for the next one. Slices are kept by the power of two that they hold.
// Bytes are not cleared.
type recycler struct {
	classes [48]sync.Pool
	dirt    byte // tests write it over what is handed out; 0: as it came
}

func (r *recycler) Allocate(size int) []byte {
	b := r.take(size)
	if r.dirt != 0 {
		for i := range b {
			b[i] = r.dirt
		}
	}
	return b
}

func (r *recycler) take(size int) []byte {
	c := bits.Len(uint(max(size, 64) - 1))
	if p, ok := r.classes[c].Get().(*byte); ok {
		return unsafe.Slice(p, 1<<c)[:size]
	}
	return make([]byte, size, 1<<c)
}

func (r *recycler) Reallocate(size int, b []byte) []byte {
	if size <= cap(b) {
		return b[:size]
	}
	out := r.Allocate(size)
	copy(out, b)
	r.Free(b)
	return out
}

func (r *recycler) Free(b []byte) {
	if cap(b) < 64 {
		return
	}
	c := bits.Len(uint(cap(b))) - 1 // holds at least 1<<c
	r.classes[c].Put(unsafe.SliceData(b[:1]))
}

// get makes a buffer of n values of T, with whatever was in it.
func get[T any](r *recycler, n int) (*memory.Buffer, []T) {
	var t T
	b := memory.NewBufferWithAllocator(r.Allocate(n*int(unsafe.Sizeof(t))), r)
	return b, view[T](b, n)
}

// view reads a buffer as n values of T.
func view[T any](b *memory.Buffer, n int) []T {
	if n == 0 {
		return nil
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b.Buf()))), n)
}

// fixed makes an array of buffers, whose references it takes. valid may be nil.
func fixed(t arrow.DataType, n, nulls int, valid *memory.Buffer, values ...*memory.Buffer) arrow.Array {
	data := array.NewData(t, n, append([]*memory.Buffer{valid}, values...), nil, nulls, 0)
	defer data.Release()
	for _, b := range values {
		b.Release()
	}
	if valid != nil {
		valid.Release()
	}
	return array.MakeFromData(data)
}

// texts collects the cells of a string column.
type texts struct {
	pool    *recycler
	offsets *memory.Buffer
	off     []int32
	data    []byte
	hint    *atomic.Int64
	n       int
}

// newTexts starts a string column of n cells. The hint remembers how many bytes
// the last batch needed, so that the next one need not grow.
func newTexts(pool *recycler, n int, hint *atomic.Int64) texts {
	t := texts{pool: pool, hint: hint, n: n}
	t.offsets, t.off = get[int32](pool, n+1)
	t.off[0] = 0
	per := max(hint.Load(), 16)
	t.data = pool.Allocate(n*int(per) + 64)[:0]
	return t
}

// finish makes the array. Call it once off[n] is the length of data.
func (t *texts) finish() (arrow.Array, error) {
	if len(t.data) > math.MaxInt32 {
		t.drop()
		return nil, fmt.Errorf("the texts of one batch are above 2 GiB")
	}
	if t.n > 64 {
		per := int64(len(t.data)/t.n + 1)
		per += per / 8
		if per > t.hint.Load() {
			t.hint.Store(per)
		}
	}
	data := memory.NewBufferWithAllocator(t.data, t.pool)
	return fixed(arrow.BinaryTypes.String, t.n, 0, nil, t.offsets, data), nil
}

func (t *texts) drop() {
	t.offsets.Release()
	t.pool.Free(t.data)
}

// mark ends cell i at what has been written.
func (t *texts) mark(i int) { t.off[i+1] = int32(len(t.data)) }
