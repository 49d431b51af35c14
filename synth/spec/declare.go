package spec

import (
	"errors"

	"github.com/verisim/verisim/formats/document"
)

// The declarations mirror the document; nothing is looked up yet.

type fileDecl struct {
	Version int            `yaml:"version" default:"1" doc:"version of the language: 1"`
	Name    string         `yaml:"name" doc:"what the data set is called"`
	Seed    uint64         `yaml:"seed" default:"0" doc:"what all draws depend on"`
	Clock   moment         `yaml:"clock" default:"2026-01-01T00:00:00Z" doc:"the only now"`
	Locale  locales        `yaml:"locale" default:"en_US" doc:"language and country of people, places and firms: a name, or names with weights"`
	Tables  tableDecls     `yaml:"tables" doc:"the tables by name" spec:"required"`
	Check   *document.Node `yaml:"check" doc:"rules that the data must keep, in the language of suites"`
}

type tableDecl struct {
	Pos     document.Pos
	Rows    *quantity   `yaml:"rows" doc:"how many rows: 1500, 20k, 5M"`
	Per     *perDecl    `yaml:"per" doc:"instead of rows: so many rows for each row of a parent table"`
	Locale  locales     `yaml:"locale" doc:"instead of the file's locale"`
	Entity  entityDecls `yaml:"entity" doc:"who and where, drawn once a row: a name for a person, company or address"`
	Columns columnDecls `yaml:"columns" doc:"the columns by name" spec:"required"`
}

type named[T any] struct {
	name string
	pos  document.Pos
	decl T
}

// ordered reads a mapping of names in the order written.
func ordered[T any](n *document.Node, what string) (out []named[T], err error) {
	if n.Kind != document.Map {
		return nil, n.Pos.Errorf("here stands %s, expected a mapping of %s by name", n.Kind, what)
	}
	var errs []error
	for _, p := range n.Pairs {
		t := named[T]{name: p.Key, pos: p.At}
		if !isName(p.Key) {
			errs = append(errs, p.At.Errorf("%q cannot be a name: a name is a letter or _, then letters, digits and _", p.Key))
			continue
		}
		if err := p.Value.Decode(&t.decl); err != nil {
			errs = append(errs, err)
		}
		out = append(out, t)
	}
	return out, errors.Join(errs...)
}

func isName(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 0x7f
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != "" && len(s) <= 128
}

type tableDecls []named[tableDecl]

func (t *tableDecls) UnmarshalNode(n *document.Node) (err error) {
	*t, err = ordered[tableDecl](n, "tables")
	return err
}

type columnDecls []named[columnDecl]

func (c *columnDecls) UnmarshalNode(n *document.Node) (err error) {
	*c, err = ordered[columnDecl](n, "columns")
	return err
}

type entityDecls []named[string]

func (e *entityDecls) UnmarshalNode(n *document.Node) (err error) {
	*e, err = ordered[string](n, "entities")
	return err
}

// locales is a locale's name, or several with weights, in a list or a mapping.
type locales []localeShare

type localeShare struct {
	pos    document.Pos
	name   string
	weight float64
}

func (l *locales) UnmarshalNode(n *document.Node) error {
	*l = nil // whatever the default was
	switch n.Kind {
	case document.String:
		*l = locales{{n.Pos, n.Text, 1}}
		return nil
	case document.List: // [zh_CN: 0.7, en_US: 0.3]
		for _, item := range n.Items {
			var part locales
			if err := part.UnmarshalNode(item); err != nil {
				return err
			}
			*l = append(*l, part...)
		}
		return nil
	case document.Map:
		for _, p := range n.Pairs {
			w, err := p.Value.Float()
			if err != nil {
				return err
			}
			if !(w >= 0 && w < 1e12) {
				return p.Value.Pos.Errorf("a weight is 0 or above")
			}
			*l = append(*l, localeShare{p.At, p.Key, w})
		}
		return nil
	}
	return n.Pos.Errorf("here stands %s, expected a locale such as en_US, or locales with weights", n.Kind)
}

// perDecl says how many children a parent has: per: parent, or a mapping.
type perDecl struct {
	Pos    document.Pos
	Parent string     `yaml:"parent" spec:"required" doc:"the parent table"`
	Count  *countDecl `yaml:"count" default:"1" doc:"children of one parent: a number, or poisson, negbin, geometric, binomial, int, pick"`
	Min    *quantity  `yaml:"min" doc:"at least so many"`
	Max    *quantity  `yaml:"max" doc:"at most so many"`
}

func (p *perDecl) UnmarshalNode(n *document.Node) error {
	if n.Kind == document.String {
		*p = perDecl{Pos: n.Pos, Parent: n.Text}
		return nil
	}
	type plain perDecl
	return n.Decode((*plain)(p))
}

// countDecl is a fixed number or one word that counts.
type countDecl struct {
	pos   document.Pos
	fixed quantity
	word  string
	gen   generator // nil: fixed
}

func (c *countDecl) UnmarshalNode(n *document.Node) error {
	c.pos = n.Pos
	if n.Kind != document.Map {
		return c.fixed.UnmarshalNode(n)
	}
	var known []string
	for _, w := range Words() {
		if _, ok := w.make().(counter); ok {
			known = append(known, w.Name)
		}
	}
	if len(n.Pairs) != 1 {
		return n.Pos.Errorf("a count is a number or one of %q", known)
	}
	p := n.Pairs[0]
	for _, w := range Words() {
		if _, ok := w.make().(counter); ok && w.Name == p.Key {
			c.word, c.gen = w.Name, w.make()
			return decodeParams(p.Value, c.gen)
		}
	}
	return document.UnknownKey(p, known)
}
