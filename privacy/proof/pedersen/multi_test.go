package pedersen

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/cloudflare/circl/group"
)

// some gives n points and scalars: the edges of the scalars, then random ones.
func some(t testing.TB, n int) (m terms) {
	t.Helper()
	rnd := rand.NewChaCha8([32]byte{9})
	minus := curve().NewScalar().SetBigInt(big.NewInt(-1))
	half := curve().NewScalar().SetBigInt(new(big.Int).Lsh(big.NewInt(1), 252))
	edges := []group.Scalar{curve().NewScalar(), curve().NewScalar().SetUint64(1), minus, half, curve().NewScalar().Add(minus, half)}
	for i := range n {
		k, err := random(rnd)
		if err != nil {
			t.Fatal(err)
		}
		if i < len(edges) {
			k = edges[i]
		}
		m.add(k, curve().HashToElement([]byte{byte(i), byte(i >> 8)}, []byte("test")))
	}
	return m
}

// TestMulti holds both methods against circl's own multiplication.
func TestMulti(t *testing.T) {
	for _, n := range []int{0, 1, 2, 5, 40, 300} {
		m := some(t, n)
		want := curve().Identity()
		for i := range m.p {
			want.Add(want, curve().NewElement().Mul(m.p[i], m.s[i]))
		}
		if got := straus(forms(m.s), m.p); !got.IsEqual(want) {
			t.Errorf("straus of %d terms = %v, want %v", n, got, want)
		}
		if got := pippenger(m.s, m.p); !got.IsEqual(want) {
			t.Errorf("pippenger of %d terms = %v, want %v", n, got, want)
		}
		if got := m.sum(); !got.IsEqual(want) {
			t.Errorf("sum of %d terms = %v, want %v", n, got, want)
		}
	}
}

func BenchmarkMulti(b *testing.B) {
	for _, n := range []int{8, 128, 256, 512, 2048, 32768} {
		m := some(b, n)
		for name, f := range map[string]func() group.Element{
			"straus":    func() group.Element { return straus(forms(m.s), m.p) },
			"pippenger": func() group.Element { return pippenger(m.s, m.p) },
			"mul": func() group.Element {
				sum := curve().Identity()
				for i := range m.p {
					sum.Add(sum, curve().NewElement().Mul(m.p[i], m.s[i]))
				}
				return sum
			},
		} {
			b.Run(fmt.Sprintf("%s/terms=%d", name, n), func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n)/1e3, "µs/term")
			})
		}
	}
}
