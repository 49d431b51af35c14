package finance

import (
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/bitutil"

	"github.com/verisim/verisim/formats/table"
)

// The columns of transactions, in the order of txSchema.
const (
	txID = iota
	txTime
	txCustomer
	txCard
	txMerchant
	txTerminal
	txMCC
	txKind
	txChannel
	txEntry
	txAmount
	txCurrency
	txLocal
	txCountry
	txCardCountry
	txLatitude
	txLongitude
	txDevice
	txNetwork
	txSecure
	txCVV
	txRecurring
	txResult
	txDecline
	txFraud
	txColumns
)

// blockRows is how many events are gathered before their columns are written: a
// multiple of 8 that fits the first-level cache.
const blockRows = 256

// block is some events in the order of the rows.
type block struct {
	e [blockRows]event
	m [blockRows]merchant
}

// gather copies events, so that each column then reads memory in order.
func (b *block) gather(s *state, events []event, order []uint64, shops bool) []event {
	for i, o := range order {
		b.e[i] = events[uint32(o)]
	}
	if shops {
		for i := range order {
			b.m[i] = s.merchants[b.e[i].merchant]
		}
	}
	return b.e[:len(order)]
}

// columns are the buffers of a batch of transactions; those that are left out
// are nil.
type columns struct {
	wide  [txColumns][]int64
	small [txColumns][]int8
	money [txColumns][]float64
	place [2][]float32
	net   []int32
	bits  struct{ till, online, refused, recurring, fraud []byte }
	nulls struct{ till, online, refused int } // rows that are null
}

// fill writes rows into the columns that a layout has.
func (s *state) fill(l *layout, events []event, order []uint64) table.Batch {
	n := len(order)
	var c columns
	for _, i := range []int{txID, txTime, txCustomer, txCard, txMerchant, txTerminal, txDevice} {
		c.wide[i] = room[int64](l.made[i], n)
	}
	for _, i := range []int{txMCC, txKind, txChannel, txEntry, txCurrency, txCountry, txCardCountry, txSecure, txCVV, txResult, txDecline} {
		c.small[i] = room[int8](l.made[i], n)
	}
	c.money[txAmount], c.money[txLocal] = room[float64](l.made[txAmount], n), room[float64](l.made[txLocal], n)
	c.place = [2][]float32{room[float32](l.made[txLatitude], n), room[float32](l.made[txLongitude], n)}
	c.net = room[int32](l.made[txNetwork], n)
	size := int(bitutil.BytesForBits(int64(n)))
	c.bits.till = room[byte](l.made[txTerminal] || l.made[txLatitude] || l.made[txLongitude], size)
	c.bits.online = room[byte](l.made[txDevice] || l.made[txNetwork], size)
	c.bits.refused = room[byte](l.made[txDecline], size)
	c.bits.recurring, c.bits.fraud = room[byte](l.made[txRecurring], size), room[byte](l.made[txFraud], size)
	shops := false // whether merchants are looked at
	for _, i := range []int{txMCC, txCurrency, txLocal, txCountry, txLatitude, txLongitude} {
		shops = shops || l.made[i]
	}
	c.nulls.till, c.nulls.online, c.nulls.refused = n, n, n
	f := filler{state: s, columns: &c, start: s.params.start * secondsPerDay, tenders: s.tenders()}
	b := &block{}
	for lo := 0; lo < n; lo += blockRows {
		hi := min(lo+blockRows, n)
		ev := b.gather(s, events, order[lo:hi], shops)
		f.who(lo, ev)
		f.codes(lo, ev)
		f.shops(lo, ev, b.m[:len(ev)])
		f.flags(lo, ev)
	}
	return c.record(l, n)
}

type filler struct {
	*state
	*columns
	start   int64
	tenders []tender
}

// at is a column's part for a block, nil where the column is left out.
func at[T any](column []T, lo, n int) []T {
	if column == nil {
		return nil
	}
	return column[lo : lo+n]
}

// who fills the columns of identity and time.
func (f *filler) who(lo int, ev []event) {
	n := len(ev)
	d := at(f.wide[txID], lo, n)
	for i := range d {
		d[i] = f.transactionID(ev[i].id)
	}
	d = at(f.wide[txTime], lo, n)
	for i := range d {
		d[i] = (f.start + int64(ev[i].at)) * 1_000_000
	}
	d = at(f.wide[txCustomer], lo, n)
	for i := range d {
		d[i] = int64(ev[i].customer) + 1
	}
	d = at(f.wide[txCard], lo, n)
	for i := range d {
		d[i] = cardID(ev[i].customer, ev[i].card)
	}
	d = at(f.wide[txMerchant], lo, n)
	for i := range d {
		d[i] = f.merchantID(ev[i].merchant)
	}
	d = at(f.wide[txTerminal], lo, n)
	for i := range d {
		if t := ev[i].terminal; t >= 0 {
			d[i] = f.terminalID(t)
		}
	}
	d = at(f.wide[txDevice], lo, n)
	for i := range d {
		if v := ev[i].device; v >= 0 {
			d[i] = f.deviceID(v)
		}
	}
	net := at(f.net, lo, n)
	for i := range net {
		if ev[i].device >= 0 {
			net[i] = ev[i].net
		}
	}
}

// codes fills the columns of words that an event says.
func (f *filler) codes(lo int, ev []event) {
	n := len(ev)
	d := at(f.small[txKind], lo, n)
	for i := range d {
		d[i] = int8(ev[i].kind)
	}
	d = at(f.small[txChannel], lo, n)
	for i := range d {
		switch {
		case ev[i].terminal < 0:
			d[i] = 1
		case ev[i].kind == kindCash:
			d[i] = 2
		}
	}
	d = at(f.small[txEntry], lo, n)
	for i := range d {
		d[i] = int8(ev[i].entry)
	}
	d = at(f.small[txCardCountry], lo, n)
	for i := range d {
		d[i] = int8(f.customers[ev[i].customer].country)
	}
	d = at(f.small[txSecure], lo, n)
	for i := range d {
		d[i] = int8(ev[i].secure)
	}
	d = at(f.small[txCVV], lo, n)
	for i := range d {
		d[i] = int8(ev[i].cvv)
	}
	d = at(f.small[txResult], lo, n)
	for i := range d {
		if ev[i].decline != declineNone {
			d[i] = 1
		}
	}
	d = at(f.small[txDecline], lo, n)
	for i := range d {
		if v := ev[i].decline; v != declineNone {
			d[i] = int8(v - 1)
		}
	}
}

// shops fills the columns of the merchant, and of money.
func (f *filler) shops(lo int, ev []event, m []merchant) {
	n := len(ev)
	d := at(f.small[txMCC], lo, n)
	for i := range d {
		d[i] = int8(m[i].cat)
	}
	d = at(f.small[txCountry], lo, n)
	for i := range d {
		d[i] = int8(m[i].country)
	}
	d = at(f.small[txCurrency], lo, n)
	for i := range d {
		d[i] = f.tenders[m[i].country].currency
	}
	v := at(f.money[txAmount], lo, n)
	for i := range v {
		v[i] = float64(ev[i].amount) / 100
	}
	v = at(f.money[txLocal], lo, n)
	for i := range v {
		a := int64(ev[i].amount)
		if r := f.tenders[m[i].country].rate; r != one {
			a = a * r >> 16
		}
		v[i] = float64(a) / 100
	}
	lat, lon := at(f.place[0], lo, n), at(f.place[1], lo, n)
	if lat == nil && lon == nil {
		return
	}
	for i := range ev {
		if ev[i].terminal < 0 {
			continue
		}
		y, x := f.position(&m[i], ev[i].merchant)
		if lat != nil {
			lat[i] = y
		}
		if lon != nil {
			lon[i] = x
		}
	}
}

// flags fills the bitmaps, eight rows at a time.
func (f *filler) flags(lo int, ev []event) {
	set := func(into []byte, nulls *int, of func(*event) bool) {
		if into == nil {
			return
		}
		for i := 0; i < len(ev); i += 8 {
			b := byte(0)
			for j := range ev[i:min(i+8, len(ev))] {
				if of(&ev[i+j]) {
					b |= 1 << j
				}
			}
			into[(lo+i)>>3] = b
			*nulls -= bits.OnesCount8(b)
		}
	}
	none := 0
	set(f.bits.till, &f.nulls.till, func(e *event) bool { return e.terminal >= 0 })
	set(f.bits.online, &f.nulls.online, func(e *event) bool { return e.device >= 0 })
	set(f.bits.refused, &f.nulls.refused, func(e *event) bool { return e.decline != declineNone })
	set(f.bits.recurring, &none, func(e *event) bool { return e.flags&flagRecurring != 0 })
	set(f.bits.fraud, &none, func(e *event) bool { return e.flags&flagFraud != 0 })
}

// record makes the batch.
func (c *columns) record(l *layout, n int) table.Batch {
	w, f := txWords(), txSchema().Fields()
	out := make([]arrow.Array, txColumns)
	for i, v := range c.wide {
		if v == nil {
			continue
		}
		switch i {
		case txTerminal:
			out[i] = wide(f[i], v, c.bits.till, c.nulls.till)
		case txDevice:
			out[i] = wide(f[i], v, c.bits.online, c.nulls.online)
		default:
			out[i] = wide(f[i], v, nil, 0)
		}
	}
	words := [txColumns]arrow.Array{
		txMCC: w.mcc, txKind: w.kind, txChannel: w.channel, txEntry: w.entry, txCurrency: w.currency, txCountry: w.country, txCardCountry: w.country,
		txSecure: w.secure, txCVV: w.cvv, txResult: w.result, txDecline: w.decline,
	}
	for i, v := range c.small {
		if v == nil {
			continue
		}
		if i == txDecline {
			out[i] = coded(v, words[i], c.bits.refused, c.nulls.refused)
		} else {
			out[i] = coded(v, words[i], nil, 0)
		}
	}
	for i, v := range c.money {
		if v != nil {
			out[i] = wide(f[i], v, nil, 0)
		}
	}
	for k, v := range c.place {
		if v != nil {
			out[txLatitude+k] = wide(f[txLatitude+k], v, c.bits.till, c.nulls.till)
		}
	}
	if c.net != nil {
		out[txNetwork] = wide(f[txNetwork], c.net, c.bits.online, c.nulls.online)
	}
	if c.bits.recurring != nil {
		out[txRecurring] = wide(f[txRecurring], c.bits.recurring, nil, 0, n)
	}
	if c.bits.fraud != nil {
		out[txFraud] = wide(f[txFraud], c.bits.fraud, nil, 0, n)
	}
	return l.record(out, n)
}
