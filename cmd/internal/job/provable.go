package job

import (
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// proveFile is the recipe's prove: part.
type proveFile struct {
	At document.Pos
	// Rules says which rules of the suite become statements: those about sealed
	// columns ("sealed", the default), "all", or "none".
	Rules string `yaml:"rules"`
	// Bits of soundness: 100, the default, or 128.
	Bits int `yaml:"bits"`
	// Tables hold encodings, where a column's type does not say it all.
	Tables map[string]*proof.Columns `yaml:"tables"`
	// Statements are proved beside the rules.
	Statements []proof.Statement `yaml:"statements"`
}

// Unproved is a rule that did not become a statement.
type Unproved struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// scope is what is known while rules become statements.
type scope struct {
	suite   *rule.Suite
	schemas map[string]*arrow.Schema
	// doc has the encodings, and statements that are proved beside the rules.
	doc *proof.Document
	// held says that rows which break a rule are held back: what is judged of the
	// table as a whole need not hold for the others.
	held bool
}

// translated is a rule with its statements.
type translated struct {
	check      *rule.Spec
	statements []proof.Statement
	why        string
	with       *translated // whose range says this rule too
}

// statementsOf turns a suite's rules into statements, as far as they can be proved.
// wanted picks rules by their columns, and may say why one is to be left out.
func (sc *scope) statementsOf(wanted func(c *rule.Spec, columns []string) (bool, string)) (out []proof.Statement, left []Unproved) {
	var all []translated
	for i := range sc.suite.Checks {
		c := &sc.suite.Checks[i]
		if c.Table == "" && len(sc.schemas) == 1 {
			for name := range sc.schemas {
				c.Table = name
			}
		}
		t := translated{check: c}
		t.statements, t.why = sc.translate(c)
		columns := columnsOf(t.statements, c)
		ok, why := wanted(c, columns)
		if !ok {
			continue
		}
		if why != "" {
			t.why = why
		}
		all = append(all, t)
	}
	join(all)
	sc.fit(all)
	var counted []string
	for _, t := range all {
		if t.with != nil {
			t.why = t.with.why
		}
		if t.why != "" {
			left = append(left, Unproved{t.check.ID, t.why})
		}
		if t.why != "" || t.with != nil {
			continue
		}
		// Each table's number of rows comes first.
		rows := proof.Statement{Kind: "rows", Table: t.check.Table}
		if !slices.Contains(counted, rows.Table) {
			counted = append(counted, rows.Table)
			if t.statements[0].Kind != "rows" {
				t.statements = slices.Insert(t.statements, 0, rows)
			}
		} else if reflect.DeepEqual(t.statements[0], rows) {
			continue // it is there
		}
		for _, s := range t.statements {
			s.Pos = t.check.At
			out = append(out, s)
		}
	}
	return out, left
}

// join makes one range of several of a column, such as of gt and lt: what is proved
// is their intersection, and a narrow range costs less.
func join(all []translated) {
	at := map[proof.Place]*translated{}
	for i := range all {
		t := &all[i]
		if t.why != "" || len(t.statements) != 1 || t.statements[0].Kind != "range" {
			continue
		}
		s := &t.statements[0]
		place := proof.Place{Table: s.Table, Column: s.Column}
		first := at[place]
		if first == nil {
			at[place] = t
			continue
		}
		f := &first.statements[0]
		if !ordered(f.Min, f.Max, s.Min, s.Max) {
			continue
		}
		low, high := f.Min, f.Max
		if below(low, s.Min) {
			low = s.Min
		}
		if below(s.Max, high) {
			high = s.Max
		}
		if !below(high, low) { // else both stand, and the prover tells which does not hold
			f.Min, f.Max, t.with = low, high, first
		}
	}
}

// ordered says whether bounds are all numbers, or all plain dates: times of several
// forms and zones are not compared here.
func ordered(bounds ...string) bool {
	numbers, dates := true, true
	for _, b := range bounds {
		_, isNumber := plainNumber(b)
		_, err := time.Parse(time.DateOnly, b)
		numbers, dates = numbers && isNumber, dates && err == nil
	}
	return numbers || dates
}

// below compares bounds as they are written, numbers or dates.
func below(a, b string) bool {
	x, isX := plainNumber(a)
	y, isY := plainNumber(b)
	if isX && isY {
		return x.Cmp(y) < 0
	}
	return a < b
}

// fit leaves out rules whose statements cannot be proved of these columns: each is
// checked beside the ranges and lists of values, those first.
func (sc *scope) fit(all []translated) {
	var context []proof.Statement
	bounds := func(s proof.Statement) bool { return s.Kind == "range" || s.Kind == "member" }
	for _, s := range sc.doc.Statements {
		if bounds(s) {
			context = append(context, s)
		}
	}
	for _, first := range []bool{true, false} {
		for i := range all {
			t := &all[i]
			if t.why != "" || t.with != nil || slices.ContainsFunc(t.statements, bounds) != first {
				continue
			}
			doc := *sc.doc
			doc.Statements = slices.Concat(context, slices.DeleteFunc(slices.Clone(t.statements), func(s proof.Statement) bool { return s.Kind == "rows" }))
			switch err := doc.Check(sc.schemas); {
			case err != nil && errors.As(err, new(*proof.FalseError)):
				t.why = "no rows could keep it"
			case err != nil:
				t.why = err.Error()
			case first:
				context = append(context, t.statements...)
			}
		}
	}
}

// columnsOf are the columns of its table that a rule's statements read, or the one
// that it names.
func columnsOf(statements []proof.Statement, c *rule.Spec) []string {
	d := proof.Document{Statements: statements}
	if out := d.Needs()[c.Table]; len(out) > 0 {
		return out
	}
	if c.Column == "" {
		return nil
	}
	return []string{c.Column}
}

// demanded says whether a rule demands every cell of a column.
func (sc *scope) demanded(tableName, column string) bool {
	return slices.ContainsFunc(sc.suite.Checks, func(o rule.Spec) bool {
		return o.Kind == "not_null" && o.Column == column && (o.Table == tableName || o.Table == "") && o.Mostly == 1 && o.Where == "" && o.Level.Fails()
	})
}
