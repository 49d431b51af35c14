package finance

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestLiftRises: the more is shared, the more the graph tells. Neighbouring
// settings may differ by luck: 4.5 standard errors of the difference, taken as
// independent, which is more than it is since all have the same draws, is a false
// alarm of 3e-6. From end to end the lift must rise by more than that.
func TestLiftRises(t *testing.T) {
	w, err := New(Config{Customers: 500, Days: 40, Mix: map[string]float64{"leaked_card": 3, "account_takeover": 1}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := build(w.cfg, w.params, 1, func(string, bool) {})
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.newLiftProbe(1500)
	if err != nil {
		t.Fatal(err)
	}
	var all []measured
	for _, at := range []float64{0, .6, 1, 2} {
		m, failed := p.measure(at)
		if failed != nil {
			t.Fatal(failed)
		}
		t.Logf("sharing %.1f: lift %.2f, standard error of its logarithm %.3f", at, math.Exp(m.log), m.err)
		all = append(all, m)
	}
	slack := func(a, b measured) float64 { return 4.5 * math.Hypot(a.err, b.err) }
	for i, m := range all[1:] {
		if b := all[i]; m.log < b.log-slack(m, b) {
			t.Errorf("the lift falls from %.2f at %g to %.2f at %g", math.Exp(b.log), b.at, math.Exp(m.log), m.at)
		}
	}
	if first, end := all[0], all[len(all)-1]; end.log-first.log < slack(first, end) {
		t.Errorf("the lift rises from %.2f to %.2f only", math.Exp(first.log), math.Exp(end.log))
	}
	again, err := p.measure(1)
	if err != nil || again != all[2] {
		t.Errorf("measured again: %+v, %v, want %+v", again, err, all[2])
	}
}

// TestSharingHidden: what a row shows by itself is the same at any sharing.
func TestSharingHidden(t *testing.T) {
	w, err := New(Config{Customers: 1500, Days: 40})
	if err != nil {
		t.Fatal(err)
	}
	s, err := build(w.cfg, w.params, 1, func(string, bool) {})
	if err != nil {
		t.Fatal(err)
	}
	rows := func(sharing float64) ([]event, map[int32]bool) { // and the crews' devices
		s.sharing = sharing
		s.planCampaigns()
		var out []event
		devices := map[int32]bool{}
		for i := range s.fraud {
			e := s.fraud[i].event
			if int(e.device) >= len(s.customers)*devicesEach {
				devices[e.device] = true
			}
			e.device, e.net = 0, 0
			out = append(out, e)
		}
		return out, devices
	}
	usual, devices := rows(1)
	for _, sharing := range []float64{0, .5, 1.5, 2} {
		got, other := rows(sharing)
		if !slices.Equal(got, usual) {
			t.Errorf("at sharing %g other columns than device and network change", sharing)
		}
		if len(other) >= len(devices) || (len(other) == 0) != (sharing == 0) {
			t.Errorf("at sharing %g crews have %d devices, %d at 1", sharing, len(other), len(devices))
		}
	}
}

func TestSolve(t *testing.T) {
	curve := func(at float64) (measured, error) { return measured{at: at, log: at * at * at / 4}, nil } // 0 to 2
	for _, want := range []float64{0, .01, .5, 1.2, 2} {
		best, all, err := solve(want, .02, 12, curve)
		if err != nil || math.Abs(best.log-want) > .02 {
			t.Errorf("solve(%g) = %+v after %d rounds, %v", want, best, len(all), err)
		}
	}
	if best, all, err := solve(3, .02, 12, curve); err != nil || best.log != 2 || len(all) != 2 {
		t.Errorf("solve beyond the end = %+v after %d rounds, %v, want the end after 2", best, len(all), err)
	}
	broken := errors.New("broken")
	if _, _, err := solve(1, .02, 12, func(float64) (measured, error) { return measured{}, broken }); !errors.Is(err, broken) {
		t.Errorf("solve of what cannot be measured: %v", err)
	}
}

func TestLiftRefused(t *testing.T) {
	v := func(x float64) *float64 { return &x }
	for want, cfg := range map[string]Config{
		"have no meaning in preset aml-hi":          {Preset: "aml-hi", GraphLift: v(3)},
		"have no meaning in preset account-opening": {Preset: "account-opening", GraphLift: v(3)},
		"1 to 100 are possible":                     {GraphLift: v(.5)},
		"remove graph_lift or without_fraud":        {GraphLift: v(2), WithoutFraud: true},
	} {
		if _, err := New(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New(%+v): %v, want %s", cfg, err, want)
		}
	}
}
