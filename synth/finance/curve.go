package finance

import (
	"math"
	"math/bits"
)

// Everything here is a table of integers, built once with floats and rounded
// far above the last bit, so that the rows do not depend on how a processor
// fuses or a library rounds.

// one is 1 in the fixed-point numbers of this package, 16 bits behind the point.
const one = 1 << 16

func fixed(x float64) uint32 { return uint32(math.Round(min(x*one, math.MaxUint32))) }

// factors are equally likely log-normal factors of mean 1.
type factors [1024]uint32

func newFactors(sigma float64) *factors {
	var f factors
	for i := range f {
		z := quantile((float64(i) + .5) / 1024)
		f[i] = fixed(math.Exp(float64(sigma*z) - float64(sigma*sigma)/2))
	}
	return &f
}

func (f *factors) at(draw uint64) uint32 { return f[draw&1023] }

// amounts is the quantile function of a log-normal, in minor units.
type amounts [1025]int64

func newAmounts(median, sigma float64) *amounts {
	var a amounts
	for i := range a {
		p := min(max(float64(i)/1024, .0002), .9998)
		a[i] = int64(math.Round(100 * median * math.Exp(float64(sigma*quantile(p)))))
	}
	return &a
}

// at takes a fraction of 2^32.
func (a *amounts) at(p uint32) int64 {
	i, rest := p>>22, int64(p&(1<<22-1))
	return a[i] + (a[i+1]-a[i])*rest>>22
}

// quantile of the standard normal distribution.
func quantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(float64(2*p)-1) }

// clock is the quantile function of the second of the day.
type clock [1025]int32

func newClock(hours [24]float64) *clock {
	// Weights of the minutes, linear between the middles of the hours.
	var cum [1441]float64
	for m := range 1440 {
		h := (m + 1440 - 30) / 60 % 24
		frac := float64((m+30)%60) / 60
		cum[m+1] = cum[m] + float64(hours[h]*(1-frac)) + float64(hours[(h+1)%24]*frac)
	}
	var c clock
	m := 0
	for i := range c {
		want := cum[1440] * float64(i) / 1024
		for m < 1439 && cum[m+1] < want {
			m++
		}
		c[i] = int32(min(secondsPerDay-1, math.Round(60*(float64(m)+(want-cum[m])/(cum[m+1]-cum[m])))))
	}
	return &c
}

func (c *clock) at(draw uint32) int32 {
	i, rest := draw>>22, int64(draw&(1<<22-1))
	return c[i] + int32(int64(c[i+1]-c[i])*rest>>22)
}

// clocksOf gives the clock of a workday and of a weekend.
func clocksOf(h [24]float64) (out [2]*clock) {
	out[0] = newClock(h)
	for i := range h { // a weekend starts late and ends late
		if i < 9 {
			h[i] *= .7
		} else if i > 20 || i < 3 {
			h[i] *= 1.3
		}
	}
	out[1] = newClock(h)
	return out
}

// counts gives the number of purchases of a day for an expected number: visits
// to shops come by Poisson's law, and each visit may lead to another purchase,
// with chance again (a compound law, by Panjer, ASTIN Bulletin 12, 1981).
type counts struct {
	levels [countLevels][maxPerDay]uint32 // cumulative, in 2^32
}

const (
	countLevels = 513 // steps of 1/64 of the expected number
	maxPerDay   = 24
	again       = .42 // chance of a further purchase within the session (assumption)
)

func newCounts() *counts {
	c := &counts{}
	for l := range c.levels {
		lambda := float64(l) / 64 * (1 - again)
		var p [maxPerDay]float64
		p[0] = math.Exp(-lambda)
		cum := p[0]
		c.levels[l][0] = threshold(cum)
		for n := 1; n < maxPerDay; n++ {
			size, sum := 1-again, 0.0
			for k := 1; k <= n; k++ {
				sum += float64(k) * size * p[n-k]
				size *= again
			}
			p[n] = lambda / float64(n) * sum
			cum += p[n]
			c.levels[l][n] = threshold(cum)
		}
		c.levels[l][maxPerDay-1] = math.MaxUint32
	}
	return c
}

func threshold(p float64) uint32 { return uint32(min(math.Round(p*(1<<32)), math.MaxUint32)) }

// at draws for an expected number in fixed point.
func (c *counts) at(expected uint64, draw uint32) int {
	t := &c.levels[min(expected>>10, countLevels-1)]
	n := 0
	for draw > t[n] {
		n++
	}
	return n
}

// rank draws from 0..n-1 so that rank k is about 1/(k+1) as likely as rank 0:
// (n+1)^u - 1 for a uniform u. log2 is the binary logarithm of n+1 in fixed
// point, u a fraction of 2^16.
func rank(n, log2 uint32, u uint32) uint32 {
	e := uint64(log2) * uint64(u&0xffff) >> 16 // fixed point
	whole, frac := e>>16, e&0xffff
	v := (one + uint64(pow2[frac>>6])) << whole >> 16 // 2^e
	return min(uint32(v)-1, n-1)
}

// steep bends a uniform fraction of 2^16 towards the first ranks.
func steep(u uint32) uint32 {
	v := uint64(u & 0xffff)
	return uint32(v * v >> 16 * (v + one) >> 17)
}

func logOf(n int) uint32 { return fixed(math.Log2(float64(n + 1))) }

// pow2 is 2^(i/1024)-1 in fixed point, a constant of nature.
var pow2 = func() (t [1024]uint32) {
	for i := range t {
		t[i] = fixed(math.Exp2(float64(i)/1024) - 1)
	}
	return t
}()

// slots is a discrete distribution over few outcomes, to 1/4096.
type slots [4096]uint8

func newSlots(weights []float64) *slots {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	var s slots
	at, cum := 0, weights[0]
	for i := range s {
		for at < len(weights)-1 && float64(i)+.5 >= cum/sum*4096 {
			at++
			cum += weights[at]
		}
		s[i] = uint8(at)
	}
	return &s
}

func (s *slots) at(draw uint64) int { return int(s[draw&4095]) }

// chance says whether 16 bits of a draw fall below a probability.
func chance(draw uint64, p uint32) bool { return uint32(draw&0xffff) < p }

// probability in 2^16.
func probability(p float64) uint32 { return uint32(math.Round(min(max(p, 0), 1) * one)) }

// scramble is a bijection of the numbers of the given bits: it hides the order
// in which things were made. Two rounds of an odd factor and a shift.
func scramble(x uint64, width int, key uint64) uint64 {
	mask := uint64(1)<<width - 1
	x = (x + key) & mask
	x = x * 0x9e3779b97f4a7c15 & mask
	x ^= x >> (width / 2)
	x = x * 0xd6e8feb86659fd93 & mask
	x ^= x >> (width/2 + 1)
	return x
}

func widthOf(n int) int { return max(8, bits.Len(uint(n))) }
