package rule

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestTextSetAgreesWithMap looks up texts over few letters, so that many share
// an end, a length or a slot.
func TestTextSetAgreesWithMap(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	draw := func(longest int) []byte {
		b := make([]byte, rng.IntN(longest+1))
		for i := range b {
			b[i] = "ab\x00\xff"[rng.IntN(4)&rng.IntN(4)]
		}
		return b
	}
	for _, longest := range []int{3, 9, 16, 30} {
		for _, size := range []int{1, 5, 60, 700} {
			want := map[string]bool{}
			list := make([][]byte, size)
			for i := range list {
				list[i] = draw(longest)
				want[string(list[i])] = true
			}
			set := newTexts(list)
			c := &column{n: 1000, offs: []int32{0}}
			for range c.n {
				b := draw(longest)
				if rng.IntN(2) == 0 {
					b = append([]byte(nil), list[rng.IntN(size)]...)
					if len(b) > 0 && rng.IntN(2) == 0 {
						b[rng.IntN(len(b))] ^= byte(rng.IntN(2))
					}
				}
				c.data = append(c.data, b...)
				c.offs = append(c.offs, int32(len(c.data)))
			}
			in, out := make(bitmap, words(c.n)), make(bitmap, words(c.n))
			set.predicate(true)(c, in)
			set.predicate(false)(c, out)
			for i := range c.n {
				b := c.value(i)
				if in.get(i) != want[string(b)] || out.get(i) == want[string(b)] || set.has(b) != want[string(b)] {
					t.Fatalf("%d texts of up to %d bytes: set has %q: %v, not %v, alone %v; want %v", size, longest, b, in.get(i), out.get(i), set.has(b), want[string(b)])
				}
			}
		}
	}
}

// TestCharsWithinAgreesWithRunes judges lengths around those that bytes settle.
func TestCharsWithinAgreesWithRunes(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	pieces := []string{"a", "é", "中", "😀", "\xff", "b"}
	for _, span := range [][2]int{{0, 0}, {0, 3}, {1, 40}, {2, 5}, {4, 4}, {5, 1 << 40}, {1 << 33, 1 << 40}} {
		for _, kinds := range []int{1, 6} {
			c := &column{n: 333, offs: []int32{0}}
			for range c.n {
				for range rng.IntN(8) {
					c.data = append(c.data, pieces[rng.IntN(kinds)]...)
				}
				c.offs = append(c.offs, int32(len(c.data)))
			}
			chars, bytes := make(bitmap, words(c.n)), make(bitmap, words(c.n))
			charsWithin(span[0], span[1])(c, chars)
			bytesWithin(span[0], span[1])(c, bytes)
			for i := range c.n {
				n := len([]rune(string(c.value(i))))
				if got, want := chars.get(i), n >= span[0] && n <= span[1]; got != want {
					t.Fatalf("charsWithin%v of %q = %v, want %v", span, c.value(i), got, want)
				}
				n = len(c.value(i))
				if got, want := bytes.get(i), n >= span[0] && n <= span[1]; got != want {
					t.Fatalf("bytesWithin%v of %q = %v, want %v", span, c.value(i), got, want)
				}
			}
		}
	}
}

// TestFloatsWithinAgreesWithComparison judges numbers on and beside both ends.
func TestFloatsWithinAgreesWithComparison(t *testing.T) {
	c := &column{n: 1000, flt: make([]float64, 1000)}
	pass := make(bitmap, words(c.n))
	for _, span := range [][2]float64{{0, math.Inf(1)}, {math.Inf(-1), 0}, {-1, 1}, {1, 1}} {
		for _, rare := range []int{1, 500} {
			for i := range c.flt {
				c.flt[i] = 1
				if i%rare == 0 {
					c.flt[i] = []float64{0, math.Copysign(0, -1), 1, -1, 2, math.Nextafter(1, 2), math.NaN(), math.Inf(1), math.Inf(-1)}[i/rare%9]
				}
			}
			floatsWithin(span[0], span[1])(c, pass)
			for i, v := range c.flt {
				if got, want := pass.get(i), v >= span[0] && v <= span[1]; got != want {
					t.Fatalf("floatsWithin%v of %v = %v, want %v", span, v, got, want)
				}
			}
		}
	}
}

// TestSmallSteps takes keys apart and together again, around the ends of what a
// step can say and of the numbers.
func TestSmallSteps(t *testing.T) {
	long := make([]int64, 3000)
	for i := range long {
		long[i] = int64(i) * 3
	}
	late := slices.Clone(long)
	late[2999] = late[2998]
	for _, c := range []struct {
		keys []int64
		want bool
	}{
		{[]int64{7}, true},
		{[]int64{7, 8, 65544}, true},
		{[]int64{7, 65544}, false},
		{[]int64{7, 7}, false},
		{[]int64{7, 6}, false},
		{[]int64{math.MaxInt64 - 1, math.MaxInt64}, true},
		{[]int64{math.MaxInt64, math.MinInt64}, false},
		{[]int64{math.MinInt64, math.MinInt64 + 5}, true},
		{[]int64{math.MinInt64, math.MaxInt64}, false},
		{long, true},
		{late, false},
	} {
		steps := make([]uint16, len(c.keys)-1)
		if got := smallSteps(c.keys, steps); got != c.want {
			t.Errorf("smallSteps(%d keys from %d) = %v, want %v", len(c.keys), c.keys[0], got, c.want)
		}
		k := c.keys[0]
		for i, s := range steps {
			if k += int64(s) + 1; c.want && k != c.keys[i+1] {
				t.Fatalf("key %d of %d comes back as %d", i+1, c.keys[i+1], k)
			}
		}
	}
}
