package finance

import (
	"context"
	"math/bits"
	"runtime"

	"github.com/verisim/verisim/synth/rng"
)

// The monitoring of accounts: every night it looks at the accounts that moved
// money that day, holds what it remembers of each against fixed rules, and raises
// an alert where one is broken. It sees settled transfers only, in order of time,
// and nothing of the truth; so what it knew on a day depends on no later day.

// watched is what the monitoring remembers of an account. Sums fade by a quarter
// a day, so they tell of about the last four days.
type watched struct {
	last         uint64       // the latest transfer, before scrambling
	in, out      int64        // minor units, fading
	toExchange   int64        // minor units, fading
	total        int64        // in and out since the start
	partners     [2][2]uint64 // sketches: senders and payees, of this spell and the last
	usual        [2]int32     // senders and payees, summed over the spells gone by
	notes        int32        // deposits of cash near the threshold, in 256ths, fading
	day, spell   int32
	quiet        int32 // day before which the account raises nothing more
	dirtyDay     int32 // the truth, for the desk: the last day of laundering, or -1
	lastCampaign int32
}

const (
	learning   = 14 // days without alerts at the start: nothing is usual yet (assumption)
	spellDays  = 4  // over which partners are counted
	quietDays  = 21 // after an alert no other on the same account (assumption)
	lookBack   = 30 // days that an investigation reads back (assumption)
	nearestCut = 2  // a deposit is near the threshold from half of it on
)

const (
	ruleStructuring = iota
	ruleRapid
	ruleFanIn
	ruleFanOut
	ruleVolume
	ruleExchange
	alarmRules
)

var alarmNames = [alarmRules]string{"cash_structuring", "rapid_movement", "fan_in", "fan_out", "unusual_volume", "exchange_spending"}

// monitor reads all transfers once and gives the alerts in order of time.
func (t *clearing) monitor(ctx context.Context) []alert {
	m := monitor{t: t, unit: t.quant[useSalary].at(1 << 31), cash: reportedFrom, key: t.key.Name("monitor")}
	if t.params.mobile {
		m.cash /= 10
	}
	m.accounts = make([]watched, t.desk(0))
	for i := range m.accounts {
		m.accounts[i].dirtyDay = -1
	}
	b := t.newBook()
	t.ahead(ctx, 0, runtime.GOMAXPROCS(0), func(_ int, w made) bool {
		s := b.settle(t, w.events, w.order)
		for i, o := range w.order {
			e := &w.events[uint32(o)]
			if day := e.at / secondsPerDay; day != m.day {
				m.night()
				m.day = day
			}
			if !s.rejected[i] {
				m.see(e)
			}
		}
		return true
	})
	m.night()
	return m.alerts
}

type monitor struct {
	t          *clearing
	key        rng.Key
	unit, cash int64 // a month's salary; the threshold of reporting cash
	accounts   []watched
	day        int32
	moved      []int32 // accounts of this day
	alerts     []alert
}

// see takes a transfer into what is known of both accounts.
func (m *monitor) see(e *payment) {
	for side, who := range [2]int32{e.to, e.from} {
		if who >= int32(len(m.accounts)) {
			continue // the bank's own, or an exchange
		}
		w := &m.accounts[who]
		if w.last == 0 || w.day != m.day {
			m.moved = append(m.moved, who)
		}
		w.roll(m.day)
		w.last = e.id + 1
		w.total += e.amount
		other := e.from
		if side == 0 {
			w.in += e.amount
			if e.from >= m.t.desk(0) && e.amount < m.cash && e.amount >= m.cash/nearestCut {
				w.notes += 256
			}
		} else {
			w.out += e.amount
			other = e.to
			if other > m.t.exchange(0) {
				w.toExchange += e.amount
			}
		}
		if other < m.t.desk(0) { // desks are no partners
			w.partners[side][0] |= 1 << (uint32(other) * 0x9E3779B1 >> 26)
		}
		if e.dirty {
			w.dirtyDay, w.lastCampaign = m.day, m.t.dirty[e.id&(1<<51-1)].campaign
		}
	}
}

// roll lets the days pass until the given one.
func (w *watched) roll(day int32) {
	for d := min(day-w.day, 80); d > 0; d-- {
		w.in -= w.in >> 2
		w.out -= w.out >> 2
		w.toExchange -= w.toExchange >> 2
		w.notes -= w.notes >> 2
	}
	w.day = day
	spell := day / spellDays
	if spell == w.spell {
		return
	}
	for k := range w.partners {
		p := &w.partners[k]
		w.usual[k] += int32(bits.OnesCount64(p[0]))
		if p[1] = p[0]; spell != w.spell+1 {
			p[1] = 0
		}
		p[0] = 0
	}
	w.spell = spell
}

// night runs the rules over the accounts of the day that ends.
func (m *monitor) night() {
	k := m.key.At(uint64(m.day))
	first := len(m.alerts)
	for _, who := range m.moved {
		w := &m.accounts[who]
		if m.day < learning || m.day < w.quiet {
			continue
		}
		rule, ratio := m.judge(who, w)
		if ratio < 1 {
			continue
		}
		w.quiet = m.day + quietDays
		a := alert{
			tx: w.last - 1, account: who, rule: uint8(rule), score: ratio / (1 + ratio), campaign: -1,
			// The nightly run takes from two to five in the morning.
			at: int64(m.day+1)*secondsPerDay + 7200 + int64(k.Below(uint64(who), 3*3600)),
		}
		if w.dirtyDay >= 0 && m.day-w.dirtyDay < lookBack {
			a.fraud, a.campaign = true, w.lastCampaign
		}
		m.alerts = append(m.alerts, a)
	}
	sortAlerts(m.alerts[first:])
	m.moved = m.moved[:0]
}

// judge gives the rule that is broken most, and what is measured over what the
// rule allows. Rules on sums and partners hold an account against a fixed bound and
// against what is usual for it; all bounds are assumptions.
func (m *monitor) judge(who int32, w *watched) (rule int, ratio float64) {
	unit := float64(m.unit) * m.t.params.alertFactor
	many := m.t.params.alertFactor
	if m.t.accounts[who].kind == holderCompany {
		unit *= 6
		many *= 2
	}
	perSpell := float64(w.total) / float64(m.day+1) * spellDays
	in, out := float64(w.in), float64(w.out)
	var r [alarmRules]float64
	r[ruleStructuring] = float64(w.notes) / 256 / (2.1 * many)
	if out > .8*in && out < 1.2*in {
		r[ruleRapid] = min(min(in, out)/(1.2*unit), (in+out)/(2*perSpell))
	}
	r[ruleVolume] = min((in+out)/(5*unit), (in+out)/(2.5*perSpell))
	r[ruleExchange] = float64(w.toExchange) / unit
	for k, rule := range [2]int{ruleFanIn, ruleFanOut} {
		n := float64(bits.OnesCount64(w.partners[k][0] | w.partners[k][1]))
		spells := float64(max(w.spell, 1))
		r[rule] = min(n/(8*many), n*spells/(5*float64(max(w.usual[k], 1))))
	}
	for i, v := range r {
		if v > ratio {
			rule, ratio = i, v
		}
	}
	return rule, ratio
}
