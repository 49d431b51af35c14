package fake

import (
	"math"
	"math/bits"
	"slices"
	"strings"
)

// slotBits is the resolution of weights: 1/8192.
const slotBits = 13

// Pool is a frozen list of texts.
type Pool struct {
	values []string // parts of one string, so they lie side by side
	slots  []uint16 // weighted: value by the top bits of a draw; nil is uniform
	max    int      // length of the longest, in bytes
}

// NewPool freezes the values as they are, in their order, all equally likely.
func NewPool(values []string) *Pool {
	p := &Pool{values: make([]string, len(values))}
	joined, at := strings.Join(values, ""), 0
	for i, v := range values {
		p.values[i] = joined[at : at+len(v)]
		at += len(v)
		p.max = max(p.max, len(v))
	}
	return p
}

// NewWeightedPool freezes the values with their weights, which are rounded to
// 1/8192 of the whole (largest remainder, at least one slot for a weight above
// zero). There are at most 8192 values, and as many weights, none negative.
func NewWeightedPool(values []string, weights []float64) *Pool {
	p := NewPool(values)
	p.slots = slots(weights)
	return p
}

func slots(weights []float64) []uint16 {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	const n = 1 << slotBits
	type share struct {
		at   int
		rest float64
	}
	counts, rests, used := make([]int, len(weights)), make([]share, len(weights)), 0
	for i, w := range weights {
		exact := w / sum * n
		counts[i] = int(exact)
		if counts[i] == 0 && w > 0 {
			counts[i] = 1
		}
		used += counts[i]
		rests[i] = share{i, exact - math.Floor(exact)}
	}
	slices.SortStableFunc(rests, func(a, b share) int {
		switch {
		case a.rest > b.rest:
			return -1
		case a.rest < b.rest:
			return 1
		}
		return 0
	})
	for k := 0; used < n; k++ {
		if i := rests[k%len(rests)].at; counts[i] > 0 {
			counts[i]++
			used++
		}
	}
	for used > n { // many tiny weights were raised to one slot
		i := 0
		for k := range counts {
			if counts[k] > counts[i] {
				i = k
			}
		}
		counts[i]--
		used--
	}
	out := make([]uint16, 0, n)
	for i, c := range counts {
		for range c {
			out = append(out, uint16(i))
		}
	}
	return out
}

// Len is the number of values.
func (p *Pool) Len() int { return len(p.values) }

// MaxLen is the length of the longest value, in bytes.
func (p *Pool) MaxLen() int { return p.max }

// At returns value i.
func (p *Pool) At(i int) string { return p.values[i] }

// Values returns a copy of the list.
func (p *Pool) Values() []string { return slices.Clone(p.values) }

// Index turns a uniform 64-bit draw into the place of a value.
func (p *Pool) Index(draw uint64) int {
	if p.slots != nil {
		return int(p.slots[draw>>(64-slotBits)])
	}
	hi, _ := bits.Mul64(draw, uint64(len(p.values)))
	return int(hi)
}

// Indices fills out with the places for the draws.
func (p *Pool) Indices(draws []uint64, out []int32) {
	out = out[:len(draws)]
	if p.slots != nil {
		for i, d := range draws {
			out[i] = int32(p.slots[d>>(64-slotBits)])
		}
		return
	}
	n := uint64(len(p.values))
	for i, d := range draws {
		hi, _ := bits.Mul64(d, n)
		out[i] = int32(hi)
	}
}

// Pick returns the value for a draw.
func (p *Pool) Pick(draw uint64) string { return p.values[p.Index(draw)] }

// pick is a uniform choice below n.
func pick(draw uint64, n int) int {
	hi, _ := bits.Mul64(draw, uint64(n))
	return int(hi)
}

// sorted returns the values in byte order, each once.
func sorted(values []string) []string {
	out := slices.Clone(values)
	slices.Sort(out)
	return slices.Compact(out)
}
