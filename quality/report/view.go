package report

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
)

// view is a Page as the template wants it: strings and paths.
type view struct {
	Title, Subtitle, Tool, Command, Policy string

	Style    template.CSS
	Script   template.JS
	Verdict  Verdict
	Facts    []Fact
	Nav      []navView
	Checks   *checksView
	Tables   []tableView
	Changes  *changesView
	Sealed   []Seal
	Sections []sectionView
	Files    []fileView
}

type navView struct{ ID, Name, Count string }

type checksView struct {
	Lead   string
	Tables bool
	Rows   []checkView
}

type checkView struct {
	Table, Column, Rule, Detail, Checked, Failed string

	Level Level
	Order int
}

type changesView struct {
	Lead   string
	Tables bool
	Rows   []changeView
}

type changeView struct{ Table, Column, Rule, Detail, Rows string }

type fileView struct {
	Name, Rows, Size, SHA256 string
	Bytes                    int64
}

type sectionView struct {
	Section

	ID    string
	Chart *linesView
}

func viewOf(p Page, d detail) view {
	v := view{
		Title: p.Title, Subtitle: p.Subtitle, Tool: p.Tool, Command: p.Command,
		Policy: policy(), Verdict: p.Verdict, Facts: p.Facts, Sealed: p.Sealed,
		Style:  template.CSS(pageStyle), //nolint:gosec // our own constant
		Script: template.JS(pageScript), //nolint:gosec // our own constant
	}
	nav := func(id, name string, n int) {
		count := ""
		if n > 0 {
			count = strconv.Itoa(n)
		}
		v.Nav = append(v.Nav, navView{id, name, count})
	}
	if v.Checks = checksOf(p.Checks); v.Checks != nil {
		nav("checks", "Checks", len(p.Checks))
	}
	for i, t := range p.Tables {
		id := "table-" + strconv.Itoa(i+1)
		v.Tables = append(v.Tables, tableOf(t, id, d))
		nav(id, v.Tables[i].Name, len(t.columns()))
	}
	if v.Changes = changesOf(p.Changes); v.Changes != nil {
		nav("changes", "Cleaning", len(p.Changes))
	}
	if len(p.Sealed) > 0 {
		nav("sealed", "Sealed columns", len(p.Sealed))
	}
	for i, s := range p.Sections {
		id := "section-" + strconv.Itoa(i+1)
		if d.grid > 0 && len(s.Rows) > d.grid {
			s.Text = append(slices.Clone(s.Text), fmt.Sprintf("The first %d of %s rows are shown.", d.grid, whole(int64(len(s.Rows)))))
			s.Rows = s.Rows[:d.grid]
		}
		v.Sections = append(v.Sections, sectionView{Section: s, ID: id, Chart: linesOf(s.Figure)})
		nav(id, s.Title, 0)
	}
	for _, f := range p.Files {
		rows := ""
		if f.Rows > 0 {
			rows = whole(f.Rows)
		}
		v.Files = append(v.Files, fileView{Name: f.Name, Rows: rows, Size: size(f.Bytes), SHA256: f.SHA256, Bytes: f.Bytes})
	}
	if len(p.Files) > 0 {
		nav("files", "Files", len(p.Files))
	}
	if len(v.Nav) < 2 {
		v.Nav = nil
	}
	return v
}

// order puts what needs attention first.
func (l Level) order() int { return slices.Index([]Level{Fail, Warn, Note, Pass}, l) }

func checksOf(checks []Check) *checksView {
	if len(checks) == 0 {
		return nil
	}
	sorted := slices.Clone(checks)
	slices.SortStableFunc(sorted, func(a, b Check) int { return cmp.Compare(a.Level.order(), b.Level.order()) })
	v := &checksView{}
	count := map[Level]int{}
	for _, c := range sorted {
		count[c.Level]++
		v.Tables = v.Tables || c.Table != ""
		v.Rows = append(v.Rows, checkView{
			Table: c.Table, Column: c.Column, Rule: c.Rule, Detail: c.Detail, Level: c.Level, Order: c.Level.order(),
			Checked: checked(c), Failed: failed(c),
		})
	}
	var parts []string
	for _, x := range []struct {
		level Level
		word  string
	}{{Pass, "passed"}, {Warn, "warned"}, {Fail, "failed"}, {Note, "noted"}} {
		if n := count[x.level]; n > 0 {
			parts = append(parts, whole(int64(n))+" "+x.word)
		}
	}
	v.Lead = strings.Join(parts, ", ") + "."
	return v
}

func checked(c Check) string {
	if c.Whole {
		return "the table"
	}
	return whole(c.Checked)
}

func failed(c Check) string {
	if c.Whole {
		return ""
	}
	if c.Failed == 0 || c.Checked == 0 {
		return whole(c.Failed)
	}
	return whole(c.Failed) + " (" + percent(float64(c.Failed)/float64(c.Checked)) + ")"
}

func changesOf(changes []Change) *changesView {
	if len(changes) == 0 {
		return nil
	}
	v := &changesView{}
	var total int64
	for _, c := range changes {
		total += c.Rows
		v.Tables = v.Tables || c.Table != ""
		v.Rows = append(v.Rows, changeView{c.Table, c.Column, c.Rule, c.Detail, whole(c.Rows)})
	}
	v.Lead = whole(total) + " changes, each on the audit record."
	return v
}
