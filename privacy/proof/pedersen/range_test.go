package pedersen

import (
	"errors"
	"fmt"
	"math/big"
	"syscall"
	"testing"
	"time"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
)

func commitTo(t testing.TB, vs ...*big.Int) (cs []Commitment, os []*Opening) {
	t.Helper()
	for _, v := range vs {
		c, o, err := Commit(v, nil)
		if err != nil {
			t.Fatal(err)
		}
		cs, os = append(cs, c), append(os, o)
	}
	return cs, os
}

func basis(t testing.TB, bits, totals int) *Basis {
	t.Helper()
	b, err := NewBasis(bits, totals)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func ints(vs ...int64) (out []*big.Int) {
	for _, v := range vs {
		out = append(out, big.NewInt(v))
	}
	return out
}

// TestRange proves what holds: both ends of every width, several totals, numbers
// of them that are no power of two, and a basis for more.
func TestRange(t *testing.T) {
	top := func(bits uint) *big.Int {
		return new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), bits), big.NewInt(1))
	}
	for _, x := range []struct {
		bits, basis int
		totals      []*big.Int
	}{
		{8, 1, ints(0)},
		{8, 1, ints(255)},
		{8, 4, ints(255, 0, 17)},
		{8, 8, ints(1, 2)},
		{16, 2, ints(65535, 0)},
		{32, 1, ints(1 << 31)},
		{64, 1, []*big.Int{top(64)}},
		{128, 1, []*big.Int{top(127)}},
	} {
		b := basis(t, x.bits, x.basis)
		cs, os := commitTo(t, x.totals...)
		proof, err := b.ProveRange(audience, cs, os, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err = b.VerifyRange(audience, cs, proof); err != nil {
			t.Errorf("VerifyRange(%d totals of %d bits) = %v", len(cs), x.bits, err)
		}
		if x.bits == 128 {
			continue // the slow verifier is slow
		}
		if err = slow(b, must1(several(audience, cs))(t), proof); err != nil {
			t.Errorf("the slow verifier of %d totals of %d bits says %v", len(cs), x.bits, err)
		}
	}
	b := basis(t, 64, 1)
	cs, os := commitTo(t, big.NewInt(5))
	if proof, err := b.ProveRange(audience, cs, os, nil); err != nil || len(proof) != 672 {
		t.Errorf("ProveRange = %d bytes, %v, want the paper's 672", len(proof), err)
	}
}

func must1[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// TestBounds proves inside and at the ends, and refuses to just outside; the
// bounds, the kind, and the order of bounds are bound.
func TestBounds(t *testing.T) {
	lo, hi := big.NewInt(-1000), big.NewInt(70000)
	for _, v := range ints(-1000, -1, 0, 70000) {
		cs, os := commitTo(t, v)
		proof, err := ProveBetween(audience, cs[0], os[0], lo, hi, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err = VerifyBetween(audience, cs[0], lo, hi, proof); err != nil {
			t.Errorf("VerifyBetween(%v in -1000..70000) = %v", v, err)
		}
	}
	for _, v := range ints(-1001, 70001, 1<<40) {
		cs, os := commitTo(t, v)
		if _, err := ProveBetween(audience, cs[0], os[0], lo, hi, nil); !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("ProveBetween(%v in -1000..70000) = %v, want refused", v, err)
		}
	}
	cs, os := commitTo(t, big.NewInt(100))
	c, o := cs[0], os[0]
	between := must1(ProveBetween(audience, c, o, big.NewInt(0), big.NewInt(200), nil))(t)
	least := must1(ProveAtLeast(audience, c, o, big.NewInt(100), 16, nil))(t)
	most := must1(ProveAtMost(audience, c, o, big.NewInt(100), 16, nil))(t)
	for name, err := range map[string]error{
		"at least": VerifyAtLeast(audience, c, big.NewInt(100), 16, least),
		"at most":  VerifyAtMost(audience, c, big.NewInt(100), 16, most),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := commitTo1(t, 100)
	for name, err := range map[string]error{
		"another lo":                  VerifyBetween(audience, c, big.NewInt(1), big.NewInt(200), between),
		"another hi":                  VerifyBetween(audience, c, big.NewInt(0), big.NewInt(201), between),
		"both moved":                  VerifyBetween(audience, c, big.NewInt(1), big.NewInt(201), between),
		"another commitment":          VerifyBetween(audience, d, big.NewInt(0), big.NewInt(200), between),
		"another context":             VerifyBetween([]byte("x"), c, big.NewInt(0), big.NewInt(200), between),
		"at least more":               VerifyAtLeast(audience, c, big.NewInt(101), 16, least),
		"at least less":               VerifyAtLeast(audience, c, big.NewInt(99), 16, least),
		"at least for at most":        VerifyAtMost(audience, c, big.NewInt(100), 16, least),
		"at most for at least":        VerifyAtLeast(audience, c, big.NewInt(100), 16, most),
		"at most less":                VerifyAtMost(audience, c, big.NewInt(99), 16, most),
		"other bits":                  VerifyAtMost(audience, c, big.NewInt(100), 32, most),
		"a bare range for a shifted":  basis(t, 16, 1).VerifyRange(audience, []Commitment{c}, least),
		"the identity for commitment": VerifyAtMost(audience, Commitment{}, big.NewInt(100), 16, most),
	} {
		if !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: %v, want tampered", name, err)
		}
	}
	for name, err := range map[string]error{
		"empty":       VerifyBetween(audience, c, big.NewInt(2), big.NewInt(1), between),
		"no width":    VerifyAtMost(audience, c, big.NewInt(2), 17, most),
		"huge bounds": VerifyBetween(audience, c, big.NewInt(0), new(big.Int).Lsh(big.NewInt(1), 300), between),
	} {
		if !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("%s: %v, want refused", name, err)
		}
	}
}

func commitTo1(t testing.TB, v int64) Commitment {
	c, _ := must(t, v)
	return c
}

func TestBasisIsRefused(t *testing.T) {
	for _, x := range [][2]int{{0, 1}, {7, 1}, {8, 0}, {8, -1}, {128, 513}, {64, 1 << 30}} {
		if _, err := NewBasis(x[0], x[1]); !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("NewBasis(%d, %d) = %v, want refused", x[0], x[1], err)
		}
	}
	b := basis(t, 8, 2)
	cs, os := commitTo(t, ints(1, 2, 3)...)
	if _, err := b.ProveRange(audience, cs, os, nil); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveRange of 3 totals by a basis for 2 = %v, want refused", err)
	}
	if _, err := b.ProveRange(audience, nil, nil, nil); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveRange of nothing = %v, want refused", err)
	}
	if _, err := b.ProveRange(audience, cs[:2], os[1:], nil); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveRange with other openings = %v, want refused", err)
	}
	cs, os = commitTo(t, ints(1, 256)...)
	if _, err := b.ProveRange(audience, cs, os, nil); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("ProveRange of 256 in 8 bits = %v, want refused", err)
	}
}

// TestGenerators: no generator is another, nor G, H, U or the identity, and the
// first ones are pinned, so that a change of the hash is seen.
func TestGenerators(t *testing.T) {
	b := basis(t, 8, 16)
	seen := map[Commitment]string{}
	add := func(name string, e group.Element) {
		c, err := encode(e)
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[c]; twice || e.IsIdentity() {
			t.Errorf("%s is %s, or the identity", name, other)
		}
		seen[c] = name
	}
	add("G", curve().Generator())
	add("H", b.b)
	add("U", b.u)
	for i := range b.g {
		add(fmt.Sprint("G_", i), b.g[i])
		add(fmt.Sprint("H_", i), b.h[i])
	}
	for name, e := range map[string]group.Element{
		"746f28ac93b3bc8e37ecaf422c92a006c9b122266463a0063db7ede3adea5e5b": b.b,
		"00754e800adb4f469d4442f5527a7e3ebc9d067a98a4efd3c8e84865da26122e": b.u,
		"04b377c2242430877e70319ed96b2d98e0fc381e06be246fd9e68441ae974a20": b.g[0],
		"8a6c83f3e47be8bf9b43bafd90b75dec706bb1d3e82132a2577f4273bc6aa40a": b.h[0],
	} {
		if got := fmt.Sprintf("%x", bytesOf(e)); got != name {
			t.Errorf("a generator is %s, want %s", got, name)
		}
	}
}

func BenchmarkRange(b *testing.B) {
	for _, x := range [][2]int{{64, 1}, {64, 2}, {64, 16}} { // more of them: BenchmarkCurve of package proof
		bits, m := x[0], x[1]
		var vs []*big.Int
		for i := range m {
			vs = append(vs, big.NewInt(int64(i*40503%65536)))
		}
		basis := basis(b, bits, m)
		cs, os := commitTo(b, vs...)
		var proof []byte
		measure := func(name string, f func() error) {
			b.Run(fmt.Sprintf("%s/bits=%d/totals=%d", name, bits, m), func(b *testing.B) {
				used := cpu()
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64((cpu()-used).Microseconds())/1e3/float64(b.N), "cpu-ms")
				b.ReportMetric(float64(len(proof)), "bytes")
			})
		}
		measure("prove", func() (err error) {
			proof, err = basis.ProveRange(audience, cs, os, nil)
			return err
		})
		measure("verify", func() error { return basis.VerifyRange(audience, cs, proof) })
	}
}

// cpu is the processor time of the process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
