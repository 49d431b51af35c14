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

// Weak merchants are found out after some weeks (assumptions).
const (
	softShare = 60 // per cent of fraudulent purchases
	softDays  = 45
)

// means is what a fraudster has: whose card, from where, to buy what.
type means struct {
	victim int32
	card   uint8
	own    bool    // the victim's own device and network
	mimic  float64 // chance to look like the victim: a net nearby, a known kind of device
	cross  uint64  // per cent of purchases across the border
	role   role
}

// Each campaign has so many devices of its own.
const devicesPerCampaign = 8

// online appends one card-not-present attempt and returns it.
func (p *planner) online(m means, at int32, cat int, low, high float64) *fraudEvent {
	s := p.s
	c := &s.customers[m.victim]
	e := event{customer: m.victim, card: m.card, terminal: -1, at: at, entry: entryOnline, cvv: cvvMatch}
	pl := 0
	switch r := p.seq.Below(100); {
	case r >= m.cross:
		pl = p.home(c)
	case len(s.params.home) > 1 && r < m.cross/2:
		pl = p.neighbour(c)
	default:
		pl = s.onlinePlace(len(s.params.home))
	}
	p.at(&e, pl, cat)
	p.device(&e, m, c)
	switch r := p.seq.Below(100); {
	case r < 22:
		e.entry, e.cvv = entryOnFile, cvvNone
	case r < 42:
		e.secure = secureFrictionless
	case r < 47:
		e.secure = secureChallenged
	}
	return p.add(e, m, cat, low, high)
}

func (p *planner) home(c *customer) int {
	for i, code := range p.s.params.home {
		if p.s.nations[c.country].Code == code {
			return p.s.onlinePlace(i)
		}
	}
	return p.s.onlinePlace(0)
}

func (p *planner) neighbour(c *customer) int {
	n := len(p.s.params.home)
	own := p.home(c) - p.s.onlinePlace(0)
	return p.s.onlinePlace((own + 1 + int(p.seq.Below(uint64(n-1)))) % n)
}

// at chooses a merchant of a category at a place: half of the time one whose
// checks are known to be weak this month, else popular ones first.
func (p *planner) at(e *event, pl, cat int) {
	sp := p.s.span(pl, cat)
	if p.seq.Below(100) < softShare {
		month := (uint64(e.at)/secondsPerDay + uint64(pl*5+cat)*11) / softDays // they change one by one
		k := p.s.keyPlan.Name("soft").At(month<<32 | uint64(pl)<<8 | uint64(cat))
		e.merchant = sp.first + int32(k.Below(p.seq.Below(2), uint64(sp.n)))
		return
	}
	e.merchant = sp.first + int32(rank(sp.n, sp.log2, uint32(p.seq.Uint64())))
}

func (p *planner) device(e *event, m means, c *customer) {
	s := p.s
	if m.own {
		e.device, e.net = m.victim*devicesEach+devicePhone, c.net
		if int(e.at/secondsPerDay) >= int(c.phone) {
			e.device = m.victim*devicesEach + deviceNewPhone
		}
		if p.seq.Below(4) == 0 {
			e.net = s.mobileNet(c.country, p.seq.Uint64())
		}
		return
	}
	// A crew's devices: few carry most of the work.
	k := int32(p.seq.Below(devicesPerCampaign))
	k = min(k, int32(p.seq.Below(devicesPerCampaign)))
	e.device = int32(len(s.customers))*devicesEach + p.id*devicesPerCampaign + k
	switch u := p.seq.Float64(); {
	case u < m.mimic: // a proxy in the victim's street or network
		e.net = c.net
		if p.seq.Below(2) == 0 {
			e.net = s.mobileNet(c.country, p.seq.Uint64())
		}
	case u < m.mimic+(1-m.mimic)*.6: // the crew's own
		e.net = int32(s.keyPlan.At(uint64(p.id)).Below(p.seq.Below(4), 1<<24))
	default: // a rented machine, the same few hundred for everybody
		e.net = int32(s.keyPlan.Below(p.seq.Below(300), 1<<24))
	}
}

// till appends one attempt at a till.
func (p *planner) till(m means, at int32, pl, cat int, entry uint8, low, high float64) *fraudEvent {
	s := p.s
	e := event{customer: m.victim, card: m.card, device: -1, net: -1, at: at, entry: entry}
	p.at(&e, pl, cat)
	shop := &s.merchants[e.merchant]
	e.terminal = shop.terminal + int32(p.seq.Below(uint64(shop.tills)))
	if cat == catATM {
		e.kind = kindCash
	}
	return p.add(e, m, cat, low, high)
}

// add prices an attempt between two quantiles of what the victim would pay
// there, and appends it. It returns nil when the time is over.
func (p *planner) add(e event, m means, cat int, low, high float64) *fraudEvent {
	if e.at < 0 || int(e.at)/secondsPerDay >= p.s.cfg.Days {
		return nil
	}
	s := p.s
	u := low + float64((high-low)*p.seq.Float64())
	spend := s.customers[m.victim].spend
	q := uint64(u*(1<<32-1))&(1<<32-1) | p.seq.Uint64()<<32
	e.amount = s.price(cat, spend, s.merchants[e.merchant].price, q)
	e.flags |= flagFraud
	f := fraudEvent{event: e, scenario: p.camp.scenario, role: m.role, base: e.amount, campaign: p.id}
	if e.terminal < 0 {
		f.cell |= 2
	}
	if s.merchants[e.merchant].country != s.customers[m.victim].country {
		f.cell |= 1
	}
	p.out = append(p.out, f)
	return &p.out[len(p.out)-1]
}

// fancy draws from the categories that fraudsters turn into money, online.
func (p *planner) fancy() int {
	switch r := p.seq.Below(100); {
	case r < 26:
		return 7 // marketplace
	case r < 40:
		return 6 // electronics
	case r < 54:
		return 8 // digital goods
	case r < 67:
		return 5 // clothing
	case r < 70:
		return 11 // airline
	case r < 74:
		return 14 // gambling
	case r < 80:
		return 10 // taxi
	case r < 89:
		return 1 // meals, brought home
	case r < 94:
		return 0
	case r < 97:
		return 2
	default:
		return 9 // tickets
	}
}

// tests tries whether a card lives: small sums at one merchant within minutes.
func (p *planner) tests(m means, at int32, n int) {
	m.role, m.cross = roleTest, 25
	cat := 8
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
		first.amount = int32(50 + p.seq.Below(450))
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
		at += 20 + int32(p.seq.Below(240))
	}
}

// spree buys online until the card is blocked or the appetite is gone.
func (p *planner) spree(m means, at int32, low, high float64) {
	m.role = roleCashOut
	end := at + p.blocked()
	for range 2 + p.seq.Below(7) {
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
		at += 120 + int32(float64(16_000)*p.seq.Float64()*p.seq.Float64())
	}
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
		p.tests(means{victim: p.anyone(), card: uint8(p.seq.Below(2)), mimic: .2}, at, 2+int(p.seq.Below(4)))
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
		if p.seq.Below(100) < 55 {
			p.online(m, at, p.fancy(), low, high)
			continue
		}
		p.till(m, at, pl, [3]int{5, 6, catATM}[p.seq.Below(3)], entryChip, low, high)
	}
}
