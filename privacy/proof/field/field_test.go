package field

import (
	"bytes"
	"math/big"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/cloudflare/circl/vdaf/prio3/arith/fp128"
)

// number gives the integer of an element by the words of PROOFS.md: its bytes
// are x·2^128 mod p, little-endian.
func number(x Elem) *big.Int {
	b := Append(nil, x)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	r := new(big.Int).ModInverse(new(big.Int).Lsh(big.NewInt(1), 128), Order())
	r.Mul(r, new(big.Int).SetBytes(b))
	return r.Mod(r, Order())
}

func draw(n int, seed uint64) []Elem {
	v := make([]Elem, n)
	if err := Random(v, rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8)})); err != nil {
		panic(err)
	}
	return v
}

func TestOrder(t *testing.T) {
	want := new(big.Int).Lsh(big.NewInt(1), 128)
	want.Sub(want, new(big.Int).Lsh(big.NewInt(28), 64))
	want.Add(want, big.NewInt(1))
	if Order().Cmp(want) != 0 {
		t.Errorf("Order() = %x, want %x", Order(), want)
	}
	if !want.ProbablyPrime(20) {
		t.Error("the order is no prime")
	}
}

// TestArithmetic holds each operation against integers modulo p.
func TestArithmetic(t *testing.T) {
	p := Order()
	v := append(draw(60, 1), Elem{}, One(), Int(-1), Uint(^uint64(0)), Int(-1<<63))
	for i := range v {
		for j := range v {
			x, y := v[i], v[j]
			a, b := number(x), number(y)
			var sum, dif, prod Elem
			sum.Add(&x, &y)
			dif.Sub(&x, &y)
			prod.Mul(&x, &y)
			for _, c := range []struct {
				got  Elem
				want *big.Int
			}{
				{sum, new(big.Int).Add(a, b)},
				{dif, new(big.Int).Sub(a, b)},
				{prod, new(big.Int).Mul(a, b)},
			} {
				if want := c.want.Mod(c.want, p); number(c.got).Cmp(want) != 0 {
					t.Fatalf("elements %d and %d: got %x, want %x", i, j, number(c.got), want)
				}
			}
			if Big(a) != x {
				t.Fatalf("Big(%x) = %x", a, number(Big(a)))
			}
		}
	}
	for _, x := range []int64{0, 1, -1, 1 << 62, -1 << 63} {
		if want := new(big.Int).Mod(big.NewInt(x), p); number(Int(x)).Cmp(want) != 0 {
			t.Errorf("Int(%d) = %x, want %x", x, number(Int(x)), want)
		}
	}
	if got, want := Power(Uint(3), 200), new(big.Int).Exp(big.NewInt(3), big.NewInt(200), p); number(got).Cmp(want) != 0 {
		t.Errorf("Power(3, 200) = %x, want %x", number(got), want)
	}
}

func TestInvert(t *testing.T) {
	v := draw(17, 2)
	w := append([]Elem(nil), v...)
	if !Invert(w, make([]Elem, len(w))) {
		t.Fatal("Invert = false")
	}
	for i := range v {
		w[i].Mul(&w[i], &v[i])
		if w[i] != One() {
			t.Errorf("element %d times its inverse = %x", i, number(w[i]))
		}
	}
	v[5] = Elem{}
	if Invert(v, make([]Elem, len(v))) {
		t.Error("Invert with a zero = true")
	}
}

func TestBytes(t *testing.T) {
	v := draw(9, 3)
	b := Append(nil, v...)
	w := make([]Elem, len(v))
	if err := Decode(w, b); err != nil {
		t.Fatal(err)
	}
	for i := range v {
		if v[i] != w[i] {
			t.Errorf("element %d changed", i)
		}
	}
	if Decode(w, b[1:]) == nil {
		t.Error("Decode took a cut input")
	}
	for _, bad := range [][]byte{
		bytes.Repeat([]byte{0xff}, 16),
		{1, 0, 0, 0, 0, 0, 0, 0, 0xe4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, // p
	} {
		if _, ok := Read(bad); ok {
			t.Errorf("Read(%x) took a number that is not below p", bad)
		}
	}
	top := []byte{0, 0, 0, 0, 0, 0, 0, 0, 0xe4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	if _, ok := Read(top); !ok {
		t.Error("Read refused p - 1")
	}
}

// TestRandomReadsInFull gives one byte a read: circl's method would keep stale
// bytes.
func TestRandomReadsInFull(t *testing.T) {
	data := make([]byte, 4096)
	rand.NewChaCha8([32]byte{}).Read(data)
	a, b := make([]Elem, 100), make([]Elem, 100)
	if err := Random(a, bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	if err := Random(b, iotest.OneByteReader(bytes.NewReader(data))); err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("element %d depends on the size of reads", i)
		}
	}
	if Random(a, bytes.NewReader(data[:100])) == nil {
		t.Error("Random of too few bytes gave no error")
	}
}

// horner evaluates a polynomial with natural coefficients.
func horner(f []Elem, x Elem) (y Elem) {
	for i := len(f) - 1; i >= 0; i-- {
		y.Mul(&y, &x)
		y.Add(&y, &f[i])
	}
	return y
}

// TestCode holds the transforms against evaluation at each point.
func TestCode(t *testing.T) {
	for _, k := range []int{1, 2, 8, 64, 4096} {
		for _, rate := range []int{4, 8} {
			c := NewCode(k, rate)
			f := draw(k, uint64(k))
			coef := append([]Elem(nil), f...)
			c.Natural(coef)
			values := append([]Elem(nil), coef...)
			c.Values(values)
			var w Elem
			w.SetRootOfUnityTwoN(c.log)
			step := 1 + k/50
			for s := 0; s < k; s += step {
				if values[s] != horner(f, Power(w, uint64(s))) {
					t.Fatalf("k=%d: value %d differs", k, s)
				}
			}
			back := append([]Elem(nil), values...)
			c.Coefficients(back)
			word := make([]Elem, 0, c.N())
			for i := range rate {
				dst := make([]Elem, k)
				c.Coset(dst, coef, i)
				word = append(word, dst...)
			}
			for i := range back {
				if back[i] != coef[i] {
					t.Fatalf("k=%d: Coefficients(Values) changed coefficient %d", k, i)
				}
			}
			places := []int{0, k / 3, k / 2, k - 1}
			some := make([]Elem, len(places))
			for i := range rate {
				c.Sample(some, coef, make([]Elem, k), i, places)
				for n, a := range places {
					if some[n] != word[i*k+a] {
						t.Fatalf("k=%d rate=%d: Sample of coset %d at %d differs", k, rate, i, a)
					}
				}
			}
			for j := 0; j < c.N(); j += step {
				if word[j] != horner(f, c.Point(j)) {
					t.Fatalf("k=%d rate=%d: position %d differs", k, rate, j)
				}
			}
			first := append([]Elem(nil), word[:k]...)
			c.FromCoset(first)
			for i := range first {
				if first[i] != coef[i] {
					t.Fatalf("k=%d: FromCoset changed coefficient %d", k, i)
				}
			}
		}
	}
}

// TestPointsAreApart: positions are different, and none is in the group of
// order 2K, where messages and masks are pinned.
func TestPointsAreApart(t *testing.T) {
	c := NewCode(32, 4)
	seen := map[Elem]bool{}
	for j := range c.N() {
		x := c.Point(j)
		if seen[x] {
			t.Errorf("position %d repeats a point", j)
		}
		seen[x] = true
		if Power(x, uint64(2*c.K)) == One() {
			t.Errorf("position %d lies in the group of order 2K", j)
		}
	}
}

// TestAgainstCircl compares with circl's transform, whose inverse does not
// scale and whose receiver must be clean.
func TestAgainstCircl(t *testing.T) {
	const k = 256
	f := draw(k, 9)
	want := make(fp128.Vec, k)
	want.NTT(f, k)
	c := NewCode(k, 4)
	got := append([]Elem(nil), f...)
	c.Natural(got)
	c.Values(got)
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("value %d differs from circl's", i)
		}
	}
}

func BenchmarkCode(b *testing.B) {
	for _, k := range []int{8192, 32768} {
		c := NewCode(k, 4)
		v, dst := draw(k, 1), make([]Elem, k)
		b.Run(map[int]string{8192: "k=8192", 32768: "k=32768"}[k], func(b *testing.B) {
			for b.Loop() {
				c.Coefficients(v)
				for i := range 4 {
					c.Coset(dst, v, i)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*k), "ns/elem")
		})
	}
}
