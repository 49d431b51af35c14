package ligero

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/transcript"
)

// TestSoundness runs the best known cheat at toy size many times: a wrong
// product, and a q that is zero where it must be and right at as many positions
// as its degree leaves free. With k = 16 and two queries it is believed when
// both queries fall among 2k - l = 18 of 64 positions: a chance of
// C(18,2)/C(64,2) = .0759, while section 10's bound is (3/4)^2 = .5625. The
// measured rate of 1500 runs stays within 5 standard deviations of the former
// (a false alarm in 1.7 million), and so below the bound. Two draws do not change
// the chance: their answers are asked at the same positions.
func TestSoundness(t *testing.T) {
	for _, p := range []Params{{LogK: 4, Rate: 4, Queries: 2}, {LogK: 4, Rate: 4, Queries: 2, Draws: 2}} {
		soundness(t, p)
	}
}

func soundness(t *testing.T, p Params) {
	const n, runs = 14, 1500
	w := newToy(n, 4)
	one := field.One()
	w.c[3].Add(&w.c[3], &one)
	w.total.Add(&w.total, &one) // the sum of c as it is committed
	forge := forger(field.NewCode(p.K(), p.Rate), p.Slots())
	believed := 0
	for run := range runs {
		sys, err := NewSystem(p)
		if err != nil {
			t.Fatal(err)
		}
		tr := transcript.New("toy")
		tr.Absorb("run", []byte{byte(run), byte(run >> 8)})
		pr := NewProver(context.Background(), sys, tr, 1)
		pr.Force()
		pr.forge = forge
		if err = (lone{w}).run(sys, pr, n, streams(t)); err != nil {
			t.Fatal(err)
		}
		body, err := pr.Finish()
		if err != nil {
			t.Fatal(err)
		}
		sys, err = NewSystem(p)
		if err != nil {
			t.Fatal(err)
		}
		tr = transcript.New("toy")
		tr.Absorb("run", []byte{byte(run), byte(run >> 8)})
		v, err := NewVerifier(sys, tr, body)
		if err != nil {
			t.Fatal(err)
		}
		if err = (lone{}).run(sys, v, n, streams(t)); err != nil {
			t.Fatal(err)
		}
		if err = v.Finish(); err == nil {
			believed++
		} else if !errors.Is(err, privacy.ErrTampered) {
			t.Fatal(err)
		}
	}
	want := 18. * 17 / (64 * 63)
	got := float64(believed) / runs
	if d := 5 * math.Sqrt(want*(1-want)/runs); math.Abs(got-want) > d {
		t.Errorf("the cheat was believed in %.4f of runs, want %.4f ± %.4f", got, want, d)
	}
	if bound := math.Exp2(-p.Bits(0)); math.Abs(bound-0.5625) > 1e-9 || got > bound {
		t.Errorf("rate %.4f, bound %.4f, want .5625", got, bound)
	}
}

// TestSecondDraw gives a cheater a first draw that it knew before it committed: two
// constraints are broken by opposite amounts, whose coefficients are alike. One draw
// believes it always; a second one, which nobody knew, never does. So it is with two
// totals.
func TestSecondDraw(t *testing.T) {
	known := func(c draws) {
		for _, v := range [][]Elem{c[0].zeros, c[0].sums} {
			for i := range v {
				v[i] = field.One()
			}
		}
	}
	one, minus := field.One(), field.Int(-1)
	for name, broken := range map[string]func(sys *System, a, b Vec){
		"constraints": func(sys *System, a, b Vec) { // a = 1 and a = 3, and a is 2
			sys.Zero(Product{Form{{one, a, nil}, {minus, None, nil}}, nil})
			sys.Zero(Product{Form{{one, a, nil}, {field.Int(-3), None, nil}}, nil})
		},
		"totals": func(sys *System, a, b Vec) {
			n := field.Int(int64(2 * sys.Slots()))
			for _, by := range []Elem{one, minus} {
				var target Elem
				target.Add(&n, &by)
				sys.Sum(target, Product{Form{{one, b, nil}}, nil})
			}
		},
	} {
		for _, p := range []Params{small, twice} {
			run := func(sess Session, sys *System) {
				o := sys.Oracle()
				a, b := sys.Vector(o, sys.Slots()), sys.Vector(o, sys.Slots())
				two := make(list, sys.Slots())
				for i := range two {
					two[i] = field.Int(2)
				}
				for _, step := range []func() error{
					func() error { return sess.Root(o, streams(t)(0), []Source{two, two}) },
					func() error { return sess.Root(sys.Masks(), streams(t)(1), make([]Source, sys.MaskRows())) },
				} {
					if err := step(); err != nil {
						t.Fatal(err)
					}
				}
				broken(sys, a, b)
			}
			sys, err := NewSystem(p)
			if err != nil {
				t.Fatal(err)
			}
			pr := NewProver(context.Background(), sys, transcript.New("toy"), 1)
			pr.force, pr.rig = true, known
			run(pr, sys)
			body, err := pr.Finish()
			if err != nil {
				t.Fatal(err)
			}
			if sys, err = NewSystem(p); err != nil {
				t.Fatal(err)
			}
			v, err := NewVerifier(sys, transcript.New("toy"), body)
			if err != nil {
				t.Fatal(err)
			}
			v.rig = known
			run(v, sys)
			if err = v.Finish(); (err == nil) != (p == small) {
				t.Errorf("%s, %d draws: Finish = %v; one known draw is believed, two are not", name, p.Times(), err)
			}
		}
	}
}

// lone is the protocol of one constraint, a·b = c.
type lone struct{ toy }

func (l lone) run(sys *System, sess Session, n int, stream func(int) *Stream) error {
	o := sys.Oracle()
	a, b, c := sys.Vector(o, n), sys.Vector(o, n), sys.Vector(o, n)
	if err := sess.Root(o, stream(0), []Source{l.a, l.b, l.c}); err != nil {
		return err
	}
	if err := sess.Root(sys.Masks(), stream(1), make([]Source, sys.MaskRows())); err != nil {
		return err
	}
	one, minus := field.One(), field.Int(-1)
	sys.Zero(Product{Form{{one, a, nil}}, Form{{one, b, nil}}}, Product{Form{{minus, c, nil}}, nil})
	return nil
}

// forger replaces q, which is not zero at the slots, by a polynomial that is,
// and that agrees with it at 2k - l positions of the codeword: it takes off the
// polynomial through q's slots that vanishes at these positions.
func forger(code *field.Code, l int) func(q []Elem) {
	k := code.K
	var w2 Elem
	w2.SetRootOfUnityTwoN(5) // 2k = 32
	zeros := make([]Elem, 0, 2*k-l)
	for j := range 2*k - l {
		zeros = append(zeros, code.Point(j*3))
	}
	vanish := func(x Elem) Elem {
		v := field.One()
		for i := range zeros {
			var d Elem
			d.Sub(&x, &zeros[i])
			v.Mul(&v, &d)
		}
		return v
	}
	at := make([]Elem, l)
	for s := range at {
		at[s] = field.Power(w2, uint64(2*s))
	}
	matrix := make([][]Elem, 2*k)
	for i := range matrix {
		x := field.Power(w2, uint64(i))
		for s := range l {
			v := vanish(at[s])
			v.Inv(&v)
			u := vanish(x)
			v.Mul(&v, &u)
			for r := range l {
				if r != s {
					var a, b Elem
					a.Sub(&x, &at[r])
					b.Sub(&at[s], &at[r])
					b.Inv(&b)
					v.Mul(&v, &a)
					v.Mul(&v, &b)
				}
			}
			matrix[i] = append(matrix[i], v)
		}
	}
	return func(q []Elem) {
		slots := make([]Elem, l)
		for s := range slots {
			slots[s] = q[2*s]
		}
		for i := range q {
			var d, x Elem
			for s := range slots {
				x.Mul(&matrix[i][s], &slots[s])
				d.Add(&d, &x)
			}
			q[i].Sub(&q[i], &d)
		}
	}
}
