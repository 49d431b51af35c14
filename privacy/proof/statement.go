package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/document"
)

// Statement is one thing to prove, with every number that belongs to it. Numbers
// are decimal text in the column's own unit; dates and times are written as
// people write them.
type Statement struct {
	Pos     document.Pos `yaml:"-" json:"-"` // where it was written
	Kind    string       `yaml:"-" json:"kind"`
	Table   string       `yaml:"table" json:"table"`
	Column  string       `yaml:"column" json:"column,omitempty"`
	Columns []string     `yaml:"columns" json:"columns,omitempty"`
	Min     string       `yaml:"min" json:"min,omitempty"`
	Max     string       `yaml:"max" json:"max,omitempty"`
	MaxRate string       `yaml:"max_rate" json:"maxRate,omitempty"`
	Times   string       `yaml:"times" json:"times,omitempty"`
	Is      string       `yaml:"is" json:"is,omitempty"`
	Where   *Where       `yaml:"where" json:"where,omitempty"`
	Strict  bool         `yaml:"strict" json:"strict,omitempty"`
	Missing bool         `yaml:"missing" json:"missing,omitempty"`
	Equals  string       `yaml:"equals" json:"equals,omitempty"`
	Within  string       `yaml:"within" json:"within,omitempty"`
	Weights []string     `yaml:"weights" json:"weights,omitempty"`
	K       int64        `yaml:"k" json:"k,omitempty"`
	To      *Place       `yaml:"to" json:"to,omitempty"`
	From    string       `yaml:"from" json:"from,omitempty"`
	// Of are the values of a member statement. They become the column's
	// encoding.
	Of []string `yaml:"of" json:"-"`
	// Disclosed are exact numbers that the maker fills in and proves.
	Disclosed []string `yaml:"-" json:"disclosed,omitempty"`
}

// Where picks rows: those whose column has a value.
type Where struct {
	Column string `yaml:"column" json:"column"`
	Is     string `yaml:"is" json:"is"`
}

// Place is a column of another table.
type Place struct {
	Table  string `yaml:"table" json:"table"`
	Column string `yaml:"column" json:"column"`
}

// kinds lists each kind's keys; the first few are required.
var kinds = map[string]struct{ required, optional []string }{
	"rows":      {nil, []string{"min", "max"}},
	"range":     {[]string{"column", "min", "max"}, nil},
	"member":    {[]string{"column"}, []string{"of"}},
	"nulls":     {[]string{"column"}, []string{"max", "max_rate"}},
	"sum":       {[]string{"column"}, []string{"times", "min", "max"}},
	"mean":      {[]string{"column"}, []string{"where", "min", "max"}},
	"moments":   {[]string{"column"}, nil},
	"histogram": {[]string{"column"}, nil},
	"rate":      {[]string{"column", "is"}, []string{"where", "min", "max"}},
	"weighted":  {[]string{"columns", "weights"}, []string{"min", "max"}},
	"order":     {[]string{"columns"}, []string{"strict"}},
	"product":   {[]string{"columns", "equals"}, []string{"within"}},
	"adds":      {[]string{"columns", "equals"}, []string{"within"}},
	"unique":    {nil, []string{"column", "columns", "missing"}},
	"reference": {[]string{"column", "to"}, nil},
	"anonymity": {[]string{"columns", "k"}, nil},
	"disjoint":  {[]string{"columns", "from"}, nil},
}

// Kinds lists the statements that can be proved.
func Kinds() []string {
	var out []string
	for k := range kinds {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// UnmarshalNode reads "kind: {keys}", strictly.
func (s *Statement) UnmarshalNode(n *document.Node) error {
	if n.Kind != document.Map || len(n.Pairs) != 1 {
		return n.Pos.Errorf("a statement is one key and its value, such as range: {column: age, min: 0, max: 120}")
	}
	p := n.Pairs[0]
	kind, ok := kinds[p.Key]
	if !ok {
		return document.UnknownKey(p, Kinds())
	}
	allowed := slices.Concat(kind.required, kind.optional, []string{"table"})
	for _, q := range p.Value.Pairs {
		if !slices.Contains(allowed, q.Key) {
			return document.UnknownKey(q, allowed)
		}
	}
	for _, key := range kind.required {
		if v := p.Value.Get(key); v == nil || v.Kind == document.Null {
			return p.At.Errorf("statement %q needs %q", p.Key, key)
		}
	}
	if p.Key == "unique" && (p.Value.Get("column") == nil) == (p.Value.Get("columns") == nil) {
		return p.At.Errorf("statement %q needs column, or columns for a key of several", p.Key)
	}
	if p.Key == "reference" {
		if to := p.Value.Get("to"); to.Get("table") == nil || to.Get("column") == nil {
			return to.Pos.Errorf("to names a table and a column of it")
		}
	}
	type plain Statement // without this method
	var out plain
	if p.Value.Kind != document.Null {
		if err := p.Value.Decode(&out); err != nil {
			return err
		}
	}
	out.Pos, out.Kind = p.At, p.Key
	*s = Statement(out)
	return nil
}

// names lists the columns of its own table that a statement reads.
func (s *Statement) names() []string {
	var out []string
	for _, c := range append([]string{s.Column, s.Times, s.Equals}, s.Columns...) {
		if c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if s.Where != nil && !slices.Contains(out, s.Where.Column) {
		out = append(out, s.Where.Column)
	}
	return out
}

// foreign is a key that has a value and means nothing for the statement's kind,
// or "". A verdict shows the whole statement, so that nothing may stand in it
// that was not proved.
func (s *Statement) foreign() string {
	kind := kinds[s.Kind]
	for _, k := range []struct {
		key string
		set bool
	}{
		{"column", s.Column != ""},
		{"columns", s.Columns != nil},
		{"min", s.Min != ""},
		{"max", s.Max != ""},
		{"max_rate", s.MaxRate != ""},
		{"times", s.Times != ""},
		{"is", s.Is != ""},
		{"where", s.Where != nil},
		{"strict", s.Strict},
		{"missing", s.Missing},
		{"equals", s.Equals != ""},
		{"within", s.Within != ""},
		{"weights", s.Weights != nil},
		{"k", s.K != 0},
		{"to", s.To != nil},
		{"from", s.From != ""},
	} {
		if k.set && !slices.Contains(kind.required, k.key) && !slices.Contains(kind.optional, k.key) {
			return k.key
		}
	}
	return ""
}

// Encoding says how a column becomes integers where its type does not say it
// all (PROOFS.md, section 2).
type Encoding struct {
	// Decimal is the number of decimal places that a floating-point column
	// has.
	Decimal *int `yaml:"decimal" json:"decimal,omitempty"`
	// Dictionary lists a string column's values; the first is 1.
	Dictionary []string `yaml:"dictionary" json:"dictionary,omitempty"`
	// Wide says that a string column without a dictionary is committed to by its
	// whole hash, since statements rest on equal strings.
	Wide bool `yaml:"-" json:"wide,omitempty"`
}

// Document is a statements file.
type Document struct {
	Version    int                  `yaml:"version"`
	Bits       int                  `yaml:"bits"`  // of soundness: MinBits, the default, or MaxBits
	Table      string               `yaml:"table"` // that statements without one mean
	Columns    map[string]*Encoding `yaml:"columns"`
	Tables     map[string]*Columns  `yaml:"tables"`
	Statements []Statement          `yaml:"statements"`
}

// Columns are the encodings of one table, where a document speaks of several.
type Columns struct {
	Columns map[string]*Encoding `yaml:"columns"`
}

// DecodeDocument reads a statements file strictly. The name stands in errors.
func DecodeDocument(name string, data []byte) (*Document, error) {
	var d Document
	if err := document.Decode(name, data, &d); err != nil {
		return nil, err
	}
	if err := d.check(document.Pos{Name: name, Line: 1, Column: 1}); err != nil {
		return nil, err
	}
	return &d, nil
}

func (d *Document) check(at document.Pos) error {
	if d.Version != Version {
		return at.Errorf("version is %d, this program knows %d", d.Version, Version)
	}
	if _, err := paramsFor(d.Bits); err != nil {
		return at.Errorf("bits is %d; %d and %d are offered", d.Bits, MinBits, MaxBits)
	}
	if len(d.Statements) == 0 {
		return at.Errorf("there is no statement to prove")
	}
	d.DefaultTable(d.Table)
	return nil
}

// DefaultTable names the table that statements without one mean, if the
// document leaves it open.
func (d *Document) DefaultTable(name string) {
	if d.Table == "" {
		d.Table = name
	}
	for i := range d.Statements {
		if d.Statements[i].Table == "" {
			d.Statements[i].Table = name
		}
	}
}

// encodings gives the encodings of a table's columns, those of member
// statements included.
func (d *Document) encodings(table string) (map[string]*Encoding, error) {
	out := map[string]*Encoding{}
	add := func(m map[string]*Encoding) {
		for name, e := range m {
			if e != nil {
				c := *e
				out[name] = &c
			}
		}
	}
	if table == d.Table {
		add(d.Columns)
	}
	if t := d.Tables[table]; t != nil {
		add(t.Columns)
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		if s.Table != table || len(s.Of) == 0 {
			continue
		}
		e := out[s.Column]
		if e == nil {
			e = &Encoding{}
			out[s.Column] = e
		}
		if e.Dictionary != nil && !slices.Equal(e.Dictionary, s.Of) {
			return nil, s.Pos.Errorf("column %q has another list of values already", s.Column)
		}
		e.Dictionary = s.Of
	}
	for i := range d.Statements {
		for _, name := range d.Statements[i].equal(table) {
			if out[name] == nil {
				out[name] = &Encoding{}
			}
			out[name].Wide = true
		}
	}
	for name, e := range out {
		seen := map[string]bool{}
		for _, v := range e.Dictionary {
			if seen[v] {
				return nil, fmt.Errorf("prove statements: the dictionary of column %q lists a value twice", name)
			}
			seen[v] = true
		}
	}
	return out, nil
}

// Decimal gives the decimal places that the document says a column has.
func (d *Document) Decimal(table, column string) (places int, ok bool) {
	e := d.Columns[column]
	if table != d.Table || e == nil {
		e = nil
		if t := d.Tables[table]; t != nil {
			e = t.Columns[column]
		}
	}
	if e == nil || e.Decimal == nil {
		return 0, false
	}
	return *e.Decimal, true
}

// Needs lists the tables that the statements speak of, and the columns of each
// that they read.
func (d *Document) Needs() map[string][]string {
	out := map[string][]string{}
	add := func(table string, columns ...string) {
		have := out[table]
		for _, c := range columns {
			if !slices.Contains(have, c) {
				have = append(have, c)
			}
		}
		out[table] = have
	}
	for i := range d.Statements {
		s := &d.Statements[i]
		add(s.Table, s.names()...)
		if s.To != nil {
			add(s.To.Table, s.To.Column)
		}
		if s.From != "" {
			add(s.From, s.Columns...)
		}
	}
	return out
}

// equal lists the columns of a table whose equal values a statement rests on.
func (s *Statement) equal(table string) (out []string) {
	if s.Table == table {
		switch s.Kind {
		case "reference":
			out = append(out, s.Column)
		case "anonymity":
			out = append(out, s.Columns...)
		}
	}
	if s.Kind == "reference" && s.To != nil && s.To.Table == table {
		out = append(out, s.To.Column)
	}
	return out
}

// label names a statement in messages.
func (s *Statement) label() string {
	if cols := s.names(); len(cols) > 0 {
		return fmt.Sprintf("%s of %s", s.Kind, strings.Join(cols, ", "))
	}
	return s.Kind
}
