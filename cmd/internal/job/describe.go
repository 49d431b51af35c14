package job

import (
	"fmt"
	"slices"
	"strings"

	"github.com/verisim/verisim/quality/profile"
	"github.com/verisim/verisim/quality/report"
	"github.com/verisim/verisim/quality/rule"
)

// describe writes quality.json and report.html.
func (m *made) describe() error {
	d := report.Document{Tool: m.opt.Tool, Changes: m.changes()}
	states := map[string]*profile.State{}
	for _, t := range m.done {
		d.Tables = append(d.Tables, t.profile())
		states[t.name] = t.state
	}
	d.Result = m.hushed()
	for _, r := range profile.References(states) {
		if !m.isSealed(r.Table, r.Column) && !m.isSealed(r.ToTable, r.ToColumn) {
			d.References = append(d.References, r)
		}
	}
	file, err := m.out.Create("quality.json")
	if err != nil {
		return err
	}
	if err = report.WriteJSON(file, d); err != nil {
		_ = file.Close() // the first error is the one that matters
		return err
	}
	if err = file.Close(); err != nil {
		return err
	}
	page := m.page(d)
	if file, err = m.out.Create("report.html"); err != nil {
		return err
	}
	if err := report.WriteHTML(file, page); err != nil {
		_ = file.Close() // likewise
		return err
	}
	return file.Close()
}

func (m *made) isSealed(name, column string) bool {
	for _, t := range m.tables {
		if t.name == name {
			return slices.Contains(t.sealed, column)
		}
	}
	return false
}

// profile is a table's profile without what it would tell of sealed columns:
// of those it keeps type, rows, nulls and the number of different values.
func (t *madeTable) profile() *profile.Profile {
	p := t.state.Profile()
	p.Table = t.name
	sealed := func(name string) bool { return slices.Contains(t.sealed, name) }
	for i, c := range p.Columns {
		if sealed(c.Name) {
			p.Columns[i] = profile.Column{
				Name: c.Name, Type: c.Type, Kind: c.Kind, Role: c.Role, Origin: c.Origin,
				Rows: c.Rows, Nulls: c.Nulls, Distinct: c.Distinct,
			}
		}
	}
	p.Pairs = slices.DeleteFunc(p.Pairs, func(x profile.Pair) bool { return sealed(x.A) || sealed(x.B) })
	p.Dependencies = slices.DeleteFunc(p.Dependencies, func(d profile.Dependency) bool {
		return sealed(d.To) || slices.ContainsFunc(d.From, sealed)
	})
	return p
}

func (m *made) changes() []report.Change {
	var out []report.Change
	for _, t := range m.done {
		if t.clean == nil {
			continue
		}
		for _, c := range t.clean.Changes() {
			if c.Rows > 0 {
				out = append(out, report.Change{Table: t.name, Column: c.Column, Rule: c.Rule, Rows: c.Rows})
			}
		}
	}
	return out
}

func (m *made) page(d report.Document) report.Page {
	p := report.Page{
		Title: m.recipe.Name, Subtitle: m.recipe.About, Tool: m.opt.Tool, Command: m.opt.Command,
		Verdict: m.verdict(), Changes: d.Changes,
	}
	p.Facts = append(p.Facts, report.Fact{Name: "Rows", Value: Thousands(m.sum.Rows), Note: "in " + Count(int64(len(m.done)), "table")})
	if l := m.sum.Label; l != nil {
		p.Facts = append(p.Facts, report.Fact{Name: l.Column, Value: Percent(l.Share), Note: "of " + l.Table})
	}
	if m.result != nil {
		p.Facts = append(p.Facts,
			report.Fact{Name: "Checks passed", Value: fmt.Sprintf("%d of %d", m.sum.Passed, m.sum.Checks)},
			report.Fact{Name: "Quarantined rows", Value: Thousands(m.sum.Broken)})
	}
	if m.sum.Changes > 0 {
		p.Facts = append(p.Facts, report.Fact{Name: "Repairs", Value: Thousands(m.sum.Changes)})
	}
	for i, t := range m.done {
		p.Tables = append(p.Tables, report.Table{Name: t.name, Note: string(originOf(t.schema)) + " origin", Profile: d.Tables[i]})
		for _, c := range t.sealed {
			p.Sealed = append(p.Sealed, report.Seal{Table: t.name, Column: c, Recipients: t.holders(c)})
		}
	}
	if m.result != nil {
		for _, c := range d.Result.Checks {
			p.Checks = append(p.Checks, report.Check{
				Table: c.Table, Rule: c.Rule, Column: c.Column, Level: level(c.Status),
				Checked: c.Rows, Failed: c.Failed, Detail: c.Message,
			})
		}
	}
	if m.proof != nil {
		p.Sections = append(p.Sections, m.proofs())
	}
	p.Sections = append(p.Sections, m.roots())
	for _, f := range m.out.Files() {
		p.Files = append(p.Files, report.File{Name: f.Path, Bytes: f.Size, SHA256: f.Hex(), Rows: m.rowsOf(f.Path)})
	}
	return p
}

// proofs shows what the proof shows.
func (m *made) proofs() report.Section {
	s := report.Section{
		Title: "Proved to anybody, without a key",
		Text:  []string{fmt.Sprintf("A stranger who sees no row checks these statements with verisim verify. A false one would pass with probability below 2^-%d. That they are about these very cells, anybody sees for clear columns, and for sealed ones whoever has the key.", m.proof.SoundnessBits)},
		Head:  []string{"statement"},
	}
	for _, words := range m.proof.Statements {
		s.Rows = append(s.Rows, []string{words})
	}
	for _, u := range m.unproved {
		s.Text = append(s.Text, fmt.Sprintf("Not proved: %s; %s.", u.Rule, u.Why))
	}
	return s
}

// roots shows the row commitments.
func (m *made) roots() report.Section {
	s := report.Section{
		Title: "Commitments",
		Text:  []string{"Each root binds the maker to every cell of its table. Anybody derives the roots of clear columns again with verisim verify; who may open a sealed column derives its root too."},
		Head:  []string{"table", "rows", "root"},
	}
	for _, t := range m.done {
		s.Rows = append(s.Rows, []string{t.name, Thousands(t.rows), t.root.Table})
	}
	return s
}

func (m *made) rowsOf(path string) int64 {
	for _, t := range m.done {
		if t.file == path {
			return t.rows
		}
	}
	return 0
}

func (t *boundTable) holders(column string) []string {
	var out []string
	for _, g := range t.grants {
		if slices.Contains(g.Columns, column) {
			out = append(out, g.Name)
		}
	}
	return out
}

func (m *made) verdict() report.Verdict {
	switch {
	case m.result == nil:
		return report.Verdict{Level: report.Note, Text: "Nothing was validated: the recipe has no rules."}
	case !m.result.OK():
		var broken []string
		for _, c := range m.result.Failed() {
			broken = append(broken, c.ID)
		}
		return report.Verdict{Level: report.Fail, Text: fmt.Sprintf("%d of %d checks failed: %s. The rows that broke them are in quarantine, where a row is to blame.",
			len(broken), m.sum.Checks, strings.Join(broken, ", "))}
	case m.sum.Passed < m.sum.Checks:
		return report.Verdict{Level: report.Warn, Text: fmt.Sprintf("%d of %d checks passed; the others only warn.", m.sum.Passed, m.sum.Checks)}
	}
	return report.Verdict{Level: report.Pass, Text: fmt.Sprintf("All %d checks passed.", m.sum.Checks)}
}

func level(s rule.Status) report.Level {
	switch s {
	case rule.Pass:
		return report.Pass
	case rule.Warn:
		return report.Warn
	case rule.Fail, rule.Broken:
		return report.Fail
	}
	return report.Note
}
