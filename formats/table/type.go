package table

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// The names of the column types that people write in recipes and specs, with
// the Arrow type of each. Decimals and timestamps have forms with arguments:
// see ParseType.
var typeNames = map[string]arrow.DataType{
	"bool":   arrow.FixedWidthTypes.Boolean,
	"int8":   arrow.PrimitiveTypes.Int8,
	"int16":  arrow.PrimitiveTypes.Int16,
	"int32":  arrow.PrimitiveTypes.Int32,
	"int64":  arrow.PrimitiveTypes.Int64,
	"int":    arrow.PrimitiveTypes.Int64,
	"uint8":  arrow.PrimitiveTypes.Uint8,
	"uint16": arrow.PrimitiveTypes.Uint16,
	"uint32": arrow.PrimitiveTypes.Uint32,
	"uint64": arrow.PrimitiveTypes.Uint64,

	"float32": arrow.PrimitiveTypes.Float32,
	"float64": arrow.PrimitiveTypes.Float64,
	"float":   arrow.PrimitiveTypes.Float64,

	"date":      arrow.FixedWidthTypes.Date32,
	"timestamp": &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"},

	"string":       arrow.BinaryTypes.String,
	"large_string": arrow.BinaryTypes.LargeString,
	"binary":       arrow.BinaryTypes.Binary,
	"category":     &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String},
	"null":         arrow.Null,
}

var (
	decimalForm   = regexp.MustCompile(`^decimal\((\d+) *, *(\d+)\)$`)
	timestampForm = regexp.MustCompile(`^timestamp\((s|ms|us|ns)(?: *, *([A-Za-z0-9_+/:-]+))?\)$`)
)

// TypeNames lists the plain names that ParseType knows.
func TypeNames() []string {
	out := make([]string, 0, len(typeNames))
	for n := range typeNames {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// ParseType reads a column type: a plain name such as int64, string, date,
// timestamp (microseconds, UTC) or category (a dictionary of strings),
// decimal(PRECISION, SCALE) up to 38 digits, timestamp(UNIT) without a zone, or
// timestamp(UNIT, ZONE) with UNIT one of s, ms, us, ns.
func ParseType(name string) (arrow.DataType, error) {
	s := strings.TrimSpace(name)
	if t, ok := typeNames[s]; ok {
		return t, nil
	}
	if m := decimalForm.FindStringSubmatch(s); m != nil {
		p, err1 := strconv.ParseInt(m[1], 10, 32)
		q, err2 := strconv.ParseInt(m[2], 10, 32)
		if err1 != nil || err2 != nil || p < 1 || p > 38 || q > p {
			return nil, fmt.Errorf("parse type %q: precision is 1 to 38 and scale at most the precision", name)
		}
		return &arrow.Decimal128Type{Precision: int32(p), Scale: int32(q)}, nil
	}
	if m := timestampForm.FindStringSubmatch(s); m != nil {
		unit := map[string]arrow.TimeUnit{"s": arrow.Second, "ms": arrow.Millisecond, "us": arrow.Microsecond, "ns": arrow.Nanosecond}[m[1]]
		return &arrow.TimestampType{Unit: unit, TimeZone: m[2]}, nil
	}
	return nil, fmt.Errorf("parse type %q: known are %s, decimal(P,S) and timestamp(UNIT,ZONE)", name, strings.Join(TypeNames(), ", "))
}
