package rule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
)

// The error-injection corpus: clean rows of two tables, and one error of a
// known kind in every tenth row. A suite that says what the rows are must hold
// back each of them by the rule that the error breaks, and no other row.

const corpusSuite = `
tables:
  customers:
    columns: {id: {unique: true}}
  orders:
    columns:
      id: {unique: true, not_null: true}
      customer: {foreign_key: customers.id}
      card: {checksum: luhn}
      mail: {format: email, trimmed: true}
      country: {in_set: [DE, FR, NO], matches: "^[A-Z]{2}$"}
      zip: {matches: "^[0-9]{5}$"}
      net: {between: [0, 1000], max_decimals: 2}
      placed: {not_future: true}
      note: {no_mojibake: true, nfc: true, no_zero_width: true}
    checks:
      - {sum_equals: {columns: [net, tax], total: gross, tolerance: 0.004}}
      - {event_order: [placed, sent]}
      - {expr: "startsWith(zip, city)", id: city_of_zip}
      - {no_overlap: {start: from, end: until, by: [customer]}}
`

// luhnDigits appends the check digit.
func luhnDigits(body string) string {
	for d := range 10 {
		if s := body + fmt.Sprint(d); luhn(s) {
			return s
		}
	}
	return ""
}

func corpusRow(rng *rand.Rand, i int) map[string]any {
	net := float64(rng.IntN(100000)) / 100
	tax := float64(int(net*19+0.5)) / 100
	placed := twinNow.AddDate(0, 0, -1-rng.IntN(300)).Unix() * 1e6
	zip := fmt.Sprintf("%05d", rng.IntN(100000))
	return map[string]any{
		"id": int64(i), "customer": rng.Int64N(500), "card": luhnDigits(fmt.Sprintf("4%014d", rng.Int64N(1e14))),
		"mail": fmt.Sprintf("user%d@mail.example.com", rng.IntN(1e6)), "country": []string{"DE", "FR", "NO"}[rng.IntN(3)],
		"zip": zip, "city": zip[:2], "net": net, "tax": tax, "gross": net + tax,
		"placed": placed, "sent": placed + rng.Int64N(9)*3600e6, "note": []string{"", "café", "straße 中文", "as agreed"}[rng.IntN(4)],
		"from": int64(i) * 10, "until": int64(i)*10 + 9,
	}
}

// corpusKinds puts one error into a row and names the rule that must find it.
// recall is the share that it must find: a swap of the neighbouring digits 0
// and 9 keeps a Luhn sum, which is 2 of 90 pairs that differ.
func corpusKinds() []struct {
	kind, rule string
	recall     float64
	spoil      func(rng *rand.Rand, r, before map[string]any)
} {
	set := func(col string, v any) func(*rand.Rand, map[string]any, map[string]any) {
		return func(_ *rand.Rand, r, _ map[string]any) { r[col] = v }
	}
	return []struct {
		kind, rule string
		recall     float64
		spoil      func(rng *rand.Rand, r, before map[string]any)
	}{
		{"null", "orders.id.not_null", 1, set("id", nil)},
		{"repeated key", "orders.id.unique", 1, func(_ *rand.Rand, r, before map[string]any) { r["id"] = before["id"] }},
		{"broken reference", "orders.customer.foreign_key", 1, func(rng *rand.Rand, r, _ map[string]any) { r["customer"] = 500 + rng.Int64N(99) }},
		{"typo in digits", "orders.card.checksum", 1, func(rng *rand.Rand, r, _ map[string]any) {
			s := []byte(r["card"].(string))
			i := rng.IntN(len(s))
			s[i] = '0' + (s[i]-'0'+byte(1+rng.IntN(9)))%10
			r["card"] = string(s)
		}},
		{"swapped digits", "orders.card.checksum", 0.9, func(rng *rand.Rand, r, _ map[string]any) {
			s := []byte(r["card"].(string))
			for i := rng.IntN(8); ; i++ {
				if i = i % (len(s) - 1); s[i] != s[i+1] {
					s[i], s[i+1] = s[i+1], s[i]
					break
				}
			}
			r["card"] = string(s)
		}},
		{"typo in category", "orders.country.in_set", 1, set("country", "D3")},
		{"wrong case", "orders.country.matches", 1, set("country", "de")},
		{"space at the end", "orders.mail.trimmed", 1, func(_ *rand.Rand, r, _ map[string]any) { r["mail"] = r["mail"].(string) + " " }},
		{"broken form", "orders.mail.format", 1, set("mail", "user at mail.example.com")},
		{"swapped columns", "orders.zip.matches", 1, func(_ *rand.Rand, r, _ map[string]any) { r["zip"], r["mail"] = r["mail"], r["zip"] }},
		{"wrong unit", "orders.net.between", 1, func(_ *rand.Rand, r, _ map[string]any) { r["net"] = r["net"].(float64)*100 + 1001 }},
		{"rounding", "orders.net.max_decimals", 1, func(_ *rand.Rand, r, _ map[string]any) { r["net"] = r["net"].(float64) + 0.0012 }},
		{"broken sum", "orders.sum_equals", 1, func(_ *rand.Rand, r, _ map[string]any) { r["gross"] = r["gross"].(float64) + 0.01 }},
		{"time to come", "orders.placed.not_future", 1, set("placed", twinNow.AddDate(0, 0, 1).Unix()*1_000_000)},
		{"order of events", "orders.event_order", 1, func(_ *rand.Rand, r, _ map[string]any) { r["sent"] = r["placed"].(int64) - 1 }},
		{"broken dependency", "city_of_zip", 1, set("city", "xx")},
		{"overlap", "orders.no_overlap", 1, func(_ *rand.Rand, r, before map[string]any) {
			r["customer"], r["from"] = before["customer"], before["until"].(int64)-1
		}},
		{"mojibake", "orders.note.no_mojibake", 1, set("note", "cafÃ©")},
		{"decomposed", "orders.note.nfc", 1, set("note", "cafe\u0301")},
		{"invisible", "orders.note.no_zero_width", 1, set("note", "as\u200bagreed")},
	}
}

func TestErrorCorpus(t *testing.T) {
	customers := schema(t, "id int64")
	orders := schema(t, "id int64", "customer int64", "card string", "mail string", "country string", "zip string", "city string", "net float64", "tax float64",
		"gross float64", "placed timestamp", "sent timestamp", "note string", "from int64", "until int64")
	rng := rand.New(rand.NewPCG(81, 82))
	kinds := corpusKinds()
	each := 60
	n := each * len(kinds) * 10
	all := make([]map[string]any, n)
	spoilt := map[int]int{} // row to kind
	for i := range all {
		all[i] = corpusRow(rng, i)
		if i%10 == 5 {
			k := i / 10 % len(kinds)
			kinds[k].spoil(rng, all[i], all[i-1])
			spoilt[i] = k
		}
	}
	w := &world{schemas: map[string]*arrow.Schema{"customers": customers, "orders": orders}, tables: map[string][]row{}}
	for i := range 500 {
		w.tables["customers"] = append(w.tables["customers"], row{i, map[string]any{"id": int64(i)}})
	}
	for i, v := range all {
		w.tables["orders"] = append(w.tables["orders"], row{i, v})
	}
	w.ref = w.tables["customers"]
	r, failed := judgeWorld(t, w, compile(t, corpusSuite, w.schemas), 2)
	held := map[int]bool{}
	for _, rows := range failed {
		for _, i := range rows {
			held[i] = true
		}
	}
	found := make([]int, len(kinds))
	right := 0
	for i, k := range spoilt {
		if slices.Contains(failed[kinds[k].rule], i) {
			found[k]++
		}
		if held[i] {
			right++
		}
	}
	for k, kind := range kinds {
		if recall := float64(found[k]) / float64(each); recall < kind.recall {
			t.Errorf("%s: %s finds %.3f of them, want %.2f", kind.kind, kind.rule, recall, kind.recall)
		}
	}
	if right != len(held) {
		t.Errorf("precision: %d of %d rows that are held back were spoilt, want all", right, len(held))
	}
	if r.OK() {
		t.Error("the run passes")
	}
}
