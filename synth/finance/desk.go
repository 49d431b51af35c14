package finance

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"

	"github.com/verisim/verisim/synth/rng"
)

// The desk works the alerts of a world of accounts, files reports, and hears of
// some of them again. Times are seconds since the world's start.
type suspicion struct {
	casework
	reports []report
}

type report struct {
	investigation int32
	ended, filed  int64
	feedback      int64 // of the authorities; the largest number if never
	transfers     int32 // that it names
	campaign      int32 // the truth; -1 where the account is honest
	account       int32
}

const (
	fromReport = iota
	fromClearing
	fromAuthority
)

var wordNames = [...]string{"report", "investigation", "law_enforcement"}

const (
	// filedWithin is the time that the law leaves after the suspicion is
	// concluded: 30 calendar days (31 CFR 1020.320(b)(3)).
	filedWithin = 30 * secondsPerDay
	// defensive is the share of honest accounts that are reported all the same.
	// With the desk's hits about one alert in 25 is reported, as at 19 US banks
	// in 2017: 640,000 reports from 16 million alerts (Bank Policy Institute,
	// Getting to Effectiveness, 2018). The split is an assumption.
	defensive = .025
	// heard is the share of reports on laundering that the authorities follow:
	// 4 % of all reports (the same study, median), of which the honest ones are
	// about half.
	heard = .08
	// found is the share of campaigns that the authorities find by themselves
	// (assumption; about 1 % of the proceeds of crime is confiscated, Europol
	// 2017, From suspicion to action).
	found = .02
	// backlogDay is what a day of waiting adds to an alert's rank (assumption).
	backlogDay = 1. / 60
	// deskDays is how long the desk goes on after the world's end.
	deskDays = 30
)

func sortAlerts(a []alert) {
	slices.SortStableFunc(a, func(a, b alert) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.account, b.account))
	})
}

// suspect runs monitoring, desk and authorities; made once, when first asked for.
func (t *clearing) suspect() *suspicion {
	t.suspectOnce.Do(func() {
		s := &suspicion{casework: casework{alerts: t.monitor(context.Background())}}
		key := t.key.Name("suspicion")
		s.work(t, key.Name("desk"))
		s.name(t, key.Name("name"))
		s.follow(t, key.Name("authority"))
		s.close(t.params.asOf)
		t.suspected = s
	})
	return t.suspected
}

// work: on every working day the desk takes the alerts of the highest rank that
// it has room for; the others wait.
func (s *suspicion) work(t *clearing, key rng.Key) {
	d := newDesk(t.params.capacity, int64(t.persons))
	rank := func(a *alert) float64 { return a.score - float64(a.at/secondsPerDay)*backlogDay }
	for day := range int64(t.cfg.Days + deskDays) {
		if !t.params.workday(day) {
			continue
		}
		for _, a := range d.take(s.alerts, 0, day*secondsPerDay+9*3600, rank) {
			s.inquire(t, key.At(uint64(a)), a, day)
		}
	}
	s.sortCases()
	for i := range s.cases {
		c := &s.cases[i]
		if !c.confirmed {
			continue
		}
		a := &s.alerts[c.alert]
		k := key.At(uint64(c.alert))
		wait := (.2 + .79*math.Sqrt(k.Float64(6))) * filedWithin // near the end of what the law leaves (assumption)
		s.reports = append(s.reports, report{
			investigation: int32(i), ended: c.ended, filed: c.ended + int64(wait),
			feedback: math.MaxInt64, campaign: a.campaign, account: a.account,
		})
	}
	slices.SortStableFunc(s.reports, func(a, b report) int { return cmp.Compare(a.filed, b.filed) })
}

// inquire looks at an alert; what it takes for laundering takes it longer.
func (s *suspicion) inquire(t *clearing, k rng.Key, a int32, day int64) {
	share := defensive
	if s.alerts[a].fraud {
		share = 1 - t.params.noise
	}
	c := investigation{alert: a, opened: day*secondsPerDay + 9*3600 + int64(k.Below(0, 8*3600)), confirmed: k.Float64(1) < share}
	days := .05 + 2*k.Float64(2)
	if c.confirmed {
		days = 4 + 20*k.Float64(2)*k.Float64(3)
	}
	c.ended = c.opened + int64(days*secondsPerDay)
	s.cases = append(s.cases, c)
}

// scope is the part of an account's life that an investigation read.
type scope struct {
	from, to int64
	report   int32 // or -1: cleared
	known    int64
}

// name reads the transfers again and lets each report name those it means: most
// of the laundering that it read, and some honest ones. What is cleared says of
// the last week that it is honest.
func (s *suspicion) name(t *clearing, key rng.Key) {
	scopes := map[int32][]scope{}
	for _, c := range s.cases {
		if a := &s.alerts[c.alert]; !c.confirmed {
			scopes[a.account] = append(scopes[a.account], scope{a.at - 7*secondsPerDay, a.at, -1, c.ended})
		}
	}
	for i := range s.reports {
		r := &s.reports[i]
		at := s.alerts[s.cases[r.investigation].alert].at
		scopes[r.account] = append(scopes[r.account], scope{at - lookBack*secondsPerDay, at, int32(i), r.filed})
	}
	if len(scopes) == 0 {
		return
	}
	large := t.quant[useSalary].at(1<<31) / 10
	t.ahead(context.Background(), 0, runtime.GOMAXPROCS(0), func(_ int, m made) bool {
		for _, o := range m.order {
			e := &m.events[uint32(o)]
			for side, who := range [2]int32{e.from, e.to} {
				for _, c := range scopes[who] {
					if at := int64(e.at); at < c.from || at >= c.to {
						continue
					}
					if c.report < 0 {
						s.labels = append(s.labels, observed{e.id, c.known, fromClearing, false})
						continue
					}
					// Nine of ten of the guilty ones are named, and one in ten of the
					// larger ones just before the alert (assumptions).
					share := 0.0
					switch {
					case e.dirty:
						share = .9
					case e.amount >= large && int64(e.at) >= c.to-spellDays*secondsPerDay:
						share = .1
					}
					if key.At(e.id).Float64(uint64(side)) < share {
						s.reports[c.report].transfers++
						s.labels = append(s.labels, observed{e.id, c.known, fromReport, true})
					}
				}
			}
		}
		return true
	})
}

// follow: the authorities come back to some reports with what they found out
// about the whole campaign, and find a few campaigns by themselves. Both take
// months: log-normal, medians 90 and 180 days, sigma .6 (assumptions).
func (s *suspicion) follow(t *clearing, key rng.Key) {
	when := make([]int64, len(t.campaigns))
	for i := range when {
		when[i] = math.MaxInt64
		if k := key.At(uint64(i)); k.Float64(0) < found {
			when[i] = int64(t.campaigns[i].to) + int64(180*math.Exp(.6*k.Normal(1))*secondsPerDay)
		}
	}
	for i := range s.reports {
		r := &s.reports[i]
		k := key.Name("report").At(uint64(s.cases[r.investigation].alert))
		if r.campaign < 0 || k.Float64(0) >= heard {
			continue
		}
		r.feedback = r.filed + int64(90*math.Exp(.6*k.Normal(1))*secondsPerDay)
		when[r.campaign] = min(when[r.campaign], r.feedback)
	}
	for i := range t.dirty {
		if p := &t.dirty[i]; when[p.campaign] < math.MaxInt64 && int64(p.at) < when[p.campaign] {
			s.labels = append(s.labels, observed{p.id, when[p.campaign], fromAuthority, true})
		}
	}
}

// close leaves out what is later than the day asked for.
func (s *suspicion) close(asOf int64) {
	s.casework.close(asOf)
	s.reports = slices.DeleteFunc(s.reports, func(r report) bool { return r.filed >= asOf })
}
