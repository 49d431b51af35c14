package formatstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// attempt reads under recover, because the law is that nothing panics.
func (s *suite) attempt(t *testing.T, data []byte, what string) (c cells, err error) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s: panic: %v", what, p)
		}
	}()
	c, _, err = s.read(data, s.schema, formats.ReadOptions{})
	if err != nil && !errors.Is(err, formats.ErrCorrupt) {
		t.Errorf("%s: %v, want an error that matches ErrCorrupt", what, err)
	}
	return c, err
}

// cut: a file that ends early is an error, or, where the format cannot tell, a
// table of the first rows. With each further compression every seventh place is
// tried.
func (s *suite) cut(t *testing.T) {
	_, batches := s.sample(t, memory.DefaultAllocator)
	whole := textOf(batches...)
	for k, comp := range s.traits.Compressions {
		data := s.mustWrite(t, formats.WriteOptions{Compression: comp}, batches...)
		shorter := 0
		for n := 0; n < len(data); n += 1 + 6*min(k, 1) {
			got, err := s.attempt(t, data[:n], fmt.Sprintf("cut at %d of %d", n, len(data)))
			if err != nil {
				continue
			}
			if got.rows() == whole.rows() && got.differ(whole) == "" {
				continue // what is missing says nothing, such as the last line end
			}
			shorter++
			if !s.traits.CutReadsShorter {
				t.Fatalf("cut at %d of %d bytes it reads %d rows, want an error", n, len(data), got.rows())
			}
			for i := range got {
				sure := min(len(got[i]), len(whole[i]))
				if s.traits.CutTearsCell && i == len(got)-1 {
					sure--
				}
				if sure > 0 && !slices.Equal(got[i][:sure], whole[i][:sure]) {
					t.Fatalf("cut at %d of %d bytes column %d holds cells that were not written", n, len(data), i)
				}
			}
		}
		if s.traits.CutReadsShorter && shorter == 0 && k == 0 {
			t.Error("no cut read as a shorter table: CutReadsShorter should not be set")
		}
	}
}

// flip: any changed bit is an error or another table. About 1,500 places of a
// file have one of their bits changed, and about 400 with each further
// compression; fuzzing does the rest.
func (s *suite) flip(t *testing.T) {
	_, batches := s.sample(t, memory.DefaultAllocator)
	for k, comp := range s.traits.Compressions {
		data := s.mustWrite(t, formats.WriteOptions{Compression: comp}, batches...)
		places := 1500
		if k > 0 {
			places = 400
		}
		for i := 0; i < len(data); i += 1 + len(data)/places {
			bad := bytes.Clone(data)
			bad[i] ^= 1 << (i % 8)
			_, _ = s.attempt(t, bad, fmt.Sprintf("compression %q, byte %d changed", comp, i)) // attempt judges
		}
	}
}

// counting tells whether an allocator was asked at all.
type counting struct {
	*memory.CheckedAllocator
	asked int
}

func (c *counting) Allocate(n int) []byte {
	c.asked += n
	return c.CheckedAllocator.Allocate(n)
}

// release: what a stream allocates it gives back, when it is read to its end,
// left early, cut, or never read; a writer keeps nothing of a batch.
func (s *suite) release(t *testing.T) {
	schema, kept := s.sample(t, memory.DefaultAllocator)
	asked := 0
	for _, comp := range s.traits.Compressions {
		opt := formats.WriteOptions{Compression: comp}
		data := s.mustWrite(t, opt, kept...)
		for _, c := range []struct {
			name  string
			data  []byte
			after int // batches
		}{
			{"read whole", data, 1 << 30},
			{"left early", data, 1},
			{"cut", data[:len(data)*2/3], 1 << 30},
		} {
			mem := &counting{CheckedAllocator: memory.NewCheckedAllocator(memory.DefaultAllocator)}
			st, err := s.open(c.data, schema, formats.ReadOptions{Allocator: mem, RowsPerBatch: 3})
			if err == nil {
				n := 0
				for _, err := range st.Batches(context.Background()) {
					if n++; err != nil || n >= c.after {
						break
					}
				}
			}
			if left := mem.CurrentAlloc(); left != 0 {
				t.Errorf("%s, compression %q: %d bytes were not given back", c.name, comp, left)
			}
			asked += mem.asked
		}
		mem := memory.NewCheckedAllocator(memory.DefaultAllocator)
		_, batches := s.sample(t, mem)
		s.mustWrite(t, opt, batches...)
		for _, b := range batches {
			b.Release()
		}
		if left := mem.CurrentAlloc(); left != 0 {
			t.Errorf("write, compression %q: %d bytes of the batches are still held", comp, left)
		}
	}
	if used := asked > 0; used == s.traits.GoMemory {
		t.Errorf("ReadOptions.Allocator was asked: %v, and the traits say GoMemory: %v", used, s.traits.GoMemory)
	}
}

// cancel: a context that ends also ends reading, with its own error.
func (s *suite) cancel(t *testing.T) {
	schema, batches := s.sample(t, memory.DefaultAllocator)
	data := s.mustWrite(t, formats.WriteOptions{RowsPerGroup: 5}, batches...)
	for _, after := range []int{0, 1} {
		st, err := s.open(data, schema, formats.ReadOptions{RowsPerBatch: 3})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		if after == 0 {
			cancel()
		}
		n := 0
		var last error
		for _, err := range st.Batches(ctx) {
			if last = err; err == nil {
				if n++; n == after {
					cancel()
				}
			}
		}
		cancel()
		if !errors.Is(last, context.Canceled) || n > after {
			t.Errorf("cancelled after %d batches: %d came, then %v, want %v", after, n, last, context.Canceled)
		}
	}
}

// once: a stream is read one time.
func (s *suite) once(t *testing.T) {
	schema, batches := s.sample(t, memory.DefaultAllocator)
	st, err := s.open(s.mustWrite(t, formats.WriteOptions{}, batches...), schema, formats.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		for _, err = range st.Batches(context.Background()) {
			if err != nil {
				break
			}
		}
	}
	if !errors.Is(err, table.ErrConsumed) {
		t.Errorf("the second reading gave %v, want %v", err, table.ErrConsumed)
	}
}

var errFull = errors.New("disk full")

// full takes so many bytes and no more.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		n := f.left
		f.left = 0
		return n, errFull
	}
	f.left -= len(p)
	return len(p), nil
}

// failingOutput: an output that fails anywhere is an error of Create, Write or
// Close, and stays one.
func (s *suite) failingOutput(t *testing.T) {
	schema, batches := s.sample(t, memory.DefaultAllocator)
	data := s.mustWrite(t, formats.WriteOptions{}, batches...)
	for n := 0; n < len(data); n += 1 + len(data)/200 {
		w, err := s.c.Create(&full{left: n}, schema, formats.WriteOptions{Parallel: 2})
		if err != nil {
			continue
		}
		for _, b := range batches {
			err = errors.Join(err, w.Write(b))
		}
		if err = errors.Join(err, w.Close()); !errors.Is(err, errFull) {
			t.Fatalf("an output that takes %d of %d bytes: %v, want %v", n, len(data), err, errFull)
		}
	}
}
