package report

import (
	"fmt"
	"strings"

	"github.com/verisim/verisim/quality/profile"
	"github.com/verisim/verisim/quality/rule"
)

// PageOf is the page of a verdict and of the profiles of its tables, either of
// which may be missing. The caller adds what else it knows.
func PageOf(title string, profiles []*profile.Profile, r *rule.Result) Page {
	p := Page{Title: title}
	for _, t := range profiles {
		p.Tables = append(p.Tables, Table{Name: t.Table, Profile: t})
	}
	if r == nil {
		return p
	}
	p.Verdict = VerdictOf(r)
	p.Checks = ChecksOf(r)
	p.Facts = append(p.Facts, Fact{Name: "Rows", Value: whole(r.Rows)}, Fact{Name: "Checks", Value: whole(int64(len(r.Checks)))})
	var held int64
	for _, t := range r.Tables {
		held += t.Quarantined
	}
	if held > 0 {
		p.Facts = append(p.Facts, Fact{Name: "Quarantined", Value: whole(held), Note: "rows"})
	}
	if s := r.Scores; len(s.Dimensions) > 0 {
		p.Facts = append(p.Facts, Fact{
			Name: "Score", Value: fmt.Sprintf("%.1f %s", s.Overall, s.Grade),
			Note: fmt.Sprintf("%d of %d column sides checked", s.Covered, s.Required),
		})
		p.Sections = append(p.Sections, ScoresOf(r))
	}
	return p
}

// VerdictOf is a result in one coloured sentence.
func VerdictOf(r *rule.Result) Verdict {
	var parts []string
	for _, x := range []struct {
		status rule.Status
		word   string
	}{{rule.Pass, "passed"}, {rule.Warn, "warned"}, {rule.Fail, "failed"}, {rule.Broken, "could not be judged"}, {rule.Learning, "learning"}} {
		if n := r.Count(x.status); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, x.word))
		}
	}
	text := counted(int64(len(r.Checks)), "check") + ": " + strings.Join(parts, ", ")
	if r.Scores.Short != "" {
		text += "; " + r.Scores.Short
	}
	level := Pass
	switch r.Status {
	case rule.Warn:
		level = Warn
	case rule.Fail, rule.Broken:
		level = Fail
	}
	return Verdict{Level: level, Text: text + "."}
}

// ChecksOf are the checks of a result as the page draws them.
func ChecksOf(r *rule.Result) []Check {
	out := make([]Check, 0, len(r.Checks))
	for _, c := range r.Checks {
		level := Pass
		switch c.Status {
		case rule.Warn:
			level = Warn
		case rule.Fail, rule.Broken:
			level = Fail
		case rule.Learning:
			level = Note
		}
		text := c.Message
		if c.Status == rule.Fail && c.Level != "error" {
			text = string(c.Level) + ": " + text
		}
		if len(c.Examples) > 0 {
			text += "; first at row " + fmt.Sprint(c.Examples[0])
		}
		out = append(out, Check{
			Table: c.Table, Rule: c.Rule, Column: c.Column, Level: level,
			Checked: c.Rows, Failed: c.Failed, Detail: text, Whole: c.Whole,
		})
	}
	return out
}

// ScoresOf is the section of a result's scores.
func ScoresOf(r *rule.Result) Section {
	s := Section{
		Title: "Scores",
		Text: []string{
			"A check's mark is the share of rows that keep it; a dimension's is their mean, weighted by level; the overall mark is the geometric mean of the dimensions, and at most 59 where a critical check is broken. Coverage counts the sides of columns that a check looked at, of those that should be looked at.",
			"Dimensions are mapped to the standards named; nothing here is certified by them.",
		},
		Facts: []Fact{
			{Name: "Overall", Value: fmt.Sprintf("%.1f", r.Scores.Overall), Note: "grade " + r.Scores.Grade},
			{Name: "Coverage", Value: percent(r.Scores.Coverage), Note: fmt.Sprintf("%d of %d", r.Scores.Covered, r.Scores.Required)},
		},
		Head: []string{"Dimension", "Score", "Checks", "Coverage", "Mapped to"},
	}
	for _, d := range r.Scores.Dimensions {
		s.Rows = append(s.Rows, []string{
			string(d.Dimension), fmt.Sprintf("%.1f", d.Score), fmt.Sprint(d.Checks),
			fmt.Sprintf("%d of %d", d.Covered, d.Required), strings.Join(d.MappedTo, "; "),
		})
	}
	return s
}
