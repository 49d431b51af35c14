package job

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/rule"
)

// AskOptions of DrawAudit.
type AskOptions struct {
	// Policy says which signer to accept. Default any.
	Policy attest.Policy
	// Share of the rows is to be found if it is bad; above 0, at most 1. Optional
	// beside Samples.
	Share float64
	// Samples is the number of rows. Default as many as Share and Miss need.
	Samples int
	// Ask says the rest; Count is not read.
	commit.Ask
}

// DrawAudit asks for rows of a table of the bundle at place, or of the one whose
// manifest file that is. Nothing else of the bundle is read.
func DrawAudit(place string, opt AskOptions) (*commit.Request, error) {
	m, _, err := ReadManifest(place, opt.Policy)
	if err != nil {
		return nil, err
	}
	t, root, err := oneTable(m, opt.Table)
	if err != nil {
		return nil, err
	}
	ask := opt.Ask
	ask.Table, ask.Share, ask.Count = t.Name, opt.Share, opt.Samples
	if root.Rows == 0 {
		return nil, privacy.Refused("draw", "rows", "table %q has none", t.Name)
	}
	for _, c := range ask.Columns {
		if !slices.ContainsFunc(root.Columns, func(k commit.Column) bool { return k.Name == c }) {
			return nil, &table.NoColumnError{Name: c, Schema: committed(root)}
		}
	}
	switch {
	case ask.Count == 0:
		ask.Count, err = commit.Sample(root.Rows, commit.Bad(root.Rows, ask.Share), ask.Miss)
	case ask.Share == 0:
		// Rounded up to a number of rows, so that the share says it again.
		ask.Share = float64(commit.Found(root.Rows, min(int64(ask.Count), root.Rows), ask.Miss)) / float64(root.Rows)
	}
	if err != nil {
		return nil, err
	}
	return root.Ask(ask)
}

// committed is a schema with the names of a root's columns, for messages.
func committed(root *commit.Root) *arrow.Schema {
	var fields []arrow.Field
	for _, c := range root.Columns {
		fields = append(fields, arrow.Field{Name: c.Name, Type: arrow.Null, Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// AnswerOptions of AnswerAudit.
type AnswerOptions struct {
	// Policy says which signer of the bundle to accept. Default any.
	Policy attest.Policy
	// Identities open the sealed columns that are asked for.
	Identities []*keys.Identity
	// Workers is the number of goroutines that hash. Default 1.
	Workers int
}

// AnswerAudit shows the rows that a request asks for, as [Disclose] does. A
// request that was drawn for another commitment than the bundle's is refused.
func AnswerAudit(ctx context.Context, dir string, q *commit.Request, opt AnswerOptions) (*commit.Disclosure, error) {
	m, _, _, held, err := checkFiles(ctx, dir, opt.Policy, opt.Workers)
	if err != nil {
		return nil, err
	}
	t, root, err := oneTable(m, q.Table)
	if err != nil {
		return nil, err
	}
	if root.Table != q.Root.Table {
		return nil, privacy.Tampered("answer", "audit request", "it asks for rows of another table %q than the bundle's: the roots differ", q.Table)
	}
	d, err := disclose(ctx, held, t, root, DiscloseOptions{Identities: opt.Identities, Rows: q.Rows, Columns: q.Columns})
	if err != nil {
		return nil, err
	}
	if d.Request, err = q.Digest(); err != nil {
		return nil, err
	}
	return d, q.Check(d)
}

// Audited is what an audit found.
type Audited struct {
	Cells  table.Batch
	Judged []JudgedRule
	// Skipped are the suite's checks that a sample cannot judge, and why.
	Skipped []Unproved
	// Miss is the chance with which the draw would have met none of Bad rows.
	Miss float64
	Bad  int64
	// Signer of the manifest that the request's root was held against, if it was.
	Signer string
	Pinned bool
}

// JudgedRule is one rule's verdict on the drawn rows.
type JudgedRule struct {
	Rule   string `json:"rule"`
	Broken int64  `json:"broken"` // of the drawn rows
	// Judged are the drawn rows that the rule applies to.
	Judged int64 `json:"judged"`
	// Least and Most bound the rows of the table that break the rule, each with
	// confidence 1-miss of the request.
	Least int64 `json:"table_least"`
	Most  int64 `json:"table_most"`
	// Allowed is how many the rule lets break it.
	Allowed int64 `json:"allowed"`
	Holds   bool  `json:"holds"` // not contradicted: Least <= Allowed
	Fails   bool  `json:"-"`     // its level makes a finding an error
}

// AuditOptions of CheckAudit.
type AuditOptions struct {
	// Against is a bundle, or its manifest file, that the request's root must be
	// of. Optional: the auditor drew the request from it.
	Against string
	// Policy says which signer of it to accept. Default any.
	Policy attest.Policy
	// Suite judges the rows. Optional.
	Suite *rule.Suite
}

// CheckAudit holds an answer against its request, and judges the rows.
func CheckAudit(q *commit.Request, d *commit.Disclosure, opt AuditOptions) (*Audited, error) {
	out := &Audited{}
	if opt.Against != "" {
		m, verdict, err := ReadManifest(opt.Against, opt.Policy)
		if err != nil {
			return nil, err
		}
		_, root, err := oneTable(m, q.Table)
		if err != nil {
			return nil, err
		}
		if root.Table != q.Root.Table {
			return nil, privacy.Tampered("check", "audit", "the request was drawn for another table %q than that of %q: the roots differ", q.Table, opt.Against)
		}
		out.Signer, out.Pinned = verdict.Signer.ID(), verdict.Pinned
	}
	if err := q.Check(d); err != nil {
		return nil, err
	}
	var err error
	if out.Cells, err = q.Root.Cells(d); err != nil {
		return nil, err
	}
	out.Bad = commit.Bad(q.Root.Rows, q.Share)
	out.Miss = commit.Miss(q.Root.Rows, out.Bad, int64(len(q.Rows)))
	if opt.Suite != nil {
		err = out.judge(q, opt.Suite)
	}
	return out, err
}

// judge applies the rules of a suite that look at one row alone.
func (a *Audited) judge(q *commit.Request, suite *rule.Suite) error {
	var mine []rule.Spec
	for _, c := range suite.Checks {
		if c.Table != "" && c.Table != q.Table {
			continue
		}
		if c.Kind == "custom" {
			a.Skipped = append(a.Skipped, Unproved{c.ID, "a program of its maker's judges it, which is not here"})
			continue
		}
		if !rowwise(c.Kind) {
			a.Skipped = append(a.Skipped, Unproved{c.ID, "it looks at more than one row, of which a sample shows too few"})
			continue
		}
		c.Table = q.Table
		mine = append(mine, c)
	}
	suite.Checks, suite.Score = mine, rule.ScoreOptions{}
	if len(mine) == 0 {
		return nil
	}
	plan, err := rule.Compile(suite, map[string]*arrow.Schema{q.Table: a.Cells.Schema()}, rule.Options{})
	if err != nil {
		return err
	}
	s := plan.New()
	defer s.Close()
	if err = s.Add(q.Table, a.Cells); err != nil {
		return err
	}
	r, err := s.Finish()
	if err != nil && !errors.Is(err, quality.ErrNothingJudged) {
		return err
	}
	rows, drawn := q.Root.Rows, int64(len(q.Rows))
	for _, c := range r.Checks {
		if c.Status == rule.Broken { // by chance too: a draw without a row that it is about contradicts nothing
			a.Skipped = append(a.Skipped, Unproved{c.ID, c.Message})
			continue
		}
		j := JudgedRule{Rule: c.ID, Broken: c.Failed, Judged: c.Rows, Fails: c.Level.Fails()}
		j.Least, j.Most = commit.Bounds(rows, drawn, c.Failed, q.Miss)
		j.Allowed = int64(math.Floor((1 - c.Mostly) * float64(rows) * (1 + 1e-12)))
		j.Holds = j.Least <= j.Allowed
		a.Judged = append(a.Judged, j)
	}
	return nil
}

// rowwise says whether a kind of check judges each row by itself, so that its
// verdict on a drawn row is its verdict on the table's.
func rowwise(kind string) bool {
	for _, d := range rule.Catalogue() {
		if d.Name != kind || d.Whole() {
			continue
		}
		switch d.Family {
		case "presence", "text", "format", "rows":
			return true
		case "value":
			return kind != "within_sd" // measured by a reference
		case "time":
			return kind == "not_future" || kind == "time_of_day"
		}
	}
	return false
}

// Contradicted are the rules that the drawn rows contradict.
func (a *Audited) Contradicted() []string {
	var out []string
	for _, j := range a.Judged {
		if j.Fails && !j.Holds {
			out = append(out, j.Rule)
		}
	}
	return out
}

// AuditWords says in plain words what a draw is worth.
func AuditWords(q *commit.Request, bad int64, miss float64) string {
	return fmt.Sprintf("if %s of %s rows or more (%s) broke a rule, this sample of %s would have met one with probability %s",
		Thousands(bad), Thousands(q.Root.Rows), Percent(float64(bad)/float64(q.Root.Rows)), Thousands(int64(len(q.Rows))), Chance(miss))
}

// Chance writes 1-miss, rounded down.
func Chance(miss float64) string {
	switch {
	case miss == 0:
		return "1"
	case miss < 1e-4:
		return fmt.Sprintf("1 - %.1e", miss*1.06)
	}
	return fmt.Sprintf("%.2f %%", math.Floor((1-miss)*1e4)/100)
}
