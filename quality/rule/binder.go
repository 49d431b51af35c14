package rule

import (
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// binder is what a check sees of the world when it is compiled.
type binder struct {
	plan    *Plan
	check   *check
	table   *tablePlan
	schemas map[string]*arrow.Schema
	arg     *document.Node
	col     int // of checks under columns:
	field   arrow.Field
	missing predicate
}

// columnAt finds a column of the check's table.
func (b *binder) columnAt(name string, at document.Pos) (int, error) {
	return findColumn(b.table.schema, b.table.name, name, at)
}

// called names a table in a message; a lone table may have no name.
func called(tableName string) string {
	if tableName == "" {
		return "the table"
	}
	return fmt.Sprintf("table %q", tableName)
}

func findColumn(s *arrow.Schema, tableName, name string, at document.Pos) (int, error) {
	switch idx := s.FieldIndices(name); len(idx) {
	case 1:
		return idx[0], nil
	case 0:
		names := make([]string, s.NumFields())
		for i, f := range s.Fields() {
			names[i] = f.Name
		}
		err := at.Errorf("%s has no column %q", called(tableName), name)
		if near := document.Nearest(name, names); near != "" {
			err.Hint = "did you mean " + near + "?"
			err.Cause += "; " + err.Hint
		} else {
			err.Hint = "it has " + table.ListNames(names)
		}
		return -1, err
	default:
		return -1, at.Errorf("%s has %d columns called %q", called(tableName), len(idx), name)
	}
}

// judge makes the check one of the column's values.
func (b *binder) judge(p predicate) {
	col, missing := b.col, b.missing
	b.check.make = func(*State, bool) (cell, error) {
		return &columnCell{col: col, missing: missing, pass: p}, nil
	}
}

// needs is the error for a column of the wrong type.
func (b *binder) needs(what string) error {
	return b.check.spec.At.Errorf("%s needs %s, and column %q is %s", b.check.spec.Kind, what, b.field.Name, b.field.Type)
}

func (b *binder) kind() kind { return kindOf(b.field.Type) }

// yes reads the argument of a check that is only switched on.
func (b *binder) yes() error {
	if b.arg.Kind != document.Bool || b.arg.Text != "true" {
		return b.arg.Pos.Errorf("%s takes true; a check that is not wanted is left out", b.check.spec.Kind)
	}
	return nil
}

// items reads a list that has at least one element.
func items(n *document.Node) ([]*document.Node, error) {
	if n.Kind != document.List || len(n.Items) == 0 {
		return nil, n.Pos.Errorf("here stands %s, expected a list that is not empty", n.Kind)
	}
	return n.Items, nil
}

func scalar(n *document.Node) error {
	if n.Kind == document.List || n.Kind == document.Map || n.Kind == document.Null {
		return n.Pos.Errorf("here stands %s, expected a value", n.Kind)
	}
	return nil
}

// rational reads a number exactly as it is written.
func rational(n *document.Node) (*big.Rat, error) {
	if n.Kind != document.Int && n.Kind != document.Float {
		return nil, n.Pos.Errorf("here stands %s, expected a number", n.Kind)
	}
	if n.Kind == document.Int {
		i, err := n.Int()
		if err == nil {
			return new(big.Rat).SetInt64(i), nil
		}
	}
	text := strings.ReplaceAll(n.Text, "_", "")
	if len(text) > 64 {
		return nil, n.Pos.Errorf("this number is too long")
	}
	if e := strings.IndexAny(text, "eE"); e >= 0 { // a huge exponent would be a huge number
		if x, err := strconv.Atoi(text[e+1:]); err != nil || x > 400 || x < -400 {
			return nil, n.Pos.Errorf("this is no number that 64 bits hold")
		}
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, n.Pos.Errorf("this number is not finite")
	}
	return r, nil
}

// step is what one step of an integer column is worth: 1, 10^-scale of a
// decimal, and for times and spans a second's fraction.
func step(t arrow.DataType) *big.Rat {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return step(t.ValueType)
	case *arrow.Decimal128Type:
		r := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(t.Scale, -t.Scale))), nil))
		if t.Scale > 0 {
			r.Inv(r)
		}
		return r
	case *arrow.Date32Type:
		return big.NewRat(86400, 1)
	case *arrow.Date64Type:
		return big.NewRat(1, 1000)
	case *arrow.TimestampType:
		return big.NewRat(1, perSecond(t.Unit))
	case *arrow.Time32Type:
		return big.NewRat(1, perSecond(t.Unit))
	case *arrow.Time64Type:
		return big.NewRat(1, perSecond(t.Unit))
	case *arrow.DurationType:
		return big.NewRat(1, perSecond(t.Unit))
	}
	return big.NewRat(1, 1)
}

func perSecond(u arrow.TimeUnit) int64 { return []int64{1, 1e3, 1e6, 1e9}[u&3] }

// valueType is a dictionary's type of values, or the type itself.
func valueType(t arrow.DataType) arrow.DataType {
	if d, ok := t.(*arrow.DictionaryType); ok {
		return d.ValueType
	}
	return t
}

// temporal says whether a column holds points in time, and span whether it
// holds lengths of time.
func temporal(t arrow.DataType) bool {
	switch valueType(t).ID() {
	case arrow.DATE32, arrow.DATE64, arrow.TIMESTAMP:
		return true
	}
	return false
}

func span(t arrow.DataType) bool {
	switch valueType(t).ID() {
	case arrow.DURATION, arrow.TIME32, arrow.TIME64:
		return true
	}
	return false
}

// timeForms are how a suite writes points in time.
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02"}

// parseTime reads a point in time; without a zone it is UTC.
func parseTime(text string) (time.Time, bool) {
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// constant reads a value that column values are compared with: a number, for
// times seconds since 1970, for spans seconds.
func (b *binder) constant(n *document.Node) (*big.Rat, error) {
	switch {
	case temporal(b.field.Type):
		t, ok := parseTime(n.Text)
		if !ok {
			return nil, n.Pos.Errorf("expected a time such as 2026-01-31 or 2026-01-31T08:00:00Z")
		}
		r := new(big.Rat).SetInt64(t.Unix())
		return r.Add(r, big.NewRat(int64(t.Nanosecond()), 1e9)), nil
	case span(b.field.Type):
		d, err := time.ParseDuration(n.Text)
		if err != nil {
			return nil, n.Pos.Errorf("expected a duration such as 90s, 15m or 24h")
		}
		return big.NewRat(int64(d), 1e9), nil
	}
	return rational(n)
}

// limit is one end of a range of keys of an integer column.
func limit(r, step *big.Rat, unsigned, upper, strict bool) int64 {
	q := new(big.Rat).Quo(r, step)
	i := new(big.Int).Div(q.Num(), q.Denom()) // Euclidean: the floor, as Denom > 0
	switch {
	case upper && strict && q.IsInt():
		i.Sub(i, big.NewInt(1))
	case !upper && (strict || !q.IsInt()):
		i.Add(i, big.NewInt(1))
	}
	if unsigned {
		i.Sub(i, new(big.Int).Lsh(big.NewInt(1), 63))
	}
	switch {
	case i.IsInt64():
		return i.Int64()
	case i.Sign() < 0:
		return math.MinInt64
	}
	return math.MaxInt64
}

// outside says that a limit lies beyond every key, so that clamping it would
// change the meaning.
func outside(r, step *big.Rat, unsigned bool) (below, above bool) {
	q := new(big.Rat).Quo(r, step)
	lo, hi := new(big.Rat).SetInt64(math.MinInt64), new(big.Rat).SetInt64(math.MaxInt64)
	if unsigned {
		lo, hi = new(big.Rat), new(big.Rat).SetInt(new(big.Int).SetUint64(math.MaxUint64))
	}
	return q.Cmp(lo) < 0, q.Cmp(hi) > 0
}

// beside reads files relative to the suite.
func beside(suite string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(suite), path)
		}
		return os.ReadFile(path)
	}
}

// argText writes an argument in one line, as a suite could.
func argText(n *document.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind == document.Bool && n.Text == "true" {
		return ""
	}
	return ": " + flow(n)
}

// staysText says whether a text without quotes is read as a text again.
func staysText(s string) bool {
	n, err := document.Parse("", []byte(s))
	return err == nil && n.Kind == document.String && n.Text == s
}

func flow(n *document.Node) string {
	switch n.Kind {
	case document.List:
		parts := make([]string, len(n.Items))
		for i, item := range n.Items {
			parts[i] = flow(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case document.Map:
		parts := make([]string, len(n.Pairs))
		for i, p := range n.Pairs {
			parts[i] = flow(&document.Node{Kind: document.String, Text: p.Key}) + ": " + flow(p.Value)
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case document.Null:
		return "null"
	case document.String:
		if n.Text == "" || strings.ContainsAny(n.Text, ",:#{}[]&*!|>%@`\"'\\\n\t") || strings.TrimSpace(n.Text) != n.Text || !staysText(n.Text) {
			return strconv.Quote(n.Text)
		}
	}
	return n.Text
}
