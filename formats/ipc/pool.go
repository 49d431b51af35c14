package ipc

import "sync"

// pool keeps the bodies of messages whose batches were released, for the next
// messages: fresh memory of the size of a batch costs more than reading into
// it. It is what arrays of such a body free.
type pool struct {
	mu   sync.Mutex
	free [][]byte
}

// spares is how many bodies are kept: batches that others hold for a while, on
// several goroutines, come back about as fast as they are read.
const spares = 4

// take gives memory of n bytes with anything in it, or nil where there is none
// that is large enough and not far too large.
func (p *pool) take(n int64) []byte {
	if p == nil || n == 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.free) - 1; i >= 0; i-- {
		if b := p.free[i]; int64(cap(b)) >= n && int64(cap(b))/4 <= n {
			p.free = append(p.free[:i], p.free[i+1:]...)
			return b[:n]
		}
	}
	return nil
}

// Free takes back a body.
func (p *pool) Free(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.free) == spares {
		copy(p.free, p.free[1:]) // the oldest leaves: sizes change along a file
		p.free = p.free[:spares-1]
	}
	p.free = append(p.free, b)
}

// Allocate and Reallocate complete memory.Allocator. No buffer of a pool grows.
func (p *pool) Allocate(n int) []byte { return make([]byte, n) }

// Reallocate copies.
func (p *pool) Reallocate(n int, b []byte) []byte {
	out := make([]byte, n)
	copy(out, b)
	return out
}
