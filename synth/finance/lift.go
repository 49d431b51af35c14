package finance

import (
	"fmt"
	"math"
)

// The dial of the graph. graph_lift is the average precision of a learner that
// sees who shares devices, networks and shops, over that of one that sees rows
// alone (R4). What is turned is the sharing of devices and networks. It does not
// show in a row by itself, so the learner of rows has the same precision at every
// sharing, and the lift rises with it.
//
// It is found by measuring in a probe, a world of its own size under a key of
// its own. All rounds have the same honest rows, the same campaigns and the same
// draws: a victim who is served from shared devices at one sharing is so at
// every higher one. So the rounds differ by the sharing and not by luck.

const (
	// liftRounds bounds the measurements, the two ends among them.
	liftRounds = 10
	// liftShare is how near the measured lift must come to the one asked for.
	liftShare = .04
)

// Lift is what the dial of the graph reached in its probe.
type Lift struct {
	Asked   float64
	Reached float64
	// Error is the standard error of Reached over the campaigns of the probe's
	// test, by a jackknife over ten groups of them.
	Error   float64
	Sharing float64 // see there; 0 to 2
	Rounds  int
	AUC     float64 // of the oracle, at this sharing
	Single  float64 // the best of one of its fields
}

// UnreachableError says that a difficulty cannot be had, and what can.
type UnreachableError struct{ text string }

func (e *UnreachableError) Error() string { return e.text }

func unreachable(format string, args ...any) error {
	return &UnreachableError{fmt.Sprintf("configure finance: "+format, args...)}
}

// measured is one round: the lift as a logarithm, and its error.
type measured struct{ at, log, err float64 }

// solve finds where a rising measure has a value: the ends first, then where a
// straight line meets it, kept off the ends since the measure is no straight
// line. It ends within share of the value, or after so many rounds with the
// nearest.
func solve(value, share float64, rounds int, measure func(at float64) (measured, error)) (best measured, all []measured, err error) {
	miss := func(m measured) float64 { return math.Abs(m.log - value) }
	low, high := measured{}, measured{}
	for i, at := range [2]float64{0, mostShared} {
		m, failed := measure(at)
		if failed != nil {
			return best, all, failed
		}
		all = append(all, m)
		if i == 0 {
			low, best = m, m
			continue
		}
		if high = m; miss(high) < miss(best) {
			best = high
		}
	}
	for len(all) < rounds && miss(best) > share && low.log < value && value < high.log {
		part := min(max((value-low.log)/(high.log-low.log), .1), .9)
		m, failed := measure(low.at + (high.at-low.at)*part)
		if failed != nil {
			return best, all, failed
		}
		all = append(all, m)
		if miss(m) < miss(best) {
			best = m
		}
		if m.log < value {
			low = m
		} else {
			high = m
		}
	}
	return best, all, nil
}

// turnGraph sets the sharing for the lift asked for. The overlap is found before.
func (s *state) turnGraph(tell Watcher) error {
	p, err := s.newLiftProbe(probePersons)
	if err != nil {
		return err
	}
	want := s.params.lift
	round := 0
	best, all, err := solve(math.Log(want), liftShare, liftRounds, func(at float64) (measured, error) {
		m, failed := p.measure(at)
		if round++; failed == nil {
			tell(fmt.Sprintf("graph lift, round %d: sharing %.3f gives %.2f", round, at, math.Exp(m.log)), false)
		}
		return m, failed
	})
	if err != nil {
		return err
	}
	got := math.Exp(best.log)
	s.lift = Lift{Asked: want, Reached: got, Error: got * best.err, Sharing: best.at, Rounds: s.lift.Rounds + len(all)}
	// What lies between the ends and is nearer than one can measure is as asked.
	if math.Abs(best.log-math.Log(want)) > max(liftShare, best.err) {
		return unreachable("graph_lift is %g, and %.2f to %.2f can be reached here, %.2f at best (standard error %.2f, %d rounds)",
			want, math.Exp(all[0].log), math.Exp(all[1].log), got, s.lift.Error, len(all))
	}
	s.sharing = best.at
	return nil
}
