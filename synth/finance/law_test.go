package finance_test

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/synth/finance"
	"github.com/verisim/verisim/synth/synthtest"
)

func TestModelWithOracle(t *testing.T) {
	synthtest.Model(t, world(t, finance.Config{Customers: 150, Days: 30, Oracle: true, Graph: true, Mix: map[string]float64{"account_takeover": 3, "lost_stolen": 1}}))
}

func TestModelWithGraph(t *testing.T) {
	synthtest.Model(t, world(t, finance.Config{Preset: "aml-li", Customers: 200, Days: 40, Graph: true}))
}

// TestTwin: without fraud there are the same rows less those of campaigns.
func TestTwin(t *testing.T) {
	columns := []string{"transaction_id", "timestamp", "customer_id", "merchant_id", "device_id", "amount", "is_fraud"}
	with := numbers(t, world(t, finance.Config{Customers: 500, Days: 40}), "transactions", columns...)
	without := numbers(t, world(t, finance.Config{Customers: 500, Days: 40, WithoutFraud: true}), "transactions", columns...)
	k, frauds := 0, 0
	for i, fraud := range with[6] {
		if fraud == 1 {
			frauds++
			continue
		}
		for c := range columns[:6] {
			if columns[c] == "device_id" {
				continue // its numbers depend on how many devices there are
			}
			if k >= len(without[0]) || without[c][k] != with[c][i] {
				t.Fatalf("row %d of the twin differs in %s from row %d", k, columns[c], i)
			}
		}
		k++
	}
	if k != len(without[0]) || frauds == 0 {
		t.Errorf("the twin has %d rows, want %d; the world has %d frauds", len(without[0]), k, frauds)
	}
}

// TestNoLookAhead: what honest customers do in a month does not depend on how
// long the world goes on.
func TestNoLookAhead(t *testing.T) {
	columns := []string{"transaction_id", "timestamp", "amount"}
	short := numbers(t, world(t, finance.Config{Customers: 300, Days: 30, WithoutFraud: true}), "transactions", columns...)
	long := numbers(t, world(t, finance.Config{Customers: 300, Days: 70, WithoutFraud: true}), "transactions", columns...)
	for c := range columns {
		if !slices.Equal(short[c], long[c][:len(short[c])]) {
			t.Errorf("%s of the first 30 days depends on the number of days", columns[c])
		}
	}
}

// TestAsOf: nothing is known that happened later than the day asked for, and
// what is known is what would be known without the bound.
func TestAsOf(t *testing.T) {
	cfg := finance.Config{Customers: 2000, Days: 90}
	all := world(t, cfg)
	cfg.AsOf = "2025-02-14"
	known := world(t, cfg)
	const end = 1739577600 // 2025-02-15
	for _, c := range []struct{ table, time string }{
		{"alerts", "raised"}, {"investigations", "opened"}, {"investigations", "closed"}, {"chargebacks", "filed"}, {"chargebacks", "resolved"}, {"labels", "known"},
	} {
		every, some := numbers(t, all, c.table, c.time)[0], numbers(t, known, c.table, c.time)[0]
		before, late := 0, 0
		for _, v := range every {
			if v < end {
				before++
			}
		}
		rows := 0
		for _, v := range some {
			if v >= end {
				late++
			} else if !math.IsNaN(v) {
				rows++
			}
		}
		if late > 0 || rows != before || before == 0 || before == len(every) {
			t.Errorf("%s.%s: %d late, %d known, want none late, %d known of %d", c.table, c.time, late, rows, before, len(every))
		}
	}
}

// TestYAML: what is printed reads back as the same world.
func TestYAML(t *testing.T) {
	for _, preset := range finance.Presets() {
		w := world(t, finance.Config{Preset: preset, Customers: 50, Days: 20})
		text := w.YAML()
		var back finance.Config
		if err := document.Decode("printed", text, &back); err != nil {
			t.Fatalf("%s: %v\n%s", preset, err, text)
		}
		again := world(t, back)
		if got := again.YAML(); !bytes.Equal(got, text) {
			t.Errorf("%s: printed again:\n%s\nwant:\n%s", preset, got, text)
		}
		name, col := "transactions", "amount"
		switch {
		case strings.HasPrefix(preset, "aml"), preset == "mobile-money":
			name = "transfers"
		case preset == "account-opening":
			name, col = "applications", "age"
		}
		one, two := numbers(t, w, name, col), numbers(t, again, name, col)
		if !slices.Equal(one[0], two[0]) {
			t.Errorf("%s: the world that was read back has other rows", preset)
		}
	}
}

// TestShares: the preset's shares of fraud come out within 5 %.
func TestShares(t *testing.T) {
	w := world(t, finance.Config{Customers: 4000, Days: 60})
	cols := numbers(t, w, "transactions", "is_fraud", "amount", "channel", "country", "card_country")
	var n, fraud, value, bad, online, abroad float64
	for i, f := range cols[0] {
		n++
		value += cols[1][i]
		if f == 0 {
			continue
		}
		fraud++
		bad += cols[1][i]
		if cols[2][i] == 1 {
			online += cols[1][i]
		}
		if cols[3][i] != cols[4][i] {
			abroad += cols[1][i]
		}
	}
	cfg := w.Config()
	for name, c := range map[string][2]float64{
		"by number": {1e4 * fraud / n, *cfg.FraudByNumber},
		"ticket":    {bad / fraud / ((value - bad) / (n - fraud)), *cfg.FraudTicket},
		"online":    {online / bad, *cfg.FraudCNP},
		"abroad":    {abroad / bad, *cfg.FraudCross},
	} {
		if math.Abs(c[0]/c[1]-1) > .05 {
			t.Errorf("%s is %.4f, want %.4f within 5 %%", name, c[0], c[1])
		}
	}
}

func TestRefuses(t *testing.T) {
	bad := -1.0
	for name, cfg := range map[string]finance.Config{
		"preset":  {Preset: "card-ue"},
		"days":    {Days: 5000},
		"start":   {Start: "yesterday"},
		"number":  {FraudByNumber: &bad},
		"mix":     {Mix: map[string]float64{"theft": 1}},
		"no mix":  {Mix: map[string]float64{"friendly_fraud": 0}},
		"no rows": {Customers: -1},
		"oracle":  {Oracle: true, WithoutFraud: true},
	} {
		if _, err := finance.New(cfg); err == nil {
			t.Errorf("New(%s) = nil error, want one", name)
		}
	}
}

func ExampleNew() {
	w, err := finance.New(finance.Config{Preset: "ecom", Customers: 100, Days: 30})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range w.Tables() {
		rows, err := t.Rows(7)
		if err != nil {
			fmt.Println(err)
			return
		}
		if t.Name == "transactions" {
			fmt.Println(t.Name, t.Schema.NumFields(), "columns,", rows > 1000)
		}
	}
	// Output: transactions 25 columns, true
}
