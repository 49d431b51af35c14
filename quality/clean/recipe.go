package clean

import (
	"errors"
	"fmt"
	"slices"

	"github.com/verisim/verisim/formats/document"
)

// Recipe is a parsed list of steps.
type Recipe struct {
	Steps []Spec
}

// Spec is one step as written.
type Spec struct {
	At   document.Pos
	Kind string
	ID   string // how the audit calls it
	Arg  *document.Node
}

// Parse reads a recipe: a list of steps, or a mapping with steps.
func Parse(name string, data []byte) (*Recipe, error) {
	n, err := document.Parse(name, data)
	if err != nil {
		return nil, err
	}
	return ParseNode(n)
}

// ParseNode is Parse for a recipe that stands inside another document.
func ParseNode(n *document.Node) (*Recipe, error) {
	list := n
	if n.Kind == document.Map {
		var f struct {
			About string         `yaml:"about"`
			Steps *document.Node `yaml:"steps"`
		}
		if err := n.Decode(&f); err != nil {
			return nil, err
		}
		list = f.Steps
	}
	if list == nil || list.Kind != document.List || len(list.Items) == 0 {
		return nil, n.Pos.Errorf("a recipe for cleaning is a list of steps that is not empty")
	}
	r := &Recipe{}
	var errs []error
	used := map[string]bool{}
	for _, item := range list.Items {
		s, err := parseStep(item)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if s.ID != "" && used[s.ID] {
			errs = append(errs, s.At.Errorf("id %q is there twice", s.ID))
		}
		base := s.ID
		if base == "" {
			base = s.Kind
		}
		s.ID = base
		for k := 2; used[s.ID]; k++ {
			s.ID = fmt.Sprintf("%s#%d", base, k)
		}
		used[s.ID] = true
		r.Steps = append(r.Steps, s)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return r, nil
}

func parseStep(n *document.Node) (Spec, error) {
	var s Spec
	if n.Kind == document.String { // "- trim" is short for "- trim: true"
		n = &document.Node{Pos: n.Pos, Kind: document.Map, Pairs: []document.Pair{{Key: n.Text, At: n.Pos, Value: &document.Node{Pos: n.Pos, Kind: document.Bool, Text: "true"}}}}
	}
	if n.Kind != document.Map {
		return s, n.Pos.Errorf("here stands %s, expected a step such as {trim: true}", n.Kind)
	}
	var names []string
	for _, d := range Catalogue() {
		names = append(names, d.Name)
	}
	for _, p := range n.Pairs {
		switch {
		case p.Key == "id":
			if err := p.Value.Decode(&s.ID); err != nil {
				return s, err
			}
		case p.Key == "about":
		case !slices.Contains(names, p.Key):
			return s, document.UnknownKey(p, append(names, "id", "about"))
		case s.Kind != "":
			return s, p.At.Errorf("a step has one kind, and this one has %s and %s", s.Kind, p.Key)
		default:
			s.At, s.Kind, s.Arg = p.At, p.Key, p.Value
		}
	}
	if s.Kind == "" {
		return s, n.Pos.Errorf("the step does nothing")
	}
	return s, nil
}
