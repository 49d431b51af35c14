package rule

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// schemaTrials tries checks of the schema, each in a suite of its own, on
// schemas that lack it, have more, or other types.
func (t *prover) schemaTrials(s *Suite, schemas map[string]*arrow.Schema) error {
	for i, c := range t.plan.checks {
		if t.powers[i].Failed > 0 && t.powers[i].Passed > 0 || c.def.Family != "type" && c.spec.Kind != "schema_unchanged" {
			continue
		}
		one := *s
		one.Checks = []Spec{c.spec}
		for _, changed := range otherSchemas(c.table.schema, c.spec.Column) {
			with := map[string]*arrow.Schema{}
			for k, v := range schemas {
				with[k] = v
			}
			key := c.table.name
			if _, ok := with[key]; !ok {
				key = ""
			}
			with[key] = changed
			p, err := Compile(&one, with, t.opt.Options)
			if err != nil {
				continue // the check does not take such a column: no trial
			}
			st := p.New()
			for _, tp := range p.tables {
				b := batchOf(tp.schema, []rowOf{make(rowOf, tp.schema.NumFields())})
				err = st.judge(st.tables[tp.index], 0, b, nil)
				b.Release()
				if err != nil {
					st.Close()
					return err
				}
			}
			r, err := st.Finish()
			if r == nil {
				return err
			}
			switch r.Checks[0].Status {
			case Fail, Warn:
				t.powers[i].Failed++
				t.powers[i].Alone++
			case Pass:
				t.powers[i].Passed++
			}
		}
	}
	return nil
}

func otherSchemas(s *arrow.Schema, column string) []*arrow.Schema {
	fields := s.Fields()
	out := []*arrow.Schema{
		arrow.NewSchema(append(slices.Clone(fields), arrow.Field{Name: "An extra column!", Type: arrow.PrimitiveTypes.Int8, Nullable: true}), nil),
	}
	if len(fields) > 1 {
		back := slices.Clone(fields)
		slices.Reverse(back)
		out = append(out, arrow.NewSchema(back, nil), arrow.NewSchema(fields[1:], nil))
	}
	for i, f := range fields {
		if column != "" && f.Name != column {
			continue
		}
		for _, typ := range []arrow.DataType{arrow.PrimitiveTypes.Int64, arrow.BinaryTypes.String, arrow.FixedWidthTypes.Boolean} {
			m := slices.Clone(fields)
			m[i].Type = typ
			out = append(out, arrow.NewSchema(m, nil))
		}
		m := slices.Clone(fields)
		m[i].Nullable = !m[i].Nullable
		out = append(out, arrow.NewSchema(m, nil))
		if len(fields) > 1 {
			out = append(out, arrow.NewSchema(slices.Delete(slices.Clone(fields), i, i+1), nil))
		}
	}
	return out
}
