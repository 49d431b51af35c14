package ligero

import (
	"context"
	"crypto/sha256"
	"fmt"
	"sync"

	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// group is how many tableau rows a leaf's hash takes at a time: 256 bytes and
// the running hash fill five blocks of SHA-256.
const group = 16

// Prover commits to vectors and then answers once.
type Prover struct {
	ctx      context.Context
	sys      *System
	code     *field.Code
	wide     *field.Code // of degree below 2K, on the same points
	tr       *transcript.Transcript
	workers  int
	held     []held
	masks    []mask
	maskRows [][]Elem
	done     bool
	force    bool         // do not look whether constraints hold
	rig      func(draws)  // choose coefficients; tests of soundness only
	forge    func([]Elem) // change each q before it is sent; tests of soundness only
}

// held is a committed oracle.
type held struct {
	stream  *Stream
	sources []Source
	leaves  []Hash
	root    Hash
}

// NewProver starts a prover that works on so many goroutines at a time.
func NewProver(ctx context.Context, sys *System, tr *transcript.Transcript, workers int) *Prover {
	return &Prover{
		ctx: ctx, sys: sys, tr: tr, workers: max(workers, 1),
		code: field.NewCode(sys.K(), sys.Params.Rate), wide: field.NewCode(2*sys.K(), sys.Params.Rate/2),
	}
}

// Challenge draws elements.
func (p *Prover) Challenge(label string, n int) []Elem { return p.tr.Elements(label, n) }

// Root encodes an oracle's vectors and absorbs the root.
func (p *Prover) Root(o Oracle, stream *Stream, sources []Source) error {
	if int(o) != len(p.held) || len(sources) != len(p.sys.oracles[o].vecs) {
		return fmt.Errorf("commit to oracle %d: %d sources out of turn", o, len(sources))
	}
	if o == p.sys.masks {
		if err := p.drawMasks(stream); err != nil {
			return err
		}
		sources = p.maskSources()
	}
	h := held{stream: stream, sources: sources}
	leaves, err := p.encode(o, h)
	if err != nil {
		return err
	}
	h.leaves, h.root = leaves, merkleRoot(leaves)
	p.held = append(p.held, h)
	p.tr.Absorb("root", h.root[:])
	return nil
}

// place finds the vector and its row for a tableau row of an oracle.
func (s *System) place(o Oracle, row int) (vector, int) {
	vecs := s.oracles[o].vecs
	lo, hi := 0, len(vecs)
	for hi-lo > 1 {
		if m := (lo + hi) / 2; s.vecs[vecs[m]].first <= row {
			lo = m
		} else {
			hi = m
		}
	}
	v := s.vecs[vecs[lo]]
	return v, row - v.first
}

// fill writes a tableau row's values on the group: slots, then pads.
func (s *System) fill(h held, v vector, row int, dst []Elem) error {
	if v.raw {
		return h.sources[v.slot].Fill(dst, row)
	}
	l := s.Slots()
	if err := h.sources[v.slot].Fill(dst[:l], row); err != nil {
		return err
	}
	h.stream.pads(dst[l:], v.slot, row)
	return nil
}

// encode makes an oracle's leaves.
func (p *Prover) encode(o Oracle, h held) ([]Hash, error) {
	n, k, rows := p.sys.N(), p.sys.K(), p.sys.oracles[o].rows
	leaves := make([]Hash, n)
	err := p.parallel(p.workers, func(w int) error {
		from, to := share(n, w, p.workers)
		var m [1 + saltSize]byte
		for j := from; j < to; j++ {
			h.stream.salt((*[saltSize]byte)(m[1:]), j)
			leaves[j] = sha256.Sum256(m[:])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	words := make([]Elem, min(rows, group)*n)
	scratch := make([][]Elem, p.workers)
	for i := range scratch {
		scratch[i] = make([]Elem, k)
	}
	for first := 0; first < rows; first += group {
		count := min(group, rows-first)
		err := p.parallel(p.workers, func(w int) error {
			for r := w; r < count; r += p.workers {
				v, row := p.sys.place(o, first+r)
				if err := p.sys.fill(h, v, row, scratch[w]); err != nil {
					return err
				}
				p.code.Coefficients(scratch[w])
				for i := range p.sys.Params.Rate {
					p.code.Coset(words[r*n+i*k:][:k], scratch[w], i)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		err = p.parallel(p.workers, func(w int) error {
			from, to := share(n, w, p.workers)
			var buf [1 + sha256.Size + group*field.Size]byte
			buf[0] = 2
			for j := from; j < to; j++ {
				copy(buf[1:], leaves[j][:])
				for r := range count {
					field.Put(buf[1+sha256.Size+r*field.Size:], &words[r*n+j])
				}
				leaves[j] = sha256.Sum256(buf[:1+sha256.Size+count*field.Size])
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return leaves, nil
}

// leafOf hashes one opened leaf.
func leafOf(salt []byte, elements []byte) Hash {
	h := sha256.Sum256(append([]byte{0}, salt...))
	for len(elements) > 0 {
		m := elements[:min(group*field.Size, len(elements))]
		elements = elements[len(m):]
		h = sha256.Sum256(append(append([]byte{2}, h[:]...), m...))
	}
	return h
}

// share is part w of n things cut into parts.
func share(n, w, parts int) (from, to int) { return n * w / parts, n * (w + 1) / parts }

// parallel runs the workers and gives the first error, by worker.
func (p *Prover) parallel(workers int, f func(w int) error) error {
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := 1; w < workers; w++ {
		wg.Go(func() { errs[w] = f(w) })
	}
	errs[0] = f(0)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return p.ctx.Err()
}

// Rederive gives the root of an oracle without a prover: what somebody derives
// who has the values and the secret behind the stream.
func Rederive(ctx context.Context, params Params, stream *Stream, lengths []int, sources []Source, workers int) (Hash, error) {
	sys, err := NewSystem(params)
	if err != nil {
		return Hash{}, err
	}
	o := sys.Oracle()
	for _, n := range lengths {
		sys.Vector(o, n)
	}
	p := &Prover{ctx: ctx, sys: sys, code: field.NewCode(sys.K(), params.Rate), workers: max(workers, 1)}
	leaves, err := p.encode(o, held{stream: stream, sources: sources})
	if err != nil {
		return Hash{}, err
	}
	return merkleRoot(leaves), nil
}
