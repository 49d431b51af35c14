package finance_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/verisim/verisim/synth/finance"
)

// TestSuspicion: what a bank knows comes in the order in which it can know it,
// most alerts are false, most laundering is never found, and the desk is full.
func TestSuspicion(t *testing.T) {
	for _, preset := range []string{"aml-hi", "mobile-money"} {
		t.Run(preset, func(t *testing.T) { suspicion(t, finance.Config{Preset: preset, Customers: 2500, Days: 80}) })
	}
}

// TestDeskRests: desks of accounts and of applications rest at weekends, in worlds
// before 1970 too.
func TestDeskRests(t *testing.T) {
	for _, preset := range []string{"aml-hi", "account-opening"} {
		for _, start := range []string{"1960-01-01", "2025-01-01"} {
			w := world(t, finance.Config{Preset: preset, Customers: 2500, Days: 60, Start: start})
			opened := numbers(t, w, "investigations", "opened")[0]
			if len(opened) == 0 {
				t.Errorf("%s from %s: no investigation was opened", preset, start)
			}
			for _, at := range opened {
				if day := time.Unix(int64(at), 0).UTC().Weekday(); day == time.Saturday || day == time.Sunday {
					t.Errorf("%s from %s: an investigation was opened on a %s", preset, start, day)
					break
				}
			}
		}
	}
}

// BenchmarkSuspicion states what MODEL.md quotes.
func BenchmarkSuspicion(b *testing.B) {
	for _, preset := range []string{"aml-hi", "aml-li", "mobile-money"} {
		b.Run(preset, func(b *testing.B) {
			for b.Loop() {
				suspicion(b, finance.Config{Preset: preset, Customers: 14_000})
			}
		})
	}
}

func suspicion(t testing.TB, cfg finance.Config) {
	w := world(t, cfg)
	tx := numbers(t, w, "transfers", "transfer_id", "timestamp", "is_laundering", "from_account", "to_account")
	at, dirty, parties := map[float64]float64{}, map[float64]bool{}, map[float64][2]float64{}
	rows, launder := len(tx[0]), 0.0
	for i, id := range tx[0] {
		at[id], dirty[id], parties[id] = tx[1][i], tx[2][i] == 1, [2]float64{tx[3][i], tx[4][i]}
		launder += tx[2][i]
	}
	alerts := numbers(t, w, "alerts", "alert_id", "account_id", "transfer_id", "raised", "score")
	raised, account := map[float64]float64{}, map[float64]float64{}
	for i, id := range alerts[0] {
		raised[id], account[id] = alerts[3][i], alerts[1][i]
		// The nightly run follows the day of the transfer that it saw last.
		if gap := alerts[3][i] - at[alerts[2][i]]; gap <= 0 || gap > 86_400*1.3 {
			t.Fatalf("alert %d is raised %g s after its transfer", i, gap)
		}
		if p := parties[alerts[2][i]]; p[0] != alerts[1][i] && p[1] != alerts[1][i] {
			t.Fatalf("alert %d names a transfer of others", i)
		}
	}
	cases := numbers(t, w, "investigations", "investigation_id", "alert_id", "opened", "closed")
	closed, worked, opened := map[float64]float64{}, map[float64]float64{}, map[float64]int{}
	suspicious := 0
	for i, id := range cases[0] {
		closed[id], worked[id] = cases[3][i], cases[1][i]
		if cases[2][i] <= raised[cases[1][i]] || cases[3][i] <= cases[2][i] {
			t.Fatalf("investigation %d opens before its alert or closes before it opens", i)
		}
		day := math.Floor(cases[2][i] / 86_400)
		if opened[day]++; math.Mod(day+3, 7) >= 5 {
			t.Fatalf("investigation %d opens at a weekend", i)
		}
	}
	room := int(math.Round(*w.Config().InvestigationsPerDay * float64(cfg.Customers) / 10_000))
	for day, n := range opened {
		if n > room {
			t.Fatalf("day %g has %d investigations, and there is room for %d", day, n, room)
		}
	}
	reports := numbers(t, w, "reports", "investigation_id", "account_id", "concluded", "filed", "feedback")
	for i, id := range reports[0] {
		suspicious++
		if reports[2][i] != closed[id] || reports[3][i] <= reports[2][i] || reports[3][i] > reports[2][i]+30*86_400 || reports[4][i] <= reports[3][i] {
			t.Fatalf("report %d: concluded %g, closed %g, filed %g, feedback %g", i, reports[2][i], closed[id], reports[3][i], reports[4][i])
		}
		if account[worked[id]] != reports[1][i] {
			t.Fatalf("report %d is on another account than its alert", i)
		}
	}
	labels := numbers(t, w, "labels", "transfer_id", "known", "laundering")
	found, wrong := map[float64]bool{}, 0
	for i, id := range labels[0] {
		if labels[1][i] <= at[id] {
			t.Fatalf("label %d is known before its transfer", i)
		}
		if i > 0 && labels[1][i] < labels[1][i-1] {
			t.Fatalf("label %d is out of order", i)
		}
		switch {
		case labels[2][i] == 1 && dirty[id]:
			found[id] = true
		case labels[2][i] == 1:
			wrong++
		}
	}
	guilty := map[float64][]float64{} // when accounts laundered
	for i, id := range tx[0] {
		if dirty[id] {
			guilty[tx[3][i]] = append(guilty[tx[3][i]], tx[1][i])
			guilty[tx[4][i]] = append(guilty[tx[4][i]], tx[1][i])
		}
	}
	honest := 0.0
	for i, a := range alerts[1] {
		if !slices.ContainsFunc(guilty[a], func(v float64) bool { return v < alerts[3][i] && v > alerts[3][i]-31*86_400 }) {
			honest++
		}
	}
	honest /= float64(len(alerts[0]))
	share := float64(len(found)) / launder
	t.Logf("%d rows, %d alerts (%.1f per 10,000, %.3f false), %d investigations, %d reports (%.3f of them), %d labels, %.3f of the laundering found, %d honest transfers named",
		rows, len(alerts[0]), 1e4*float64(len(alerts[0]))/float64(rows), honest, len(cases[0]), suspicious,
		float64(suspicious)/float64(len(cases[0])), len(labels[0]), share, wrong)
	if honest < .85 || honest > .99 {
		t.Errorf("%.3f of the alerts are false, want .85 to .99", honest)
	}
	if len(cases[0]) >= len(alerts[0]) {
		t.Errorf("all of %d alerts are worked; the desk should be too small", len(alerts[0]))
	}
	if share == 0 || share > .5 || wrong == 0 {
		t.Errorf("%.3f of the laundering is found and %d honest transfers are named, want some and less than half, and some", share, wrong)
	}
}

// TestSuspicionNoLookAhead: what the monitoring says of the first days does not
// depend on how long the world goes on.
func TestSuspicionNoLookAhead(t *testing.T) {
	cfg := finance.Config{Preset: "aml-li", Customers: 2000, Days: 40, WithoutFraud: true}
	columns := []string{"account_id", "transfer_id", "raised", "score"}
	short := numbers(t, world(t, cfg), "alerts", columns...)
	cfg.Days = 60
	long := numbers(t, world(t, cfg), "alerts", columns...)
	if len(short[0]) == 0 || len(long[0]) <= len(short[0]) {
		t.Fatalf("%d and %d alerts", len(short[0]), len(long[0]))
	}
	for c := range columns {
		if !slices.Equal(short[c], long[c][:len(short[c])]) {
			t.Errorf("%s of the first 40 days depends on the number of days", columns[c])
		}
	}
}

// TestSuspicionAsOf: as TestAsOf, for the worlds that are no card worlds.
func TestSuspicionAsOf(t *testing.T) {
	const end = 1741392000 // 2025-03-08
	for _, preset := range []string{"aml-hi", "account-opening"} {
		cfg := finance.Config{Preset: preset, Customers: 3000, Days: 90}
		all := world(t, cfg)
		cfg.AsOf = "2025-03-07"
		known := world(t, cfg)
		columns := [][2]string{{"alerts", "raised"}, {"investigations", "opened"}, {"investigations", "closed"}, {"labels", "known"}}
		if preset == "aml-hi" {
			columns = append(columns, [2]string{"reports", "filed"})
		}
		for _, c := range columns {
			every, some := numbers(t, all, c[0], c[1])[0], numbers(t, known, c[0], c[1])[0]
			before := slices.DeleteFunc(slices.Clone(every), func(v float64) bool { return v >= end })
			some = slices.DeleteFunc(some, math.IsNaN)
			if !slices.Equal(before, some) || len(some) == 0 || len(some) == len(every) {
				t.Errorf("%s: %s.%s: %d known, want %d of %d", preset, c[0], c[1], len(some), len(before), len(every))
			}
		}
	}
}

// TestLabelDelay (R7): the longer ago a payment is, the more of its truth is
// known, and little of the last 30 days' is.
func TestLabelDelay(t *testing.T) {
	for _, c := range []struct{ preset, table, id, label, word string }{
		{"aml-hi", "transfers", "transfer_id", "is_laundering", "laundering"},
		{"account-opening", "applications", "application_id", "is_fraud", "fraud"},
	} {
		n := int64(3000)
		if c.preset == "account-opening" {
			n = 40_000
		}
		w := world(t, finance.Config{Preset: c.preset, Customers: n, Days: 150, AsOf: "2025-05-30"})
		tx := numbers(t, w, c.table, c.id, "timestamp", c.label)
		labels := numbers(t, w, "labels", c.id, c.word)
		said := map[float64]bool{}
		for i, id := range labels[0] {
			said[id] = labels[1][i] == 1
		}
		var bad, known [5]float64 // by 30 days
		for i, id := range tx[0] {
			if tx[2][i] == 0 {
				continue
			}
			month := min(int(tx[1][i]-1735689600)/86_400/30, 4)
			if bad[month]++; said[id] {
				known[month]++
			}
		}
		early := (known[0] + known[1] + known[2]) / (bad[0] + bad[1] + bad[2])
		late := known[4] / bad[4]
		t.Log(c.preset, fmt.Sprintf("known by month %.3v of %.4v", known, bad))
		if !(late < .6*early) {
			t.Errorf("%s: %.3f of the frauds of the last 30 days are known and %.3f of the first 90 days', want less than .6 of it", c.preset, late, early)
		}
	}
}
