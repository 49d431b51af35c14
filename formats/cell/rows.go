package cell

import (
	"io"
	"sync"
)

// rowsPerPart is the unit of parallel encoding: small enough to share a batch
// of 64 Ki rows among cores, large enough that starting costs nothing.
const rowsPerPart = 4096

// Rows writes the text of a batch's rows. It keeps its buffers from batch to
// batch, so that writing allocates nothing once they have grown.
type Rows struct {
	// W takes the text. Required.
	W io.Writer
	// Workers may encode at a time. Default 1.
	Workers int

	bufs [][]byte
}

// Write encodes rows 0 to n-1 in parts, on several goroutines that have ended
// when it returns, and writes the parts in order. encode appends rows from to
// to-1 and must be safe for concurrent use.
func (r *Rows) Write(n int, encode func(dst []byte, from, to int) []byte) error {
	parts := (n + rowsPerPart - 1) / rowsPerPart
	if workers := min(max(r.Workers, 1), parts); workers > 1 {
		return r.share(n, parts, workers, encode)
	}
	if len(r.bufs) == 0 {
		r.bufs = append(r.bufs, nil)
	}
	for p := range parts {
		r.bufs[0] = encode(r.bufs[0][:0], p*rowsPerPart, min(n, (p+1)*rowsPerPart))
		if _, err := r.W.Write(r.bufs[0]); err != nil {
			return err
		}
	}
	return nil
}

// share gives part p to worker p mod workers, and writes a part as soon as it
// and all before it are there. Two buffers a worker bound the memory.
func (r *Rows) share(n, parts, workers int, encode func(dst []byte, from, to int) []byte) error {
	for len(r.bufs) < 2*workers {
		r.bufs = append(r.bufs, nil)
	}
	var wg sync.WaitGroup
	ready := make([]chan []byte, workers)
	free := make([]chan []byte, workers)
	stop := make(chan struct{})
	for k := range workers {
		ready[k], free[k] = make(chan []byte, 2), make(chan []byte, 2)
		free[k] <- r.bufs[2*k]
		free[k] <- r.bufs[2*k+1]
		wg.Go(func() {
			for p := k; p < parts; p += workers {
				select {
				case buf := <-free[k]:
					ready[k] <- encode(buf[:0], p*rowsPerPart, min(n, (p+1)*rowsPerPart))
				case <-stop:
					return
				}
			}
		})
	}
	var failed error
	for p := range parts {
		k := p % workers
		buf := <-ready[k]
		if _, failed = r.W.Write(buf); failed != nil {
			break
		}
		r.bufs[2*k+p/workers%2] = buf // grown: keep it for the next batch
		free[k] <- buf
	}
	close(stop)
	wg.Wait()
	return failed
}
