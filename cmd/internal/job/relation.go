package job

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/quality/rule"
)

// comparison is an expression of one comparison.
var comparison = regexp.MustCompile(`^([^<>=!&|()"']+?)(<=|>=|==|<|>)([^<>=!&|()"']+)$`)

var (
	columnName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	plainText  = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)
)

// isColumn says whether a word names a column: the literals of the language do not,
// whatever columns there are.
func isColumn(word string) bool {
	switch word {
	case "null", "true", "false", "in", "not", "NOT":
		return false
	}
	return columnName.MatchString(word)
}

// mirror turns a comparison around, and opposite denies it.
var (
	mirror   = map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "=="}
	opposite = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
)

const noComparison = "its expression is no comparison of columns, of a column and a number, and no sum or product of columns"

// expression translates a row expression, or its denial. Rows for which it is null
// are not judged, as statements pass over missing cells.
func (sc *scope) expression(tableName, text string, denied bool) ([]proof.Statement, string) {
	m := comparison.FindStringSubmatch(text)
	if m == nil {
		return nil, noComparison
	}
	left, op, right := strings.TrimSpace(m[1]), m[2], strings.TrimSpace(m[3])
	if denied {
		if op = opposite[op]; op == "" {
			return nil, noComparison
		}
	}
	if !isColumn(left) {
		left, op, right = right, mirror[op], left
	}
	if !isColumn(left) {
		return nil, noComparison
	}
	s := proof.Statement{Table: tableName}
	if plainText.MatchString(right) {
		s.Column = left
		at := edge{&document.Node{Kind: document.Float, Text: right}, op == "<" || op == ">"}
		switch op {
		case ">", ">=":
			return sc.between(s, at, edge{})
		case "<", "<=":
			return sc.between(s, edge{}, at)
		}
		return sc.between(s, at, at)
	}
	if op != "==" {
		if !isColumn(right) {
			return nil, noComparison
		}
		s.Kind, s.Columns, s.Strict = "order", []string{left, right}, len(op) == 1
		if op[0] == '>' {
			s.Columns = []string{right, left}
		}
		return []proof.Statement{s}, ""
	}
	s.Equals = left
	for sign, kind := range map[string]string{"+": "adds", "*": "product"} {
		parts := namesOf(right, sign)
		if parts == nil || kind == "product" && len(parts) != 2 {
			continue
		}
		s.Kind, s.Columns = kind, parts
		return []proof.Statement{s}, ""
	}
	return nil, noComparison
}

// namesOf are the names between signs, or nil if there is anything else.
func namesOf(text, sign string) (out []string) {
	for part := range strings.SplitSeq(text, sign) {
		part = strings.TrimSpace(part)
		if !isColumn(part) {
			return nil
		}
		out = append(out, part)
	}
	return out
}

// addsUp translates sum_equals. The tolerance is cut to the columns' decimal places,
// of which differences are whole numbers.
func (sc *scope) addsUp(c *rule.Spec) ([]proof.Statement, string) {
	var f struct {
		Columns   []string `yaml:"columns"`
		Total     string   `yaml:"total"`
		Tolerance float64  `yaml:"tolerance"`
	}
	if c.Arg.Decode(&f) != nil {
		return nil, noStatement(c)
	}
	s := proof.Statement{Kind: "adds", Table: c.Table, Columns: f.Columns, Equals: f.Total}
	places := 0
	for _, column := range append(f.Columns[:len(f.Columns):len(f.Columns)], f.Total) {
		field, err := sc.field(c.Table, column)
		if err != nil {
			return nil, err.Error()
		}
		n, _, _, why := sc.numbers(proof.Statement{Table: c.Table, Column: column}, valueType(field))
		if why != "" {
			return nil, why
		}
		places = max(places, n)
	}
	tolerance, ok := plainNumber(strconv.FormatFloat(f.Tolerance, 'f', -1, 64))
	if !ok {
		return nil, "its tolerance is no plain number"
	}
	unit := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	tolerance.Mul(tolerance, unit)
	if whole := new(big.Int).Div(tolerance.Num(), tolerance.Denom()); whole.Sign() > 0 {
		s.Within = written(new(big.Rat).Quo(new(big.Rat).SetInt(whole), unit))
	}
	return []proof.Statement{s}, ""
}
