package rule

import "github.com/verisim/verisim/quality"

type scope uint8

const (
	scopeColumn scope = iota // under columns:
	scopeTable               // under checks:
)

// scopeOf is where a check of this column, if any, stands.
func scopeOf(column string) scope {
	if column != "" {
		return scopeColumn
	}
	return scopeTable
}

// Def describes one check of the catalogue.
type Def struct {
	Name      string
	Family    string // presence, type, value, text, format, unique, aggregate, rows, tables, distribution, time, runs
	About     string // one line
	Example   string // its argument in a suite
	Dimension quality.Dimension

	scope        scope
	whole        bool // judges the table, not rows
	absentColumn bool // the column need not be there
	bind         func(b *binder) error
}

// Column says whether the check stands under columns: (else under checks:).
func (d Def) Column() bool { return d.scope == scopeColumn }

// Whole says whether the check judges a table as a whole, and no row of it.
func (d Def) Whole() bool { return d.whole }

// Catalogue lists every check, by family.
func Catalogue() []Def {
	var out []Def
	for _, family := range [][]Def{
		presence(), presenceOf(), schemaChecks(), values(), scalars(), texts(), wordChecks(), schemaTexts(), formatChecks(),
		uniques(), distincts(), aggregates(), rowChecks(), relations(), across(), distributions(), temporals(), seasons(), tableChecks(), runs(), more(),
	} {
		out = append(out, family...)
	}
	return out
}

func lookup(name string, s scope) *Def {
	for _, d := range Catalogue() {
		if d.Name == name && d.scope == s {
			return &d
		}
	}
	return nil
}
