// Package realism judges whether labelled transactions look real and are as
// hard as real ones: no trivial rule finds the fraud, learners land in the bands
// published for real data, and shares, shapes and books are right.
//
// [Judge] reads the tables of a table.Source, whose meaning a [Mapping] states;
// it does not know who made them. What is measured depends on what is mapped;
// a measure that a target names and that cannot be taken is a failed result,
// never a silent pass. A column whose role is label, or that the mapping lists
// under Hidden, is not a feature.
//
// # Measures
//
//	r1.column r1.residual     best AUC of one raw column; of the gap between two
//	r2.logistic.auc r2.logistic.ap r2.trees.auc r2.trees.ap r2.cards100
//	r3.flat.f1 r3.graph.f1    best F1 of trees without and with graph features
//	r4.lift                   AP with graph features / AP without
//	r5.lookahead              AP with risks of all time / AP with past ones only
//	r6.drift                  fall of AP per 90 days, median over windows of training
//	r7.delay7 r7.delay30      AP at that label delay / AP at the next shorter one
//	r8.benford r8.gini r8.burstiness r8.repeat r8.information
//	r9.breaks                 rows whose balance does not follow from the last
//	r9.unbalanced             entries whose legs do not sum to zero
//	r9.overdrawn              rows whose balance is below its limit
//	r10.outside               share of positives outside any named pattern
//	r11.bp.value r11.bp.number r11.cnp r11.ticket r11.crossborder
//	r12.hard                  share of hard negatives among the honest rows of the
//	                          top 1 % by score, with the graph where there is one
//	r12.usual                 the same share among all honest rows
//
// Features use the past only: counts, means and sums over 1, 7 and 30 days of
// customer and terminal, and the terminal's share of positives known after the
// label delay, as in Le Borgne et al., "Reproducible Machine Learning for
// Credit Card Fraud Detection" (2022), chapter 3. Training comes before the
// test with a gap of the label delay between.
//
// Not for tables without time or label.
package realism

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/table"
)

// Mapping says which table and columns mean what. Empty names are absent.
type Mapping struct {
	Transactions string      `yaml:"transactions"` // the table that is judged. Required.
	ID           string      `yaml:"id"`           // its key; required for Truth, HardNegatives
	Time         string      `yaml:"time"`         // required
	Amount       string      `yaml:"amount"`       // required
	Label        string      `yaml:"label"`        // a column of 0/1 or bool; else Truth is required
	Customer     string      `yaml:"customer"`     // who pays
	Merchant     string      `yaml:"merchant"`
	Terminal     string      `yaml:"terminal"`
	Channel      string      `yaml:"channel"`
	NotPresent   []string    `yaml:"not_present"`  // values of Channel that mean card not present
	Country      string      `yaml:"country"`      // where the payee is
	Home         string      `yaml:"home"`         // where the payer is
	HomeCountry  string      `yaml:"home_country"` // the same, where it is one for all payers
	From         string      `yaml:"from"`         // the account that sends, for graph features
	To           string      `yaml:"to"`           // the account that receives
	Hidden       []string    `yaml:"hidden"`       // columns that are no features, such as a scenario
	Independent  [][2]string `yaml:"independent"`  // pairs of columns that should tell nothing of each other
	// Truth is a table with one row for each positive transaction.
	Truth Truth `yaml:"truth"`
	// HardNegatives is a table whose Key names unusual but honest transactions, and
	// whose Pattern says in what way; shares are then noted by pattern.
	HardNegatives Truth  `yaml:"hard_negatives"`
	Ledger        Ledger `yaml:"ledger"`
}

// Truth is a table that points at transactions.
type Truth struct {
	Table   string `yaml:"table"`
	Key     string `yaml:"key"`
	Pattern string `yaml:"pattern"` // the column that names the pattern, null or empty for none
}

// Ledger is a table of postings whose balances must follow from each other.
type Ledger struct {
	Table   string `yaml:"table"`
	Account string `yaml:"account"`
	Amount  string `yaml:"amount"` // signed; rows stand in order of posting
	Balance string `yaml:"balance"`
	Entry   string `yaml:"entry"` // what the legs of one transfer share; their amounts sum to zero
	Limit   string `yaml:"limit"` // the least balance allowed
}

// Input is what Judge needs.
type Input struct {
	Source  table.Source // Required.
	Mapping Mapping      // Required.
	// Targets are what the measures must reach. Default none: everything that
	// can be measured is reported and passes.
	Targets []Target
	// TrainDays, DelayDays and TestDays lay out the split: the test is at the
	// end, the delay of labels lies before it. Default 7 each, as in the
	// handbook.
	TrainDays, DelayDays, TestDays int
	// Trees is the number of trees of a boosted model. Default 100, by which the
	// bands of the targets were stated.
	Trees int
	// Workers is the number of goroutines. Default 1. It does not change any
	// value.
	Workers int
}

// Target is the range that a measure must lie in.
type Target struct {
	ID        string // such as "r2.trees.auc"
	Low, High float64
	Source    string // who says so; "assumption" where nobody does
}

// Result is one measure and its verdict.
type Result struct {
	ID     string  `json:"id"`
	Value  float64 `json:"value"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Source string  `json:"source,omitempty"` // of the target; empty: no target
	Note   string  `json:"note,omitempty"`   // which column, or why there is no value
	Pass   bool    `json:"pass"`
}

// Report is the outcome of Judge, in the order of the measures.
type Report struct {
	Rows      int64    `json:"rows"`
	Positives int64    `json:"positives"`
	Results   []Result `json:"results"`
}

// Passed says whether every target was met.
func (r Report) Passed() bool {
	return !slices.ContainsFunc(r.Results, func(x Result) bool { return !x.Pass })
}

// judge collects measures.
type judge struct {
	in    Input
	d     *data
	found []Result
}

func (j *judge) add(id string, value float64, note string) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		j.miss(id, "it has no value on this data")
		return
	}
	j.found = append(j.found, Result{ID: id, Value: value, Note: note, Pass: true})
}

// miss records why a measure could not be taken.
func (j *judge) miss(id, why string) {
	j.found = append(j.found, Result{ID: id, Note: why, Pass: false})
}

// Judge measures the tables and compares with the targets.
func Judge(ctx context.Context, in Input) (Report, error) {
	for _, p := range []*int{&in.TrainDays, &in.DelayDays, &in.TestDays} {
		if *p == 0 {
			*p = 7
		}
		if *p < 0 {
			return Report{}, errors.New("judge realism: a number of days is negative")
		}
	}
	in.Workers = max(in.Workers, 1)
	d, err := read(ctx, in)
	if err != nil {
		return Report{}, fmt.Errorf("judge realism: %w", err)
	}
	j := &judge{in: in, d: d}
	for _, step := range []func(context.Context) error{j.trivial, j.learners, j.graph, j.drift, j.shape, j.ledger, j.shares} {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		if err := step(ctx); err != nil {
			return Report{}, fmt.Errorf("judge realism: %w", err)
		}
	}
	report := Report{Rows: int64(len(d.time)), Positives: int64(d.positives)}
	for _, t := range in.Targets {
		if !slices.ContainsFunc(j.found, func(r Result) bool { return r.ID == t.ID }) {
			j.miss(t.ID, "its columns are not mapped, or there is no such measure")
		}
	}
	for _, r := range j.found {
		at := slices.IndexFunc(in.Targets, func(t Target) bool { return t.ID == r.ID })
		if at < 0 {
			if !r.Pass {
				continue // neither asked for nor measurable
			}
			report.Results = append(report.Results, r)
			continue
		}
		t := in.Targets[at]
		r.Low, r.High, r.Source = t.Low, t.High, t.Source
		r.Pass = r.Pass && r.Value >= t.Low && r.Value <= t.High
		report.Results = append(report.Results, r)
	}
	slices.SortStableFunc(report.Results, func(a, b Result) int { return number(a.ID) - number(b.ID) })
	return report, nil
}

// number is the n of "rn.name".
func number(id string) int {
	n := 0
	head, _, _ := strings.Cut(strings.TrimPrefix(id, "r"), ".")
	for _, c := range head {
		n = n*10 + int(c-'0')
	}
	return n
}
