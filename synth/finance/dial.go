package finance

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// The dial of difficulty has two numbers. The overlap is the share of the frauds
// that are replaced by what the victim could have bought on the same day, with the
// victim's own means, so that nothing in the row tells. The veil is the share of
// the others, online, that are made at the victim's usual shop, from the victim's
// own devices and network: it takes away what one field tells and leaves the
// rest. Both are found by measuring: campaigns of a key of their own are planned,
// the oracle is counted anew and judges further campaigns, and the two are
// corrected until the oracle's AUC is the one asked for and no field has more
// than the most allowed.

// dialRounds of measuring; each takes about as long as an oracle.
const dialRounds = 8

// dialNear and dialFar: the loop ends when the AUC is so near to the one asked
// for, and what is farther off after all rounds is refused.
const (
	dialNear = .004
	dialFar  = .015
)

// dialRows is the number of frauds of a scenario that the oracle is measured on.
const dialRows = 1500

// blend replaces a fraud by a purchase of the victim's own.
func (p *planner) blend(e *fraudEvent) {
	s := p.s
	day := int(e.at) / secondsPerDay
	person := s.keyDay.At(uint64(e.customer))
	pl, abroad := s.whereabouts(person, &s.customers[e.customer], day)
	own := s.purchase(person, p.key.Name("blend").At(p.seq.Uint64()), int(e.customer), day, pl, abroad)
	own.flags |= flagFraud
	e.event, e.base, e.role, e.cell = own, own.amount, roleBlended, 0
	if e.terminal < 0 {
		e.cell |= 2
	}
	if s.merchants[e.merchant].country != s.customers[e.customer].country {
		e.cell |= 1
	}
}

// dialPasses: the sharing of devices moves the oracle's AUC a little, and the
// overlap moves the lift, so each is found twice.
const dialPasses = 2

// turnAll plans the campaigns with the difficulty asked for, if any is.
func (s *state) turnAll(tell Watcher) error {
	rows := s.params.targetAUC > 0 || s.params.maxSingle > 0
	for pass := 0; pass < dialPasses; pass++ {
		before := [2]float64{s.overlap, s.veil}
		if rows {
			if err := s.turn(); err != nil {
				return err
			}
		}
		if s.params.lift == 0 && rows {
			return nil // it has planned them
		}
		if s.params.lift == 0 || pass > 0 && math.Abs(s.overlap-before[0]) < .01 && math.Abs(s.veil-before[1]) < .02 {
			break
		}
		if err := s.turnGraph(tell); err != nil {
			return err
		}
		if !rows {
			break
		}
	}
	s.planCampaigns()
	if s.params.lift > 0 {
		l := &s.lift
		auc, veiled, bare := s.measure()
		l.AUC, l.Single = auc, max(veiled, bare)
		tell(fmt.Sprintf("graph lift %.2f of %g asked for, standard error %.2f, after %d rounds: sharing %.3f; oracle's AUC %.3f, of one field %.3f",
			l.Reached, l.Asked, l.Error, l.Rounds, l.Sharing, l.AUC, l.Single), true)
	}
	return nil
}

// veiling makes an online fraud at a shop and with means that are the victim's.
func (p *planner) veiling(e *fraudEvent) {
	if e.terminal >= 0 || e.role != roleCashOut {
		return
	}
	s := p.s
	c := &s.customers[e.customer]
	day := int(e.at) / secondsPerDay
	person, k := s.keyDay.At(uint64(e.customer)), p.key.Name("veil").At(p.seq.Uint64())
	cat := int(s.merchants[e.merchant].cat)
	e.merchant = s.shop(person, c, cat, true, int(c.city), false, k.Uint64(0), k.Uint64(1))
	s.atHome(&e.event, c, int(e.customer), day, k.Uint64(2))
	e.cell = 2
	if s.merchants[e.merchant].country != c.country {
		e.cell |= 1
	}
}

// turn sets overlap and veil for the difficulty asked for.
func (s *state) turn() error {
	target, most := s.params.targetAUC, s.params.maxSingle
	s.overlap, s.veil = 0, 0
	least := 0.0 // overlap that the fields need which no veil covers
	for round := 0; ; round++ {
		s.planCampaigns()
		auc, veiled, bare := s.measure()
		if target > 0 && round == 0 && auc < target-.01 {
			return unreachable("target_auc is %g, and the oracle reaches %.3f here at most", target, auc)
		}
		off, over := 0.0, max(veiled, bare)-most
		if target > 0 {
			off = auc - target
		}
		if most == 0 {
			over = 0
		}
		if math.Abs(off) <= dialNear && over <= dialNear {
			return nil
		}
		if round == dialRounds {
			if math.Abs(off) <= dialFar && over <= dialFar {
				return nil
			}
			return unreachable("target_auc %g and max_single_column %g were not reached: after %d rounds the oracle's AUC is %.3f, and %.3f that of one field", target, most, round, auc, max(veiled, bare))
		}
		// All areas fall to a half as the shares rise to one.
		if over > 0 && veiled > most {
			s.veil = min(s.veil+(1-s.veil)*(veiled-most)/(veiled-.5), .98)
		}
		if over > 0 && bare > most {
			least = max(least, s.overlap+(1-s.overlap)*(bare-most)/(bare-.5))
		}
		next := s.overlap
		if target > 0 {
			next += (1 - s.overlap) * off / (auc - .5)
		}
		s.overlap = min(max(next, least, 0), .98)
	}
}

// veils says of which fields the veil takes away what they tell.
var veils = [fields]bool{fieldPlace: true, fieldMerchant: true, fieldEntry: true, fieldDevice: true, fieldNetwork: true}

// measure gives the oracle's AUC and the best AUC of one of its fields, of those
// that a veil covers and of the others, on genuine rows and on campaigns that the
// oracle was not counted on. How much is expected of the customer that day is no
// matter of the row, and not looked at.
func (s *state) measure() (whole, veiled, bare float64) {
	o := s.newOracle()
	type scored struct {
		llr, weight float64
		fraud       bool
	}
	var rows [1 + fields][]scored
	add := func(e *event, weight float64, fraud bool) {
		c := s.code(e)
		var parts [fields]float64
		rows[0] = append(rows[0], scored{o.judge(&c, &parts), weight, fraud})
		for f := range fields {
			rows[1+f] = append(rows[1+f], scored{o.alone(f, &c), weight, fraud})
		}
	}
	var buf []event
	for i := 0; i < len(s.customers); i += max(1, len(s.customers)/500) {
		person := s.keyDay.At(uint64(i))
		for d := 0; d < s.cfg.Days; d += 2 {
			buf = s.genuine(buf[:0], person, i, d)
			for k := range buf {
				add(&buf[k], 1, false)
			}
		}
	}
	for sc := range scenarios {
		if o.mix[sc] == 0 {
			continue
		}
		p := s.newPlanner(s.keyPlan.Name("probe"))
		p.fill(sc, dialRows)
		for i := range p.out {
			s.scale(&p.out[i], &s.factor)
			add(&p.out[i].event, o.mix[sc]/float64(len(p.out)), true)
		}
	}
	auc := func(r []scored) float64 {
		slices.SortStableFunc(r, func(a, b scored) int { return cmp.Compare(a.llr, b.llr) })
		below, area, good, bad := 0.0, 0.0, 0.0, 0.0
		for i := 0; i < len(r); {
			g, b := 0.0, 0.0
			for at := r[i].llr; i < len(r) && r[i].llr == at; i++ {
				if r[i].fraud {
					b += r[i].weight
				} else {
					g += r[i].weight
				}
			}
			area += b * (below + g/2)
			below += g
			good, bad = good+g, bad+b
		}
		return area / (good * bad)
	}
	for f := fieldActivity + 1; f < fields; f++ {
		if a := auc(rows[1+f]); veils[f] {
			veiled = max(veiled, a)
		} else {
			bare = max(bare, a)
		}
	}
	return auc(rows[0]), veiled, bare
}

// alone is the ratio of one field, whatever its parent.
func (o *oracle) alone(f field, c *codes) float64 { return o.single[f][c[f]] }
