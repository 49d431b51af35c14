package suggest

import (
	"strings"

	"github.com/verisim/verisim/quality/profile"
)

// The name of the catalogue's check for dependencies and for references.
const (
	dependencyCheck = "functional_dependency"
	referenceCheck  = "foreign_key"
)

// dependencyRules proposes that one column decides another, where the held-out
// rows agree with what was learned.
func (m *Maker) dependencyRules() []Rule {
	if !knows(dependencyCheck) {
		return nil
	}
	var out []Rule
	for _, d := range m.learned.Profile().Dependencies {
		if len(d.From) > 1 || d.G3 > 0 {
			continue // a rule that is broken from the start is a finding, not a rule
		}
		r := Rule{
			Check:   dependencyCheck,
			Arg:     "{from: [" + quote(d.From[0]) + "], to: " + quote(d.To) + "}",
			Support: d.Support, Mostly: 1,
		}
		kept, tested := m.held.Holds(m.learned, d.From, d.To)
		if r.settle(tested-kept, tested) {
			out = append(out, r)
		}
	}
	return out
}

// References proposes foreign keys between tables, as rules by table name.
func References(makers []*Maker) (map[string][]Rule, error) {
	states := map[string]*profile.State{}
	for _, m := range makers {
		if m.opt.Private != nil {
			return nil, nil // a comparison of values would tell of single rows
		}
		s, err := m.State()
		if err != nil {
			return nil, err
		}
		states[m.name] = s
	}
	out := map[string][]Rule{}
	for _, r := range profile.References(states) {
		if r.Table == r.ToTable {
			continue
		}
		p := Rule{
			Column: r.Column, Check: referenceCheck, Arg: quote(r.ToTable + "." + r.ToColumn),
			Support: states[r.Table].Rows(), Mostly: 1,
		}
		if r.Contained < 1 {
			lo, _ := profile.Wilson(int64(r.Contained*float64(r.Compared)+.5), r.Compared, thresholdZ)
			p.Mostly = floorShare(lo)
		}
		out[r.Table] = append(out[r.Table], p)
	}
	return out, nil
}

// plain says whether a text may stand in YAML without quotes.
func plain(s string) bool {
	if s == "" || strings.TrimSpace(s) != s {
		return false
	}
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || !(r >= '0' && r <= '9' || r == '.' || r == '-')) {
			return false
		}
	}
	switch strings.ToLower(s) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n", "nan", "inf":
		return false
	}
	return true
}
