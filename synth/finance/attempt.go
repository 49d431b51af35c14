package finance

// Weak merchants are found out after some weeks (assumptions). They are neither
// the largest, which can afford checks, nor the smallest, where a wave of fraud
// would stand out: exponents of the rank in a popularity list.
const (
	softShare = 97 // per cent of fraudulent purchases at first; falls to 81
	softDays  = 45
	softLow   = one * 8 / 100
	softHigh  = one * 60 / 100
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
	if p.seq.Below(100) < softShare-uint64(16*p.age(e.at)) {
		e.merchant = p.s.weak(pl, cat, e.at, p.seq.Below(p.s.weakAt(pl)))
		return
	}
	sp := p.s.span(pl, cat)
	e.merchant = sp.first + int32(rank(sp.n, sp.log2, uint32(p.seq.Uint64())))
}

// weakAt is how many merchants of a category are weak at a place.
func (s *state) weakAt(pl int) uint64 {
	if pl == len(s.places)-1 { // abroad is the rest of the world
		return 8
	}
	return 3
}

// weak is the k-th of the merchants that are weak at a second.
func (s *state) weak(pl, cat int, at int32, k uint64) int32 {
	sp := s.span(pl, cat)
	month := (uint64(at)/secondsPerDay + uint64(pl*5+cat)*11) / softDays // they change one by one
	key := s.keySoft.At(month<<32 | uint64(pl)<<8 | uint64(cat))
	return sp.first + int32(rank(sp.n, sp.log2, softLow+uint32(key.Below(k, softHigh-softLow))))
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
	switch {
	case s.sharing < 1:
		p.lone(e)
	case s.sharing > 1:
		p.pool(e, k)
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
