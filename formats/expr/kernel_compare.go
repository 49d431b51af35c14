package expr

// A kernel computes one block of n rows of d from its arguments. The frame has
// already joined the arguments' nulls into d for strict kernels; values at null
// rows are arbitrary, and kernels must only not fail on them.
type kernel func(f *frame, d *vec, a []*vec, n int)

type ordered interface{ int64 | float64 | string }

// The comparison loops make one bit a row, 64 rows a word. They are written out
// because a call of an operator a row would cost more than the comparison.

func equal[T ordered](dst []uint64, x, y []T) {
	y = y[:len(x)]
	w := 0
	for ; len(x) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p, q := (*[8]T)(x[k:]), (*[8]T)(y[k:])
			m |= (bit(p[0] == q[0]) | bit(p[1] == q[1])<<1 | bit(p[2] == q[2])<<2 | bit(p[3] == q[3])<<3 |
				bit(p[4] == q[4])<<4 | bit(p[5] == q[5])<<5 | bit(p[6] == q[6])<<6 | bit(p[7] == q[7])<<7) << k
		}
		dst[w] = m
		x, y = x[64:], y[64:]
	}
	var m uint64
	for k := range x {
		m |= bit(x[k] == y[k]) << k
	}
	if len(x) > 0 {
		dst[w] = m
	}
}

func less[T ordered](dst []uint64, x, y []T) {
	y = y[:len(x)]
	w := 0
	for ; len(x) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p, q := (*[8]T)(x[k:]), (*[8]T)(y[k:])
			m |= (bit(p[0] < q[0]) | bit(p[1] < q[1])<<1 | bit(p[2] < q[2])<<2 | bit(p[3] < q[3])<<3 |
				bit(p[4] < q[4])<<4 | bit(p[5] < q[5])<<5 | bit(p[6] < q[6])<<6 | bit(p[7] < q[7])<<7) << k
		}
		dst[w] = m
		x, y = x[64:], y[64:]
	}
	var m uint64
	for k := range x {
		m |= bit(x[k] < y[k]) << k
	}
	if len(x) > 0 {
		dst[w] = m
	}
}

func lessEqual[T ordered](dst []uint64, x, y []T) {
	y = y[:len(x)]
	w := 0
	for ; len(x) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p, q := (*[8]T)(x[k:]), (*[8]T)(y[k:])
			m |= (bit(p[0] <= q[0]) | bit(p[1] <= q[1])<<1 | bit(p[2] <= q[2])<<2 | bit(p[3] <= q[3])<<3 |
				bit(p[4] <= q[4])<<4 | bit(p[5] <= q[5])<<5 | bit(p[6] <= q[6])<<6 | bit(p[7] <= q[7])<<7) << k
		}
		dst[w] = m
		x, y = x[64:], y[64:]
	}
	var m uint64
	for k := range x {
		m |= bit(x[k] <= y[k]) << k
	}
	if len(x) > 0 {
		dst[w] = m
	}
}

func equalConst[T ordered](dst []uint64, x []T, c T) {
	w := 0
	for ; len(x) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p := (*[8]T)(x[k:])
			m |= (bit(p[0] == c) | bit(p[1] == c)<<1 | bit(p[2] == c)<<2 | bit(p[3] == c)<<3 |
				bit(p[4] == c)<<4 | bit(p[5] == c)<<5 | bit(p[6] == c)<<6 | bit(p[7] == c)<<7) << k
		}
		dst[w] = m
		x = x[64:]
	}
	var m uint64
	for k := range x {
		m |= bit(x[k] == c) << k
	}
	if len(x) > 0 {
		dst[w] = m
	}
}

func lessConst[T ordered](dst []uint64, x []T, c T) {
	w := 0
	for ; len(x) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p := (*[8]T)(x[k:])
			m |= (bit(p[0] < c) | bit(p[1] < c)<<1 | bit(p[2] < c)<<2 | bit(p[3] < c)<<3 |
				bit(p[4] < c)<<4 | bit(p[5] < c)<<5 | bit(p[6] < c)<<6 | bit(p[7] < c)<<7) << k
		}
		dst[w] = m
		x = x[64:]
	}
	var m uint64
	for k := range x {
		m |= bit(x[k] < c) << k
	}
	if len(x) > 0 {
		dst[w] = m
	}
}

func lessEqualConst[T ordered](dst []uint64, x []T, c T) {
	w := 0
	for ; len(x) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p := (*[8]T)(x[k:])
			m |= (bit(p[0] <= c) | bit(p[1] <= c)<<1 | bit(p[2] <= c)<<2 | bit(p[3] <= c)<<3 |
				bit(p[4] <= c)<<4 | bit(p[5] <= c)<<5 | bit(p[6] <= c)<<6 | bit(p[7] <= c)<<7) << k
		}
		dst[w] = m
		x = x[64:]
	}
	var m uint64
	for k := range x {
		m |= bit(x[k] <= c) << k
	}
	if len(x) > 0 {
		dst[w] = m
	}
}

func moreConst[T ordered](dst []uint64, x []T, c T) {
	w := 0
	for ; len(x) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p := (*[8]T)(x[k:])
			m |= (bit(p[0] > c) | bit(p[1] > c)<<1 | bit(p[2] > c)<<2 | bit(p[3] > c)<<3 |
				bit(p[4] > c)<<4 | bit(p[5] > c)<<5 | bit(p[6] > c)<<6 | bit(p[7] > c)<<7) << k
		}
		dst[w] = m
		x = x[64:]
	}
	var m uint64
	for k := range x {
		m |= bit(x[k] > c) << k
	}
	if len(x) > 0 {
		dst[w] = m
	}
}

func moreEqualConst[T ordered](dst []uint64, x []T, c T) {
	w := 0
	for ; len(x) >= 64; w++ {
		var m uint64
		for k := 0; k < 64; k += 8 {
			p := (*[8]T)(x[k:])
			m |= (bit(p[0] >= c) | bit(p[1] >= c)<<1 | bit(p[2] >= c)<<2 | bit(p[3] >= c)<<3 |
				bit(p[4] >= c)<<4 | bit(p[5] >= c)<<5 | bit(p[6] >= c)<<6 | bit(p[7] >= c)<<7) << k
		}
		dst[w] = m
		x = x[64:]
	}
	var m uint64
	for k := range x {
		m |= bit(x[k] >= c) << k
	}
	if len(x) > 0 {
		dst[w] = m
	}
}
