package ipc

import (
	"fmt"
	"sync/atomic"

	"github.com/apache/arrow/go/v17/arrow/memory"
)

// limited is an allocator with a bound on what one message may ask for, so
// that a small compressed buffer cannot claim a terabyte. Its panic ends in the
// recover around the decoder.
type limited struct {
	memory.Allocator
	left atomic.Int64
}

// The bound: what is real compresses less than 1,024 times, and small messages
// may hold long runs of one value.
const (
	expansion = 1024
	leastRoom = 256 << 20
)

func (l *limited) allow(body int) { l.left.Store(leastRoom + int64(body)*expansion) }

// room is how much more the message that was read last may ask for.
func (l *limited) room() int64 { return l.left.Load() }

func (l *limited) take(n int) {
	if l.left.Add(-int64(n)) < 0 {
		panic(fmt.Sprintf("its buffers claim %d bytes more than its size justifies", n))
	}
}

func (l *limited) Allocate(n int) []byte {
	l.take(n)
	return l.Allocator.Allocate(n)
}

func (l *limited) Reallocate(n int, b []byte) []byte {
	l.take(max(n-len(b), 0))
	return l.Allocator.Reallocate(n, b)
}
