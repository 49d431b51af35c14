package finance

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// The dial of difficulty: a share of the frauds, the overlap, is replaced by
// what the victim could have bought on the same day, with the victim's own
// means, so that nothing in the row tells. The overlap is found by measuring:
// campaigns of a key of their own are planned, the oracle is counted anew and
// judges further campaigns, and the overlap is corrected until the oracle's AUC
// is the one asked for.

// dialRounds of measuring bring the AUC to within .01; each takes about as long
// as an oracle.
const dialRounds = 4

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

// turn sets the overlap for the difficulty asked for.
func (s *state) turn() error {
	target, single := s.params.targetAUC, s.params.maxSingle
	s.overlap = 0
	least := 0.0 // overlap and AUC of the round before
	last := [2]float64{}
	for round := range dialRounds {
		s.planCampaigns()
		auc, best := s.measure()
		if single > 0 && best > single && best > .5 {
			// One field's AUC falls with the overlap as the whole one's does.
			least = max(least, s.overlap+(1-s.overlap)*(best-single)/(best-.5))
		}
		if target > 0 && round == 0 && auc < target-.01 {
			return fmt.Errorf("configure finance: target_auc is %g, and the oracle reaches %.3f here at most", target, auc)
		}
		next := s.overlap
		switch {
		case target == 0:
		case round == 0:
			next = (auc - target) / (auc - .5)
		case math.Abs(auc-target) > .002 && auc != last[1]:
			next = s.overlap + (target-auc)*(s.overlap-last[0])/(auc-last[1])
		}
		last = [2]float64{s.overlap, auc}
		next = min(max(next, least, 0), .98)
		if math.Abs(next-s.overlap) < .002 {
			return nil
		}
		s.overlap = next
	}
	s.planCampaigns()
	return nil
}

// measure gives the oracle's AUC and the best AUC of one of its fields, on
// genuine rows and on campaigns that the oracle was not counted on.
func (s *state) measure() (whole, single float64) {
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
	for f := range fields {
		single = max(single, auc(rows[1+f]))
	}
	return auc(rows[0]), single
}

// alone is the ratio of one field, whatever its parent.
func (o *oracle) alone(f field, c *codes) float64 { return o.single[f][c[f]] }
