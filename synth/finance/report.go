package finance

import (
	"math"

	"github.com/verisim/verisim/formats/table"
)

// The tables of what a world of accounts knows; see desk.go.

var alarmSchema = schema("alerts", "alert_id", append(transferRef, table.Ref{Column: "account_id", Table: "accounts", Key: "account_id"}),
	column("alert_id", i64t, table.RoleID, false),
	column("account_id", i64t, table.RoleID, false),
	column("transfer_id", i64t, table.RoleID, false), // the account's latest when the rule was broken
	column("raised", moment, table.RoleTime, false),
	column("rule", textt, table.RolePlain, false),
	column("score", f64t, table.RolePlain, false),
)

func (t *clearing) fillAlarms(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		a := &t.suspect().alarms[i]
		b.i64(i + 1)
		b.i64(t.accountID(a.account))
		b.i64(t.transferID(a.tx))
		t.since(b, a.at)
		b.str(alarmNames[a.rule])
		b.f64(math.Round(a.score*1000) / 1000)
	}
}

// inquirySchema: closed and verdict are null while an investigation goes on.
var inquirySchema = schema("investigations", "investigation_id", []table.Ref{{Column: "alert_id", Table: "alerts", Key: "alert_id"}},
	column("investigation_id", i64t, table.RoleID, false),
	column("alert_id", i64t, table.RoleID, false),
	column("opened", moment, table.RoleTime, false),
	column("closed", moment, table.RoleTime, true),
	column("verdict", textt, table.RoleLabel, true),
)

func (t *clearing) fillInquiries(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		c := &t.suspect().cases[i]
		b.i64(i + 1)
		b.i64(int64(c.alarm) + 1)
		t.since(b, c.opened)
		switch {
		case c.ended >= t.params.asOf:
			b.null()
			b.null()
		case c.suspicious:
			t.since(b, c.ended)
			b.str("suspicious")
		default:
			t.since(b, c.ended)
			b.str("cleared")
		}
	}
}

var reportSchema = schema("reports", "report_id", []table.Ref{
	{Column: "investigation_id", Table: "investigations", Key: "investigation_id"}, {Column: "account_id", Table: "accounts", Key: "account_id"},
},
	column("report_id", i64t, table.RoleID, false),
	column("investigation_id", i64t, table.RoleID, false),
	column("account_id", i64t, table.RoleID, false),
	column("concluded", moment, table.RoleTime, false), // the law's 30 days begin
	column("filed", moment, table.RoleTime, false),
	column("transfers", i64t, table.RolePlain, false), // that it names
	column("feedback", moment, table.RoleTime, true),  // of law enforcement
)

func (t *clearing) fillReports(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		r := &t.suspect().reports[i]
		b.i64(i + 1)
		b.i64(int64(r.inquiry) + 1)
		b.i64(t.accountID(r.account))
		t.since(b, r.ended)
		t.since(b, r.filed)
		b.i64(int64(r.transfers))
		if r.feedback >= t.params.asOf {
			b.null()
		} else {
			t.since(b, r.feedback)
		}
	}
}

// wordSchema has no key: a later word may overturn an earlier one.
var wordSchema = schema("labels", "", transferRef,
	column("transfer_id", i64t, table.RoleID, false),
	column("known", moment, table.RoleTime, false),
	column("source", textt, table.RolePlain, false),
	column("laundering", boolt, table.RoleLabel, false),
)

func (t *clearing) fillWords(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		l := &t.suspect().labels[i]
		b.i64(t.transferID(l.tx))
		t.since(b, l.at)
		b.str(wordNames[l.source])
		b.flag(l.fraud)
	}
}

func (t *clearing) since(b *builder, second int64) {
	b.time(t.params.start*secondsPerDay + second)
}
