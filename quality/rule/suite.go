package rule

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
)

// Suite is a parsed suite: its checks in the order written.
type Suite struct {
	Name      string
	At        document.Pos
	Reference string // path as written, for the caller to open
	Score     ScoreOptions
	Checks    []Spec
	declared  []string // the tables under tables:
}

// Spec is one check as the suite writes it.
type Spec struct {
	At         document.Pos
	Table      string // empty in a suite of one unnamed table
	Column     string // empty for checks of rows and tables
	Kind       string
	ID         string
	Level      quality.Level
	Dimension  quality.Dimension
	Mostly     float64
	Where      string
	Missing    []string
	Personal   bool
	AllowEmpty bool
	Arg        *document.Node
	whereAt    document.Pos
	mostlySet  bool
}

// ScoreOptions are the suite's wishes for scores.
type ScoreOptions struct {
	At      document.Pos
	Weights map[string]float64 `yaml:"weights"`
	Require *ScoreFloor        `yaml:"require"`
}

// ScoreFloor is the least score that passes.
type ScoreFloor struct {
	Overall  float64 `yaml:"overall"`  // 0..100
	Coverage float64 `yaml:"coverage"` // 0..1
}

type suiteFile struct {
	At        document.Pos
	Suite     string         `yaml:"suite"`
	About     string         `yaml:"about"`
	Table     string         `yaml:"table"`
	Reference string         `yaml:"reference"`
	Defaults  defaults       `yaml:"defaults"`
	Columns   *document.Node `yaml:"columns"`
	Checks    *document.Node `yaml:"checks"`
	Tables    *document.Node `yaml:"tables"`
	Score     ScoreOptions   `yaml:"score"`
}

type defaults struct {
	Level  string   `yaml:"level"`
	Mostly *float64 `yaml:"mostly"`
}

type tableFile struct {
	At      document.Pos
	About   string         `yaml:"about"`
	Columns *document.Node `yaml:"columns"`
	Checks  *document.Node `yaml:"checks"`
}

// Parse reads a suite. The name stands in errors; files that the suite names
// are relative to it.
func Parse(name string, data []byte) (*Suite, error) {
	n, err := document.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return ParseNode(n)
}

// ParseNode is Parse for a suite that stands inside another document.
func ParseNode(n *document.Node) (*Suite, error) {
	var f suiteFile
	if err := n.Decode(&f); err != nil {
		return nil, err
	}
	s := &Suite{Name: f.Suite, At: n.Pos, Reference: f.Reference, Score: f.Score}
	if s.Name == "" {
		s.Name = strings.TrimSuffix(filepath.Base(n.Pos.Name), filepath.Ext(n.Pos.Name))
	}
	p := &suiteParser{suite: s, base: Spec{Mostly: 1, Level: quality.Error}}
	p.defaults(n, f.Defaults)
	if f.Tables != nil && (f.Columns != nil || f.Checks != nil) {
		p.bad(f.Tables.Pos.Errorf("a suite has tables:, or columns: and checks: for one table, not both"))
	}
	p.body(f.Table, f.Columns, f.Checks)
	if f.Tables != nil {
		if f.Tables.Kind != document.Map {
			p.bad(f.Tables.Pos.Errorf("tables is a mapping of table to its columns and checks"))
		}
		for _, pair := range f.Tables.Pairs {
			var t tableFile
			if err := pair.Value.Decode(&t); err != nil {
				p.bad(err)
				continue
			}
			s.declared = append(s.declared, pair.Key)
			before := len(s.Checks)
			p.body(pair.Key, t.Columns, t.Checks)
			if before == len(s.Checks) && len(p.errs) == 0 {
				p.bad(pair.At.Errorf("table %q has no checks: that is an error, never a pass", pair.Key))
			}
		}
	}
	if len(s.Checks) == 0 && len(p.errs) == 0 {
		p.bad(n.Pos.Errorf("the suite has no checks: that is an error, never a pass"))
	}
	p.score(f.Score)
	p.identify()
	if err := errors.Join(p.errs...); err != nil {
		return nil, err
	}
	return s, nil
}

type suiteParser struct {
	suite *Suite
	base  Spec
	errs  []error
}

func (p *suiteParser) bad(err error) { p.errs = append(p.errs, err) }

func (p *suiteParser) defaults(n *document.Node, d defaults) {
	at := n.Pos
	if v := n.Get("defaults"); v != nil {
		at = v.Pos
	}
	level, err := quality.ParseLevel(d.Level)
	if err != nil {
		p.bad(at.Errorf("%v", err))
	}
	p.base.Level = level
	if d.Mostly != nil {
		p.base.Mostly = *d.Mostly
		if !(*d.Mostly > 0 && *d.Mostly <= 1) {
			p.bad(at.Errorf("mostly is a share above 0 and at most 1"))
		}
	}
}

func (p *suiteParser) score(s ScoreOptions) {
	for name, w := range s.Weights {
		if !slices.Contains(quality.Dimensions(), quality.Dimension(name)) {
			p.bad(s.At.Errorf("there is no dimension %q; known are %v", name, quality.Dimensions()))
		}
		if !(w >= 0) {
			p.bad(s.At.Errorf("the weight of %s is below 0", name))
		}
	}
	if r := s.Require; r != nil && !(r.Overall >= 0 && r.Overall <= 100 && r.Coverage >= 0 && r.Coverage <= 1) {
		p.bad(s.At.Errorf("require: overall lies in 0..100 and coverage in 0..1"))
	}
}

func (p *suiteParser) body(table string, columns, checks *document.Node) {
	if columns != nil {
		if columns.Kind != document.Map {
			p.bad(columns.Pos.Errorf("columns is a mapping of column to its checks"))
			return
		}
		for _, pair := range columns.Pairs {
			groups := []*document.Node{pair.Value}
			if pair.Value.Kind == document.List {
				groups = pair.Value.Items
			}
			for _, g := range groups {
				p.group(table, pair.Key, g)
			}
			if len(groups) == 0 {
				p.bad(pair.At.Errorf("column %q has no checks: that is an error, never a pass", pair.Key))
			}
		}
	}
	if checks != nil {
		if checks.Kind != document.List {
			p.bad(checks.Pos.Errorf("checks is a list; each entry has one check"))
			return
		}
		for _, g := range checks.Items {
			p.group(table, "", g)
		}
	}
}

// modifiers are the keys that stand beside checks.
var modifiers = []string{"level", "mostly", "where", "id", "dimension", "missing", "pii", "allow_empty", "about"}

// group reads one mapping: checks, and the modifiers that hold for them.
func (p *suiteParser) group(table, column string, n *document.Node) {
	if n.Kind != document.Map {
		p.bad(n.Pos.Errorf("here stands %s, expected checks such as {not_null: true}", n.Kind))
		return
	}
	spec := p.base
	spec.Table, spec.Column = table, column
	var checks []document.Pair
	for _, pair := range n.Pairs {
		if slices.Contains(modifiers, pair.Key) {
			p.modifier(&spec, pair)
			continue
		}
		if at := scopeOf(column); lookup(pair.Key, at) == nil {
			p.unknown(pair, at)
			continue
		}
		checks = append(checks, pair)
	}
	switch {
	case len(checks) == 0 && column != "" && len(p.errs) == 0:
		p.bad(n.Pos.Errorf("column %q has no checks: that is an error, never a pass", column))
	case len(checks) != 1 && column == "" && len(p.errs) == 0:
		p.bad(n.Pos.Errorf("an entry of checks has exactly one check, this one has %d", len(checks)))
	case len(checks) > 1 && spec.ID != "":
		p.bad(n.Pos.Errorf("id %q would name %d checks; write them as a list", spec.ID, len(checks)))
	}
	for _, c := range checks {
		one := spec
		one.At, one.Kind, one.Arg = c.At, c.Key, c.Value
		p.suite.Checks = append(p.suite.Checks, one)
	}
}

func (p *suiteParser) unknown(pair document.Pair, here scope) {
	known := slices.Clone(modifiers)
	for _, d := range Catalogue() {
		if d.scope == here {
			known = append(known, d.Name)
		}
	}
	err := pair.At.Errorf("there is no check %q here", pair.Key)
	switch {
	case document.Nearest(pair.Key, known) != "":
		err.Hint = fmt.Sprintf("did you mean %s?", document.Nearest(pair.Key, known))
		err.Cause += "; " + err.Hint
	case lookup(pair.Key, scopeTable) != nil:
		err.Hint = pair.Key + " judges whole rows or tables: put it under checks:"
		err.Cause += "; " + err.Hint
	case lookup(pair.Key, scopeColumn) != nil:
		err.Hint = pair.Key + " judges one column: put it under columns:"
		err.Cause += "; " + err.Hint
	default:
		err.Hint = "verisim suite checks lists them all"
	}
	p.bad(err)
}

func (p *suiteParser) modifier(s *Spec, pair document.Pair) {
	v := pair.Value
	var err error
	switch pair.Key {
	case "level":
		s.Level, err = quality.ParseLevel(v.Text)
	case "mostly":
		s.mostlySet = true
		if err = v.Decode(&s.Mostly); err == nil && !(s.Mostly > 0 && s.Mostly <= 1) {
			err = errors.New("mostly is a share above 0 and at most 1")
		}
	case "where":
		s.whereAt = v.Pos
		err = v.Decode(&s.Where)
	case "id":
		if err = v.Decode(&s.ID); err == nil && (s.ID == "" || strings.ContainsAny(s.ID, " \t\n,")) {
			err = errors.New("an id is a word without spaces and commas")
		}
	case "dimension":
		s.Dimension = quality.Dimension(v.Text)
		if !slices.Contains(quality.Dimensions(), s.Dimension) {
			err = fmt.Errorf("there is no dimension %q; known are %v", v.Text, quality.Dimensions())
		}
	case "missing":
		if s.Column == "" {
			err = errors.New("missing belongs to a column")
			break
		}
		err = v.Decode(&s.Missing)
	case "pii":
		err = v.Decode(&s.Personal)
	case "allow_empty":
		err = v.Decode(&s.AllowEmpty)
	case "about":
		var about string
		err = v.Decode(&about)
	}
	if err == nil {
		return
	}
	if len(document.All(err)) == 0 {
		err = v.Pos.Errorf("%v", err)
	}
	p.bad(err)
}

// identify gives every check a unique id.
func (p *suiteParser) identify() {
	seen := map[string]document.Pos{}
	for i := range p.suite.Checks {
		c := &p.suite.Checks[i]
		if c.ID == "" {
			continue
		}
		if at, twice := seen[c.ID]; twice {
			p.bad(c.At.Errorf("id %q is already that of the check at line %d", c.ID, at.Line))
		}
		seen[c.ID] = c.At
	}
	for i := range p.suite.Checks {
		c := &p.suite.Checks[i]
		if c.ID != "" {
			continue
		}
		parts := []string{c.Kind}
		if c.Column != "" {
			parts = []string{c.Column, c.Kind}
		}
		if c.Table != "" {
			parts = append([]string{c.Table}, parts...)
		}
		base := strings.Join(parts, ".")
		id := base
		for n := 2; ; n++ {
			if _, taken := seen[id]; !taken {
				break
			}
			id = fmt.Sprintf("%s#%d", base, n)
		}
		c.ID = id
		seen[id] = c.At
	}
}
