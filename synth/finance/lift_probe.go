package finance

import (
	"math"
	"slices"

	"github.com/verisim/verisim/synth/finance/boost"
)

const (
	// probePersons and the days bound the probe; a lift hangs on campaigns, whose
	// size is the same in a world of any size.
	probePersons = 6000
	probeDays    = 90
	probeLeast   = 40
	// probeRate is at least the rate of fraud in the probe, by 10,000: fewer make
	// an average precision that is mostly luck. In the test, frauds are weighted
	// down to the rate of the world.
	probeRate = 150
	// Of the honest rows one in so many is learned from, which moves all scores
	// alike; all are judged.
	probeStride = 8
	probeTrees  = 60
	probeGroups = 10 // of campaigns, for the standard error
)

// liftProbe is a world to measure in; what the honest do there is kept.
type liftProbe struct {
	s      *state
	honest []event
	weight float64   // of a fraud
	plain  []float64 // scores of rows alone, which are the same in every round
}

func (s *state) newLiftProbe(persons int64) (*liftProbe, error) {
	cfg, p := s.cfg, s.params
	cfg.Customers, cfg.Days = persons, min(max(cfg.Days, probeLeast), probeDays)
	cfg.WithoutFraud = true
	own, err := buildFrom(cfg, p, s.root.Name("probe"))
	if err != nil {
		return nil, err
	}
	own.overlap, own.veil = s.overlap, s.veil
	out := &liftProbe{s: own}
	for i := range own.customers {
		person := own.keyDay.At(uint64(i))
		for d := range cfg.Days {
			out.honest = own.genuine(out.honest, person, i, d)
		}
	}
	rate := p.byNumber / (10_000 - p.byNumber)
	own.params.byNumber = max(p.byNumber, probeRate)
	out.weight = rate / (own.params.byNumber / (10_000 - own.params.byNumber))
	return out, nil
}

// measure plans the campaigns at a sharing and learns twice.
func (p *liftProbe) measure(sharing float64) (m measured, err error) {
	s := p.s
	s.sharing = sharing
	s.planCampaigns()
	events := slices.Clone(p.honest)
	group := make([]int32, len(events), len(events)+len(s.fraud)) // of the campaign, from 1 on
	for i := range s.fraud {
		events = append(events, s.fraud[i].event)
		group = append(group, 1+s.fraud[i].campaign%probeGroups)
	}
	order := make([]uint64, len(events))
	for i := range events {
		order[i] = uint64(events[i].at)<<32 | uint64(i)
	}
	slices.Sort(order)
	sorted, groups := make([]event, len(events)), make([]int32, len(events))
	for i, o := range order {
		sorted[i], groups[i] = events[uint32(o)], group[uint32(o)]
	}
	n := len(sorted)
	from, to := n*6/10, n*8/10 // 60-20-20 by time, as R4
	flat := s.rowFeatures(sorted)
	graph := append(flat[:len(flat):len(flat)], s.sharedFeatures(sorted)...)
	test := p.cut(flat, sorted, to, n, 1)
	if p.plain == nil {
		p.plain = boost.Scores(p.cut(flat, sorted, 0, from, probeStride), test, probeTrees)
	}
	seen := boost.Scores(p.cut(graph, sorted, 0, from, probeStride), p.cut(graph, sorted, to, n, 1), probeTrees)
	lift := func(without int32) float64 {
		for i := range test.Weight {
			test.Weight[i] = 1
			if test.Label[i] {
				test.Weight[i] = p.weight
				if groups[to+i] == without {
					test.Weight[i] = 0
				}
			}
		}
		return math.Log(boost.Precision(seen, test) / boost.Precision(p.plain, test))
	}
	m = measured{at: sharing, log: lift(-1)}
	if math.IsNaN(m.log) || math.IsInf(m.log, 0) {
		return m, unreachable("graph_lift cannot be measured in %d days with these scenarios", s.cfg.Days)
	}
	mean, squares := 0.0, 0.0
	var each [probeGroups]float64
	for g := range each {
		each[g] = lift(int32(g) + 1)
		mean += each[g] / probeGroups
	}
	for _, v := range each {
		squares += (v - mean) * (v - mean)
	}
	m.err = math.Sqrt((probeGroups - 1) * squares / probeGroups) // Tukey's jackknife
	return m, nil
}

// cut takes rows from a span, of the honest ones one in stride.
func (p *liftProbe) cut(features [][]float64, events []event, from, to, stride int) boost.Rows {
	rows := boost.Rows{Features: make([][]float64, len(features))}
	for i := from; i < to; i++ {
		bad := events[i].flags&flagFraud != 0
		if !bad && i%stride != 0 {
			continue
		}
		rows.Label, rows.Weight = append(rows.Label, bad), append(rows.Weight, 1)
		for f, column := range features {
			rows.Features[f] = append(rows.Features[f], column[i])
		}
	}
	return rows
}

// rowFeatures are those of a row alone.
func (s *state) rowFeatures(events []event) [][]float64 {
	out := columnsOf(12, len(events))
	for i := range events {
		e := &events[i]
		m := &s.merchants[e.merchant]
		day, hour := int(e.at/secondsPerDay), int(e.at%secondsPerDay/3600)
		abroad := 0.0
		if m.country != s.customers[e.customer].country {
			abroad = 1
		}
		for f, v := range [12]float64{
			float64(e.amount), float64(hour), float64(s.facts(day).weekend), float64(m.cat), float64(e.kind), float64(e.entry),
			float64(e.secure), float64(e.cvv), float64(e.decline), float64(e.flags & flagRecurring), float64(m.country), abroad,
		} {
			out[f][i] = v
		}
	}
	return out
}

// sharedFeatures look at the past of what a row shares with others: of its
// device, its network and its merchant, how many customers there were in a day,
// a week and a month. They count neighbours, no rows: what one customer does is
// no matter of the graph.
func (s *state) sharedFeatures(events []event) [][]float64 {
	out := columnsOf(9, len(events))
	for k, of := range [3]func(*event) int32{
		func(e *event) int32 { return e.device }, func(e *event) int32 { return e.net }, func(e *event) int32 { return e.merchant },
	} {
		list := map[int32][]int32{}
		for i := range events {
			if v := of(&events[i]); v >= 0 {
				list[v] = append(list[v], int32(i))
			}
		}
		seen := map[int32]int{}
		for _, rows := range list { // each writes its own rows: the order does not matter
			for w, days := range [3]int32{1, 7, 30} {
				clear(seen)
				from := 0
				for _, r := range rows {
					seen[events[r].customer]++
					for events[rows[from]].at <= events[r].at-days*secondsPerDay {
						c := events[rows[from]].customer
						if seen[c]--; seen[c] == 0 {
							delete(seen, c)
						}
						from++
					}
					out[3*k+w][r] = float64(len(seen))
				}
			}
		}
	}
	return out
}

func columnsOf(n, rows int) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = make([]float64, rows)
	}
	return out
}
