package finance

import (
	"cmp"
	"math"
	"slices"

	"github.com/verisim/verisim/synth/rng"
)

// planner makes the campaigns of one seed, one after the other.
type planner struct {
	s         *state
	key       rng.Key
	seq       rng.Sequence
	camp      campaign
	campaigns []campaign
	id        int32
	out       []fraudEvent
	byCity    [][]int32
	byLand    map[uint8][]int32
	victims   map[int32]bool
	scratch   []event
}

// facts of the genuine world that campaigns are calibrated against.
type baseline struct {
	rows float64
	mean float64 // amount, minor units
}

// baseline counts the rows exactly where the world is small, and on
// an even sample of 4,000 customers where it is large: the error of the mean is
// then about one per cent.
func (s *state) baseline() baseline {
	n := len(s.customers)
	step := max(1, n/4000)
	count, value, asked := 0.0, 0.0, 0
	var buf []event
	for i := 0; i < n; i += step {
		asked++
		person := s.keyDay.At(uint64(i))
		for d := range s.cfg.Days {
			buf = s.genuine(buf[:0], person, i, d)
			for k := range buf {
				count++
				value += float64(buf[k].amount)
			}
		}
	}
	return baseline{count * float64(n) / float64(asked), value / max(count, 1)}
}

func (s *state) newPlanner(key rng.Key) *planner {
	p := &planner{s: s, key: key, byCity: make([][]int32, s.homes), byLand: map[uint8][]int32{}}
	for i := range s.customers {
		c := &s.customers[i]
		p.byCity[c.city] = append(p.byCity[c.city], int32(i))
		p.byLand[c.country] = append(p.byLand[c.country], int32(i))
	}
	return p
}

func (s *state) planCampaigns() {
	base := s.baseline()
	p := s.newPlanner(s.keyPlan)
	want := base.rows * s.params.byNumber / (10_000 - s.params.byNumber)
	carry := 0.0
	for sc := range scenarios {
		target := want*s.params.mix[sc] + carry
		carry = target - float64(p.fill(sc, target))
	}
	s.factor = s.calibrate(p.out, base)
	slices.SortStableFunc(p.out, func(a, b fraudEvent) int { return cmp.Compare(a.at, b.at) })
	for i := range p.out {
		p.out[i].id = 1<<51 | uint64(i)
	}
	s.fraud, s.campaigns = p.out, p.campaigns
}

// fill runs campaigns of a scenario until they made so many transactions, and
// returns how many there are.
func (p *planner) fill(sc scenario, target float64) int {
	got := 0
	for run := 0; float64(got) < target-.5; run++ {
		if run > 100 && float64(run) > 20*target {
			break // a world too small for this scenario; the next ones make up
		}
		got += p.campaign(sc, run, int(math.Ceil(target))-got)
	}
	return got
}

// campaign runs one and returns how many transactions it made, at most room.
func (p *planner) campaign(sc scenario, run, room int) int {
	p.seq = p.key.At(uint64(sc)).At(uint64(run)).Sequence()
	p.camp = campaign{scenario: sc, origin: -1, from: math.MaxInt32, to: 0}
	p.id = int32(len(p.campaigns))
	p.victims = map[int32]bool{}
	first := len(p.out)
	tactics[sc](p, p.day())
	// The budget of the whole scenario ends the last campaign early.
	p.out = p.out[:min(len(p.out), first+room)]
	made := p.out[first:]
	if len(made) == 0 {
		return 0
	}
	for i := range made {
		if p.s.overlap > 0 && p.seq.Float64() < p.s.overlap {
			p.blend(&made[i])
		} else if p.s.veil > 0 && p.seq.Float64() < p.s.veil {
			p.veiling(&made[i])
		}
	}
	clear(p.victims)
	for i := range made {
		e := &made[i]
		p.camp.from, p.camp.to = min(p.camp.from, e.at), max(p.camp.to, e.at)
		p.camp.attempts++
		if e.decline == declineNone {
			p.camp.successes++
		}
		p.victims[e.customer] = true
	}
	p.camp.victims = int32(len(p.victims))
	p.campaigns = append(p.campaigns, p.camp)
	return len(made)
}

// day is when a campaign begins.
func (p *planner) day() int {
	u := p.seq.Float64()
	if p.s.params.drift {
		switch scenarioTable[p.camp.scenario].career {
		case born:
			u = .4 + .6*u
		case dying:
			u *= u
		}
	}
	return min(p.s.cfg.Days-1, int(u*float64(p.s.cfg.Days)))
}

func (p *planner) anyone() int32 { return int32(p.seq.Below(uint64(len(p.s.customers)))) }

// usual is a genuine purchase of a customer on one of the ten days up to day,
// for which keep holds.
func (p *planner) usual(v int32, day int, keep func(*event) bool) (event, bool) {
	person := p.s.keyDay.At(uint64(v))
	for d := day; d > max(-1, day-10); d-- {
		p.scratch = p.s.genuine(p.scratch[:0], person, int(v), d)
		for i := range p.scratch {
			if e := &p.scratch[i]; e.kind != kindRefund && e.decline == declineNone && keep(e) {
				return *e, true
			}
		}
	}
	return event{}, false
}

// clientele finds customers who bought at a merchant in the ten days up to day:
// those whom a leak there exposes.
func (p *planner) clientele(m int32, first int32, day, want int) []int32 {
	found := []int32{first}
	pool := p.byLand[p.s.customers[first].country]
	if c := p.s.places[p.s.merchants[m].place].city; c >= 0 && int(c) < p.s.homes {
		pool = p.byCity[c]
	}
	for range min(400, 4*len(pool)) {
		if len(found) >= want {
			break
		}
		v := pool[p.seq.Below(uint64(len(pool)))]
		if slices.Contains(found, v) {
			continue
		}
		if _, ok := p.usual(v, day, func(e *event) bool { return e.merchant == m }); ok {
			found = append(found, v)
		}
	}
	return found
}

// blocked is how long a card lives after the first fraud: 30 % an hour, 50 % a
// day, the rest up to 30 days (assumption, after the Fraud Detection Handbook's
// description of blocking).
func (p *planner) blocked() int32 {
	switch u := p.seq.Float64(); {
	case u < .3:
		return 300 + int32(p.seq.Below(3300))
	case u < .8:
		return 3600 + int32(p.seq.Below(82_800))
	default:
		return int32(86_400 * math.Exp2(4.9*p.seq.Float64()))
	}
}

// hour is a second of the day at which fraudsters work: mostly when everybody
// buys, since that is when nobody looks.
func (p *planner) hour() int32 {
	if p.seq.Below(100) < 72 {
		return p.s.clocks[onlineRhythm][0].at(uint32(p.seq.Uint64()))
	}
	return int32(p.seq.Below(secondsPerDay))
}

// calibrate scales the amounts so that the value of fraud, its card-not-present
// share and its cross-border share are those of the preset: one factor for each
// of the four cells, and a few rounds because prices end on round figures.
func (s *state) calibrate(events []fraudEvent, base baseline) (factor [4]float64) {
	total := float64(len(events)) * base.mean * s.params.ticket
	share := [4]float64{
		(1 - s.params.cnp) * (1 - s.params.cross), (1 - s.params.cnp) * s.params.cross,
		s.params.cnp * (1 - s.params.cross), s.params.cnp * s.params.cross,
	}
	factor = [4]float64{1, 1, 1, 1}
	applied := factor
	for range 6 {
		var tests, rest [4]float64
		for i := range events {
			e := &events[i]
			s.scale(e, &factor)
			if e.role == roleCashOut {
				rest[e.cell] += float64(e.amount)
			} else {
				tests[e.cell] += float64(e.amount)
			}
		}
		applied = factor
		there := 0.0
		for c := range share {
			if rest[c] > 0 {
				there += share[c]
			}
		}
		for c := range share {
			if rest[c] == 0 {
				continue
			}
			open := max(total*share[c]/there-tests[c], .05*rest[c])
			factor[c] *= open / rest[c]
		}
	}
	return applied
}

// scale sets the amount of a cash-out from its base.
func (s *state) scale(e *fraudEvent, factor *[4]float64) {
	if e.role != roleCashOut {
		return
	}
	v := int64(math.Round(float64(e.base) * factor[e.cell]))
	if s.cats[s.merchants[e.merchant].cat].Ending == endCash {
		v = max(1000, (v+500)/1000*1000)
	}
	e.amount = int32(min(max(v, 100), 50_000_000))
}
