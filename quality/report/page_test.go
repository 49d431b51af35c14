package report

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/profile"
)

// cardProfile profiles rows that look like card payments.
func cardProfile(t testing.TB, rows, extra int) *profile.Profile {
	t.Helper()
	fields := []arrow.Field{
		{Name: "transaction_id", Type: arrow.PrimitiveTypes.Int64},
		table.WithLabel(arrow.Field{Name: "card", Type: arrow.BinaryTypes.String}, table.Label{Role: table.RoleDirect, Origin: table.OriginSynthetic}),
		{Name: "at", Type: &arrow.TimestampType{Unit: arrow.Second, TimeZone: "UTC"}},
		{Name: "amount", Type: arrow.PrimitiveTypes.Float64},
		{Name: "category", Type: arrow.BinaryTypes.String, Nullable: true},
		table.WithLabel(arrow.Field{Name: "fraud", Type: arrow.FixedWidthTypes.Boolean}, table.Label{Role: table.RoleLabel}),
	}
	for i := range extra {
		fields = append(fields, arrow.Field{Name: fmt.Sprintf("measure_%d", i), Type: arrow.PrimitiveTypes.Float64})
	}
	schema := table.WithFacts(arrow.NewSchema(fields, nil), table.Facts{Name: "transactions"})
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	defer b.Release()
	rng := rand.New(rand.NewPCG(5, 6))
	categories := []string{"groceries", "fuel", "travel", "restaurants", "<b>online</b>", "utilities"}
	for i := range rows {
		b.Field(0).(*array.Int64Builder).Append(int64(i))
		b.Field(1).(*array.StringBuilder).Append(fmt.Sprintf("4%015d", rng.Int64N(1e15)))
		hour := rng.IntN(14) + rng.IntN(10)
		b.Field(2).(*array.TimestampBuilder).Append(arrow.Timestamp(1735689600 + 86400*rng.Int64N(180) + int64(hour)*3600))
		k := min(rng.IntN(6), rng.IntN(6))
		b.Field(3).(*array.Float64Builder).Append(float64(int(100*(1+float64(k))*10*rng.ExpFloat64())) / 100)
		if rng.IntN(30) == 0 {
			b.Field(4).AppendNull()
		} else {
			b.Field(4).(*array.StringBuilder).Append(categories[k])
		}
		b.Field(5).(*array.BooleanBuilder).Append(rng.IntN(80) == 0)
		for j := range extra {
			b.Field(6 + j).(*array.Float64Builder).Append(rng.NormFloat64())
		}
	}
	rec := b.NewRecord()
	defer rec.Release()
	s := profile.New(schema, profile.Options{})
	if err := s.Add(rec); err != nil {
		t.Fatal(err)
	}
	return s.Profile()
}

func samplePage(t testing.TB) Page {
	hash := strings.Repeat("a1b2c3d4", 8)
	return Page{
		Title: "fraud", Subtitle: "Three tables of card payments with three kinds of fraud.",
		Tool: "verisim 0.1.0", Command: "verisim run testdata/recipes/fraud.yaml -o out/fraud",
		Verdict: Verdict{Warn, "11 of 12 checks passed, one warning."},
		Facts: []Fact{
			{"Rows", "1,000,000", "in 4 tables"},
			{"Time", "9.8 s", "102,040 rows/s"},
			{"Fraud rate", "1.25 %", ""},
			{"Seed", "42", ""},
			{"Sealed", "3 columns", "for 1 recipient"},
			{"Guarantee", "synthetic origin", ""},
		},
		Tables: []Table{{Profile: cardProfile(t, 20000, 0)}},
		Checks: []Check{
			{"transactions", "not_null", "amount", Pass, 20000, 0, "", false},
			{"transactions", "between: [0, 5000]", "amount", Warn, 20000, 3, "mostly 0.9999", false},
			{"transactions", "checksum: luhn", "card", Fail, 20000, 17998, "", false},
		},
		Changes: []Change{{"transactions", "category", "trim", 12, ""}},
		Sealed:  []Seal{{"transactions", "card", []string{"verisim-recipient-" + hash}, ""}},
		Sections: []Section{{
			Title: "Privacy loss", Verdict: Verdict{Pass, "epsilon 1.2 at delta 1e-6"}, Text: []string{"What an observer can learn at most."},
			Facts: []Fact{{"Epsilon", "1.2", "spent"}}, Head: []string{"Mechanism", "rho"}, Rows: [][]string{{"marginals", "0.02"}},
			Figure: &Figure{
				"Epsilon by delta", "delta, log10", "epsilon",
				[]Series{{"spent", []float64{-9, -7, -5, -3}, []float64{1.6, 1.4, 1.1, .8}}, {"allowed", []float64{-9, -3}, []float64{2, 2}}},
			},
		}},
		Files: []File{{"transactions.arrow", 52428800, hash, 20000}, {"manifest.json", 4031, hash, 0}},
	}
}

func draw(t testing.TB, p Page) string {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHTML(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPageStandsAlone(t *testing.T) {
	html := draw(t, samplePage(t))
	if again := draw(t, samplePage(t)); again != html {
		t.Error("the same page gives different bytes")
	}
	if dir := os.Getenv("VERISIM_PAGES"); dir != "" {
		if err := os.WriteFile(dir+"/sample.html", []byte(html), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []string{"http:", "https:", "src=", "@import", "url(", "ZgotmplZ", "<b>online", " style="} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{
		`<html lang="en">`, "Content-Security-Policy", "default-src &#39;none&#39;", "prefers-color-scheme:dark",
		"11 of 12 checks passed", "&lt;b&gt;online&lt;/b&gt;", "1,000,000", "17,998 (90.0 %)", "52.43 MB",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// Every chart has a name for those who cannot see it.
	for _, svg := range regexp.MustCompile(`<svg[^>]*>`).FindAllString(html, -1) {
		if !strings.Contains(svg, "aria-hidden") && !regexp.MustCompile(`role="img" aria-label="[^"]+"`).MatchString(svg) {
			t.Errorf("chart without a name: %s", svg)
		}
	}
	if script := len(pageScript); script > 3000 {
		t.Errorf("the script is %d bytes long, want at most 3000", script)
	}
}

func TestPageStaysSmall(t *testing.T) {
	for _, extra := range []int{0, 60, 400, 3000} {
		p := samplePage(t)
		p.Tables = []Table{{Profile: cardProfile(t, 60, extra)}}
		html := draw(t, p)
		if len(html) > MaxBytes {
			t.Errorf("a page of %d columns is %d bytes long, want at most %d", extra+6, len(html), MaxBytes)
		}
		if extra == 3000 && !strings.Contains(html, "more columns are in the JSON file") {
			t.Error("a page that leaves columns out does not say so")
		}
	}
}

func TestEmptyPage(t *testing.T) {
	html := draw(t, Page{Title: "nothing"})
	for _, bad := range []string{"<nav", "<section", "<dl"} {
		if strings.Contains(html, bad) {
			t.Errorf("an empty page holds %q", bad)
		}
	}
}
