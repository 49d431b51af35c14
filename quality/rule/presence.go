package rule

import (
	"bytes"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
)

// presence lists the checks that judge nulls.
func presence() []Def {
	one := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "presence", About: about, Example: example, Dimension: quality.Completeness, bind: bind}
	}
	return []Def{
		one("not_null", "has a value; with missing: codes such as N/A count as none", "true", func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			b.presence(nil)
			return nil
		}),
		one("null", "has no value", "true", func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			b.presence(func(c *column, pass bitmap) { pass.zero() })
			return nil
		}),
		one("not_blank", "has a value that is not only space", "true", func(b *binder) error {
			if err := b.yes(); err != nil {
				return err
			}
			if b.kind() != kindText {
				return b.needs("text")
			}
			b.presence(eachText(func(s []byte) bool { return len(bytes.TrimSpace(s)) > 0 }))
			return nil
		}),
	}
}

// presenceCell judges nulls: a row passes when it is present and its value
// passes. For the check null, it passes when it is absent.
type presenceCell struct {
	stateless
	col     int
	missing predicate
	pass    predicate // nil: every value passes
	absent  bool
}

func (b *binder) presence(p predicate) {
	c := presenceCell{col: b.col, missing: b.missing, pass: p, absent: b.check.spec.Kind == "null"}
	b.check.make = func(*State, bool) (cell, error) { return &c, nil }
}

func (c *presenceCell) add(v *view, applies, fail bitmap) error {
	col, err := v.column(c.col)
	if err != nil {
		return err
	}
	if col.valid == nil && c.missing == nil && c.pass == nil {
		return nil // nothing is null
	}
	there := v.borrow(v.n)
	there.fill(v.n)
	present(v, col, c.missing, there)
	switch {
	case c.absent:
		copy(fail, there)
	case c.pass != nil:
		c.pass.apply(v, col, fail)
		fail.and(there)
		for i := range fail {
			fail[i] = ^fail[i]
		}
	default:
		for i := range fail {
			fail[i] = ^there[i]
		}
	}
	fail.and(applies)
	v.give(there)
	return nil
}

// missingCodes is the predicate that finds values which stand for none.
func missingCodes(b *binder, codes []string) (predicate, error) {
	if b.kind() != kindText {
		// -999 and the like: the codes are read as values of the column.
		probe := *b
		probe.check = &check{spec: b.check.spec}
		probe.arg = &document.Node{Pos: b.check.spec.At, Kind: document.List}
		for _, code := range codes {
			probe.arg.Items = append(probe.arg.Items, &document.Node{Pos: b.check.spec.At, Kind: document.String, Text: code})
		}
		if err := probe.member(true); err != nil {
			return nil, err
		}
		c, err := probe.check.make(nil, false)
		if err != nil {
			return nil, err
		}
		return c.(*columnCell).pass, nil
	}
	list := make([][]byte, len(codes))
	for i, c := range codes {
		list[i] = []byte(c)
	}
	return newTexts(list).predicate(true), nil
}
