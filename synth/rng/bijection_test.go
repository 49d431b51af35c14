package rng

import (
	"math"
	"testing"
)

func TestBijection(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 10, 255, 256, 257, 10_007, 1 << 16} {
		for seed := range uint64(3) {
			b := New(seed).Name("bijection").Bijection(n)
			seen := make([]bool, n)
			for i := range n {
				j := b.At(i)
				if j >= n || seen[j] {
					t.Fatalf("n %d: At(%d) = %d, outside or there before", n, i, j)
				}
				seen[j] = true
				if back := b.Invert(j); back != i {
					t.Fatalf("n %d: Invert(At(%d)) = %d", n, i, back)
				}
			}
		}
	}
	for _, n := range []uint64{0, 1 << 62, 1e18} {
		b := New(1).Bijection(n)
		for i := range uint64(1000) {
			if back := b.Invert(b.At(i)); back != i {
				t.Fatalf("n %d: Invert(At(%d)) = %d", n, i, back)
			}
		}
	}
}

// TestBijectionMixes holds neighbouring images to a uniform distribution: chi
// squared over 64 x 64 cells of (image of i, image of i+1). With 4,095 degrees
// of freedom its standard deviation is 90.5; 6 of them are one false alarm in
// 10^9.
func TestBijectionMixes(t *testing.T) {
	const n, draws, cells = 1 << 40, 1 << 20, 64
	b := New(7).Bijection(n)
	var count [cells * cells]float64
	last := b.At(0)
	for i := uint64(1); i <= draws; i++ {
		j := b.At(i)
		count[(last>>34)*cells+j>>34]++
		last = j
	}
	want, chi := float64(draws)/cells/cells, 0.0
	for _, c := range count {
		chi += (c - want) * (c - want) / want
	}
	if sd := math.Sqrt(2 * (cells*cells - 1)); math.Abs(chi-(cells*cells-1)) > 6*sd {
		t.Errorf("chi squared = %.0f, want %d +- %.0f", chi, cells*cells-1, 6*sd)
	}
}
