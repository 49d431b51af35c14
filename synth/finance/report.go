package finance

import (
	"github.com/verisim/verisim/formats/table"
)

// The tables of what a world of accounts knows; see desk.go.

var transferAlertSchema = alertsOf(append(transferRef, table.Ref{Column: "account_id", Table: "accounts", Key: "account_id"}),
	column("account_id", i64t, table.RoleID, false),
	column("transfer_id", i64t, table.RoleID, false), // the account's latest when the rule was broken
)

func (t *clearing) fillAlerts(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		a := &t.suspect().alerts[i]
		b.i64(i + 1)
		b.i64(t.accountID(a.account))
		b.i64(t.transferID(a.tx))
		b.alert(&t.params, a, alarmNames[:])
	}
}

func (t *clearing) fillInvestigations(b *builder, from, to int64) {
	t.suspect().fillCases(b, &t.params, "suspicious", "cleared", from, to)
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
		b.i64(int64(r.investigation) + 1)
		b.i64(t.accountID(r.account))
		b.since(&t.params, r.ended)
		b.since(&t.params, r.filed)
		b.i64(int64(r.transfers))
		if r.feedback >= t.params.asOf {
			b.null()
		} else {
			b.since(&t.params, r.feedback)
		}
	}
}

var transferLabelSchema = labelsOf(transferRef, "transfer_id", "laundering")

func (t *clearing) fillLabels(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		l := &t.suspect().labels[i]
		b.i64(t.transferID(l.tx))
		b.label(&t.params, l, wordNames[:])
	}
}
