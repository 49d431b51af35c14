package finance_test

import (
	"context"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/finance"
)

// byKey reads a column of text under the key that stands in the first column.
func byKey(t *testing.T, w *finance.World, name, column string) map[float64]string {
	t.Helper()
	st, err := w.Stream(name, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	out := map[float64]string{}
	for b, err := range st.Batches(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		at, err := table.Column(b.Schema(), column)
		if err != nil {
			t.Fatal(err)
		}
		key := b.Column(0).(*array.Int64)
		for i := range key.Len() {
			if b.Column(at).IsValid(i) {
				out[float64(key.Value(i))] = b.Column(at).ValueStr(i)
			}
		}
	}
	return out
}

// TestHardNegatives holds the kinds against what the other tables say: each is
// honest, and those that can be told from the columns are all there.
func TestHardNegatives(t *testing.T) {
	w := world(t, finance.Config{Customers: 1500, Days: 50, Start: "2024-11-20"})
	kinds := byKey(t, w, "hard_negatives", "kind")
	when := numbers(t, w, "hard_negatives", "transaction_id", "timestamp")
	at := map[float64]float64{}
	for i, id := range when[0] {
		at[id] = when[1][i]
	}
	city, home := byKey(t, w, "merchants", "city"), byKey(t, w, "customers", "city")
	tx := numbers(t, w, "transactions", "transaction_id", "timestamp", "customer_id", "merchant_id", "terminal_id", "result", "is_fraud", "amount")
	got, named := map[string]int{}, 0
	refused := map[[3]float64]bool{} // customer, merchant, amount
	for i := range tx[0] {           // a second try near midnight is written to the same day's morning
		if tx[5][i] == 1 {
			refused[[3]float64{tx[2][i], tx[3][i], tx[7][i]}] = true
		}
	}
	for i, id := range tx[0] {
		kind, isHard := kinds[id]
		payment := [3]float64{tx[2][i], tx[3][i], tx[7][i]}
		honest, till, declined := tx[6][i] == 0, tx[4][i] == tx[4][i], tx[5][i] == 1
		away := till && city[tx[3][i]] != home[tx[2][i]]
		if isHard {
			named++
			got[kind]++
			if at[id] != tx[1][i] {
				t.Fatalf("hard negative %v has another time than its transaction", id)
			}
		}
		switch {
		case isHard && !honest:
			t.Fatalf("transaction %v is a fraud and a hard negative, %s", id, kind)
		case honest && away != (kind == "travel"):
			t.Fatalf("transaction %v at a till in %q by a customer of %q is %q", id, city[tx[3][i]], home[tx[2][i]], kind)
		case honest && declined && !isHard:
			t.Fatalf("transaction %v is honest, declined, and no hard negative", id)
		case kind == "retry" && !declined && !refused[payment]:
			t.Fatalf("transaction %v is a second try, and there was no first", id)
		case kind == "foreign_shop" && till, kind == "unseen_device" && till, kind == "new_phone" && till:
			t.Fatalf("transaction %v at a till is %s", id, kind)
		case kind == "festival_gift" && (tx[1][i] >= 1734998400 || tx[1][i] < 1732233600): // 22 November to 23 December
			t.Fatalf("transaction %v is a gift on another day", id)
		}
	}
	if named != len(kinds) {
		t.Errorf("%d of %d hard negatives are transactions", named, len(kinds))
	}
	for _, kind := range []string{"travel", "new_phone", "unseen_device", "retry", "foreign_shop", "festival_gift", "payday_burst", "large_purchase", "shared_shop"} {
		if got[kind] == 0 {
			t.Errorf("there is no %s among %v", kind, got)
		}
	}
	if share := float64(len(kinds)) / float64(len(tx[0])); share > .5 {
		t.Errorf("%.2f of all rows are hard negatives, want fewer than half", share)
	}
	t.Log(len(tx[0]), got)
}
