package draft_test

import (
	"context"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/spec"
	"github.com/verisim/verisim/synth/spec/draft"
)

const schema = `
-- a dump in the manner of pg_dump, with other dialects mixed in
CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'it''s fine');
CREATE TABLE IF NOT EXISTS public.customer (
    id bigint NOT NULL,
    first_name character varying(40) NOT NULL,
    email varchar(255) UNIQUE NOT NULL,
    born date,
    feeling public.mood DEFAULT 'ok'::public.mood NOT NULL,
    balance numeric(12,2) DEFAULT 0.00 NOT NULL CHECK (balance >= 0),
    shape geometry(Point, 4326),
    "Order Date" timestamp with time zone,
    CONSTRAINT balance_ok CHECK ((balance > (0)::numeric))
);
/* MySQL */
CREATE TABLE ` + "`orders`" + ` (
  ` + "`id`" + ` int(11) NOT NULL AUTO_INCREMENT,
  ` + "`customer_id`" + ` bigint NOT NULL,
  ` + "`status`" + ` enum('new','paid') NOT NULL,
  ` + "`ratio`" + ` decimal(3,2),
  ` + "`parent`" + ` int,
  code char(3) NOT NULL CHECK (code IN ('EUR', 'USD')),
  PRIMARY KEY (` + "`id`" + `),
  KEY by_customer (customer_id),
  FOREIGN KEY (parent) REFERENCES orders (id),
  CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customer (id) ON DELETE CASCADE
) ENGINE=InnoDB;
CREATE TABLE [dbo].[tag] ([key] nvarchar(36) PRIMARY KEY, note nvarchar(max) NULL, m);
ALTER TABLE ONLY public.customer ADD CONSTRAINT customer_pkey PRIMARY KEY (id);
CREATE INDEX x ON customer (email);
INSERT INTO customer VALUES (1, 'a;b');
`

func write(t *testing.T, tables []draft.Table) string {
	t.Helper()
	var b strings.Builder
	if err := draft.Write(&b, "schema.sql", tables); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSQL(t *testing.T) {
	tables, err := draft.SQL(schema)
	if err != nil {
		t.Fatal(err)
	}
	text := write(t, tables)
	for _, want := range []string{
		"  customer:\n    rows: 1000\n    entity: {who: person}\n",
		"id: {key: int}",
		"first_name: who.given\n",
		"email: {of: who.email, unique: true}\n",
		"born: {date: {from: clock - 1000d, to: clock}, null: 5%}\n",
		`feeling: {pick: ["sad", "ok", "it's fine"]}`,
		`balance: {lognormal: [50, 1], type: "decimal(12,2)"}`,
		`shape: {words: 2, null: 5%} # TODO: type geometry was not understood`,
		`Order_Date: {time: {from: clock - 1000d, to: clock}, null: 5%} # TODO: the column was called "Order Date"`,
		"customer_id: {ref: customer.id}\n",
		`status: {pick: ["new", "paid"]}`,
		"parent: {ref: orders.id, null: 5%}",
		`code: {pick: ["EUR", "USD"]}`,
		"key: {key: uuid}",
		"m: {words: 2, null: 5%} # TODO: it has no type",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the draft has no %q:\n%s", want, text)
		}
	}
	if _, err := spec.Parse("draft.yaml", []byte(text), spec.Options{}); err != nil {
		t.Errorf("the draft is no spec: %v\n%s", err, text)
	}
	for _, bad := range []string{"", "SELECT 1;", "CREATE TABLE", "CREATE TABLE x", "CREATE TABLE x (", "/* ", "CREATE TABLE 'x", "CREATE TABLE x ()"} {
		if _, err := draft.SQL(bad); err == nil {
			t.Errorf("SQL(%q) = nil, want an error", bad)
		}
	}
}

// TestSample drafts from tables that specs make, and wants a spec.
func TestSample(t *testing.T) {
	for _, path := range []string{"shop", "bank", "hospital", "sensors", "people", "t20"} {
		s, err := spec.Load("../../../testdata/specs/"+path+".yaml", spec.Options{Rows: 400})
		if err != nil {
			t.Fatal(err)
		}
		for _, tab := range s.Tables() {
			n, err := tab.Rows(s.Seed())
			if err != nil {
				t.Fatal(err)
			}
			st, err := s.Generate(context.Background(), tab.Name, s.Seed(), synth.Range{Count: n})
			if err != nil {
				t.Fatal(err)
			}
			batches, err := table.Collect(context.Background(), st)
			if err != nil {
				t.Fatal(err)
			}
			text := write(t, []draft.Table{draft.Sample(tab.Name, tab.Schema, batches, n)})
			again, err := spec.Parse("draft.yaml", []byte(text), spec.Options{})
			if err != nil {
				t.Errorf("%s, table %q: the draft is no spec: %v\n%s", path, tab.Name, err, text)
				continue
			}
			got := again.Tables()[0].Schema
			if got.NumFields() != tab.Schema.NumFields() {
				t.Errorf("%s, table %q: %d columns, want %d", path, tab.Name, got.NumFields(), tab.Schema.NumFields())
			}
			for i, f := range tab.Schema.Fields() {
				x, y := f.Type, got.Field(i).Type
				if x.ID() == arrow.DICTIONARY {
					x = arrow.BinaryTypes.String
				}
				if !arrow.TypeEqual(x, y) {
					t.Errorf("%s, table %q, column %q: type %s, want %s", path, tab.Name, f.Name, y, x)
				}
			}
			if path == "bank" && strings.Contains(text, "62000099") {
				t.Error("the draft copies texts of a column with few of each")
			}
			for _, b := range batches {
				b.Release()
			}
		}
	}
}

// FuzzSQL wants any text to end in an error or in a spec.
func FuzzSQL(f *testing.F) {
	f.Add(schema)
	f.Add("CREATE TABLE a (b int REFERENCES a, c int REFERENCES d(e)); CREATE TABLE d (e int PRIMARY KEY, f int REFERENCES a(b))")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		tables, err := draft.SQL(text)
		if err != nil {
			return
		}
		var b strings.Builder
		if err := draft.Write(&b, "x", tables); err != nil {
			t.Fatal(err)
		}
		if _, err := spec.Parse("draft.yaml", []byte(b.String()), spec.Options{}); err != nil {
			t.Errorf("the draft is no spec: %v\n%s", err, b.String())
		}
	})
}
