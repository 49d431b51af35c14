package rule

import (
	"fmt"
	"maps"
	"slices"
)

// tableTrials tries the checks of keys and tables.
func (t *prover) tableTrials() error {
	tables := map[*tablePlan][]rowOf{}
	for _, tp := range t.plan.tables {
		tables[tp] = t.uniqueBase(tp, t.base[tp], baseRows)
	}
	start, err := t.start(tables)
	if err != nil {
		return err
	}
	var tried []int
	for i, c := range t.plan.checks {
		if settled(c) {
			tried = append(tried, i)
			if st := start.Checks[i]; st.Status == Learning {
				t.powers[i].Idle = st.Message
			}
		}
	}
	if len(tried) == 0 {
		return nil
	}
	t.noteTables(start, tried, start)
	for _, tp := range t.plan.tables {
		for _, m := range t.mutants(tp, tables[tp], tables) {
			changed := map[*tablePlan][]rowOf{}
			for k, v := range tables {
				changed[k] = v
			}
			changed[tp] = m
			r, err := t.judgeTables(changed)
			if err != nil {
				return err
			}
			t.noteTables(r, tried, start)
		}
	}
	return nil
}

// noteTables counts a trial of tables: row checks do not count against a check
// that fails alone, nor do those that failed before anything was changed.
func (t *prover) noteTables(r *Result, tried []int, start *Result) {
	bad := func(c Check) bool { return c.Status == Fail || c.Status == Warn }
	var fresh, judged []int
	for _, i := range tried {
		switch c := r.Checks[i]; {
		case c.Status == Broken || c.Status == Learning:
		case bad(c) && bad(start.Checks[i]):
			t.powers[i].Failed++
		case bad(c):
			fresh = append(fresh, i)
			judged = append(judged, i)
		default:
			judged = append(judged, i)
		}
	}
	t.note(judged, fresh)
}

func (t *prover) judgeTables(tables map[*tablePlan][]rowOf) (*Result, error) {
	s := t.plan.New()
	defer s.Close()
	for tp, rows := range tables {
		b := batchOf(tp.schema, rows)
		err := s.judge(s.tables[tp.index], 0, b, nil)
		b.Release()
		if err != nil {
			return nil, err
		}
	}
	r, err := s.Finish()
	if r == nil {
		return nil, err
	}
	return r, nil // a table without rows is a trial too
}

// start looks for tables that keep the checks of tables too: by leaving out
// rows whose values in a judged column lie outside a range.
func (t *prover) start(tables map[*tablePlan][]rowOf) (*Result, error) {
	const attempts = 150
	best, err := t.judgeTables(tables)
	if err != nil {
		return nil, err
	}
	for _, c := range t.brokenTables(best) {
		for _, m := range ownTrials(c, tables) {
			tried := maps.Clone(tables)
			tried[c.table] = m
			r, err := t.judgeTables(tried)
			if err != nil {
				return nil, err
			}
			if len(t.brokenTables(r)) < len(t.brokenTables(best)) {
				best = r
				tables[c.table] = m
			}
		}
	}
	for range attempts {
		broken := t.brokenTables(best)
		if len(broken) == 0 {
			break
		}
		c := broken[t.rng.IntN(len(broken))]
		col := c.columns[t.rng.IntN(len(c.columns))]
		values := t.pools[c.table][col].values
		lo, hi := values[t.rng.IntN(len(values))], values[t.rng.IntN(len(values))]
		if compareValues(lo, hi) > 0 {
			lo, hi = hi, lo
		}
		var kept []rowOf
		for _, r := range t.base[c.table] {
			if compareValues(r[col], lo) >= 0 && compareValues(r[col], hi) <= 0 {
				kept = append(kept, r)
			}
		}
		tried := map[*tablePlan][]rowOf{}
		for k, v := range tables {
			tried[k] = v
		}
		tried[c.table] = t.uniqueBase(c.table, kept, baseRows)
		if c.spec.Kind == "monotone" {
			sorted := slices.Clone(tables[c.table])
			slices.SortStableFunc(sorted, func(a, b rowOf) int { return compareValues(a[col], b[col]) })
			tried[c.table] = sorted
		}
		if len(tried[c.table]) < baseRows/6 {
			continue
		}
		r, err := t.judgeTables(tried)
		if err != nil {
			return nil, err
		}
		if len(t.brokenTables(r)) < len(broken) {
			best = r
			tables[c.table] = tried[c.table]
		}
	}
	return best, nil
}

// brokenTables lists the checks of columns and keys that a result breaks.
func (t *prover) brokenTables(r *Result) []*check {
	var out []*check
	for i, c := range t.plan.checks {
		if s := r.Checks[i].Status; settled(c) && len(c.columns) > 0 && (s == Fail || s == Warn) {
			out = append(out, c)
		}
	}
	return out
}

// uniqueBase picks rows that keep the table's keys as well.
func (t *prover) uniqueBase(tp *tablePlan, from []rowOf, limit int) []rowOf {
	var keyed [][]int
	for _, c := range tp.checks {
		switch c.spec.Kind {
		case "unique", "primary_key", "distinct_rows", "no_near_duplicates":
			keyed = append(keyed, c.columns)
		}
	}
	seen := map[string]bool{}
	var out []rowOf
	if len(t.opt.Like[tp.name]) > 0 {
		limit *= 5 // shares and distributions need more rows
	}
	for _, r := range from {
		if len(out) == limit {
			break
		}
		var keys []string
		repeats := false
		for k, cols := range keyed {
			key := fmt.Sprint(k, ":")
			for _, c := range cols {
				key += fmt.Sprintf("%v\x00", r[c])
			}
			repeats = repeats || seen[key]
			keys = append(keys, key)
		}
		if repeats {
			continue
		}
		for _, k := range keys {
			seen[k] = true
		}
		out = append(out, r)
	}
	return out
}

// grown repeats a table many times, with fresh values in its keys.
func (t *prover) grown(tp *tablePlan, rows []rowOf) []rowOf {
	times := 1 + trialRows/len(rows)
	out := make([]rowOf, times*len(rows))
	for i := range out {
		out[i] = slices.Clone(rows[i/times]) // what rises still does
		for _, c := range tp.checks {
			if c.spec.Kind != "unique" && c.spec.Kind != "primary_key" {
				continue
			}
			for _, col := range c.columns {
				switch out[i][col].(type) {
				case int64:
					out[i][col] = int64(i)
				case float64:
					out[i][col] = float64(i)
				case string:
					out[i][col] = fmt.Sprintf("g%d", i)
				}
			}
		}
	}
	return out
}

// ownTrials are the tables that a check makes for itself.
func ownTrials(c *check, tables map[*tablePlan][]rowOf) [][]rowOf {
	rows, other := tables[c.table], tables[c.trial.other]
	switch {
	case len(rows) == 0:
	case c.trial.tables != nil:
		return c.trial.tables(rows)
	case c.trial.against != nil && len(other) > 0:
		return c.trial.against(rows, other)
	}
	return nil
}

// mutants changes a table as a whole, in every way that checks of tables look at.
func (t *prover) mutants(tp *tablePlan, rows []rowOf, tables map[*tablePlan][]rowOf) [][]rowOf {
	var out [][]rowOf
	if len(rows) == 0 {
		return nil
	}
	n := len(rows)
	for _, k := range []int{1, n / 2, n - 1} {
		if k > 0 {
			out = append(out, rows[:k], rows[n-k:])
		}
	}
	out = append(out, append(slices.Clone(rows), rows[0]), slices.Concat(rows, rows), slices.Repeat(rows, 40),
		t.grown(tp, rows))
	backwards := slices.Clone(rows)
	slices.Reverse(backwards)
	out = append(out, backwards, slices.Delete(slices.Clone(rows), n/2, n/2+1))
	for _, c := range tp.checks {
		out = append(out, ownTrials(c, tables)...)
	}
	for col, p := range t.pools[tp] {
		sorted := slices.Clone(rows)
		slices.SortStableFunc(sorted, func(a, b rowOf) int { return compareValues(a[col], b[col]) })
		out = append(out, sorted)
		for _, v := range p.values {
			for _, share := range []int{n, 4, 1} { // one row, a quarter, all
				m := slices.Clone(rows)
				for i := 0; i < n; i += share {
					m[i] = slices.Clone(m[i])
					m[i][col] = v
				}
				out = append(out, m)
			}
		}
		out = append(out, shifted(rows, col, 2, 0), shifted(rows, col, 0, 0), shifted(rows, col, 1, 1000), shifted(rows, col, -1, 0))
		if other := t.rng.IntN(len(t.pools[tp])); other != col { // tear columns apart
			m := make([]rowOf, n)
			perm := t.rng.Perm(n)
			for i := range m {
				m[i] = slices.Clone(rows[i])
				m[i][col] = rows[perm[i]][col]
			}
			out = append(out, m)
		}
	}
	return out
}
