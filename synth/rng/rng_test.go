package rng

import (
	"math"
	"math/bits"
	"testing"
)

// TestVectors pins the function: a change of any draw breaks everybody's data.
// The numbers come from an independent implementation with big integers.
func TestVectors(t *testing.T) {
	k := New(42).Name("transactions").Name("amount")
	got := []uint64{New(0).Uint64(0), New(1).Uint64(0), k.Uint64(0), k.Uint64(1), k.At(7).Uint64(0)}
	want := []uint64{0x7167c86ac3677096, 0xab0f3b6291e53402, 0xf851242b6b4bb155, 0xd393d9aa4ef47906, 0x213c2cba6409225b}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("draw %d = %#x, want %#x", i, got[i], want[i])
		}
	}
}

// TestUniform counts draws in 256 bins. The chi-square statistic of 255
// degrees of freedom exceeds 387 with probability below 1e-7 (Wilson-Hilferty:
// z = 5.3); six streams are looked at, so a false alarm has less than 1e-6.
func TestUniform(t *testing.T) {
	const n = 1 << 18
	root := New(3)
	streams := map[string]func(i uint64) uint64{
		"counter low":  func(i uint64) uint64 { return root.Uint64(i) & 255 },
		"counter high": func(i uint64) uint64 { return root.Uint64(i) >> 56 },
		"keys":         func(i uint64) uint64 { return root.At(i).Uint64(0) >> 56 },
		"keys low":     func(i uint64) uint64 { return root.At(i).Uint64(0) & 255 },
		"seeds":        func(i uint64) uint64 { return New(i).Uint64(0) >> 56 },
		"steps":        func(i uint64) uint64 { return (root.Uint64(i) ^ root.Uint64(i+1)) & 255 },
	}
	for name, draw := range streams {
		var bins [256]float64
		for i := range uint64(n) {
			bins[draw(i)]++
		}
		chi := 0.0
		for _, c := range bins {
			d := c - n/256
			chi += d * d / (n / 256)
		}
		if chi > 387 {
			t.Errorf("%s: chi-square = %.0f with 255 degrees of freedom, want at most 387", name, chi)
		}
	}
}

// TestAvalanche flips each bit of the counter: each bit of the draw must change
// half the time. Over n pairs a share is off by more than 6/sqrt(4n) with
// probability 2e-9; 4,096 shares are looked at.
func TestAvalanche(t *testing.T) {
	const n = 2048
	k := New(9).Name("x")
	for in := range 64 {
		var changed [64]int
		for i := range uint64(n) {
			x := fold(i, c2)
			d := k.Uint64(x) ^ k.Uint64(x^1<<in)
			for d != 0 {
				changed[bits.TrailingZeros64(d)]++
				d &= d - 1
			}
		}
		for out, c := range changed {
			if math.Abs(float64(c)/n-.5) > 6/math.Sqrt(4*n) {
				t.Errorf("flipping bit %d changes bit %d in %d of %d draws", in, out, c, n)
			}
		}
	}
}

func TestNormal(t *testing.T) {
	for _, c := range []struct{ p, want float64 }{
		// Quantiles from Wichura's paper: PPND(0.25) and PPND(0.001), PPND(1e-20) is beyond the grid.
		{0.25, -0.6744897501960817}, {0.001, -3.090232306167813},
	} {
		// The draw at distance 0.5-p below the median: the sign bit, then 52
		// bits of distance in steps of 2^-53.
		got := Normal(1<<63 | uint64((0.5-c.p)*0x1p53)<<11)
		if math.Abs(got-c.want) > 1e-9 {
			t.Errorf("Normal at %v = %v, want %v", c.p, got, c.want)
		}
	}
	// Mean 0 and variance 1: over n draws the mean is off by more than 6/sqrt(n)
	// with probability 2e-9, the variance by more than 6*sqrt(2/n) likewise.
	const n = 1 << 18
	k := New(5)
	var sum, sq float64
	for i := range uint64(n) {
		x := k.Normal(i)
		sum += x
		sq += x * x
	}
	if m := sum / n; math.Abs(m) > 6/math.Sqrt(n) {
		t.Errorf("mean = %v, want 0", m)
	}
	if v := sq / n; math.Abs(v-1) > 6*math.Sqrt(2./n) {
		t.Errorf("variance = %v, want 1", v)
	}
	if m := Normal(math.MaxUint64); math.IsInf(m, 0) || m > -8 {
		t.Errorf("the extreme is %v, want below -8 and finite", m)
	}
}

func TestPermute(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 10, 255, 256, 257, 1000} {
		k := New(n)
		seen := make([]bool, n)
		for i := range n {
			p := k.Permute(i, n)
			if p >= n || seen[p] {
				t.Fatalf("Permute(%d, %d) = %d: outside, or there twice", i, n, p)
			}
			seen[p] = true
			if back := k.Invert(p, n); back != i {
				t.Fatalf("Invert(Permute(%d, %d)) = %d", i, n, back)
			}
		}
	}
	k := New(1)
	if big := uint64(1) << 40; k.Invert(k.Permute(12345, big), big) != 12345 {
		t.Error("Invert does not undo Permute on 2^40")
	}
}

func TestBelow(t *testing.T) {
	k := New(8)
	for i := range uint64(1000) {
		if v := k.Below(i, 7); v >= 7 {
			t.Fatalf("Below(%d, 7) = %d", i, v)
		}
	}
	if k.Below(1, 0) != 0 {
		t.Error("Below(_, 0) is not 0")
	}
}

func TestSequenceIsTheKeysDraws(t *testing.T) {
	k := New(4)
	s := k.Sequence()
	for i := range uint64(10) {
		if got, want := s.Uint64(), k.Uint64(i); got != want {
			t.Errorf("draw %d = %#x, want %#x", i, got, want)
		}
	}
}

func BenchmarkUint64(b *testing.B) {
	k := New(1)
	var x uint64
	for i := uint64(0); b.Loop(); i++ {
		x ^= k.Uint64(i)
	}
	_ = x
}

func BenchmarkNormal(b *testing.B) {
	k := New(1)
	var x float64
	for i := uint64(0); b.Loop(); i++ {
		x += k.Normal(i)
	}
	_ = x
}
