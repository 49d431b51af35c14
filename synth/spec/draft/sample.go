package draft

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// Limits of what is copied from a sample.
const (
	fewest    = 10 // rows that a value is in before it is copied
	mostPicks = 40
)

// Sample drafts a table from its first rows. The total is how many rows the
// table has, where that is known, else 0.
func Sample(name string, schema *arrow.Schema, batches []table.Batch, total int64) Table {
	n := names{"who": true, "firm": true}
	tableName, _ := names{}.of(name)
	t := Table{Name: tableName, Rows: total}
	sampled := int64(0)
	for _, b := range batches {
		sampled += b.NumRows()
	}
	if t.Rows == 0 {
		t.Rows = max(sampled, 1)
	}
	hasKey := false
	for i, f := range schema.Fields() {
		s := sample{name: f.Name, table: name, typ: f.Type, rows: int(sampled)}
		for _, b := range batches {
			s.read(b.Column(i))
		}
		c := s.draft(!hasKey)
		hasKey = hasKey || strings.HasPrefix(c.Decl, "{key:")
		changed := false
		if c.Name, changed = n.of(f.Name); changed && c.Remark == "" {
			c.Remark = fmt.Sprintf("the column was called %q", f.Name)
		}
		t.Columns = append(t.Columns, c)
	}
	return t
}

// sample is what was seen of one column.
type sample struct {
	name, table string
	typ         arrow.DataType
	rows, nulls int
	numbers     []float64
	texts       map[string]int // counts, while there are few
	many        bool           // more than mostPicks
	longest     int
	words       int // texts with a space
	unique      bool
	rising      bool
	seen        map[string]bool
}

func (s *sample) read(a arrow.Array) {
	if s.texts == nil {
		s.texts, s.seen, s.unique, s.rising = map[string]int{}, map[string]bool{}, true, true
	}
	value := numeric(a)
	for i := range a.Len() {
		if a.IsNull(i) {
			s.nulls++
			continue
		}
		cell := a.ValueStr(i)
		if s.unique {
			if s.unique = !s.seen[cell]; s.unique {
				s.seen[cell] = true
			} else {
				s.seen = nil
			}
		}
		if value != nil {
			v := value(i)
			if math.IsNaN(v) || math.IsInf(v, 0) {
				continue
			}
			if n := len(s.numbers); n > 0 && v != s.numbers[n-1]+1 {
				s.rising = false
			}
			s.numbers = append(s.numbers, v)
		}
		s.longest = max(s.longest, len(cell))
		if strings.Contains(cell, " ") {
			s.words++
		}
		if !s.many {
			if s.texts[cell]++; len(s.texts) > mostPicks {
				s.many = true
			}
		}
	}
}

// numeric reads numbers and times (microseconds), or is nil.
func numeric(a arrow.Array) func(i int) float64 {
	switch a := a.(type) {
	case *array.Int8:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Int16:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Int32:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Int64:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Uint8:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Uint16:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Uint32:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Uint64:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Float32:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Float64:
		return a.Value
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return func(i int) float64 { return a.Value(i).ToFloat64(scale) }
	case *array.Date32:
		return func(i int) float64 { return float64(a.Value(i).ToTime().UnixMicro()) }
	case *array.Timestamp:
		unit := a.DataType().(*arrow.TimestampType).Unit
		return func(i int) float64 { return float64(a.Value(i).ToTime(unit).UnixMicro()) }
	}
	return nil
}

func (s *sample) draft(wantsKey bool) Column {
	n := s.rows - s.nulls
	null := ""
	if s.nulls > 0 && s.rows > 0 {
		null = fmt.Sprintf("null: %s%%", strconv.FormatFloat(100*float64(s.nulls)/float64(s.rows), 'g', 3, 64))
	}
	if n == 0 {
		return Column{Decl: with("{words: 2}", null), Remark: "no value was seen"}
	}
	kind, ok := typeName(s.typ)
	if wantsKey && s.unique && s.nulls == 0 && n > 1 {
		if arrow.IsInteger(s.typ.ID()) && s.rising && math.Abs(s.numbers[0]) < 1<<50 {
			return Column{Decl: fmt.Sprintf("{key: {as: int, start: %.0f}}", s.numbers[0])}
		}
		if s.typ.ID() == arrow.STRING && s.longest == 36 && looksUUID(s.seen) {
			return Column{Decl: "{key: uuid}"}
		}
	}
	switch id := s.typ.ID(); {
	case id == arrow.BOOL:
		return Column{Decl: with(fmt.Sprintf("{bool: %s}", short(float64(s.texts["true"])/float64(n))), null)}
	case id == arrow.DATE32, id == arrow.TIMESTAMP:
		lo, hi := day(slices.Min(s.numbers)), day(slices.Max(s.numbers))
		if lo == "" || hi == "" {
			return Column{Decl: with("{date: {}}", null), Remark: "its days are outside the years 1800 to 2200"}
		}
		if id == arrow.DATE32 {
			return Column{Decl: with(fmt.Sprintf("{date: {from: %s, to: %s}}", lo, hi), null)}
		}
		return Column{Decl: with(fmt.Sprintf("{time: {from: %s, to: %s}}", lo, hi), typed(kind), null)}
	case s.numbers != nil:
		return s.number(kind, null)
	case id == arrow.STRING || id == arrow.LARGE_STRING || id == arrow.DICTIONARY:
		return s.text(n, null)
	}
	if !ok {
		kind = s.typ.String()
	}
	return Column{Decl: with("{words: 2}", null), Remark: "type " + kind + " is not possible; this is a text instead"}
}

func typed(kind string) string {
	if kind == "" {
		return ""
	}
	return "type: " + quote(kind)
}

func (s *sample) number(kind, null string) Column {
	whole := arrow.IsInteger(s.typ.ID())
	if pick := s.picks(whole); whole && pick != "" {
		return Column{Decl: with(pick, typed(kind), null)}
	}
	slices.Sort(s.numbers)
	n := len(s.numbers)
	if whole && s.unique && n > 1 {
		return Column{Decl: with(fmt.Sprintf("{int: [%.0f, %.0f]}", s.numbers[0], s.numbers[n-1]), typed(kind), null), Remark: "every value of the sample is different; a key, or unique: true?"}
	}
	if s.numbers[0] == s.numbers[n-1] {
		return Column{Decl: with(fmt.Sprintf("{const: %s}", short(s.numbers[0])), typed(kind), null)}
	}
	var q []string
	last := math.Inf(-1)
	for i := range 11 { // the outermost hundredth is left out
		at := int(math.Round(float64(n-1) * (0.01 + 0.98*float64(i)/10)))
		v, err := strconv.ParseFloat(short(s.numbers[at]), 64)
		if err != nil {
			continue
		}
		last = max(last, v)
		q = append(q, short(last))
	}
	if q[0] == q[len(q)-1] {
		return Column{Decl: with(fmt.Sprintf("{const: %s}", q[0]), typed(kind), null), Remark: "almost all values are the same"}
	}
	return Column{Decl: with(fmt.Sprintf("{empirical: [%s]}", strings.Join(q, ", ")), typed(kind), null)}
}

// picks lists the values if they are few and each is in enough rows.
func (s *sample) picks(bare bool) string {
	if s.many || len(s.texts) == 0 {
		return ""
	}
	keys := make([]string, 0, len(s.texts))
	for k, c := range s.texts {
		if c < fewest {
			return ""
		}
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool {
		a, b := s.texts[keys[i]], s.texts[keys[j]]
		return a > b || a == b && keys[i] < keys[j]
	})
	var out []string
	for _, k := range keys {
		weight := strconv.Itoa(s.texts[k])
		if bare {
			out = append(out, k+": "+weight)
		} else {
			out = append(out, quote(k)+": "+weight)
		}
	}
	return "{pick: {" + strings.Join(out, ", ") + "}}"
}

func (s *sample) text(n int, null string) Column {
	if decl := byName(s.name, s.table); decl != "" {
		return Column{Decl: with(decl, null)}
	}
	if pick := s.picks(false); pick != "" {
		return Column{Decl: with(pick, `type: "string"`, null)}
	}
	if s.longest == 36 && s.unique && looksUUID(s.seen) {
		return Column{Decl: with("{uuid: {}}", null)}
	}
	if s.words*2 > n {
		return Column{Decl: with(fmt.Sprintf("{words: [1, %d]}", min(max(s.longest/8, 2), 40)), null), Remark: "a text of several words"}
	}
	if s.unique && n > 1 {
		return Column{Decl: with(fmt.Sprintf("{pattern: \"[A-Z0-9]{%d}\", unique: true}", min(max(s.longest, 8), 40)), null), Remark: "every value of the sample is different; give it its pattern"}
	}
	return Column{Decl: with("{words: 1}", null), Remark: "a text that was not understood"}
}

func looksUUID(seen map[string]bool) bool {
	for v := range seen {
		if len(v) != 36 || v[8] != '-' || v[13] != '-' || v[18] != '-' || v[23] != '-' {
			return false
		}
	}
	return len(seen) > 0
}

// short writes a number with three digits that count, or a whole one below 10^6.
func short(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1000 {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	text := strconv.FormatFloat(v, 'g', 3, 64)
	if r, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(r) < 1e15 {
		return strconv.FormatFloat(r, 'f', -1, 64)
	}
	return text
}

func day(micros float64) string {
	t := time.UnixMicro(int64(micros)).UTC()
	if t.Year() < 1800 || t.Year() > 2199 {
		return ""
	}
	return t.Format(time.DateOnly)
}

// typeName is a type in the language's notation; "" is what its word makes
// anyway.
func typeName(t arrow.DataType) (string, bool) {
	switch t := t.(type) {
	case *arrow.Decimal128Type:
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale), true
	case *arrow.TimestampType:
		switch {
		case t.TimeZone == "":
			return "timestamp(" + t.Unit.String() + ")", true
		case t.Unit != arrow.Microsecond || t.TimeZone != "UTC":
			if _, err := table.ParseType("timestamp(" + t.Unit.String() + "," + t.TimeZone + ")"); err == nil {
				return "timestamp(" + t.Unit.String() + "," + t.TimeZone + ")", true
			}
		}
		return "", true
	}
	if _, err := table.ParseType(t.Name()); err == nil {
		return t.Name(), true
	}
	return "", false
}
