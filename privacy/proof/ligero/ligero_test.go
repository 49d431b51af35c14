package ligero

import (
	"context"
	"crypto/sha256"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// list is a source over values held in memory.
type list []Elem

func (l list) Fill(dst []Elem, row int) error {
	clear(dst)
	if at := row * len(dst); at < len(l) {
		copy(dst, l[at:])
	}
	return nil
}

// toy is a protocol with one of everything: a product, a pinned tail, a public
// basis, a sum of products, and a vector that depends on a challenge.
type toy struct {
	a, b, c list
	total   Elem
}

func newToy(n int, seed uint64) toy {
	r := rand.New(rand.NewPCG(seed, 1))
	var t toy
	for range n {
		x, y := field.Uint(r.Uint64()), field.Uint(r.Uint64())
		var z Elem
		z.Mul(&x, &y)
		t.a, t.b, t.c = append(t.a, x), append(t.b, y), append(t.c, z)
		t.total.Add(&t.total, &z)
	}
	return t
}

func (t toy) run(sys *System, sess Session, n int, stream func(int) *Stream) error {
	first := sys.Oracle()
	a, b := sys.Vector(first, n), sys.Vector(first, n)
	second := sys.Oracle()
	c := sys.Vector(second, n)
	masks := sys.Masks()
	for i, step := range []struct {
		o       Oracle
		sources []Source
	}{{first, []Source{t.a, t.b}}, {second, []Source{t.c}}, {masks, make([]Source, sys.MaskRows())}} {
		if err := sess.Root(step.o, stream(i), step.sources); err != nil {
			return err
		}
	}
	x := sess.Challenge("x", 1)[0]
	third := sys.Oracle()
	d := sys.Vector(third, n) // d = x·a + 1 on the rows
	ones := sys.Prefix(n)
	var later list
	for i := range t.a {
		var v Elem
		v.Mul(&x, &t.a[i])
		one := field.One()
		v.Add(&v, &one)
		later = append(later, v)
	}
	if err := sess.Root(third, stream(3), []Source{later}); err != nil {
		return err
	}
	one, minus := field.One(), field.Int(-1)
	sys.Zero(Product{Form{{one, a, nil}}, Form{{one, b, nil}}}, Product{Form{{minus, c, nil}}, nil})
	sys.Zero(Product{Form{{minus, d, nil}, {x, a, nil}, {one, None, ones}}, nil})
	sys.Zero(Product{Form{{one, a, sys.Tail(n)}}, nil})
	sys.Zero(Product{Form{{one, c, sys.Tail(n)}}, nil})
	sys.Sum(t.total, Product{Form{{one, a, nil}}, Form{{one, b, nil}}})
	sys.Sum(t.total, Product{Form{{one, c, ones}}, nil})
	return nil
}

func streams(t testing.TB) func(int) *Stream {
	return func(i int) *Stream {
		s, err := NewStream([]byte("secret"), []byte{byte(i)}, "test")
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func prove(t testing.TB, p Params, w toy, n int) ([]byte, error) {
	t.Helper()
	sys, err := NewSystem(p)
	if err != nil {
		t.Fatal(err)
	}
	pr := NewProver(context.Background(), sys, transcript.New("toy"), 2)
	if err := w.run(sys, pr, n, streams(t)); err != nil {
		return nil, err
	}
	return pr.Finish()
}

func verify(t testing.TB, p Params, total Elem, n int, body []byte) error {
	t.Helper()
	sys, err := NewSystem(p)
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewVerifier(sys, transcript.New("toy"), body)
	if err != nil {
		return err
	}
	if err := (toy{total: total}).run(sys, v, n, streams(t)); err != nil {
		return err
	}
	return v.Finish()
}

var (
	small = Params{LogK: 6, Rate: 4, Queries: 9}
	twice = Params{LogK: 6, Rate: 4, Queries: 9, Draws: 2}
)

func TestComplete(t *testing.T) {
	for _, p := range []Params{small, twice, {LogK: 7, Rate: 8, Queries: 20}, {LogK: 9, Rate: 4, Queries: 250}} {
		for _, n := range []int{1, p.Slots() - 1, p.Slots(), p.Slots() + 1, 20 * p.Slots() / 3, 17 * p.Slots()} {
			w := newToy(n, uint64(n))
			body, err := prove(t, p, w, n)
			if err != nil {
				t.Fatalf("%+v, %d values: prove: %v", p, n, err)
			}
			if err := verify(t, p, w.total, n, body); err != nil {
				t.Errorf("%+v, %d values: verify: %v", p, n, err)
			}
		}
	}
}

// TestWorkersDoNotMatter: one proof, byte for byte.
func TestWorkersDoNotMatter(t *testing.T) {
	w := newToy(300, 1)
	body, err := prove(t, small, w, 300)
	if err != nil {
		t.Fatal(err)
	}
	sys, err := NewSystem(small)
	if err != nil {
		t.Fatal(err)
	}
	pr := NewProver(context.Background(), sys, transcript.New("toy"), 5)
	if err = w.run(sys, pr, 300, streams(t)); err != nil {
		t.Fatal(err)
	}
	again, err := pr.Finish()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(body, again) {
		t.Error("two and five workers give different proofs")
	}
	if _, err := pr.Finish(); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("second Finish = %v, want refused: the pads cover one proof", err)
	}
}

func TestLiesAreRefused(t *testing.T) {
	n := 100
	one := field.One()
	for name, lie := range map[string]func(*toy){
		"wrong product":  func(w *toy) { w.c[7].Add(&w.c[7], &one) },
		"wrong total":    func(w *toy) { w.total.Add(&w.total, &one) },
		"behind the end": func(w *toy) { w.a = append(w.a, one) },
	} {
		w := newToy(n, 3)
		lie(&w)
		if _, err := prove(t, small, w, n); !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("%s: prove = %v, want refused", name, err)
		}
		// Parameters of 100 bits: a verifier believes none of them.
		sound := Params{LogK: 9, Rate: 4, Queries: 250}
		sys, err := NewSystem(sound)
		if err != nil {
			t.Fatal(err)
		}
		pr := NewProver(context.Background(), sys, transcript.New("toy"), 2)
		pr.Force()
		if err = w.run(sys, pr, n, streams(t)); err != nil {
			t.Fatal(err)
		}
		body, err := pr.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if err = verify(t, sound, w.total, n, body); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: verify = %v, want tampered", name, err)
		}
	}
}

// TestEveryByteCounts flips a bit of every byte and cuts the proof everywhere.
func TestEveryByteCounts(t *testing.T) {
	everyByte(t, small, 3) // every element and hash is hit
	everyByte(t, twice, 13)
}

func everyByte(t *testing.T, small Params, step int) {
	w := newToy(100, 5)
	body, err := prove(t, small, w, 100)
	if err != nil {
		t.Fatal(err)
	}
	if testing.Short() {
		step *= 4
	}
	for i := 0; i < len(body); i += step {
		body[i] ^= 1 << (i % 8)
		if err = verify(t, small, w.total, 100, body); !errors.Is(err, privacy.ErrTampered) {
			t.Fatalf("byte %d flipped: verify = %v", i, err)
		}
		body[i] ^= 1 << (i % 8)
	}
	for i := 0; i < len(body); i += 1 + len(body)/200 {
		if err = verify(t, small, w.total, 100, body[:i]); !errors.Is(err, privacy.ErrTampered) {
			t.Fatalf("cut at %d: verify = %v", i, err)
		}
	}
	if err = verify(t, small, w.total, 100, append(body, 0)); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("a byte behind the end: verify = %v", err)
	}
}

func TestMerkle(t *testing.T) {
	const n = 64
	leaves := make([]Hash, n)
	for i := range leaves {
		leaves[i] = sha256.Sum256([]byte{byte(i)})
	}
	var naive func(lo, hi int) Hash
	naive = func(lo, hi int) Hash {
		if hi-lo == 1 {
			return leaves[lo]
		}
		l, r := naive(lo, (lo+hi)/2), naive((lo+hi)/2, hi)
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
	root := merkleRoot(leaves)
	if root != naive(0, n) {
		t.Fatal("the root is not the definition's")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		pos := r.Perm(n)[:1+r.IntN(n)]
		slices.Sort(pos)
		var some []Hash
		for _, j := range pos {
			some = append(some, leaves[j])
		}
		sib := siblings(nil, leaves, pos)
		in := &reader{sib}
		got, err := rootFrom(in, some, pos, n)
		if err != nil || got != root || len(in.rest) > 0 {
			t.Fatalf("positions %v: root differs, %d bytes left, err %v", pos, len(in.rest), err)
		}
		some[0][0] ^= 1
		if got, _ := rootFrom(&reader{sib}, some, pos, n); got == root {
			t.Fatalf("positions %v: another leaf gives the same root", pos)
		}
	}
}

func TestBits(t *testing.T) {
	standard := Params{LogK: 15, Rate: 4, Queries: 250}
	if got := standard.Bits(math.Exp2(23)); got < 103.1 || got > 103.3 {
		t.Errorf("Bits = %.2f, PROOFS.md says 103.2", got)
	}
	if got := (Params{LogK: 17, Rate: 4, Queries: 309, Draws: 2}).Bits(math.Exp2(40)); got < 128.2 || got > 128.3 {
		t.Errorf("Bits of two draws = %.2f, PROOFS.md says 128.2", got)
	}
	if got := (Params{LogK: 9, Rate: 4, Queries: 309}).Bits(0); got >= 118 {
		t.Errorf("Bits of 309 queries and one draw = %.2f, want below 118", got)
	}
	if got := (Params{LogK: 15, Rate: 4, Queries: 240}).Bits(math.Exp2(23)); got >= 100 {
		t.Errorf("Bits of 240 queries = %.2f, want below 100", got)
	}
}

// TestOpeningsAreUniform: the opened elements of two tables, one of zeros and
// one of large numbers, are alike. Over 16 cells of their top bits, each of the
// four chi-squares of 15 degrees of freedom stays below 60 except with a chance
// of 3e-7.
func TestOpeningsAreUniform(t *testing.T) {
	for _, p := range []Params{small, twice} {
		uniform(t, p)
	}
}

func uniform(t *testing.T, small Params) {
	const n = 400
	for name, w := range map[string]toy{"zeros": {a: make(list, n), b: make(list, n), c: make(list, n)}, "numbers": newToy(n, 8)} {
		var counts [16]float64
		total := 0.0
		for i := range 60 {
			sys, err := NewSystem(small)
			if err != nil {
				t.Fatal(err)
			}
			pr := NewProver(context.Background(), sys, transcript.New("toy"), 1)
			if err = w.run(sys, pr, n, func(o int) *Stream {
				s, fault := NewStream([]byte{byte(i)}, []byte{byte(o)}, "zk")
				if fault != nil {
					t.Fatal(fault)
				}
				return s
			}); err != nil {
				t.Fatal(err)
			}
			body, err := pr.Finish()
			if err != nil {
				t.Fatal(err)
			}
			// the columns of the first oracle follow the roots and answers
			at := 4 + 4*32 + field.Size*small.AnswerSize()
			rows := sys.oracles[0].rows
			for range small.Queries {
				at += saltSize
				for range rows {
					counts[body[at+15]>>4]++
					total++
					at += field.Size
				}
			}
		}
		chi := 0.0
		for _, c := range counts {
			chi += (c - total/16) * (c - total/16) / (total / 16)
		}
		if chi > 60 {
			t.Errorf("%s: chi-square of opened elements = %.1f, want below 60", name, chi)
		}
	}
}
