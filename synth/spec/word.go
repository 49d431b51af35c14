package spec

import (
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/document"
)

// A generator is the declaration of what fills a column: one word of the
// language with its parameters. build looks everything up and gives the maker.
//
// The parameters are the fields of a struct, with their name, their sentence
// and their default as tags, so that decoding, the JSON Schema, explain and the
// documentation cannot differ.
type generator interface {
	build(b *binder) (maker, error)
}

// Word is a word that fills a column.
type Word struct {
	Name string
	Doc  string // a sentence without its full stop
	make func() generator
}

// Words lists the words that fill a column.
func Words() []Word {
	return []Word{
		{"key", "the table's key: int, uuid, or a pattern with room for all rows", func() generator { return &keyWord{} }},
		{"uuid", "a version 4 UUID, unique", func() generator { return &uuidWord{} }},
		{"ref", "the key of a row of another table", func() generator { return &refWord{} }},
		{"lookup", "a column of the row that a ref leads to", func() generator { return &lookupWord{} }},
		{"of", "a part of an entity, such as p.email", func() generator { return &partWord{} }},
		{"const", "the same value in every row", func() generator { return &constWord{} }},
		{"index", "1, 2, ... within the parent, or within the table", func() generator { return &indexWord{} }},
		{"pick", "one of a list, or of a mapping of values to weights", func() generator { return &pickWord{} }},
		{"fake", "a value of a gofakeit function, from a frozen pool", func() generator { return &fakeWord{} }},
		{"pattern", "a text that a simple regular expression describes", func() generator { return &patternWord{} }},
		{"template", "a text with places for columns and parts of entities", func() generator { return &templateWord{} }},
		{"words", "some words of the locale", func() generator { return &wordsWord{} }},
		{"bool", "true with a share", func() generator { return &boolWord{} }},
		{"int", "a whole number, all equally likely", func() generator { return &intWord{} }},
		{"uniform", "a number, all equally likely", func() generator { return &uniformWord{} }},
		{"normal", "a normal distribution", func() generator { return &normalWord{} }},
		{"lognormal", "a distribution whose logarithm is normal, such as incomes", func() generator { return &lognormalWord{} }},
		{"exponential", "an exponential distribution, such as waiting times", func() generator { return &exponentialWord{} }},
		{"gamma", "a gamma distribution", func() generator { return &gammaWord{} }},
		{"beta", "a beta distribution between 0 and 1", func() generator { return &betaWord{} }},
		{"pareto", "a Pareto distribution, such as sizes with a heavy tail", func() generator { return &paretoWord{} }},
		{"empirical", "a distribution given by its quantiles at equal steps", func() generator { return &empiricalWord{} }},
		{"poisson", "a count of independent events", func() generator { return &poissonWord{} }},
		{"negbin", "a count with a longer tail than poisson", func() generator { return &negbinWord{} }},
		{"geometric", "failures before the first success", func() generator { return &geometricWord{} }},
		{"binomial", "successes in n trials", func() generator { return &binomialWord{} }},
		{"zipf", "a rank from 1 to n, small ones most often", func() generator { return &zipfWord{} }},
		{"time", "a point in time", func() generator { return &timeWord{} }},
		{"date", "a day, all equally likely", func() generator { return &dateWord{} }},
		{"wave", "a number that swings with the time in another column", func() generator { return &waveWord{} }},
		{"expr", "a row expression over other columns", func() generator { return &exprWord{} }},
		{"when", "what to do by condition, the first that holds, and else", func() generator { return &whenWord{} }},
		{"sum", "the sum of a column over the row's children", func() generator { return &sumWord{} }},
		{"count", "the number of the row's children", func() generator { return &childrenWord{} }},
	}
}

// modifiers stand beside any word.
type modifiers struct {
	Type      string   `yaml:"type" doc:"the column's type, such as int32, decimal(12,2), category"`
	Null      share    `yaml:"null" default:"0%" doc:"the share of rows that are null"`
	Role      string   `yaml:"role" doc:"what the column is: plain, id, direct, quasi, sensitive, label, time"`
	Unique    bool     `yaml:"unique" default:"false" doc:"no value comes twice"`
	Hidden    bool     `yaml:"hidden" default:"false" doc:"made for other columns, not written"`
	Clip      *bounds  `yaml:"clip" doc:"numbers outside these two become the nearer one"`
	Truncate  *bounds  `yaml:"truncate" doc:"numbers lie between these two, the distribution is cut there"`
	Round     *int     `yaml:"round" doc:"digits behind the point"`
	Correlate pairings `yaml:"correlate" doc:"rank correlations with number columns, -1 to 1; each column keeps its distribution"`
}

// bounds are two numbers, least and greatest.
type bounds [2]float64

func (b *bounds) UnmarshalNode(n *document.Node) error {
	var v []float64
	if err := n.Decode(&v); err != nil {
		return err
	}
	if len(v) != 2 || !(v[0] < v[1]) {
		return n.Pos.Errorf("expected two numbers, [least, greatest]")
	}
	*b = bounds(v)
	return nil
}

// pairings are rank correlations by column.
type pairings []pairing

type pairing struct {
	pos    document.Pos
	column string
	rho    float64
}

func (c *pairings) UnmarshalNode(n *document.Node) error {
	if n.Kind != document.Map {
		return n.Pos.Errorf("here stands %s, expected columns with a rank correlation each", n.Kind)
	}
	for _, p := range n.Pairs {
		rho, err := p.Value.Float()
		if err != nil {
			return err
		}
		if !(rho > -1 && rho < 1) {
			return p.Value.Pos.Errorf("a rank correlation lies between -1 and 1")
		}
		*c = append(*c, pairing{p.At, p.Key, rho})
	}
	return nil
}

// columnDecl is a column as declared: one word and its modifiers.
type columnDecl struct {
	pos  document.Pos
	at   document.Pos // of the word's value
	word string
	gen  generator
	wide bool // a pick of texts makes a string, not a category
	bad  bool // it has faults of its own
	modifiers
}

func (c *columnDecl) UnmarshalNode(n *document.Node) error {
	err := c.read(n)
	c.bad = err != nil
	return err
}

func (c *columnDecl) read(n *document.Node) error {
	c.pos, c.at = n.Pos, n.Pos
	if n.Kind == document.String { // city: p.city
		c.word, c.gen = "of", &partWord{From: n.Text}
		return nil
	}
	if n.Kind != document.Map {
		return n.Pos.Errorf("here stands %s, expected a column: a part of an entity such as p.email, or a word such as {int: [1, 6]}", n.Kind)
	}
	words, mods := Words(), document.Keys(modifiers{})
	known := slices.Clone(mods)
	for _, w := range words {
		known = append(known, w.Name)
	}
	rest := &document.Node{Pos: n.Pos, Kind: document.Map}
	var errs []error
	for _, p := range n.Pairs {
		i := slices.IndexFunc(words, func(w Word) bool { return w.Name == p.Key })
		switch {
		case slices.Contains(mods, p.Key):
			rest.Pairs = append(rest.Pairs, p)
		case i < 0:
			errs = append(errs, document.UnknownKey(p, known))
		case c.gen != nil:
			errs = append(errs, p.At.Errorf("a column is filled by one word, and here are %q and %q", c.word, p.Key))
		default:
			c.word, c.gen, c.at = p.Key, words[i].make(), p.Value.Pos
			errs = append(errs, decodeParams(p.Value, c.gen))
		}
	}
	errs = append(errs, rest.Decode(&c.modifiers))
	if c.gen == nil && errors.Join(errs...) == nil {
		errs = append(errs, n.Pos.Errorf("nothing fills the column: it needs a word such as pick, normal or ref"))
	}
	return errors.Join(errs...)
}

// decodeParams reads a word's parameters: a mapping by name, a list in order, a
// single value the first. Words with a shape of their own read themselves.
func decodeParams(n *document.Node, into any) error {
	v := reflect.ValueOf(into).Elem()
	if err := setDefaults(v); err != nil {
		return err
	}
	if u, ok := into.(document.Unmarshaler); ok {
		return u.UnmarshalNode(n)
	}
	fields := params(v.Type())
	given := map[string]bool{}
	var errs []error
	switch n.Kind {
	case document.Map:
		errs = append(errs, n.Decode(into))
		for _, p := range n.Pairs {
			given[p.Key] = true
		}
	case document.List:
		if len(n.Items) > len(fields) {
			return n.Pos.Errorf("%d values are too many; they are, in order: %s", len(n.Items), paramNames(fields))
		}
		for i, item := range n.Items {
			errs = append(errs, item.Decode(v.FieldByIndex(fields[i].Index).Addr().Interface()))
			given[fields[i].Tag.Get("yaml")] = true
		}
	case document.Null:
	default:
		if len(fields) == 0 {
			return n.Pos.Errorf("here is nothing to say; write {} instead")
		}
		errs = append(errs, n.Decode(v.FieldByIndex(fields[0].Index).Addr().Interface()))
		given[fields[0].Tag.Get("yaml")] = true
	}
	for _, f := range fields {
		if f.Tag.Get("spec") == "required" && !given[f.Tag.Get("yaml")] {
			errs = append(errs, n.Pos.Errorf("%q is missing; in order there are: %s", f.Tag.Get("yaml"), paramNames(fields)))
		}
	}
	return errors.Join(errs...)
}

// params lists the fields that are parameters.
func params(t reflect.Type) (out []reflect.StructField) {
	for _, f := range reflect.VisibleFields(t) {
		if f.IsExported() && f.Tag.Get("yaml") != "" {
			out = append(out, f)
		}
	}
	return out
}

func paramNames(fields []reflect.StructField) string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Tag.Get("yaml"))
	}
	return strings.Join(out, ", ")
}

// setDefaults gives fields what their default tag says, in the language's own
// notation.
func setDefaults(v reflect.Value) error {
	if v.Kind() != reflect.Struct {
		return nil
	}
	for _, f := range params(v.Type()) {
		text := f.Tag.Get("default")
		if text == "" {
			continue
		}
		n, err := document.Parse("default", []byte(text))
		if err != nil {
			return err
		}
		if err := n.Decode(v.FieldByIndex(f.Index).Addr().Interface()); err != nil {
			return err
		}
	}
	return nil
}
