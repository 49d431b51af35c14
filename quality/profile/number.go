package profile

import "math"

// numbers accumulates what is known of numeric keys, exactly.
type numbers struct {
	min, max   uint64 // keys of finite values; min > max while there are none
	finite     uint64
	zeros      uint64
	negatives  uint64
	nans       uint64
	infinite   uint64
	fractional bool
	moments    moments
	spread     spread
}

func newNumbers() *numbers { return &numbers{min: math.MaxUint64} }

// domain says what a column's keys stand for.
type domain struct {
	float    bool
	unsigned bool
}

func (d domain) zero() uint64 {
	if d.unsigned {
		return 0
	}
	return signBit // of integers and of floats alike
}

// add takes in a chunk of keys. room is scratch of the same length.
func (a *numbers) add(d domain, keys, room []uint64) {
	switch {
	case d.float:
		a.addFloats(keys, room)
	case d.unsigned:
		a.moments.addInts(0, keys)
		a.extend(keys, 0)
		a.spread.add(keys)
	default:
		pos, neg := room[:0], len(room)
		for _, k := range keys {
			if k >= signBit {
				pos = append(pos, k-signBit)
			} else {
				neg--
				room[neg] = signBit - k
			}
		}
		// The two lists grow towards each other and cannot meet before all
		// keys are placed.
		a.moments.addInts(0, pos)
		a.moments.addInts(1, room[neg:])
		a.negatives += uint64(len(room) - neg)
		a.extend(keys, signBit)
		a.spread.add(keys)
	}
}

func (a *numbers) extend(keys []uint64, zero uint64) {
	lo, hi, zeros := a.min, a.max, 0
	for _, k := range keys {
		lo, hi = min(lo, k), max(hi, k)
		if k == zero {
			zeros++
		}
	}
	a.min, a.max = lo, hi
	a.zeros += uint64(zeros)
	a.finite += uint64(len(keys))
}

func (a *numbers) addFloats(keys, room []uint64) {
	finite := keys
	for i, k := range keys {
		if k > minusInf && k < plusInf {
			continue
		}
		finite = append(room[:0], keys[:i]...)
		for _, k := range keys[i:] {
			switch {
			case k == nanKey:
				a.nans++
			case k == plusInf || k == minusInf:
				a.infinite++
			default:
				finite = append(finite, k)
			}
		}
		break
	}
	for _, k := range finite {
		f := keyFloat(k)
		a.moments.addFloat(f)
		a.negatives += k>>63 ^ 1 // keys below that of zero lack the top bit
	}
	for _, k := range finite {
		if a.fractional {
			break
		}
		f := keyFloat(k)
		a.fractional = f != math.Trunc(f)
	}
	a.extend(finite, floatZero)
	a.spread.add(finite)
}

// addN takes in one key n times.
func (a *numbers) addN(d domain, k, n uint64) {
	switch {
	case d.float && k == nanKey:
		a.nans += n
		return
	case d.float && (k == plusInf || k == minusInf):
		a.infinite += n
		return
	case d.float:
		f := keyFloat(k)
		a.moments.addFloatN(f, n)
		a.fractional = a.fractional || f != math.Trunc(f)
	case d.unsigned:
		a.moments.whole[0].addN(k, n)
	case k >= signBit:
		a.moments.whole[0].addN(k-signBit, n)
	default:
		a.moments.whole[1].addN(signBit-k, n)
	}
	if k < d.zero() {
		a.negatives += n
	}
	if k == d.zero() {
		a.zeros += n
	}
	a.min, a.max = min(a.min, k), max(a.max, k)
	a.finite += n
	a.spread.addN(k, n)
}

func (a *numbers) merge(o *numbers) {
	a.min, a.max = min(a.min, o.min), max(a.max, o.max)
	a.finite += o.finite
	a.zeros += o.zeros
	a.negatives += o.negatives
	a.nans += o.nans
	a.infinite += o.infinite
	a.fractional = a.fractional || o.fractional
	a.moments.merge(&o.moments)
	a.spread.merge(&o.spread)
}
