package rule

import (
	"math/rand/v2"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
)

// Power is what a trial of a suite found of one check: whether it can fail, and
// whether it can fail alone.
type Power struct {
	ID    string        `json:"id"`
	Rule  string        `json:"rule"`
	Level quality.Level `json:"level"`
	// Alone counts trials in which this check failed and no other did.
	Alone int `json:"alone"`
	// Failed and Passed count trials in which it failed, and passed.
	Failed int `json:"failed"`
	Passed int `json:"passed"`
	// With names checks that failed in every trial in which this one did.
	With []string `json:"with,omitempty"`
	// Idle says why no trial could judge it, such as for want of a history.
	Idle string `json:"idle,omitempty"`
}

// Strong says whether the check both passed and failed in some trial: one that
// cannot fail proves nothing, one that cannot pass blocks everything.
func (p Power) Strong() bool { return p.Failed > 0 && p.Passed > 0 }

// PowerOptions of [TestSuite].
type PowerOptions struct {
	Options
	// Like are rows that the trials start from, by table. Default none: rows
	// are made from what the checks speak of.
	Like map[string][]table.Batch
	// Seed of what is drawn. Default 0; the same seed gives the same trials.
	Seed uint64
}

const (
	trialRows = 6000 // that each table's row checks are tried on
	baseRows  = 60   // of a table that whole checks are tried on
)

// TestSuite makes rows that break checks, one at a time as far as that can be
// done, and says of each check whether it can fail: a mutation test for suites.
// Row checks are tried on single rows: drawn from values that the suite speaks
// of and their neighbours, and rows that pass with one cell changed. Checks of
// keys and tables are tried on small tables that are changed as a whole.
func TestSuite(s *Suite, schemas map[string]*arrow.Schema, opt PowerOptions) ([]Power, error) {
	plan, err := Compile(s, schemas, opt.Options)
	if err != nil {
		return nil, err
	}
	t := &prover{plan: plan, opt: opt, rng: rand.New(rand.NewPCG(opt.Seed, 0x706f776572)), base: map[*tablePlan][]rowOf{}}
	t.powers = make([]Power, len(plan.checks))
	t.with = make([]map[string]int, len(plan.checks))
	for i, c := range plan.checks {
		t.powers[i] = Power{ID: c.spec.ID, Rule: c.summary, Level: c.spec.Level}
		t.with[i] = map[string]int{}
	}
	for _, tp := range plan.tables {
		if err := t.rowTrials(tp); err != nil {
			return nil, err
		}
	}
	if err := t.tableTrials(); err != nil {
		return nil, err
	}
	if err := t.schemaTrials(s, schemas); err != nil {
		return nil, err
	}
	for i := range t.powers {
		p := &t.powers[i]
		if p.Alone > 0 {
			continue
		}
		for id, n := range t.with[i] {
			if n == p.Failed {
				p.With = append(p.With, id)
			}
		}
		slices.Sort(p.With)
	}
	return t.powers, nil
}

// rowOf is one row in the making, a value a column.
type rowOf []any

type prover struct {
	plan   *Plan
	opt    PowerOptions
	rng    *rand.Rand
	pools  map[*tablePlan][]*pool
	base   map[*tablePlan][]rowOf
	powers []Power
	with   []map[string]int
}

// settled says whether a check gives no verdict on a single row.
func settled(c *check) bool {
	if c.def.whole {
		return true
	}
	switch c.spec.Kind {
	case "unique", "primary_key", "distinct_rows", "no_near_duplicates", "foreign_key", "not_in_table", "matches_table", "monotone", "no_overlap", "no_fold_overlap", "order_dependency", "reconcile":
		return true
	}
	return false
}

// note counts one trial: the checks that failed in it, of those that it tried.
func (t *prover) note(tried, failed []int) {
	for _, i := range tried {
		if !slices.Contains(failed, i) {
			t.powers[i].Passed++
		}
	}
	for _, i := range failed {
		p := &t.powers[i]
		p.Failed++
		if len(failed) == 1 {
			p.Alone++
			continue
		}
		for _, j := range failed {
			if j != i {
				t.with[i][t.powers[j].ID]++
			}
		}
	}
}
