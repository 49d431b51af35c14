package rule

import (
	"fmt"
	"math"
	"strings"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
)

// Scores are marks drawn from the verdicts, 0 (worst) to 100. A mark says
// nothing without its coverage, so the two are never apart.
//
// A check's mark is the share of the rows that keep it, in the form 1 - A/B
// that ISO/IEC 25024 gives its measures; that of a dimension is their mean,
// weighted by level (critical 4, error 2, warning and info 1) and not by rows,
// so that a large table does not drown a small one; the overall mark is the
// geometric mean of the dimensions, weighted by the suite, and at most 59 when
// a critical check is broken.
type Scores struct {
	Overall float64 `json:"overall"`
	Grade   string  `json:"grade"` // A from 90, B from 80, C from 70, D from 60, else E
	// Coverage is the part of what should be checked that is: Covered of
	// Required pairs of column and dimension.
	Coverage   float64          `json:"coverage"`
	Covered    int              `json:"covered"`
	Required   int              `json:"required"`
	Dimensions []DimensionScore `json:"dimensions"`
	// Short says which wish of the suite the marks fall short of.
	Short string `json:"short,omitempty"`
}

// DimensionScore is the mark of one dimension. A dimension that no check looked
// at has none and is not listed.
type DimensionScore struct {
	Dimension quality.Dimension `json:"dimension"`
	Score     float64           `json:"score"`
	Checks    int               `json:"checks"`
	Covered   int               `json:"covered"`
	Required  int               `json:"required"`
	MappedTo  []string          `json:"mapped_to"`
}

// criticalCap is the highest mark of data that breaks a critical check: just
// below grade D.
const criticalCap = 59

// Standards lists the characteristics of published standards that a dimension
// is mapped to. A mapping is not a certificate: the standards' own measures
// were not run.
func Standards(d quality.Dimension) []string {
	switch d {
	case quality.Completeness:
		return []string{"ISO/IEC 25012 Completeness (25024 Com)", "ISO/IEC 5259-2 completeness", "GB/T 36344 完整性"}
	case quality.Validity:
		return []string{"ISO/IEC 25012 Accuracy, syntactic, and Compliance (25024 Acc, Cmp)", "ISO/IEC 5259-2 consistency of format", "GB/T 36344 规范性"}
	case quality.Accuracy:
		return []string{"ISO/IEC 25012 Accuracy (25024 Acc)", "ISO/IEC 5259-2 accuracy", "GB/T 36344 准确性"}
	case quality.Consistency:
		return []string{"ISO/IEC 25012 Consistency (25024 Con)", "ISO/IEC 5259-2 consistency", "GB/T 36344 一致性"}
	case quality.Uniqueness:
		return []string{"ISO/IEC 25012 Consistency, risk of duplicates (25024 Con)", "GB/T 36344 准确性: 重复率"}
	case quality.Timeliness:
		return []string{"ISO/IEC 25012 Currentness (25024 Cur)", "ISO/IEC 5259-2 currentness, timeliness", "GB/T 36344 时效性"}
	}
	return nil
}

func levelWeight(l quality.Level) float64 {
	switch l {
	case quality.Critical:
		return 4
	case quality.Error:
		return 2
	}
	return 1
}

// pairOf is one thing that should be checked: a side of a column.
type pairOf struct {
	table     *tablePlan
	column    int
	dimension quality.Dimension
}

// required lists what should be checked: of every column that it is there and
// well-formed, of keys that they are unique, of references that they hold, of
// a table's time that it is recent.
func (p *Plan) required() map[pairOf]bool {
	out := map[pairOf]bool{}
	for _, t := range p.tables {
		facts, err := table.FactsOf(t.schema)
		if err != nil {
			facts = table.Facts{}
		}
		refs := map[string]bool{}
		for _, r := range facts.Refs {
			refs[r.Column] = true
		}
		for i, f := range t.schema.Fields() {
			out[pairOf{t, i, quality.Completeness}] = true
			out[pairOf{t, i, quality.Validity}] = true
			role := table.LabelOf(f).Role
			if role == table.RoleID || f.Name == facts.Key {
				out[pairOf{t, i, quality.Uniqueness}] = true
			}
			if refs[f.Name] {
				out[pairOf{t, i, quality.Consistency}] = true
			}
			if role == table.RoleTime {
				out[pairOf{t, i, quality.Timeliness}] = true
			}
		}
	}
	return out
}

func (p *Plan) score(r *Result) {
	need := p.required()
	covered := map[pairOf]bool{}
	marks, weights, counts := map[quality.Dimension]float64{}, map[quality.Dimension]float64{}, map[quality.Dimension]int{}
	critical := false
	for i, c := range p.checks {
		v := r.Checks[i]
		if v.Status == Broken || v.Status == Learning {
			continue // it looked at nothing
		}
		d, w := v.Dimension, levelWeight(v.Level)
		marks[d] += w * v.Share
		weights[d] += w
		counts[d]++
		critical = critical || v.Level == quality.Critical && v.Status == Fail
		for _, col := range c.columns {
			if k := (pairOf{c.table, col, d}); need[k] {
				covered[k] = true
			}
		}
	}
	s := &r.Scores
	var logs, total float64
	for _, d := range quality.Dimensions() {
		if weights[d] == 0 {
			continue
		}
		ds := DimensionScore{Dimension: d, Score: 100 * marks[d] / weights[d], Checks: counts[d], MappedTo: Standards(d)}
		for k := range need {
			if k.dimension == d {
				ds.Required++
				if covered[k] {
					ds.Covered++
				}
			}
		}
		s.Dimensions = append(s.Dimensions, ds)
		w, set := p.suite.Score.Weights[string(d)]
		if !set {
			w = 1
		}
		if w > 0 {
			logs += w * math.Log(ds.Score/100) // -Inf for 0, and so the mean is 0
			total += w
		}
	}
	s.Covered, s.Required = len(covered), len(need)
	if s.Required > 0 {
		s.Coverage = float64(s.Covered) / float64(s.Required)
	}
	if total > 0 {
		s.Overall = 100 * math.Exp(logs/total)
	}
	if critical {
		s.Overall = min(s.Overall, criticalCap)
	}
	s.Grade = gradeOf(s.Overall)
	s.Short = p.short(s)
}

func gradeOf(mark float64) string {
	for i, from := range []float64{90, 80, 70, 60} {
		if mark >= from {
			return string("ABCD"[i])
		}
	}
	return "E"
}

// short says where the marks fall short of what the suite requires.
func (p *Plan) short(s *Scores) string {
	want := p.suite.Score.Require
	if want == nil {
		return ""
	}
	var out []string
	if s.Overall < want.Overall {
		out = append(out, fmt.Sprintf("the overall score is %.1f, %g is required", s.Overall, want.Overall))
	}
	if s.Coverage < want.Coverage {
		out = append(out, fmt.Sprintf("the coverage is %.2f, %g is required", s.Coverage, want.Coverage))
	}
	return strings.Join(out, "; ")
}
