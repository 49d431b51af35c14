package graph

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/cell"
	"github.com/verisim/verisim/formats/table"
)

// value appends a cell that is not null; it says whether a graph can hold it.
type value func(dst []byte, row int) ([]byte, bool)

// valuesOf gives the values of a batch's columns, escaped as the form wants.
func valuesOf(l *layout, b table.Batch, escape func(dst, text []byte) ([]byte, bool)) ([]value, error) {
	out := make([]value, b.NumCols())
	var text []byte
	for c := range out {
		plain, err := cell.NewAppender(b.Column(c))
		if err != nil {
			return nil, fmt.Errorf("write graph: column %q: %w", l.schema.Field(c).Name, err)
		}
		switch a := b.Column(c).(type) {
		case *array.Float64:
			out[c] = func(dst []byte, row int) ([]byte, bool) { return plain(dst, row), finite(a.Value(row)) }
		case *array.Float32:
			out[c] = func(dst []byte, row int) ([]byte, bool) { return plain(dst, row), finite(float64(a.Value(row))) }
		case *array.String, *array.LargeString, *array.Dictionary:
			out[c] = func(dst []byte, row int) ([]byte, bool) {
				text = plain(text[:0], row)
				return escape(dst, text)
			}
		default: // digits, true and false, times
			out[c] = func(dst []byte, row int) ([]byte, bool) { return plain(dst, row), true }
		}
	}
	return out, nil
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// typeOf names a column's type in one of the forms, given the names of bool,
// 32-bit integer, 64-bit integer, 32-bit float, 64-bit float, time, date, text.
func typeOf(f arrow.Field, names [8]string) (string, error) {
	t := f.Type
	if d, ok := t.(*arrow.DictionaryType); ok {
		t = d.ValueType
	}
	switch t.ID() {
	case arrow.BOOL:
		return names[0], nil
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.UINT8, arrow.UINT16:
		return names[1], nil
	case arrow.INT64, arrow.UINT32:
		return names[2], nil
	case arrow.FLOAT32:
		return names[3], nil
	case arrow.FLOAT64:
		return names[4], nil
	case arrow.TIMESTAMP:
		if t.(*arrow.TimestampType).TimeZone != "" {
			return names[5], nil
		}
		return names[7], nil // a time without a zone is no moment
	case arrow.DATE32:
		return names[6], nil
	case arrow.STRING, arrow.LARGE_STRING:
		return names[7], nil
	}
	return "", fmt.Errorf("write graph: column %q: type %s has no place in a graph", f.Name, f.Type)
}

// escapeXML writes a text as XML holds it: &, <, >, " as entities; what XML 1.0
// forbids, and line ends, which an attribute would lose, are refused.
func escapeXML(dst, text []byte) ([]byte, bool) {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < 0x20, r == 0xfffe, r == 0xffff:
			return dst, false
		case r == '&':
			dst = append(dst, "&amp;"...)
		case r == '<':
			dst = append(dst, "&lt;"...)
		case r == '>':
			dst = append(dst, "&gt;"...)
		case r == '"':
			dst = append(dst, "&quot;"...)
		default:
			dst = append(dst, text[i:i+n]...)
		}
		i += n
	}
	return dst, true
}

// escapeCSV quotes a text always, so that an empty one is no null.
func escapeCSV(dst, text []byte) ([]byte, bool) {
	if !utf8.Valid(text) {
		return dst, false
	}
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c < 0x20:
			return dst, false
		case c == '"':
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"'), true
}
