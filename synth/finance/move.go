package finance

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// The columns of transfers, in the order of transferSchema.
const (
	moveID = iota
	moveTime
	moveFromBank
	moveFrom
	moveToBank
	moveTo
	moveAmount
	moveFormat
	moveResult
	moveDirty
)

func (t *clearing) fillTransfers(l *layout, m made, s settled, from, to int) table.Batch {
	n := to - from
	ints := [6][]int64{}
	for i := range ints {
		ints[i] = room[int64](l.made[i], n)
	}
	amount, format, result := room[float64](l.made[moveAmount], n), room[int8](l.made[moveFormat], n), room[int8](l.made[moveResult], n)
	dirty := bitmap(n)
	start := t.params.start * secondsPerDay
	var block [blockRows]payment
	for lo := 0; lo < n; lo += blockRows {
		hi := min(lo+blockRows, n)
		e := block[:hi-lo]
		for i, o := range m.order[from+lo : from+hi] {
			e[i] = m.events[uint32(o)]
		}
		d := at(ints[moveID], lo, len(e))
		for i := range d {
			d[i] = t.transferID(e[i].id)
		}
		d = at(ints[moveTime], lo, len(e))
		for i := range d {
			d[i] = (start + int64(e[i].at)) * 1_000_000
		}
		d = at(ints[moveFromBank], lo, len(e))
		for i := range d {
			d[i] = int64(t.accounts[e[i].from].bank) + 1
		}
		d = at(ints[moveFrom], lo, len(e))
		for i := range d {
			d[i] = t.accountID(e[i].from)
		}
		d = at(ints[moveToBank], lo, len(e))
		for i := range d {
			d[i] = int64(t.accounts[e[i].to].bank) + 1
		}
		d = at(ints[moveTo], lo, len(e))
		for i := range d {
			d[i] = t.accountID(e[i].to)
		}
		v := at(amount, lo, len(e))
		for i := range v {
			v[i] = minor(e[i].amount)
		}
		c := at(format, lo, len(e))
		for i := range c {
			c[i] = int8(e[i].format)
		}
		c = at(result, lo, len(e))
		for i := range c {
			if s.rejected[from+lo+i] {
				c[i] = 1
			}
		}
		for i := range e {
			if e[i].dirty {
				dirty[(lo+i)>>3] |= 1 << (i & 7)
			}
		}
	}
	w, f := t.words(), transferSchema().Fields()
	cols := make([]arrow.Array, len(f))
	for i, v := range ints {
		if v != nil {
			cols[i] = wide(f[i], v, nil, 0)
		}
	}
	if amount != nil {
		cols[moveAmount] = wide(f[moveAmount], amount, nil, 0)
	}
	if format != nil {
		cols[moveFormat] = coded(format, w[0], nil, 0)
	}
	if result != nil {
		cols[moveResult] = coded(result, w[1], nil, 0)
	}
	if l.made[moveDirty] {
		cols[moveDirty] = wide(f[moveDirty], dirty, nil, 0, n)
	}
	return l.record(cols, n)
}

func (t *clearing) fillPostings(l *layout, m made, s settled, from, to int) table.Batch {
	n := to - from
	var v [5][]int64
	for i := range v {
		v[i] = room[int64](l.made[i], n)
	}
	for i := range n {
		row, leg := (from+i)/2, (from+i)%2
		e := &m.events[uint32(m.order[row])]
		who, sign := e.from, int64(-1)
		if leg == 1 {
			who, sign = e.to, 1
		}
		if v[0] != nil {
			v[0][i] = t.transferID(e.id)
		}
		if v[1] != nil {
			v[1][i] = t.accountID(who)
		}
		if v[2] != nil && !s.rejected[row] {
			v[2][i] = sign * e.amount
		}
		if v[3] != nil {
			v[3][i] = s.after[row][leg]
		}
		if v[4] != nil {
			v[4][i] = t.accounts[who].limit
		}
	}
	cols := make([]arrow.Array, len(v))
	for i, f := range postingSchema().Fields() {
		if v[i] != nil {
			cols[i] = wide(f, v[i], nil, 0)
		}
	}
	return l.record(cols, n)
}
