package finance

// tactics plans one campaign of each scenario, starting on a day.
var tactics = [scenarios]func(*planner, int){
	cardTesting:       (*planner).testing,
	leakedCard:        (*planner).leak,
	counterfeit:       (*planner).skim,
	lostStolen:        (*planner).lost,
	accountTakeover:   (*planner).takeover,
	simSwap:           (*planner).swap,
	appScam:           (*planner).scam,
	merchantCollusion: (*planner).collusion,
	refundAbuse:       (*planner).refunds,
	friendlyFraud:     (*planner).friendly,
	bustOut:           (*planner).bust,
	syntheticIdentity: (*planner).synthetic,
	applicationFraud:  (*planner).application,
}

// tests tries whether a card lives: small sums at one merchant within minutes.
func (p *planner) tests(m means, at int32, n int) {
	m.role, m.cross = roleTest, 25
	cat := [3]int{8, 8, 9}[p.seq.Below(3)]
	var first *fraudEvent
	merchant := int32(-1)
	for range n {
		first = p.online(m, at, cat, .01, .30)
		if first == nil {
			return
		}
		if merchant < 0 {
			merchant = first.merchant
		}
		first.merchant = merchant
		first.amount = int32(80 + 1100*p.seq.Float64()*p.seq.Float64())
		if p.seq.Below(2) == 0 {
			first.amount = first.amount/100*100 + 99
		}
		first.cell &^= 1
		if p.s.merchants[merchant].country != p.s.customers[m.victim].country {
			first.cell |= 1
		}
		if p.seq.Below(100) < 62 {
			first.decline = declineIssuer
			if p.seq.Below(2) == 0 {
				first.decline, first.cvv = declineCVV, cvvMismatch
			}
		}
		at += 40 + int32(float64(9000)*p.seq.Float64()*p.seq.Float64())
	}
}

// spree buys online until the card is blocked or the appetite is gone.
func (p *planner) spree(m means, at int32, low, high float64) {
	m.role = roleCashOut
	end := at + p.blocked()
	for range 2 + p.seq.Below(5) {
		e := p.online(m, at, p.fancy(), low, high)
		if e == nil {
			return
		}
		if at > end {
			e.decline = declineRisk // the card is dead; the crew drops it
			return
		}
		if p.seq.Below(100) < 14 {
			e.decline = declineLimit
			if p.seq.Below(2) == 0 {
				e.decline = declineFunds
			}
		}
		at += 120 + int32(float64(75_000*(.2+p.age(at)))*p.seq.Float64()*p.seq.Float64())
	}
}

// age is how far the crews have adapted by a second: 0 on the first day, 1 after
// half a year and more. They learn to spread a card's purchases over hours, and
// shops learn to check (assumptions). Without drift it stays where it is after
// a quarter.
func (p *planner) age(at int32) float64 {
	if !p.s.params.drift {
		return .5
	}
	return min(float64(at)/(183*secondsPerDay), 1)
}

func (p *planner) when(day int) int32 { return int32(day)*secondsPerDay + p.hour() }

func (p *planner) leak(day int) {
	v := p.anyone()
	bought, ok := p.usual(v, day, func(e *event) bool { return e.terminal < 0 })
	if !ok {
		return
	}
	p.camp.origin = bought.merchant
	for _, v := range p.clientele(bought.merchant, v, day, 4+int(p.seq.Below(22))) {
		m := means{victim: v, card: bought.card, mimic: .45, cross: 55}
		// Cards are sold in lots and used over the next two months.
		at := p.when(day + 3 + int(p.seq.Below(45)))
		if p.seq.Below(100) < 30 {
			p.tests(m, at, 1+int(p.seq.Below(3)))
			at += 1800 + int32(p.seq.Below(40_000))
		}
		p.spree(m, at, .50, .985)
	}
}

func (p *planner) testing(day int) {
	// One script, one shop, many cards, one night.
	at := p.when(day)
	for range 3 + p.seq.Below(10) {
		p.tests(means{victim: p.anyone(), card: uint8(p.seq.Below(2)), mimic: .2}, at, 1+int(p.seq.Below(3)))
		at += 60 + int32(p.seq.Below(4000))
	}
}

func (p *planner) skim(day int) {
	v := p.anyone()
	bought, ok := p.usual(v, day, func(e *event) bool { return e.terminal >= 0 })
	if !ok {
		return
	}
	p.camp.origin = bought.merchant
	far := len(p.s.cities) - p.s.homes
	for _, v := range p.clientele(bought.merchant, v, day, 3+int(p.seq.Below(12))) {
		m := means{victim: v, card: bought.card, role: roleCashOut}
		at := p.when(day + 2 + int(p.seq.Below(25)))
		pl := int(p.seq.Below(uint64(p.s.homes)))
		if p.seq.Below(100) < 65 { // where the stripe is still read
			pl = p.s.homes + int(p.seq.Below(uint64(far)))
		}
		end := at + p.blocked()
		for range 2 + p.seq.Below(5) {
			cat := [4]int{catATM, 6, 5, 0}[p.seq.Below(4)]
			entry := uint8(entryMagstripe)
			if p.seq.Below(100) < 45 {
				entry = entryChip // fallback is recorded as what the till asked for
			}
			e := p.till(m, at, pl, cat, entry, .35, .97)
			if e == nil {
				break
			}
			if at > end {
				e.decline = declineRisk
				break
			}
			at += 600 + int32(p.seq.Below(20_000))
		}
	}
}

func (p *planner) lost(day int) {
	v := p.anyone()
	m := means{victim: v, card: uint8(p.seq.Below(4) / 3), role: roleCashOut}
	pl := int(p.s.customers[v].city)
	if p.seq.Below(100) < 22 { // lost on a journey
		pl = int(p.seq.Below(uint64(len(p.s.cities))))
	}
	at := p.when(day)
	end := at + p.blocked()
	for range 3 + p.seq.Below(7) {
		cat := [6]int{0, 0, 1, 4, 5, catATM}[p.seq.Below(6)]
		entry := uint8(entryContactless)
		if cat == catATM {
			entry = entryChip
		}
		e := p.till(m, at, pl, cat, entry, .45, .95)
		if e == nil {
			return
		}
		if at > end {
			e.decline = declineIssuer
			return
		}
		at += 180 + int32(p.seq.Below(5000))
	}
}

func (p *planner) takeover(day int) {
	m := means{victim: p.anyone(), card: uint8(p.seq.Below(2)), mimic: .55, cross: 40}
	p.spree(m, p.when(day), .55, .985)
}

func (p *planner) swap(day int) {
	// The number is taken over first; challenges are then answered by the thief.
	m := means{victim: p.anyone(), card: uint8(p.seq.Below(2)), mimic: .35, cross: 35}
	from := len(p.out)
	p.spree(m, p.when(day), .60, .99)
	for i := from; i < len(p.out); i++ {
		if e := &p.out[i]; e.entry == entryOnline && p.seq.Below(100) < 60 {
			e.secure = secureChallenged
		}
	}
}

func (p *planner) scam(day int) {
	// The victim pays, by their own hand: little to win trust, then much.
	v := p.anyone()
	m := means{victim: v, own: true, cross: 50, role: roleTrust}
	at := p.when(day)
	e := p.online(m, at, 7, .10, .50)
	if e == nil {
		return
	}
	merchant, cell := e.merchant, e.cell
	for range 1 + p.seq.Below(3) {
		at += 3600 + int32(p.seq.Below(4*secondsPerDay))
		m.role = roleCashOut
		if e = p.online(m, at, 7, .80, .995); e == nil {
			return
		}
		e.merchant, e.cell = merchant, cell
	}
}

func (p *planner) collusion(day int) {
	// A merchant charges cards that once paid there, a little every time.
	v := p.anyone()
	bought, ok := p.usual(v, day, func(e *event) bool { return e.terminal < 0 })
	if !ok {
		return
	}
	p.camp.origin = bought.merchant
	shop := &p.s.merchants[bought.merchant]
	for _, v := range p.clientele(bought.merchant, v, day, 5+int(p.seq.Below(20))) {
		m := means{victim: v, card: bought.card, own: true, role: roleCashOut}
		e := p.online(m, p.when(day+int(p.seq.Below(30))), int(shop.cat), .20, .85)
		if e == nil {
			continue
		}
		e.merchant, e.entry, e.cvv, e.secure = bought.merchant, entryOnFile, cvvNone, secureNone
		e.cell = 2
		if shop.country != p.s.customers[v].country {
			e.cell |= 1
		}
	}
}

// refunds sends money back that was never paid, to the card of the clerk.
func (p *planner) refunds(day int) {
	v := p.anyone()
	m := means{victim: v, role: roleCashOut}
	pl := int(p.s.customers[v].city)
	at := p.when(day)
	merchant := int32(-1)
	for range 2 + p.seq.Below(6) {
		e := p.till(m, at, pl, 5, entryChip, .30, .90)
		if e == nil {
			return
		}
		if merchant < 0 {
			merchant = e.merchant
		}
		shop := &p.s.merchants[merchant]
		e.merchant, e.kind = merchant, kindRefund
		e.terminal = shop.terminal + int32(p.seq.Below(uint64(shop.tills)))
		at += secondsPerDay * int32(1+p.seq.Below(9))
	}
}

// friendly is a purchase that its buyer disputes.
func (p *planner) friendly(day int) {
	p.online(means{victim: p.anyone(), own: true, cross: 20, role: roleCashOut}, p.when(day), p.fancy(), .30, .95)
}

// bust spends a line of credit within days and does not pay.
func (p *planner) bust(day int) { p.burst(day, 6+int(p.seq.Below(14)), 12, .60, .99) }

// synthetic is a bust-out by somebody who does not exist.
func (p *planner) synthetic(day int) { p.burst(day, 4+int(p.seq.Below(10)), 20, .60, .98) }

// application is a card that was taken out to be used up at once.
func (p *planner) application(day int) { p.burst(day, 3+int(p.seq.Below(6)), 6, .50, .97) }

func (p *planner) burst(day, n, days int, low, high float64) {
	v := p.anyone()
	m := means{victim: v, card: 1, own: true, cross: 30, role: roleCashOut}
	pl := int(p.s.customers[v].city)
	for range n {
		at := p.when(day + int(p.seq.Below(uint64(days))))
		if p.seq.Below(100) < 55 || p.s.params.cnp >= .99 {
			p.online(m, at, p.fancy(), low, high)
			continue
		}
		p.till(m, at, pl, [3]int{5, 6, catATM}[p.seq.Below(3)], entryChip, low, high)
	}
}
