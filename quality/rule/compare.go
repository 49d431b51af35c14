package rule

import "math"

// The loops here judge 64 values at a time into one word, without a branch a
// value; single bits are put where they belong by constant shifts.

// blocks packs the verdicts of f, which judges 64 values. A shorter last block is
// filled up with zero values, of which the verdicts are anything.
func blocks[T any](src []T, pass bitmap, f func(*[64]T) uint64) {
	for w := range pass {
		if rest := src[w*64:]; len(rest) >= 64 {
			pass[w] = f((*[64]T)(rest))
		} else {
			last := new([64]T)
			copy(last[:], rest)
			pass[w] = f(last)
		}
	}
}

// intsWithin is the predicate from <= v <= to.
func intsWithin(from, to int64) predicate {
	if from > to {
		return func(_ *column, pass bitmap) { pass.zero() }
	}
	low, width := uint64(from), uint64(to)-uint64(from)
	within := func(b *[64]int64) uint64 { return ints64(b, low, width) }
	return func(c *column, pass bitmap) { blocks(c.ints[:c.n], pass, within) }
}

// ints64 tests both ends by one unsigned comparison: v-low wraps around for v
// below low.
func ints64(b *[64]int64, low, width uint64) uint64 {
	var word uint64
	for k := 0; k < 64; k += 8 {
		p := (*[8]int64)(b[k:])
		word |= (bit(uint64(p[0])-low <= width) | bit(uint64(p[1])-low <= width)<<1 |
			bit(uint64(p[2])-low <= width)<<2 | bit(uint64(p[3])-low <= width)<<3 |
			bit(uint64(p[4])-low <= width)<<4 | bit(uint64(p[5])-low <= width)<<5 |
			bit(uint64(p[6])-low <= width)<<6 | bit(uint64(p[7])-low <= width)<<7) << k
	}
	return word
}

// floatsWithin is the predicate from <= v <= to; NaN is not within.
func floatsWithin(from, to float64) predicate {
	within := func(b *[64]float64) uint64 { return floats64(b, from, to) }
	return func(c *column, pass bitmap) { blocks(c.flt[:c.n], pass, within) }
}

// floats64 asks first whether all values pass, which costs half: branches that
// are foreseen are cheaper than bits.
func floats64(b *[64]float64, from, to float64) uint64 {
	for k := 0; k < 64; k += 4 {
		p := (*[4]float64)(b[k:])
		if !(p[0] >= from && p[0] <= to && p[1] >= from && p[1] <= to && p[2] >= from && p[2] <= to && p[3] >= from && p[3] <= to) {
			return someFloats64(b, from, to)
		}
	}
	return math.MaxUint64
}

func someFloats64(b *[64]float64, from, to float64) uint64 {
	var word uint64
	for k := 0; k < 64; k += 8 {
		p := (*[8]float64)(b[k:])
		word |= (bit(p[0] >= from)&bit(p[0] <= to) | bit(p[1] >= from)&bit(p[1] <= to)<<1 |
			bit(p[2] >= from)&bit(p[2] <= to)<<2 | bit(p[3] >= from)&bit(p[3] <= to)<<3 |
			bit(p[4] >= from)&bit(p[4] <= to)<<4 | bit(p[5] >= from)&bit(p[5] <= to)<<5 |
			bit(p[6] >= from)&bit(p[6] <= to)<<6 | bit(p[7] >= from)&bit(p[7] <= to)<<7) << k
	}
	return word
}

// lengths64 judges the lengths of 64 texts in bytes by their offsets.
func lengths64(o *[65]int32, low, width uint32) uint64 {
	var word uint64
	for k := 0; k < 64; k += 8 {
		p := (*[9]int32)(o[k:])
		word |= (bit(uint32(p[1]-p[0])-low <= width) | bit(uint32(p[2]-p[1])-low <= width)<<1 |
			bit(uint32(p[3]-p[2])-low <= width)<<2 | bit(uint32(p[4]-p[3])-low <= width)<<3 |
			bit(uint32(p[5]-p[4])-low <= width)<<4 | bit(uint32(p[6]-p[5])-low <= width)<<5 |
			bit(uint32(p[7]-p[6])-low <= width)<<6 | bit(uint32(p[8]-p[7])-low <= width)<<7) << k
	}
	return word
}

// offsets64 calls f with the offsets of 64 texts at a time. A shorter last
// block is filled up with empty texts, of which the verdicts are anything.
func offsets64(offs []int32, pass bitmap, f func(*[65]int32) uint64) {
	for w := range pass {
		if rest := offs[w*64:]; len(rest) >= 65 {
			pass[w] = f((*[65]int32)(rest))
		} else {
			last := new([65]int32)
			n := copy(last[:], rest)
			for i := n; i < 65; i++ {
				last[i] = last[n-1]
			}
			pass[w] = f(last)
		}
	}
}

// lengthLimits are the ends of a range of lengths as lengths64 takes them. No
// text is longer than an offset can say.
func lengthLimits(lo, hi int) (low, width uint32, ok bool) {
	hi = min(hi, math.MaxInt32)
	if lo > hi {
		return 0, 0, false
	}
	return uint32(lo), uint32(hi - lo), true
}

// bytesWithin compares lengths in bytes.
func bytesWithin(lo, hi int) predicate {
	low, width, ok := lengthLimits(lo, hi)
	if !ok {
		return func(_ *column, pass bitmap) { pass.zero() }
	}
	within := func(o *[65]int32) uint64 { return lengths64(o, low, width) }
	return func(c *column, pass bitmap) { offsets64(c.offs[:c.n+1], pass, within) }
}

// bit is 1 for true; the compiler makes it one instruction without a branch.
func bit(is bool) uint64 {
	var b uint64
	if is {
		b = 1
	}
	return b
}

// settle moves the verdicts of n rows, which came in from the top, down to bit 0.
func settle(word uint64, n int) uint64 {
	if n == 64 {
		return word
	}
	return word >> (uint(64-n) & 63)
}

// each64 packs the verdicts of f, 64 to a word.
func each64[T any](src []T, pass bitmap, f func(T) bool) {
	for w := range pass {
		var word uint64
		block := src[w*64 : min(w*64+64, len(src))]
		for _, v := range block {
			word = word>>1 | bit(f(v))<<63
		}
		pass[w] = settle(word, len(block))
	}
}
