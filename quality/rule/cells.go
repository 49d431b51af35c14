package rule

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// batchOf makes a batch of loose values. It is for trials of suites, which are
// small: values go through interfaces.
func batchOf(s *arrow.Schema, rows []rowOf) table.Batch {
	cols := make([]arrow.Array, s.NumFields())
	for i, f := range s.Fields() {
		cols[i] = columnOf(f.Type, rows, i)
	}
	defer releaseAll(cols)
	return array.NewRecord(s, cols, int64(len(rows)))
}

func columnOf(t arrow.DataType, rows []rowOf, col int) arrow.Array {
	b := array.NewBuilder(memory.DefaultAllocator, t)
	defer b.Release()
	for _, r := range rows {
		v := r[col]
		if d, ok := b.(array.DictionaryBuilder); ok {
			appendEntry(d, v)
			continue
		}
		appendValue(b, v)
	}
	return b.NewArray()
}

func appendEntry(b array.DictionaryBuilder, v any) {
	switch d := b.(type) {
	case *array.BinaryDictionaryBuilder:
		if s, ok := v.(string); ok && d.AppendString(s) == nil {
			return
		}
	case *array.Int64DictionaryBuilder:
		if k, ok := v.(int64); ok && d.Append(k) == nil {
			return
		}
	case *array.Float64DictionaryBuilder:
		if f, ok := v.(float64); ok && d.Append(f) == nil {
			return
		}
	}
	b.AppendNull()
}

// appendValue appends null for what the type does not hold.
func appendValue(b array.Builder, v any) {
	switch x := v.(type) {
	case int64:
		if appendInt(b, x) {
			return
		}
	case float64:
		switch f := b.(type) {
		case *array.Float64Builder:
			f.Append(x)
			return
		case *array.Float32Builder:
			f.Append(float32(x))
			return
		}
	case bool:
		if f, ok := b.(*array.BooleanBuilder); ok {
			f.Append(x)
			return
		}
	case string:
		switch f := b.(type) {
		case *array.StringBuilder:
			f.Append(x)
			return
		case *array.LargeStringBuilder:
			f.Append(x)
			return
		case *array.BinaryBuilder:
			f.Append([]byte(x))
			return
		}
	}
	b.AppendNull()
}

func appendInt(b array.Builder, x int64) bool {
	fits := func(lo, hi int64) bool { return x >= lo && x <= hi }
	switch f := b.(type) {
	case *array.Int8Builder:
		if fits(math.MinInt8, math.MaxInt8) {
			f.Append(int8(x))
			return true
		}
	case *array.Int16Builder:
		if fits(math.MinInt16, math.MaxInt16) {
			f.Append(int16(x))
			return true
		}
	case *array.Int32Builder:
		if fits(math.MinInt32, math.MaxInt32) {
			f.Append(int32(x))
			return true
		}
	case *array.Int64Builder:
		f.Append(x)
		return true
	case *array.Uint8Builder:
		if fits(0, math.MaxUint8) {
			f.Append(uint8(x))
			return true
		}
	case *array.Uint16Builder:
		if fits(0, math.MaxUint16) {
			f.Append(uint16(x))
			return true
		}
	case *array.Uint32Builder:
		if fits(0, math.MaxUint32) {
			f.Append(uint32(x))
			return true
		}
	case *array.Uint64Builder:
		if x >= 0 {
			f.Append(uint64(x))
			return true
		}
	case *array.Date32Builder:
		if fits(math.MinInt32, math.MaxInt32) {
			f.Append(arrow.Date32(x))
			return true
		}
	case *array.Date64Builder:
		f.Append(arrow.Date64(x))
		return true
	case *array.TimestampBuilder:
		f.Append(arrow.Timestamp(x))
		return true
	case *array.Time32Builder:
		if fits(0, math.MaxInt32) {
			f.Append(arrow.Time32(x))
			return true
		}
	case *array.Time64Builder:
		f.Append(arrow.Time64(x))
		return true
	case *array.DurationBuilder:
		f.Append(arrow.Duration(x))
		return true
	case *array.Decimal128Builder:
		f.Append(decimal128.FromI64(x))
		return true
	}
	return false
}

// rowAt reads a row as loose values; what they do not hold is null.
func rowAt(b table.Batch, i int) rowOf {
	out := make(rowOf, b.NumCols())
	var c column
	for k, a := range b.Columns() {
		one := array.NewSlice(a, int64(i), int64(i+1))
		c = column{}
		if err := c.load(one); err == nil && (c.valid == nil || c.valid.get(0)) {
			out[k] = valueAt(&c)
		}
		one.Release()
	}
	return out
}

func valueAt(c *column) any {
	i := 0
	if c.codes != nil {
		c, i = c.dict, int(c.codes[0])
	}
	switch c.kind {
	case kindBool:
		return c.bits.get(i)
	case kindInt:
		return c.ints[i]
	case kindUint:
		return int64(uint64(c.ints[i]) ^ 1<<63)
	case kindFloat:
		return c.flt[i]
	case kindText:
		return string(c.value(i))
	}
	return nil
}

// compareValues orders values of one column, null first.
func compareValues(a, b any) int {
	switch x := a.(type) {
	case int64:
		if y, ok := b.(int64); ok {
			return cmp.Compare(x, y)
		}
	case float64:
		if y, ok := b.(float64); ok {
			return cmp.Compare(x, y)
		}
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y)
		}
	}
	switch {
	case a == nil && b != nil:
		return -1
	case a != nil && b == nil:
		return 1
	}
	return 0
}

// shifted multiplies a column of numbers and adds to it.
func shifted(rows []rowOf, col int, times, plus int64) []rowOf {
	out := make([]rowOf, len(rows))
	for i, r := range rows {
		out[i] = append(rowOf(nil), r...)
		switch x := r[col].(type) {
		case int64:
			out[i][col] = x*times + plus
		case float64:
			out[i][col] = x*float64(times) + float64(plus)
		}
	}
	return out
}

// literal adds a word of an expression where it is a value of the column.
func (p *pool) literal(word string) {
	if x, err := strconv.ParseFloat(word, 64); err == nil {
		p.number(x)
		return
	}
	p.text(word)
}
