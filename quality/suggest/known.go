package suggest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/quality/profile"
	"github.com/verisim/verisim/quality/rule"
)

// knows says whether the catalogue has a check, so that no rule is proposed
// that a suite could not hold.
func knows(check string) bool {
	return slices.ContainsFunc(rule.Catalogue(), func(d rule.Def) bool { return d.Name == check })
}

// formats maps what a column's values are to the check and the name that the
// catalogue may have for it.
var formats = map[string][2]string{
	"email":          {"format", "email"},
	"payment-card":   {"checksum", "luhn"},
	"iban":           {"checksum", "iban"},
	"cn-resident-id": {"checksum", "cn_resident_id"},
	"cn-credit-code": {"checksum", "uscc"},
	"mac-address":    {"format", "mac"},
}

// knownFormat finds the check for what values were recognised as. The check's
// own line in the catalogue names what it knows.
func knownFormat(e profile.Evidence) (check, name string, ok bool) {
	f, ok := formats[e.What]
	if !ok || e.Tested == 0 {
		return "", "", false
	}
	for _, d := range rule.Catalogue() {
		_, names, _ := strings.Cut(d.About, ": ")
		if d.Name == f[0] && slices.Contains(strings.Split(names, ", "), f[1]) {
			return f[0], f[1], true
		}
	}
	return "", "", false
}

// typeName writes a type as suites do, empty where they have no word for it.
func typeName(t arrow.DataType) string {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return typeName(t.ValueType)
	case *arrow.BooleanType:
		return "bool"
	case *arrow.StringType:
		return "string"
	case *arrow.LargeStringType:
		return "large_string"
	case *arrow.BinaryType:
		return "binary"
	case *arrow.Date32Type:
		return "date"
	case *arrow.Float32Type:
		return "float32"
	case *arrow.Float64Type:
		return "float64"
	case *arrow.Decimal128Type:
		if t.Scale < 0 || t.Scale > t.Precision {
			return ""
		}
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case *arrow.TimestampType:
		if t.TimeZone == "" {
			return fmt.Sprintf("timestamp(%s)", t.Unit)
		}
		return fmt.Sprintf("timestamp(%s,%s)", t.Unit, t.TimeZone)
	case *arrow.Int8Type, *arrow.Int16Type, *arrow.Int32Type, *arrow.Int64Type,
		*arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type, *arrow.Uint64Type:
		return t.Name()
	}
	return ""
}
