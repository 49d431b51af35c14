package expr

func invert(d *vec, n int) {
	for i := range words(n) {
		d.bits[i] = ^d.bits[i]
	}
}

func kernelNot(_ *frame, d *vec, a []*vec, n int) {
	for i := range words(n) {
		d.bits[i] = ^a[0].bits[i]
	}
}

// kernelAnd is Kleene's: false if one side is false, whatever the other is.
func kernelAnd(_ *frame, d *vec, a []*vec, n int) {
	x, y := a[0], a[1]
	d.nulls = x.nulls || y.nulls
	for i := range words(n) {
		d.bits[i] = x.bits[i] & y.bits[i] // null rows hold zero, so this is true only where both are
	}
	if !d.nulls {
		return
	}
	for i := range words(n) {
		xv, yv := x.validWord(i), y.validWord(i)
		d.valid[i] = xv&yv | xv&^x.bits[i] | yv&^y.bits[i]
	}
}

// kernelOr is Kleene's: true if one side is true, whatever the other is.
func kernelOr(_ *frame, d *vec, a []*vec, n int) {
	x, y := a[0], a[1]
	d.nulls = x.nulls || y.nulls
	for i := range words(n) {
		d.bits[i] = x.bits[i] | y.bits[i]
	}
	if !d.nulls {
		return
	}
	for i := range words(n) {
		d.valid[i] = x.validWord(i)&y.validWord(i) | x.bits[i] | y.bits[i]
	}
}

func (v *vec) validWord(i int) uint64 {
	if v.nulls {
		return v.valid[i]
	}
	return ^uint64(0)
}

func kernelIsNull(_ *frame, d *vec, a []*vec, n int) {
	d.nulls = false
	for i := range words(n) {
		d.bits[i] = ^a[0].validWord(i)
	}
}

// kernelIf picks rows by the condition a[0]; a null condition gives null.
func kernelIf(b bank) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		cond, yes, no := a[0], a[1], a[2]
		d.nulls = cond.nulls || yes.nulls || no.nulls
		for i := range words(n) {
			c := cond.bits[i]
			if d.nulls {
				d.valid[i] = cond.validWord(i) & (c&yes.validWord(i) | ^c&no.validWord(i))
			}
			if b == bankBits {
				d.bits[i] = c&yes.bits[i] | ^c&no.bits[i]
				if d.nulls {
					d.bits[i] &= d.valid[i]
				}
			}
		}
		switch b {
		case bankInt:
			pick(d.ints, yes.ints, no.ints, cond.bits, n)
		case bankFloat:
			pick(d.floats, yes.floats, no.floats, cond.bits, n)
		case bankWide:
			pick(d.wide, yes.wide, no.wide, cond.bits, n)
		case bankString:
			pick(d.strs, yes.strs, no.strs, cond.bits, n)
		}
	}
}

// kernelCoalesce takes a[0] where it is known, else a[1].
func kernelCoalesce(b bank) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, y := a[0], a[1]
		d.nulls = x.nulls && y.nulls
		var known [blockWords]uint64
		for i := range words(n) {
			known[i] = x.validWord(i)
			d.valid[i] = known[i] | y.validWord(i)
			if b == bankBits {
				d.bits[i] = x.bits[i] | ^known[i]&y.bits[i]
			}
		}
		switch b {
		case bankInt:
			pick(d.ints, x.ints, y.ints, known[:], n)
		case bankFloat:
			pick(d.floats, x.floats, y.floats, known[:], n)
		case bankWide:
			pick(d.wide, x.wide, y.wide, known[:], n)
		case bankString:
			pick(d.strs, x.strs, y.strs, known[:], n)
		}
	}
}

func pick[T any](dst, yes, no []T, cond []uint64, n int) {
	dst, yes, no = dst[:n], yes[:n], no[:n]
	for i := range dst {
		v := no[i]
		if cond[i/64]>>(i%64)&1 != 0 {
			v = yes[i]
		}
		dst[i] = v
	}
}
