package cell

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestAppendFloat: the shorter ways write what strconv's shortest form is.
func TestAppendFloat(t *testing.T) {
	var got, want []byte
	check := func(f float64, bits int) {
		t.Helper()
		got, want = AppendFloat(got[:0], f, bits), strconv.AppendFloat(want[:0], f, 'g', -1, bits)
		if string(got) != string(want) {
			t.Fatalf("AppendFloat(%b, %d bits) = %s, want %s", f, bits, got, want)
		}
	}
	for n := -1_000_100; n <= 1_000_100; n += 7 {
		check(float64(float32(float64(n)/1e4)), 32)
		check(float64(math.Nextafter32(float32(float64(n)/1e4), 1000)), 32)
	}
	for n := -50; n <= 50; n++ {
		check(float64(float32(float64(n)/1e4)), 32)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		if f := float64(math.Float32frombits(r.Uint32())); !math.IsNaN(f) && !math.IsInf(f, 0) {
			check(f, 32)
		}
		check(float64(float32(r.Float64()*200-100)), 32)
		check(float64(r.IntN(1e8))/1e4, 32) // not of 32 bits
	}
	check(math.Copysign(0, -1), 32)
	check(0, 32)
}
