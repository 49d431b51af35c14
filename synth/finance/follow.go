package finance

import (
	"cmp"
	"math"
	"slices"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/rng"
)

// follow is what came after the transactions: what a bank saw, asked, heard
// and at last believed. Times are seconds since the world's start.
type follow struct {
	casework
	disputes []dispute
}

type dispute struct {
	tx              uint64
	reason          uint8
	filed, resolved int64
	amount          int32
	won             bool // by the customer
}

const (
	fromDesk = iota
	fromCustomer
	fromStatement
)

var (
	sourceNames = [...]string{"investigation", "customer", "statement"}
	ruleNames   = [...]string{"velocity", "high_amount", "new_device", "foreign", "many_declines"}
	reasonNames = [...]string{"not_authorised", "counterfeit", "not_received", "credit_not_processed"}
)

// followed is made once, when it is first asked for: transactions do without.
func (s *state) followed() *follow {
	s.followOnce.Do(s.buildFollow)
	return &s.follow
}

// buildFollow runs the back office over the campaigns and over genuine
// purchases that look like them.
func (s *state) buildFollow() {
	key := s.keyPlan.Name("follow")
	f := &s.follow
	for i := range s.fraud {
		e := &s.fraud[i]
		k := key.At(e.id).Sequence()
		t := &scenarioTable[e.scenario]
		missed := k.Float64() < max(t.never, s.params.noise)
		if k.Float64() < .35+.3*t.found && e.role == roleCashOut || k.Float64() < .2 {
			// A rule fires within minutes; its score is high, not sure.
			f.alerts = append(f.alerts, alert{tx: e.id, at: int64(e.at) + 1 + int64(k.Below(600)), rule: uint8(k.Below(5)), score: .35 + .6*math.Sqrt(k.Float64()), fraud: true})
		}
		if missed {
			continue
		}
		if at, source := s.reported(&k, e); k.Float64() >= t.found || source != fromDesk {
			if source == fromDesk {
				source = fromCustomer
			}
			f.labels = append(f.labels, observed{e.id, at, uint8(source), true})
			if e.decline == declineNone && e.kind == kindPurchase && e.scenario != appScam {
				f.dispute(&k, e, at)
			}
		}
	}
	s.falseAlarms(key.Name("genuine"))
	slices.SortStableFunc(f.alerts, func(a, b alert) int { return cmp.Compare(a.at, b.at) })
	s.investigate(key.Name("desk"))
	s.close()
}

// reported is when the fraud becomes known without the desk: customers dispute
// after a median of 12 days, or find it on a statement after 30 to 60 (after
// the delays that the Fraud Detection Handbook states; the mixture is an
// assumption).
func (s *state) reported(k *rng.Sequence, e *fraudEvent) (at int64, source int) {
	if k.Float64() < .18 {
		return int64(e.at) + int64((30+30*k.Float64())*secondsPerDay), fromStatement
	}
	days := 12 * math.Exp(.9*k.Normal())
	return int64(e.at) + int64(math.Round(min(days, 120)*secondsPerDay)), fromCustomer
}

func (f *follow) dispute(k *rng.Sequence, e *fraudEvent, at int64) {
	reason := uint8(0)
	switch e.scenario {
	case counterfeit:
		reason = 1
	case friendlyFraud:
		reason = 2
	}
	f.disputes = append(f.disputes, dispute{
		e.id, reason, at + int64(k.Below(2*secondsPerDay)), at + int64((10+35*k.Float64())*secondsPerDay), e.amount, k.Float64() < .78,
	})
}

// falseAlarms draws genuine purchases and raises alerts on the strange ones:
// more than nine of ten alerts are false, as banks report (90 to 98 %).
func (s *state) falseAlarms(key rng.Key) {
	want := max(20, len(s.follow.alerts)*14)
	if len(s.follow.alerts) == 0 {
		want = len(s.customers) / 20
	}
	k := key.Sequence()
	var buf []event
	for range want * 12 {
		if want == 0 {
			return
		}
		i := int(k.Below(uint64(len(s.customers))))
		buf = s.genuine(buf[:0], s.keyDay.At(uint64(i)), i, int(k.Below(uint64(s.cfg.Days))))
		if len(buf) == 0 {
			continue
		}
		e := &buf[k.Below(uint64(len(buf)))]
		c := &s.customers[i]
		rule, odds := uint8(k.Below(2)), .03
		switch {
		case s.merchants[e.merchant].country != c.country:
			rule, odds = 3, .5
		case e.decline != declineNone:
			rule, odds = 4, .4
		case e.device >= 0 && e.device%devicesEach == deviceNewPhone:
			rule, odds = 2, .25
		case int64(e.amount) > 4*s.quant[s.merchants[e.merchant].cat][512]:
			rule, odds = 1, .35
		}
		if k.Float64() > odds {
			continue
		}
		want--
		s.follow.alerts = append(s.follow.alerts, alert{tx: e.id, at: int64(e.at) + 1 + int64(k.Below(600)), rule: rule, score: .3 + .55*k.Float64()*k.Float64() + .1*k.Float64()})
		if k.Float64() < .004 { // an honest purchase that its buyer forgot
			at := int64(e.at) + int64((5+40*k.Float64())*secondsPerDay)
			s.follow.labels = append(s.follow.labels, observed{e.id, at, fromCustomer, true})
		}
	}
}

// investigate works the alerts: each day the desk takes the highest scores of
// the last two days that it has room for, and is sometimes wrong.
func (s *state) investigate(key rng.Key) {
	f := &s.follow
	d := newDesk(s.params.capacity, int64(len(s.customers)))
	k := key.Sequence()
	for day := 0; day < s.cfg.Days+3; day++ {
		end := int64(day+1) * secondsPerDay
		for _, a := range d.take(f.alerts, end-2*secondsPerDay, end, func(a *alert) float64 { return a.score }) {
			opened := end + int64(k.Below(8*3600))
			ended := opened + int64((.2+2.5*k.Float64())*secondsPerDay)
			right := k.Float64() < .93
			confirmed := f.alerts[a].fraud == right && (f.alerts[a].fraud || k.Float64() < .15)
			f.cases = append(f.cases, investigation{a, opened, ended, confirmed})
			f.labels = append(f.labels, observed{f.alerts[a].tx, ended, fromDesk, confirmed})
		}
	}
}

// close leaves out what is later than the day asked for.
func (s *state) close() {
	f, asOf := &s.follow, s.params.asOf
	f.casework.close(asOf)
	f.disputes = slices.DeleteFunc(f.disputes, func(d dispute) bool { return d.filed >= asOf })
	slices.SortStableFunc(f.disputes, func(a, b dispute) int { return cmp.Or(cmp.Compare(a.filed, b.filed), cmp.Compare(a.tx, b.tx)) })
}

var txRef = []table.Ref{{Column: "transaction_id", Table: txTable, Key: "transaction_id"}}

var campaignSchema = schema("campaigns", "campaign_id", []table.Ref{{Column: "origin_merchant_id", Table: "merchants", Key: "merchant_id"}},
	column("campaign_id", i64t, table.RoleID, false),
	column("scenario", textt, table.RoleLabel, false),
	column("origin_merchant_id", i64t, table.RoleLabel, true),
	column("first", moment, table.RoleTime, false),
	column("last", moment, table.RoleTime, false),
	column("victims", i64t, table.RoleLabel, false),
	column("attempts", i64t, table.RoleLabel, false),
	column("successes", i64t, table.RoleLabel, false),
)

func fillCampaigns(s *state, b *builder, from, to int64) {
	for i := from; i < to; i++ {
		c := &s.campaigns[i]
		b.i64(i + 1)
		b.str(scenarioTable[c.scenario].name)
		if c.origin >= 0 {
			b.i64(s.merchantID(c.origin))
		} else {
			b.null()
		}
		b.since(&s.params, int64(c.from))
		b.since(&s.params, int64(c.to))
		b.i64(int64(c.victims))
		b.i64(int64(c.attempts))
		b.i64(int64(c.successes))
	}
}

var truthSchema = schema("truth", "transaction_id", append(txRef, table.Ref{Column: "campaign_id", Table: "campaigns", Key: "campaign_id"}),
	column("transaction_id", i64t, table.RoleID, false),
	column("scenario", textt, table.RoleLabel, false),
	column("campaign_id", i64t, table.RoleID, false),
	column("role", textt, table.RoleLabel, false),
)

func fillTruth(s *state, b *builder, from, to int64) {
	for i := from; i < to; i++ {
		e := &s.fraud[i]
		b.i64(s.transactionID(e.id))
		b.str(scenarioTable[e.scenario].name)
		b.i64(int64(e.campaign) + 1)
		b.str(roleNames[e.role])
	}
}

var alertSchema = alertsOf(txRef, column("transaction_id", i64t, table.RoleID, false))

func fillAlerts(s *state, b *builder, from, to int64) {
	f := s.followed()
	for i := from; i < to; i++ {
		a := &f.alerts[i]
		b.i64(i + 1)
		b.i64(s.transactionID(a.tx))
		b.alert(&s.params, a, ruleNames[:])
	}
}

func fillInvestigations(s *state, b *builder, from, to int64) {
	s.followed().fillCases(b, &s.params, "fraud", "genuine", from, to)
}

var chargebackSchema = schema("chargebacks", "chargeback_id", txRef,
	column("chargeback_id", i64t, table.RoleID, false),
	column("transaction_id", i64t, table.RoleID, false),
	column("reason", textt, table.RolePlain, false),
	column("amount", f64t, table.RolePlain, false),
	column("filed", moment, table.RoleTime, false),
	column("resolved", moment, table.RoleTime, true),
	column("outcome", textt, table.RolePlain, true),
)

func fillChargebacks(s *state, b *builder, from, to int64) {
	f := s.followed()
	for i := from; i < to; i++ {
		d := &f.disputes[i]
		b.i64(i + 1)
		b.i64(s.transactionID(d.tx))
		b.str(reasonNames[d.reason])
		b.f64(minor(int64(d.amount)))
		b.since(&s.params, d.filed)
		b.outcome(&s.params, d.resolved, d.won, "cardholder", "merchant")
	}
}

var labelSchema = labelsOf(txRef, "transaction_id", "fraud")

func fillLabels(s *state, b *builder, from, to int64) {
	f := s.followed()
	for i := from; i < to; i++ {
		l := &f.labels[i]
		b.i64(s.transactionID(l.tx))
		b.label(&s.params, l, sourceNames[:])
	}
}
