package finance

import (
	"context"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

const (
	transferTable = "transfers"
	postingTable  = "postings"
	hardTable     = "hard_negatives"
)

var bankSchema = schema("banks", "bank_id", nil,
	column("bank_id", i64t, table.RoleID, false),
	column("name", textt, table.RolePlain, false),
)

var accountSchema = schema("accounts", "account_id", []table.Ref{{Column: "bank_id", Table: "banks", Key: "bank_id"}},
	column("account_id", i64t, table.RoleID, false),
	column("bank_id", i64t, table.RoleID, false),
	column("holder", textt, table.RolePlain, false),
	column("name", textt, table.RoleDirect, false),
	column("opened", datet, table.RolePlain, false),
	column("opening_balance_minor", i64t, table.RoleSensitive, false),
	column("limit_minor", i64t, table.RolePlain, false),
)

var transferSchema = sync.OnceValue(func() *arrow.Schema {
	return schema(transferTable, "transfer_id", []table.Ref{
		{Column: "from_account", Table: "accounts", Key: "account_id"}, {Column: "to_account", Table: "accounts", Key: "account_id"},
	},
		column("transfer_id", i64t, table.RoleID, false),
		column("timestamp", moment, table.RoleTime, false),
		column("from_bank", i64t, table.RolePlain, false),
		column("from_account", i64t, table.RoleID, false),
		column("to_bank", i64t, table.RolePlain, false),
		column("to_account", i64t, table.RoleID, false),
		column("amount", f64t, table.RolePlain, false),
		column("format", word, table.RolePlain, false),
		column("result", word, table.RolePlain, false),
		column("is_laundering", boolt, table.RoleLabel, false),
	)
})

var transferRef = []table.Ref{{Column: "transfer_id", Table: transferTable, Key: "transfer_id"}}

// postingSchema: two legs of each transfer, payer first. A rejected transfer
// posts nothing: its legs are 0.
var postingSchema = sync.OnceValue(func() *arrow.Schema {
	return schema(postingTable, "", append(transferRef, table.Ref{Column: "account_id", Table: "accounts", Key: "account_id"}),
		column("transfer_id", i64t, table.RoleID, false),
		column("account_id", i64t, table.RoleID, false),
		column("amount_minor", i64t, table.RolePlain, false),
		column("balance_minor", i64t, table.RolePlain, false),
		column("limit_minor", i64t, table.RolePlain, false),
	)
})

var hardSchema = sync.OnceValue(func() *arrow.Schema {
	return schema(hardTable, "transfer_id", transferRef,
		column("transfer_id", i64t, table.RoleID, false),
		column("kind", textt, table.RoleLabel, false),
	)
})

var washingSchema = schema("campaigns", "campaign_id", nil,
	column("campaign_id", i64t, table.RoleID, false),
	column("pattern", textt, table.RoleLabel, false),
	column("first", moment, table.RoleTime, false),
	column("last", moment, table.RoleTime, false),
	column("accounts", i64t, table.RoleLabel, false),
	column("transfers", i64t, table.RoleLabel, false),
	column("outside_pattern", i64t, table.RoleLabel, false),
	column("value_minor", i64t, table.RoleLabel, false),
)

var washTruthSchema = schema("truth", "transfer_id", append(transferRef, table.Ref{Column: "campaign_id", Table: "campaigns", Key: "campaign_id"}),
	column("transfer_id", i64t, table.RoleID, false),
	column("campaign_id", i64t, table.RoleID, false),
	column("pattern", textt, table.RoleLabel, true),
)

// ledgers lists the small tables of a world of accounts.
func ledgers() []maker[*clearing] {
	return []maker[*clearing]{
		{"banks", bankSchema, func(t *clearing) int64 { return int64(t.banks) }, (*clearing).fillBanks},
		{"accounts", accountSchema, func(t *clearing) int64 { return int64(len(t.accounts)) }, (*clearing).fillAccounts},
		{"campaigns", washingSchema, func(t *clearing) int64 { return int64(len(t.campaigns)) }, (*clearing).fillCampaigns},
		{"truth", washTruthSchema, func(t *clearing) int64 { return int64(len(t.dirty)) }, (*clearing).fillTruth},
		{"alerts", transferAlertSchema, func(t *clearing) int64 { return int64(len(t.suspect().alerts)) }, (*clearing).fillAlerts},
		{"investigations", investigationSchema, func(t *clearing) int64 { return int64(len(t.suspect().cases)) }, (*clearing).fillInvestigations},
		{"reports", reportSchema, func(t *clearing) int64 { return int64(len(t.suspect().reports)) }, (*clearing).fillReports},
		{"labels", transferLabelSchema, func(t *clearing) int64 { return int64(len(t.suspect().labels)) }, (*clearing).fillLabels},
		{nodeTable, nodeSchema, func(t *clearing) int64 { return int64(len(t.accounts)) }, (*clearing).fillNodes}, // with a graph only
	}
}

func (t *clearing) fillBanks(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		k := t.key.Name("bank").At(uint64(i))
		b.i64(i + 1)
		b.text(append(t.locale.Company(k.Uint64(0), k.Uint64(1)).AppendName(b.buf[:0]), map[bool]string{true: " Agent", false: " Bank"}[t.params.mobile]...))
	}
}

func (t *clearing) fillAccounts(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		a := &t.accounts[i]
		k := t.key.Name("holder").At(uint64(i))
		b.i64(t.accountID(int32(i)))
		b.i64(int64(a.bank) + 1)
		b.str(holders[a.kind])
		if a.kind == holderPerson {
			b.text(t.locale.Person(k.Uint64(0), k.Uint64(1)).AppendName(b.buf[:0]))
		} else {
			b.text(t.locale.Company(k.Uint64(0), k.Uint64(1)).AppendName(b.buf[:0]))
		}
		b.date(t.params.start - 20 - int64(k.Below(2, 6000)))
		b.i64(a.opening)
		b.i64(a.limit)
	}
}

func (t *clearing) fillCampaigns(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		w := &t.campaigns[i]
		b.i64(i + 1)
		b.str(patternName(w.pattern))
		b.time(t.params.start*secondsPerDay + int64(w.from))
		b.time(t.params.start*secondsPerDay + int64(w.to))
		b.i64(int64(w.accounts))
		b.i64(int64(w.payments))
		b.i64(int64(w.outside))
		b.i64(w.value)
	}
}

func (t *clearing) fillTruth(b *builder, from, to int64) {
	for i := from; i < to; i++ {
		p := &t.dirty[i]
		b.i64(t.transferID(p.id))
		b.i64(int64(p.campaign) + 1)
		if p.pattern == noPattern {
			b.null()
		} else {
			b.str(patternName(p.pattern))
		}
	}
}

func (t *clearing) transferID(raw uint64) int64 { return int64(scramble(raw, 52, t.idKey)) }

func (t *clearing) accountID(i int32) int64 {
	return 1 + int64(scramble(uint64(i), widthOf(len(t.accounts)), t.idKey>>7))
}

var (
	bankWords   = sync.OnceValue(func() [2]arrow.Array { return wordsOf(bankTariff()) })
	mobileWords = sync.OnceValue(func() [2]arrow.Array { return wordsOf(mobileTariff()) })
)

func wordsOf(t *tariff) [2]arrow.Array {
	return [2]arrow.Array{dictionary(t.names[:]...), dictionary("settled", "rejected")}
}

func (t *clearing) words() [2]arrow.Array {
	if t.params.mobile {
		return mobileWords()
	}
	return bankWords()
}

func (t *clearing) fillHard(_ *layout, m made, _ settled, from, to int) table.Batch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, hardSchema())
	defer b.Release()
	k := 0
	for _, o := range m.order {
		e := &m.events[uint32(o)]
		if e.hard == hardNone {
			continue
		}
		if k >= from && k < to {
			b.Field(0).(*array.Int64Builder).Append(t.transferID(e.id))
			b.Field(1).(*array.StringBuilder).Append(hardNames[e.hard])
		}
		if k++; k >= to {
			break
		}
	}
	return b.NewRecord()
}

// transfers is the model of the presets of accounts.
type transfers struct {
	state func(synth.Seed) (*clearing, error)
	graph bool // whether there are nodes and edges
	view  *view
}

func (m *transfers) project(v *view) (inner, bool) {
	if v.table != transferTable && v.table != postingTable || m.view != nil {
		return nil, false
	}
	return &transfers{m.state, m.graph, v}, true
}

func (m *transfers) Tables() []synth.Table {
	var out []synth.Table
	long := func(name string) synth.Table {
		p, _ := paperOf(name)
		return synth.Table{Name: name, Schema: m.view.of(name, p.schema()).schema, Part: 1 << 18, Rows: counted(m.state, func(t *clearing) int64 {
			t.countOnce.Do(t.count)
			return p.first(t, t.windows())
		})}
	}
	l := ledgers()
	for _, s := range l[:2] {
		out = append(out, s.table(m.state))
	}
	out = append(out, long(transferTable), long(postingTable), long(hardTable))
	last := len(l) - 1
	for _, s := range l[2:last] {
		out = append(out, s.table(m.state))
	}
	if m.graph {
		out = append(out, l[last].table(m.state), long(edgeTable))
	}
	return out
}

func (m *transfers) Generate(_ context.Context, name string, seed synth.Seed, rows synth.Range) (table.Stream, error) {
	if err := synth.CheckRange(m, name, seed, rows); err != nil {
		return nil, err
	}
	t, err := m.state(seed)
	if err != nil {
		return nil, err
	}
	if p, ok := paperOf(name); ok {
		return t.stream(p, m.view.of(name, p.schema()), 1, rows, false), nil
	}
	for _, l := range ledgers() {
		if l.name == name {
			return l.stream(t, rows), nil
		}
	}
	panic("finance: a table that is listed is not made")
}

func (m *transfers) Stream(name string, seed synth.Seed, workers int) (table.Stream, error) {
	if p, ok := paperOf(name); ok && (name != edgeTable || m.graph) {
		t, err := m.state(seed)
		if err != nil {
			return nil, err
		}
		return t.stream(p, m.view.of(name, p.schema()), workers, synth.Range{}, true), nil
	}
	tab, err := synth.Find(m, name)
	if err != nil {
		return nil, err
	}
	n, err := tab.Rows(seed)
	if err != nil {
		return nil, err
	}
	return synth.Parallel(m, tab, seed, synth.Range{Count: n}, workers), nil
}
