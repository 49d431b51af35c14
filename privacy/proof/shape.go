package proof

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// ColumnShape is what the header says about a column.
type ColumnShape struct {
	Name     string   `json:"name"`
	Type     string   `json:"type"` // Arrow's name of the value type
	Nullable bool     `json:"nullable"`
	Encoding Encoding `json:"encoding"`
}

// shapeOf decides how a field is encoded.
func shapeOf(f arrow.Field, e *Encoding) (ColumnShape, error) {
	t := f.Type
	if d, ok := t.(*arrow.DictionaryType); ok {
		t = d.ValueType
	}
	c := ColumnShape{Name: f.Name, Type: t.String(), Nullable: f.Nullable}
	if e != nil {
		c.Encoding = *e
	}
	c.Encoding.Wide = c.Encoding.Wide && c.hashed() // of statements that speak of numbers too
	if err := c.check(); err != nil {
		return c, err
	}
	return c, nil
}

// maxDictionary is the largest dictionary: what LogUp tables are sized for.
const maxDictionary = 1 << 20

// check says whether the encoding fits the type.
func (c *ColumnShape) check() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("encode column %q: %s", c.Name, fmt.Sprintf(format, args...))
	}
	class := c.class()
	if class == "" {
		return bad("a column of type %s cannot be proved", c.Type)
	}
	if e := c.Encoding.Decimal; (e != nil) != (class == "float") {
		if e == nil {
			return bad("a floating-point column needs decimal: PLACES, since proofs are about whole numbers")
		}
		return bad("decimal is for floating-point columns, this one is %s", c.Type)
	}
	if e := c.Encoding.Decimal; e != nil && (*e < 0 || *e > 9) {
		return bad("decimal is 0 to 9 places")
	}
	if d := c.Encoding.Dictionary; d != nil {
		if class != "text" {
			return bad("a dictionary is for string columns, this one is %s", c.Type)
		}
		if n := len(d); n == 0 || n > maxDictionary {
			return bad("its dictionary has %d values, want 1 to %d", n, maxDictionary)
		}
	}
	if c.Encoding.Wide && !c.hashed() {
		return bad("only a string without a dictionary has a hash")
	}
	seen := make(map[string]bool, len(c.Encoding.Dictionary))
	for i, v := range c.Encoding.Dictionary {
		if seen[v] { // one value with two numbers would be equal to itself and not
			return bad("its dictionary lists value %d twice", i+1)
		}
		seen[v] = true
	}
	if _, ok := c.decimals(); !ok {
		return bad("%s has no scale from 0 to 38, which proofs need", c.Type)
	}
	return nil
}

// hashed says whether the integers are hashes of strings: then equal integers do
// not mean equal strings to somebody who looks for collisions.
func (c *ColumnShape) hashed() bool { return c.class() == "text" && c.Encoding.Dictionary == nil }

// wide says whether the whole hash stands in the oracle, so that equal cells are
// equal strings.
func (c *ColumnShape) wide() bool { return c.hashed() && c.Encoding.Wide }

// class sorts types by how their cells become integers and text.
func (c *ColumnShape) class() string {
	switch {
	case c.Type == "bool":
		return "bool"
	case c.Type == "utf8", c.Type == "large_utf8":
		return "text"
	case c.Type == "float32", c.Type == "float64":
		return "float"
	case strings.HasPrefix(c.Type, "decimal("):
		return "decimal"
	case c.Type == "date32", c.Type == "date64":
		return "date"
	case c.perSecond() > 0:
		return "timestamp"
	case c.counts(), c.unit() != "":
		return "int"
	}
	return ""
}

// counts says whether the type is of whole numbers without a unit.
func (c *ColumnShape) counts() bool {
	switch strings.TrimPrefix(c.Type, "u") {
	case "int8", "int16", "int32", "int64":
		return true
	}
	return false
}

// unit is that of a time of day or a duration, else nothing.
func (c *ColumnShape) unit() string {
	kind, rest, _ := strings.Cut(c.Type, "[")
	switch unit := strings.TrimSuffix(rest, "]"); {
	case kind != "time32" && kind != "time64" && kind != "duration":
	case c.Type == kind+"["+unit+"]" && slices.Contains([]string{"s", "ms", "us", "ns"}, unit):
		return unit
	}
	return ""
}

// scale is the number of decimal places of the integers.
func (c *ColumnShape) scale() int {
	switch c.class() {
	case "float":
		return *c.Encoding.Decimal
	case "decimal":
		n, _ := c.decimals()
		return n
	}
	return 0
}

// decimals is the scale that a decimal type names. It is false for one that is
// out of bounds: a negative scale would make the integers other numbers.
func (c *ColumnShape) decimals() (int, bool) {
	if c.class() != "decimal" {
		return 0, true
	}
	_, s, _ := strings.Cut(strings.TrimSuffix(c.Type, ")"), ", ")
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 || n > 38 {
		return 0, false
	}
	return n, true
}

// parse reads a number, date, time or value as the column's integer.
func (c *ColumnShape) parse(text string) (*big.Int, error) {
	switch c.class() {
	case "bool":
		switch text {
		case "true":
			return big.NewInt(1), nil
		case "false":
			return big.NewInt(0), nil
		}
	case "text":
		if c.hashed() {
			return nil, fmt.Errorf("column %q has no dictionary: list its values in a member statement, or under columns", c.Name)
		}
		for i, v := range c.Encoding.Dictionary {
			if v == text {
				return big.NewInt(int64(i) + 1), nil
			}
		}
		return nil, fmt.Errorf("column %q has no value %q in its dictionary", c.Name, text)
	case "date":
		if t, err := time.Parse(time.DateOnly, text); err == nil {
			if c.Type == "date64" {
				return big.NewInt(t.UnixMilli()), nil
			}
			return big.NewInt(t.Unix() / 86400), nil
		}
		return nil, fmt.Errorf("column %q is %s: %q is no date such as 2024-12-31", c.Name, c.Type, text)
	case "timestamp":
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
			if t, err := time.Parse(layout, text); err == nil {
				return c.instant(t)
			}
		}
		// Not a number of units: 2020 would read as a year.
		return nil, fmt.Errorf("column %q is %s: %q is no time such as 2024-12-31T23:59:59Z", c.Name, c.Type, text)
	}
	v, ok := parseScaled(text, c.scale())
	if !ok || c.class() == "bool" {
		return nil, fmt.Errorf("column %q is %s: %q is no such value, or has more decimal places", c.Name, c.Type, text)
	}
	return v, nil
}

// perSecond is how many units of a timestamp column a second has; 0 for others.
func (c *ColumnShape) perSecond() int64 {
	for unit, n := range map[string]int64{"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9} {
		if rest, ok := strings.CutPrefix(c.Type, "timestamp["+unit); ok && (rest == "]" || strings.HasPrefix(rest, ", tz=")) {
			return n
		}
	}
	return 0
}

// instant is a time in a timestamp column's unit.
func (c *ColumnShape) instant(t time.Time) (*big.Int, error) {
	per := c.perSecond()
	v := new(big.Int).Mul(big.NewInt(t.Unix()), big.NewInt(per))
	if int64(t.Nanosecond())%(1e9/per) != 0 {
		return nil, fmt.Errorf("column %q is %s: a time is given to a finer unit", c.Name, c.Type)
	}
	return v.Add(v, big.NewInt(int64(t.Nanosecond())/(1e9/per))), nil
}

// maxNumber is the longest text of a number.
const maxNumber = 60

// parseScaled reads a decimal number as an integer of 10^-scale units, exactly.
func parseScaled(text string, scale int) (*big.Int, bool) {
	digits := strings.TrimLeft(text, "+-")
	if len(text) > maxNumber || strings.Trim(digits, "0123456789.") != "" { // 0b11 would read as another number
		return nil, false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, false
	}
	r.Mul(r, new(big.Rat).SetInt(pow10(scale)))
	if !r.IsInt() {
		return nil, false
	}
	return r.Num(), true
}

func pow10(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// formatScaled writes what parseScaled reads.
func formatScaled(v *big.Int, scale int) string {
	if scale == 0 {
		return v.String()
	}
	return new(big.Rat).SetFrac(v, pow10(scale)).FloatString(scale)
}
