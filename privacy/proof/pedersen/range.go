package pedersen

import (
	"crypto/rand"
	"fmt"
	"io"

	"github.com/cloudflare/circl/group"

	"github.com/verisim/verisim/privacy"
)

// bit is one bit's part of a range proof.
type bit struct {
	c      group.Element // its commitment
	e0     group.Scalar  // the challenge of "it is 0"; the other is e - e0
	z0, z1 group.Scalar
}

// ProveRange shows that a commitment's total is below 2^bits. rnd defaults to
// crypto/rand. The proof has 128·bits bytes.
func ProveRange(context []byte, c Commitment, o *Opening, bits int, rnd io.Reader) ([]byte, error) {
	if rnd == nil {
		rnd = rand.Reader
	}
	if bits < 1 || bits > MaxBits || o.Total.Sign() < 0 || o.Total.BitLen() > bits || !o.Opens(c) {
		return nil, privacy.Refused("prove", "range", "the total is not below 2^%d, or the opening is not the commitment's", bits)
	}
	draw := func(into ...*group.Scalar) error {
		for _, s := range into {
			var err error
			if *s, err = random(rnd); err != nil {
				return err
			}
		}
		return nil
	}
	// Blinds with sum 2^i·r_i = r.
	blinds := make([]group.Scalar, bits)
	first := o.blind.Copy()
	weight := curve().NewScalar().SetUint64(1)
	two := curve().NewScalar().SetUint64(2)
	for i := 1; i < bits; i++ {
		if err := draw(&blinds[i]); err != nil {
			return nil, err
		}
		weight.Mul(weight, two)
		first.Sub(first, curve().NewScalar().Mul(weight, blinds[i]))
	}
	blinds[0] = first

	h := base()
	parts := make([]bit, bits)
	nonces := make([]group.Scalar, bits)
	var said []byte
	for i := range parts {
		b := o.Total.Bit(i)
		p := &parts[i]
		p.c = commit(curve().NewScalar().SetUint64(uint64(b)), blinds[i])
		var e, z group.Scalar // of the branch that is not true
		if err := draw(&nonces[i], &e, &z); err != nil {
			return nil, err
		}
		x := [2]group.Element{p.c, less(p.c)}
		var a [2]group.Element
		a[b] = curve().NewElement().Mul(h, nonces[i])
		a[1-b] = opener(h, x[1-b], e, z)
		// e0 holds the other branch's challenge until the whole one is known.
		if p.e0 = e; b == 0 {
			p.z1 = z
		} else {
			p.z0 = z
		}
		for _, el := range []group.Element{p.c, a[0], a[1]} {
			m, err := el.MarshalBinary()
			if err != nil {
				return nil, fmt.Errorf("write proof: %w", err)
			}
			said = append(said, m...)
		}
	}
	e := challenge(context, bits, c, said)
	out, err := e.MarshalBinary()
	if err != nil {
		return nil, fmt.Errorf("write proof: %w", err)
	}
	for i := range parts {
		p := &parts[i]
		mine := curve().NewScalar().Sub(e, p.e0)
		answer := curve().NewScalar().Mul(mine, blinds[i])
		answer.Add(answer, nonces[i])
		if o.Total.Bit(i) == 0 {
			p.e0, p.z0 = mine, answer
		} else {
			p.z1 = answer
		}
		if out, err = p.append(out, i > 0); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// less is c - G.
func less(c group.Element) group.Element {
	g := curve().Generator().Copy() // never change the generator itself
	return g.Add(c, g.Neg(g))
}

// opener is a first message z·H - e·X.
func opener(h, x group.Element, e, z group.Scalar) group.Element {
	a := curve().NewElement().Mul(h, z)
	m := curve().NewElement().Mul(x, e)
	return a.Add(a, m.Neg(m))
}

func (b *bit) append(dst []byte, withCommitment bool) ([]byte, error) {
	if withCommitment {
		m, err := b.c.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("write proof: %w", err)
		}
		dst = append(dst, m...)
	}
	for _, s := range []group.Scalar{b.e0, b.z0, b.z1} {
		m, err := s.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("write proof: %w", err)
		}
		dst = append(dst, m...)
	}
	return dst, nil
}

// VerifyRange checks that a commitment's total is below 2^bits.
func VerifyRange(context []byte, c Commitment, bits int, proof []byte) error {
	if bits < 1 || bits > MaxBits || len(proof) != 4*size*bits {
		return privacy.Tampered("verify", "range", "the proof has %d bytes, or the range is none of 1 to %d bits", len(proof), MaxBits)
	}
	left, err := element(c[:])
	if err != nil {
		return err
	}
	e, err := readScalar(proof[:size])
	if err != nil {
		return err
	}
	rest := proof[size:]
	parts := make([]bit, bits)
	weight := curve().NewScalar().SetUint64(1)
	two := curve().NewScalar().SetUint64(2)
	for i := range parts {
		p := &parts[i]
		if i > 0 {
			if p.c, err = element(rest[:size]); err != nil {
				return err
			}
			rest = rest[size:]
			weight.Mul(weight, two)
			m := curve().NewElement().Mul(p.c, weight)
			left = curve().NewElement().Add(left, m.Neg(m))
		}
		for _, s := range []*group.Scalar{&p.e0, &p.z0, &p.z1} {
			if *s, err = readScalar(rest[:size]); err != nil {
				return err
			}
			rest = rest[size:]
		}
	}
	parts[0].c = left // what the others leave
	h := base()
	var said []byte
	for i := range parts {
		p := &parts[i]
		e1 := curve().NewScalar().Sub(e, p.e0)
		for _, el := range []group.Element{p.c, opener(h, p.c, p.e0, p.z0), opener(h, less(p.c), e1, p.z1)} {
			m, err := el.MarshalBinary()
			if err != nil {
				return privacy.Tampered("verify", "range", "a point cannot be written")
			}
			said = append(said, m...)
		}
	}
	if !challenge(context, bits, c, said).IsEqual(e) {
		return privacy.Tampered("verify", "range", "the total is not shown to be below 2^%d", bits)
	}
	return nil
}
