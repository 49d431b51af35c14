package finance

import "github.com/verisim/verisim/synth/rng"

// plan is what a customer's day consists of, known before any detail.
type plan struct {
	key       rng.Key
	purchases int
	declined  uint32 // bits by purchase
	retried   uint32
	subs      int
	refund    bool
}

func (p *plan) rows() int {
	n := p.purchases + p.subs
	for r := p.retried; r != 0; r &= r - 1 {
		n++
	}
	if p.refund {
		n++
	}
	return n
}

// paydayDays is how long a payday is felt (assumption).
const paydayDays = 4

// rate is the expected number of a customer's purchases of a day, in fixed point.
func (s *state) rate(person rng.Key, c *customer, day int) uint64 {
	f := s.facts(day)
	// Moods last for days and shift slowly: knots five days apart, joined.
	knot, rest := uint64(day+maxLag)/5, uint64(day+maxLag)%5
	m := (uint64(s.mood.at(person.Uint64(knot)))*(5-rest) + uint64(s.mood.at(person.Uint64(knot+1)))*rest) / 5
	rate := uint64(c.rate) * uint64(f.factor) >> 16 * m >> 16
	if since := (int(f.ofMonth) - int(c.payday) + 31) % 31; since < paydayDays {
		rate += rate >> 2 // payday lifts by a quarter
	}
	return rate
}

// planDay is the cheap part of a day; the rest depends on nothing else.
func (s *state) planDay(person rng.Key, c *customer, day int) (p plan) {
	p.key = person.At(uint64(day + maxLag))
	f := s.facts(day)
	rate := s.rate(person, c, day)
	u := p.key.Uint64(0)
	p.purchases = s.counts.at(rate, uint32(u>>32))
	for i := range p.purchases {
		d := p.key.Uint64(uint64(i + 1))
		if chance(d, s.decline) {
			p.declined |= 1 << i
			if chance(d>>16, one*55/100) {
				p.retried |= 1 << i
			}
		}
	}
	if c.subs>>f.ofMonth&1 == 1 {
		p.subs = 1
	}
	p.refund = chance(u, c.rate*14/1000) // 1.4 % of purchases
	return p
}

// genuine appends what a customer does on a day.
func (s *state) genuine(out []event, person rng.Key, i int, day int) []event {
	c := &s.customers[i]
	p := s.planDay(person, c, day)
	if p.purchases == 0 && p.subs == 0 && !p.refund {
		return out
	}
	seq := uint64(i)<<19 | uint64(max(day, 0))<<8
	pl, abroad := s.whereabouts(person, c, day)
	var last int32
	first := len(out)
	for k := range p.purchases {
		out = append(out, event{})
		e := &out[len(out)-1]
		s.purchaseInto(e, person, p.key.At(uint64(k)), i, day, pl, abroad)
		d := p.key.Uint64(uint64(k) + 40)
		if k > 0 && chance(d, one*7/10) && s.merchants[e.merchant].tills > 0 {
			// The next shop of the same walk, 2 to 60 minutes on.
			e.at = within(day, last%secondsPerDay+120+int32(d>>16&0xfff)*3480>>12)
		}
		last = e.at
		e.id = seq
		seq++
		if p.declined>>k&1 == 1 {
			s.refuse(e, d>>32)
		}
		if p.retried>>k&1 == 1 {
			// Tried again a little later, now with success.
			out = append(out, *e)
			e = &out[len(out)-1]
			e.decline, e.id = declineNone, seq
			e.flags |= flagRetry
			if e.cvv == cvvMismatch {
				e.cvv = cvvMatch
			}
			e.at = within(day, e.at%secondsPerDay+15+int32(d>>44&0xff))
			seq++
		}
	}
	if p.subs > 0 {
		out = append(out, s.subscription(person, i, day, seq))
		seq++
	}
	if p.refund {
		out = append(out, s.refund(person, p.key, i, day, seq, out[first:]))
	}
	return out
}

// whereabouts is the place of a customer on a day: home, or a trip's city.
func (s *state) whereabouts(person rng.Key, c *customer, day int) (pl int, abroad bool) {
	epoch := uint64(day+maxLag) / 14
	d := person.Uint64(1<<32 | epoch)
	if !chance(d, uint32(c.trips)) {
		return int(c.city), false
	}
	from := int(d >> 16 % 8)
	length := 2 + int(d>>24%8)
	if at := (day + maxLag) % 14; at < from || at >= from+length {
		return int(c.city), false
	}
	// Two of three trips stay among the home cities.
	if d>>32%3 < 2 {
		pl = int(rng.Below(d<<20, uint64(s.homes)))
	} else {
		pl = s.homes + int(rng.Below(d<<20, uint64(len(s.cities)-s.homes)))
	}
	return pl, s.places[pl].country != c.country
}

func (s *state) purchase(person, k rng.Key, i, day, pl int, abroad bool) (e event) {
	s.purchaseInto(&e, person, k, i, day, pl, abroad)
	return e
}

// purchaseInto makes a purchase where it is to stand: an event is six words.
func (s *state) purchaseInto(e *event, person, k rng.Key, i, day, pl int, abroad bool) {
	c := &s.customers[i]
	a := k.Uint64(0)
	cat := s.pick[c.segment].at(a)
	if abroad && chance(a>>48, one/4) { // travellers eat out
		cat = 2
	}
	cnp := chance(a>>12, s.online[c.segment][cat])
	e.customer, e.terminal, e.device, e.net = int32(i), -1, -1, -1
	x := k.Uint64(4)
	// The second card is for the net and for travel (assumption).
	if chance(x>>48, map2(cnp || abroad, one*55/100, one*15/100)) {
		e.card = 1
	}
	e.merchant = s.shop(person, c, cat, cnp, pl, abroad, a>>28, k.Uint64(1))
	m := &s.merchants[e.merchant]
	t := k.Uint64(2)
	clk := s.clocks[s.cats[cat].Rhythm][s.facts(day).weekend]
	if cnp && s.cats[cat].Rhythm == dayRhythm {
		clk = s.clocks[onlineRhythm][s.facts(day).weekend]
	}
	e.at = within(day, clk.at(uint32(t))+int32(c.phase)*900+int32(t>>32%1800)-900)
	e.amount = s.price(cat, c.spend, m.price, k.Uint64(3))
	if cat == catATM {
		e.kind = kindCash
	}
	if cnp {
		s.atHome(e, c, i, day, x)
	} else {
		s.atTill(e, m, x, abroad)
	}
}

// map2 chooses without a branch in the reader's way.
func map2(cond bool, yes, no uint32) uint32 {
	if cond {
		return yes
	}
	return no
}

// Devices of a customer: numbers behind four times the customer's own.
const (
	devicePhone = iota
	deviceLaptop
	deviceNewPhone
	deviceTablet // of the household
	deviceFresh  // browsers that forgot who they are, and borrowed ones
	devicesEach  = deviceFresh + freshEach
)

// Devices that a bank has not seen with the customer are no sign of fraud by
// themselves: an eighth of honest purchases come from one of four that change
// every 30 days (assumption, after the browsers that drop their cookies).
const (
	freshEach  = 4
	freshDays  = 30
	freshShare = one * 12 / 100
)

func (s *state) atHome(e *event, c *customer, i, day int, x uint64) {
	e.entry = entryOnline
	switch r := x % 100; {
	case r < 62:
		e.device = int32(i*devicesEach + devicePhone)
		if day >= int(c.phone) {
			e.device = int32(i*devicesEach + deviceNewPhone)
		}
	case r < 90:
		e.device = int32(i*devicesEach + deviceLaptop)
	default:
		e.device = c.household*devicesEach + deviceTablet
	}
	if chance(x>>36, freshShare) {
		e.device = int32(i*devicesEach + deviceFresh + (max(day, 0)/freshDays+i)%freshEach)
	}
	switch r := x >> 8 % 100; {
	case r < 68:
		e.net = c.net
	case r < 92: // a mobile network puts many behind few
		e.net = s.mobileNet(c.country, x>>20)
	default: // a cafe, a hotel, the office
		e.net = int32(s.idKey>>3^x>>24) & 0xffffff
	}
	switch r := x >> 16 % 100; {
	case r < 30:
		e.entry, e.cvv, e.secure = entryOnFile, cvvNone, secureNone
	case r < 62:
		e.cvv, e.secure = cvvMatch, secureFrictionless
	case r < 76:
		e.cvv, e.secure = cvvMatch, secureChallenged
	default:
		e.cvv, e.secure = cvvMatch, secureNone
	}
}

func (s *state) mobileNet(nation uint8, d uint64) int32 {
	return int32((uint64(nation)<<9|d&0x1ff)*0x9e3779b1+s.idKey) & 0xffffff
}

func (s *state) atTill(e *event, m *merchant, x uint64, abroad bool) {
	e.terminal = m.terminal + int32(x>>8%uint64(m.tills))
	r := x >> 32 % 1000
	switch {
	case e.kind == kindCash:
		e.entry = entryChip
		if abroad && r < 80 {
			e.entry = entryMagstripe
		}
	case abroad && r < 60 || r < 6:
		e.entry = entryMagstripe
	case r < 300:
		e.entry = entryChip
	case r < 780:
		e.entry = entryContactless
	default:
		e.entry = entryWallet
	}
}

func (s *state) refuse(e *event, d uint64) {
	switch r := d % 100; {
	case r < 48:
		e.decline = declineFunds
	case r < 62:
		e.decline = declineLimit
	case r < 78 && e.cvv == cvvMatch:
		e.decline, e.cvv = declineCVV, cvvMismatch
	case r < 88:
		e.decline = declineRisk
	default:
		e.decline = declineIssuer
	}
}

// subscription is charged on its day: same merchant, same amount, each month.
func (s *state) subscription(person rng.Key, i, day int, id uint64) event {
	c := &s.customers[i]
	k := person.At(3<<32 | uint64(s.facts(day).ofMonth))
	d := k.Uint64(0)
	cat := 8
	if d%5 == 0 {
		cat = 13
	}
	e := event{id: id, customer: int32(i), terminal: -1, device: -1, net: -1, entry: entryOnFile, flags: flagRecurring}
	sp := s.span(s.shopOnline(c, d>>32), cat)
	e.merchant = sp.first + int32(rank(sp.n, sp.log2, uint32(d>>8)))
	e.amount = s.price(cat, one, s.merchants[e.merchant].price, k.Uint64(1))
	e.at = within(day, 3600+int32(k.Below(2, 5*3600))+int32(person.Below(4<<32|uint64(day), 900)))
	if chance(d>>40, one*6/10) {
		e.card = 1
	}
	return e
}

// refund gives back a purchase of the last two weeks, or of today where there
// was none.
func (s *state) refund(person, day0 rng.Key, i, day int, id uint64, today []event) event {
	d := day0.Uint64(80)
	for lag := 1 + int(d%7); lag < maxLag; lag++ {
		back := day - lag
		if back < -maxLag {
			break
		}
		c := &s.customers[i]
		p := s.planDay(person, c, back)
		if p.purchases == 0 {
			continue
		}
		pl, abroad := s.whereabouts(person, c, back)
		e := s.purchase(person, p.key.At(0), i, back, pl, abroad)
		if e.kind == kindPurchase {
			return s.giveBack(e, day, id, d)
		}
	}
	for _, e := range today {
		if e.kind == kindPurchase {
			return s.giveBack(e, day, id, d)
		}
	}
	e := s.purchase(person, day0.At(90), i, day, int(s.customers[i].city), false)
	e.id = id
	return e
}

func (s *state) giveBack(e event, day int, id, d uint64) event {
	e.kind, e.id, e.decline = kindRefund, id, declineNone
	e.at = within(day, s.clocks[dayRhythm][0].at(uint32(d>>16)))
	if d>>48%5 == 0 { // one of several things
		e.amount = max(50, e.amount/2)
	}
	return e
}
