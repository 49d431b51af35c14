package finance

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/rng"
)

// screening is what a bank that opens accounts knows: rules look at each
// application, people look at some of the alerts, and the frauds that got through
// come to light by what they do later.
type screening struct{ casework }

var screenRules = [...]string{"device_reuse", "email_mismatch", "no_valid_phone", "foreign_high_limit"}

const (
	fromReview   = iota // the desk
	fromVictim          // whose name was used
	fromArrears         // nobody pays
	fromRecall          // another bank wants money back
	fromForgiven        // an honest one that fell into arrears and was called a fraud
)

var screenSources = [...]string{"investigation", "victim", "arrears", "recall", "arrears"}

// lights is how a fraud that got through comes to light: after how many days,
// log-normal by median and sigma, and what share never does. Assumptions; arrears
// of 90 days are a default in the EU (regulation 575/2013, article 178).
var lights = [swindles]struct {
	source        uint8
	least         float64 // days
	median, sigma float64
	never         float64
}{
	stolenIdentity:   {fromVictim, 3, 25, .8, .05},
	inventedIdentity: {fromArrears, 90, 60, .6, .30},
	firstParty:       {fromArrears, 90, 30, .5, .35},
	muleAccount:      {fromRecall, 5, 35, .7, .20},
}

// forgiven is the share of honest applicants that are called fraudulent after
// arrears (assumption).
const forgiven = .0004

// screening is made once, when first asked for.
func (o *opening) screening() *screening {
	o.screenOnce.Do(func() {
		s := &screening{}
		key := o.key.Name("screen")
		for from := int64(0); from < o.cfg.Customers; from += rowsPerBatch {
			s.read(o, key, from, min(from+rowsPerBatch, o.cfg.Customers))
		}
		slices.SortStableFunc(s.alerts, func(a, b alert) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.tx, b.tx)) })
		s.work(o, key.Name("desk"))
		s.close(o.params.asOf)
		o.screened = s
	})
	return o.screened
}

// read runs the rules over the columns of some rows, and lets time tell.
func (s *screening) read(o *opening, key rng.Key, from, to int64) {
	p := o.applicants(from, to)
	cols := make([]arrow.Array, 6)
	for i, name := range []string{"device_emails_8w", "name_email_similarity", "email_is_free", "mobile_phone_valid", "foreign_request", "proposed_limit"} {
		j := slices.IndexFunc(traits, func(t trait) bool { return t.name == name })
		cols[i] = o.column(applicationSchema().Field(j+2), j, p.keys, p.why, p.standing)
		defer cols[i].Release()
	}
	devices, likeness := cols[0].(*array.Int64), cols[1].(*array.Float64)
	free, mobile, foreign := cols[2].(*array.Boolean), cols[3].(*array.Boolean), cols[4].(*array.Boolean)
	limit := cols[5].(*array.Float64)
	for i := range p.at {
		row := uint64(from) + uint64(i)
		k := key.At(row)
		// Bounds are assumptions; each ratio is what is measured over its bound.
		var r [len(screenRules)]float64
		r[0] = float64(devices.Value(i)) / 2
		if free.Value(i) {
			r[1] = .04 / max(likeness.Value(i), .005)
		}
		if !mobile.Value(i) {
			r[2] = .4 / max(likeness.Value(i), .05)
		}
		if foreign.Value(i) {
			r[3] = limit.Value(i) / 900
		}
		rule := 0
		for j, v := range r {
			if v > r[rule] {
				rule = j
			}
		}
		if v := r[rule]; v >= 1 {
			s.alerts = append(s.alerts, alert{tx: row, at: p.at[i] + 1 + int64(k.Below(0, 600)), rule: uint8(rule), score: v / (1 + v), fraud: p.why[i] != honestApplicant})
		}
		why := p.why[i]
		if why == honestApplicant {
			if k.Float64(1) < forgiven {
				s.light(k, row, p.at[i], firstParty, fromForgiven)
			}
		} else if k.Float64(1) >= max(lights[why].never, o.params.noise) {
			s.light(k, row, p.at[i], why, lights[why].source)
		}
	}
}

func (s *screening) light(k rng.Key, row uint64, at int64, why swindle, source uint8) {
	l := &lights[why]
	days := l.least + l.median*math.Exp(l.sigma*k.Normal(2))
	s.labels = append(s.labels, observed{row, at + int64(days*secondsPerDay), source, true})
}

// work: on working days people take the highest scores of the last five days, for
// an applicant does not wait longer; they miss two frauds of five and take one
// honest applicant in 25 for a fraud (assumptions).
func (s *screening) work(o *opening, key rng.Key) {
	d := newDesk(o.params.capacity, o.cfg.Customers)
	for day := range int64(o.cfg.Days + 7) {
		if !o.params.workday(day) {
			continue
		}
		open := day*secondsPerDay + 9*3600
		for _, a := range d.take(s.alerts, open-5*secondsPerDay, open, func(a *alert) float64 { return a.score }) {
			k := key.At(uint64(a))
			share := .04
			if s.alerts[a].fraud {
				share = .6
			}
			c := investigation{alert: a, opened: open + int64(k.Below(0, 8*3600)), confirmed: k.Float64(1) < share}
			c.ended = c.opened + 600 + int64(k.Below(2, 2*secondsPerDay))
			s.cases = append(s.cases, c)
			s.labels = append(s.labels, observed{s.alerts[a].tx, c.ended, fromReview, c.confirmed})
		}
	}
	s.sortCases()
}

var applicationRef = []table.Ref{{Column: "application_id", Table: applicationTable, Key: "application_id"}}

// screenings lists the tables of what is known about applications.
var screenings = sync.OnceValue(func() []maker[*opening] {
	return []maker[*opening]{
		{"alerts", alertsOf(applicationRef, column("application_id", i64t, table.RoleID, false)), func(o *opening) int64 { return int64(len(o.screening().alerts)) }, func(o *opening, b *builder, from, to int64) {
			for i := from; i < to; i++ {
				a := &o.screening().alerts[i]
				b.i64(i + 1)
				b.i64(o.applicationID(int64(a.tx)))
				b.alert(&o.params, a, screenRules[:])
			}
		}},
		{"investigations", investigationSchema, func(o *opening) int64 { return int64(len(o.screening().cases)) }, func(o *opening, b *builder, from, to int64) {
			o.screening().fillCases(b, &o.params, "fraud", "genuine", from, to)
		}},
		{"labels", labelsOf(applicationRef, "application_id", "fraud"), func(o *opening) int64 { return int64(len(o.screening().labels)) }, func(o *opening, b *builder, from, to int64) {
			for i := from; i < to; i++ {
				l := &o.screening().labels[i]
				b.i64(o.applicationID(int64(l.tx)))
				b.label(&o.params, l, screenSources[:])
			}
		}},
	}
})
