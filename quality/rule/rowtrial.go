package rule

import (
	"slices"
	"strings"
)

// rowTrials tries the row checks of a table, and finds rows that keep them all.
func (t *prover) rowTrials(tp *tablePlan) error {
	pools := t.poolsOf(tp)
	rows := t.likeRows(tp)
	if len(rows) == 0 {
		for range trialRows / 2 {
			r := make(rowOf, len(pools))
			for i, p := range pools {
				r[i] = p.values[t.rng.IntN(len(p.values))]
			}
			rows = append(rows, r)
		}
	}
	fails, err := t.judgeRows(tp, rows)
	if err != nil {
		return err
	}
	// The values that pass a column's own checks, so that rows which pass all
	// of them can be drawn.
	good := make([][]any, len(pools))
	for col, p := range pools {
		good[col], err = t.passing(tp, col, p)
		if err != nil {
			return err
		}
	}
	drawn := make([]rowOf, 0, trialRows)
	for range trialRows {
		r := make(rowOf, len(pools))
		for i, p := range pools {
			from := good[i]
			if len(from) == 0 {
				from = p.values
			}
			r[i] = from[t.rng.IntN(len(from))]
		}
		drawn = append(drawn, r)
	}
	drawnFails, err := t.judgeRows(tp, drawn)
	if err != nil {
		return err
	}
	rows, fails = append(rows, drawn...), append(fails, drawnFails...)
	var base []rowOf
	for i, f := range fails {
		if len(f) == 0 {
			base = append(base, rows[i])
		}
	}
	if len(t.opt.Like[tp.name]) == 0 {
		t.rng.Shuffle(len(base), func(i, j int) { base[i], base[j] = base[j], base[i] })
	}
	t.base[tp] = base
	// One cell changed, in rows that pass.
	for k := range min(len(base), 8) {
		for col, p := range pools {
			for _, v := range p.values {
				r := slices.Clone(base[k])
				r[col] = v
				rows = append(rows, r)
			}
		}
	}
	more, err := t.judgeRows(tp, rows[len(fails):])
	if err != nil {
		return err
	}
	fails = append(fails, more...)
	var tried []int
	for _, c := range tp.checks {
		if !settled(c) {
			tried = append(tried, c.index)
		}
	}
	for _, f := range fails {
		t.note(tried, f)
	}
	return nil
}

// passing lists the values of a pool that keep the column's own row checks.
func (t *prover) passing(tp *tablePlan, col int, p *pool) ([]any, error) {
	rows := make([]rowOf, len(p.values))
	for i, v := range p.values {
		rows[i] = make(rowOf, len(tp.schema.Fields()))
		rows[i][col] = v
	}
	fails, err := t.judgeRows(tp, rows)
	if err != nil {
		return nil, err
	}
	var out []any
	for i, f := range fails {
		own := slices.ContainsFunc(f, func(k int) bool {
			c := t.plan.checks[k]
			return c.def.Column() && len(c.columns) > 0 && c.columns[0] == col
		})
		if !own {
			out = append(out, p.values[i])
		}
	}
	return out, nil
}

// judgeRows lists, for every row, the row checks that it breaks.
func (t *prover) judgeRows(tp *tablePlan, rows []rowOf) ([][]int, error) {
	out := make([][]int, len(rows))
	if len(rows) == 0 {
		return out, nil
	}
	b := batchOf(tp.schema, rows)
	defer b.Release()
	s := t.plan.New()
	defer s.Close()
	err := s.judge(s.tables[tp.index], 0, b, func(c *check, fail bitmap) {
		if settled(c) {
			return
		}
		fail.each(func(i int) bool {
			out[i] = append(out[i], c.index)
			return true
		})
	})
	return out, err
}

// poolsOf gathers what each column of a table is tried with.
func (t *prover) poolsOf(tp *tablePlan) []*pool {
	pools := make([]*pool, tp.schema.NumFields())
	for i, f := range tp.schema.Fields() {
		pools[i] = newPool(f.Type, t.rng)
	}
	for _, c := range tp.checks {
		for _, col := range c.columns {
			pools[col].check(&c.spec)
			if c.trial.values != nil {
				c.trial.values(pools[col])
			}
		}
		if c.def.Column() && len(c.columns) == 1 && len(c.feeds) > 0 { // keys of the other table
			f := c.feeds[0]
			for _, r := range t.base[f.table] {
				if v := r[f.cols[0]]; v != nil && len(pools[c.columns[0]].values) < 400 {
					pools[c.columns[0]].put(v)
				}
			}
		}
		for _, src := range []string{c.spec.Where, exprText(c)} {
			if src == "" {
				continue
			}
			for _, word := range strings.FieldsFunc(src, func(r rune) bool { return strings.ContainsRune(" ()<>=!&|,+-*/%'\"`", r) }) {
				for i := range pools {
					pools[i].literal(word)
				}
			}
		}
	}
	for i := range pools {
		pools[i].usual(t.plan.opt.Now)
	}
	if t.pools == nil {
		t.pools = map[*tablePlan][]*pool{}
	}
	t.pools[tp] = pools
	return pools
}

// exprText is the text of a check that is an expression.
func exprText(c *check) string {
	switch c.spec.Kind {
	case "expr", "never", "required_if":
		return c.spec.Arg.Text
	case "implies":
		return flow(c.spec.Arg)
	}
	return ""
}

// likeRows reads the rows that the trials start from.
func (t *prover) likeRows(tp *tablePlan) []rowOf {
	var out []rowOf
	for _, b := range t.opt.Like[tp.name] {
		for i := range int(b.NumRows()) {
			if len(out) == trialRows/2 {
				return out
			}
			out = append(out, rowAt(b, i))
		}
	}
	return out
}
