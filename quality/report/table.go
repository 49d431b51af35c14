package report

import (
	"fmt"
	"strings"

	"github.com/verisim/verisim/quality/profile"
)

// tableView is one table's profile as the template wants it.
type tableView struct {
	ID, Name, Lead, Left string

	Columns   []columnView
	Relations *relationsView
}

// pairView is a name and its figure.
type pairView struct{ Name, Value string }

func (t Table) columns() []profile.Column {
	if t.Profile == nil {
		return nil
	}
	return t.Profile.Columns
}

func tableOf(t Table, id string, d detail) tableView {
	v := tableView{ID: id, Name: t.Name}
	if v.Name == "" && t.Profile != nil {
		v.Name = t.Profile.Table
	}
	if v.Name == "" {
		v.Name = "Table"
	}
	var lead []string
	if p := t.Profile; p != nil {
		lead = append(lead, fmt.Sprintf("%s rows, %s columns.", whole(p.Rows), whole(int64(len(p.Columns)))))
		if repeats := float64(p.Rows) - p.DistinctRows.Value; p.DistinctRows.Exact && repeats >= 1 {
			lead = append(lead, fmt.Sprintf("%s rows repeat another.", figure(repeats)))
		} else if repeats > 4*p.DistinctRows.StdErr && repeats >= 1 {
			lead = append(lead, fmt.Sprintf("About %s rows repeat another.", percent(repeats/float64(p.Rows))))
		}
		shown := p.Columns[:min(len(p.Columns), d.columns)]
		for _, c := range shown {
			v.Columns = append(v.Columns, columnOf(c, d.full))
		}
		if n := len(p.Columns) - len(shown); n > 0 {
			v.Left = whole(int64(n)) + " more columns are in the JSON file."
		}
		if d.full {
			v.Relations = relationsOf(p)
		}
	}
	if t.Note != "" {
		lead = append(lead, t.Note)
	}
	v.Lead = strings.Join(lead, " ")
	return v
}
