package profile

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// TestAddPlainAgreesWithAdd takes in the same texts of ASCII both ways.
func TestAddPlainAgreesWithAdd(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 5))
	for _, bare := range []bool{false, true} {
		one, many := &texts{bare: bare}, &texts{bare: bare}
		for range 30 {
			data := []byte("skipped")
			offs := []int32{int32(len(data))}
			for range 100 {
				b := bytes.Repeat([]byte{byte('a' + rng.IntN(4))}, rng.IntN(20)*rng.IntN(20))
				if rng.IntN(4) == 0 {
					b = append(append([]byte(" x"), b...), "\t x"[rng.IntN(3)])
				}
				data = append(data, b...)
				offs = append(offs, int32(len(data)))
			}
			lengths := make([]uint64, len(offs)-1)
			many.addPlain(offs, data, lengths)
			for j, to := range offs[1:] {
				b := data[offs[j]:to]
				length, flags := inspect(b, false)
				one.add(b, length, flags, 1)
				if lengths[j] != length {
					t.Fatalf("length of %q = %d, want %d", b, lengths[j], length)
				}
			}
		}
		if !reflect.DeepEqual(one, many) {
			t.Errorf("addPlain gives %+v, want %+v", many, one)
		}
	}
}

// TestEntriesAreTheSmallest lists hashes that are spread, crowded, or few.
func TestEntriesAreTheSmallest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 6))
	for _, c := range []struct {
		n, k int
		draw func() uint64
	}{
		{0, 9, rng.Uint64},
		{1, 9, rng.Uint64},
		{1000, 2000, rng.Uint64},
		{5000, 1000, rng.Uint64},
		{5000, 1000, func() uint64 { return rng.Uint64() >> 30 }},
		{3000, 1000, func() uint64 { return rng.Uint64N(4000) }},
		{3000, 1000, func() uint64 { return rng.Uint64N(1<<20) | uint64(rng.IntN(2))<<63 }},
	} {
		d := newDistinct(c.k)
		seen := map[uint64]uint64{}
		for range c.n {
			h := c.draw()
			seen[h]++
			d.addHashes([]uint64{h})
		}
		var want []slot
		for h, n := range seen {
			want = append(want, slot{h: h, n: n})
		}
		slices.SortFunc(want, func(a, b slot) int { return cmp.Compare(a.h, b.h) })
		want = want[:min(len(want), c.k)]
		if got := d.entries(); !slices.Equal(got, want) {
			t.Errorf("entries of %d hashes, %d kept, are not the smallest in order", len(seen), c.k)
		}
	}
}
