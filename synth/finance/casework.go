package finance

import (
	"cmp"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// casework is what all families of worlds have in common once an alert is raised:
// it waits for a desk with limited room, somebody looks at it, and what was found
// becomes known. Times are seconds since the world's start.
type casework struct {
	alerts []alert // by time
	cases  []investigation
	labels []observed
}

type alert struct {
	tx    uint64 // the transaction, the row of the application, or the account's latest transfer
	at    int64
	rule  uint8
	score float64
	fraud bool // the truth
	// Of worlds of accounts:
	account  int32
	campaign int32 // whose money the account moved within the days read back, or -1
}

type investigation struct {
	alert         int32
	opened, ended int64
	confirmed     bool
}

// observed is a word on a payment, by whom and when.
type observed struct {
	tx     uint64
	at     int64
	source uint8
	fraud  bool
}

// desk looks at so many alerts a day; the others wait.
type desk struct {
	room    int
	next    int     // the first alert that has not come in
	waiting []int32 // alerts, those of one rank by time
}

// newDesk is a desk with a capacity for 10,000 people.
func newDesk(capacity float64, people int64) *desk {
	return &desk{room: max(1, int(math.Round(capacity*float64(people)/10_000)))}
}

// take lets the alerts in that were raised before a moment, drops those from
// before another, and gives those of the highest rank. What it gives lasts until
// the next.
func (d *desk) take(alerts []alert, since, before int64, rank func(a *alert) float64) []int32 {
	for ; d.next < len(alerts) && alerts[d.next].at < before; d.next++ {
		d.waiting = append(d.waiting, int32(d.next))
	}
	d.waiting = slices.DeleteFunc(d.waiting, func(a int32) bool { return alerts[a].at < since })
	slices.SortStableFunc(d.waiting, func(a, b int32) int { return cmp.Compare(rank(&alerts[b]), rank(&alerts[a])) })
	n := min(d.room, len(d.waiting))
	taken := d.waiting[:n]
	d.waiting = d.waiting[n:]
	return taken
}

// workday says whether a desk that rests at weekends works on a day of the world.
func (p *params) workday(day int64) bool { return weekday(p.start+day) < 5 }

// sortCases brings the investigations into the order in which they were opened.
func (w *casework) sortCases() {
	slices.SortStableFunc(w.cases, func(a, b investigation) int { return cmp.Compare(a.opened, b.opened) })
}

// close leaves out what is later than the day asked for.
func (w *casework) close(asOf int64) {
	w.labels = believed(w.labels, asOf)
	w.alerts = slices.DeleteFunc(w.alerts, func(a alert) bool { return a.at >= asOf })
	w.cases = slices.DeleteFunc(w.cases, func(c investigation) bool { return c.opened >= asOf })
}

// believed keeps, of each payment, the first word on it and what overturned it,
// in order of time, before a moment.
func believed(labels []observed, asOf int64) []observed {
	slices.SortStableFunc(labels, func(a, b observed) int {
		return cmp.Or(cmp.Compare(a.tx, b.tx), cmp.Compare(a.at, b.at))
	})
	kept := labels[:0]
	for i, l := range labels {
		if i > 0 && labels[i-1].tx == l.tx && len(kept) > 0 && kept[len(kept)-1].fraud == l.fraud {
			continue
		}
		kept = append(kept, l)
	}
	kept = slices.DeleteFunc(kept, func(l observed) bool { return l.at >= asOf })
	slices.SortStableFunc(kept, func(a, b observed) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.tx, b.tx)) })
	return kept
}

// alertsOf is the schema of alerts on what the given columns name.
func alertsOf(refs []table.Ref, ids ...arrow.Field) *arrow.Schema {
	fields := append([]arrow.Field{column("alert_id", i64t, table.RoleID, false)}, ids...)
	return schema("alerts", "alert_id", refs, append(fields,
		column("raised", moment, table.RoleTime, false),
		column("rule", textt, table.RolePlain, false),
		column("score", f64t, table.RolePlain, false),
	)...)
}

// alert fills the columns of an alert behind its ids.
func (b *builder) alert(p *params, a *alert, rules []string) {
	b.since(p, a.at)
	b.str(rules[a.rule])
	b.f64(math.Round(a.score*1000) / 1000)
}

// investigationSchema: closed and verdict are null while an investigation goes on.
var investigationSchema = schema("investigations", "investigation_id", []table.Ref{{Column: "alert_id", Table: "alerts", Key: "alert_id"}},
	column("investigation_id", i64t, table.RoleID, false),
	column("alert_id", i64t, table.RoleID, false),
	column("opened", moment, table.RoleTime, false),
	column("closed", moment, table.RoleTime, true),
	column("verdict", textt, table.RoleLabel, true),
)

// fillCases fills investigations; yes and no are the verdicts.
func (w *casework) fillCases(b *builder, p *params, yes, no string, from, to int64) {
	for i := from; i < to; i++ {
		c := &w.cases[i]
		b.i64(i + 1)
		b.i64(int64(c.alert) + 1)
		b.since(p, c.opened)
		b.outcome(p, c.ended, c.confirmed, yes, no)
	}
}

// outcome fills when something ended and how, or nulls where it goes on.
func (b *builder) outcome(p *params, ended int64, ok bool, yes, no string) {
	if ended >= p.asOf {
		b.null()
		b.null()
		return
	}
	b.since(p, ended)
	if ok {
		b.str(yes)
	} else {
		b.str(no)
	}
}

// labelsOf is the schema of words on what a column names. It has no key: a later
// word may overturn an earlier one.
func labelsOf(refs []table.Ref, id, flag string) *arrow.Schema {
	return schema("labels", "", refs,
		column(id, i64t, table.RoleID, false),
		column("known", moment, table.RoleTime, false),
		column("source", textt, table.RolePlain, false),
		column(flag, boolt, table.RoleLabel, false),
	)
}

// label fills the columns of a word behind its id.
func (b *builder) label(p *params, l *observed, sources []string) {
	b.since(p, l.at)
	b.str(sources[l.source])
	b.flag(l.fraud)
}
