package ligero

import (
	"fmt"

	"github.com/verisim/verisim/privacy/proof/field"
)

// Elem is a field element.
type Elem = field.Elem

// Vec is a committed vector; None stands for no vector, the constant 1.
type Vec int

// None is the constant 1 in place of a vector.
const None Vec = -1

// Oracle is a set of vectors under one root.
type Oracle int

// System is what prover and verifier both know.
type System struct {
	Params
	vecs    []vector
	oracles []oracle
	bases   [][]Elem
	prefix  map[int]int // a prefix's length to its basis
	ones    []Elem
	zeros   []zero
	zeroLen int
	sums    []sum
	masks   Oracle
	rows    int // tableau rows of all oracles
}

type vector struct {
	oracle Oracle
	slot   int // its place among the oracle's vectors
	length int
	first  int // its first tableau row within the oracle
	rows   int
	global int  // its first tableau row among all
	raw    bool // its sources fill pads too
}

// own says whether a vector is a draw's m_0, which enters that draw's p_w by
// itself and no other.
func (v *vector) own() bool { return v.raw && v.slot%maskRows == 0 }

type oracle struct {
	vecs []Vec
	rows int
}

type zero struct {
	terms []Product
	rows  int // tableau rows
	at    int // its first row's coefficient
}

type sum struct {
	target Elem
	terms  []Product
}

// Part is a multiple of a public basis polynomial in one tableau row.
type Part struct {
	Basis int // from System.Basis, or Constant
	Coef  Elem
}

// Constant is the basis polynomial 1.
const Constant = -1

// Public is a public vector. One that stands in several constraints is made once,
// so that they are known to be alike.
type Public struct{ at func(row int) []Part }

// NewPublic makes a public vector of its rows; no parts mean zero.
func NewPublic(at func(row int) []Part) *Public { return &Public{at} }

// Lin is a multiple of a vector, or of None, times a public vector if Pub is
// not nil.
type Lin struct {
	Coef Elem
	V    Vec
	Pub  *Public
}

// Form is a sum.
type Form []Lin

// Product is F·G, or F alone where G is nil. In F·G a public vector stands by
// itself, with None, since the degree ends at two.
type Product struct{ F, G Form }

// NewSystem starts an empty system.
func NewSystem(p Params) (*System, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	return &System{Params: p, prefix: map[int]int{}, masks: -1}, nil
}

// Oracle adds an oracle. Oracles are committed in the order of this call.
func (s *System) Oracle() Oracle {
	s.oracles = append(s.oracles, oracle{})
	return Oracle(len(s.oracles) - 1)
}

// Vector adds a vector to an oracle that is not committed yet.
func (s *System) Vector(o Oracle, length int) Vec { return s.add(o, length, s.Rows(length), false) }

func (s *System) add(o Oracle, length, rows int, raw bool) Vec {
	or := &s.oracles[o]
	v := Vec(len(s.vecs))
	s.vecs = append(s.vecs, vector{o, len(or.vecs), length, or.rows, rows, s.rows, raw})
	or.vecs = append(or.vecs, v)
	or.rows += rows
	s.rows += rows
	return v
}

// maskRows are, for each draw, m_0 and three rows for each of the two other tests.
const maskRows = 7

// MaskRows is how many tableau rows the masks take.
func (p Params) MaskRows() int { return maskRows * p.Times() }

// Masks adds the oracle of masks. Each system has one.
func (s *System) Masks() Oracle {
	s.masks = s.Oracle()
	for range s.MaskRows() {
		s.add(s.masks, s.Slots(), 1, true)
	}
	return s.masks
}

// Length is a vector's length.
func (s *System) Length(v Vec) int { return s.vecs[v].length }

// TableauRows is the number of rows of all oracles: what a proof's size goes by.
func (s *System) TableauRows() int { return s.rows }

// Oracles is the number of oracles.
func (s *System) Oracles() int { return len(s.oracles) }

// OracleSize is the number of an oracle's vectors.
func (s *System) OracleSize(o Oracle) int { return len(s.oracles[o].vecs) }

// Basis adds a public polynomial by its values at the first slots; the others,
// and the pads' places, are zero.
func (s *System) Basis(values []Elem) int {
	if len(values) > s.Slots() {
		panic(fmt.Sprintf("ligero: a basis of %d values in %d slots", len(values), s.Slots()))
	}
	s.bases = append(s.bases, values)
	return len(s.bases) - 1
}

// Prefix is the public vector of ones up to a length, zeros behind.
func (s *System) Prefix(length int) *Public {
	last, rest := s.tail(length)
	if rest == s.Slots() {
		return NewPublic(func(row int) []Part {
			if row <= last {
				return []Part{{Constant, field.One()}}
			}
			return nil
		})
	}
	b := s.prefixBasis(rest)
	return NewPublic(func(row int) []Part {
		switch {
		case row < last:
			return []Part{{Constant, field.One()}}
		case row == last:
			return []Part{{b, field.One()}}
		}
		return nil
	})
}

// Tail is the public vector of ones behind a length.
func (s *System) Tail(length int) *Public {
	p := s.Prefix(length)
	return NewPublic(func(row int) []Part {
		parts := []Part{{Constant, field.One()}}
		for _, q := range p.at(row) {
			if q.Basis == Constant {
				return nil
			}
			q.Coef = field.Int(-1)
			parts = append(parts, q)
		}
		return parts
	})
}

// tail gives the last row of a vector and how many values stand in it.
func (s *System) tail(length int) (last, rest int) {
	last = max(s.Rows(length)-1, 0)
	return last, length - last*s.Slots()
}

func (s *System) prefixBasis(n int) int {
	b, ok := s.prefix[n]
	if !ok {
		// One slice for all: a header may name many tables.
		for len(s.ones) < s.Slots() {
			s.ones = append(s.ones, field.One())
		}
		b = s.Basis(s.ones[:n:n])
		s.prefix[n] = b
	}
	return b
}

// Zero demands that the sum of the products is zero in every slot. All its
// vectors have the same number of tableau rows.
func (s *System) Zero(terms ...Product) {
	rows := s.rowsOf(terms)
	s.zeros = append(s.zeros, zero{terms, rows, s.zeroLen})
	s.zeroLen += rows
}

// Sum demands that the products, added up over all slots, give the target.
// Products of vectors are slot by slot.
func (s *System) Sum(target Elem, terms ...Product) {
	for _, t := range terms {
		s.rowsOf([]Product{t})
	}
	s.sums = append(s.sums, sum{target, terms})
}

func (s *System) rowsOf(terms []Product) int {
	rows := -1
	each(terms, func(l Lin, pair bool) {
		if pair && l.Pub != nil && l.V != None {
			panic("ligero: a product of a public vector and two others")
		}
		if l.V == None {
			return
		}
		if r := s.vecs[l.V].rows; rows >= 0 && r != rows {
			panic("ligero: a constraint over vectors of different shape")
		}
		rows = s.vecs[l.V].rows
	})
	if rows < 0 {
		panic("ligero: a constraint without vectors")
	}
	return rows
}

func each(terms []Product, f func(l Lin, pair bool)) {
	for _, t := range terms {
		for _, l := range t.F {
			f(l, t.G != nil)
		}
		for _, l := range t.G {
			f(l, true)
		}
	}
}

// Session is a prover or a verifier at work on a system.
type Session interface {
	// Root commits to the next oracle, or reads its root. The verifier ignores
	// stream and sources.
	Root(o Oracle, stream *Stream, sources []Source) error
	// Challenge draws elements after everything committed so far.
	Challenge(label string, n int) []Elem
}

// Source gives a vector's values. It is called more than once a row, by several
// goroutines, and must give the same values each time.
type Source interface {
	// Fill sets every element of dst, the slots of a tableau row.
	Fill(dst []Elem, row int) error
}
