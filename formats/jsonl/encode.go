package jsonl

import (
	"fmt"
	"math"
	"sync/atomic"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/cell"
)

// newEncoder gives the appender of an array's JSON values, null included.
func newEncoder(a arrow.Array, bad *atomic.Bool) (cell.Appender, error) {
	value, err := values(a, bad)
	if err != nil {
		return nil, err
	}
	if a.DataType().ID() == arrow.NULL {
		return func(dst []byte, _ int) []byte { return append(dst, textNull...) }, nil
	}
	if a.NullN() == 0 {
		return value, nil
	}
	return func(dst []byte, i int) []byte {
		if a.IsNull(i) {
			return append(dst, textNull...)
		}
		return value(dst, i)
	}, nil
}

// values gives the appender of cells that are not null.
func values(a arrow.Array, bad *atomic.Bool) (cell.Appender, error) {
	switch a := a.(type) {
	case *array.Struct:
		return object(a, bad)
	case *array.List:
		return list(a, a.ListValues(), bad)
	case *array.LargeList:
		return list(a, a.ListValues(), bad)
	case *array.FixedSizeList:
		return list(a, a.ListValues(), bad)
	case *array.String:
		return texts(a.Value, bad), nil
	case *array.LargeString:
		return texts(a.Value, bad), nil
	case *array.Dictionary:
		return dictionary(a, bad)
	case *array.Float32:
		v := a.Float32Values()
		return func(dst []byte, i int) []byte { return appendFloat(dst, float64(v[i]), 32) }, nil
	case *array.Float64:
		v := a.Float64Values()
		return func(dst []byte, i int) []byte { return appendFloat(dst, v[i], 64) }, nil
	}
	inner, err := cell.NewAppender(a)
	if err != nil {
		return nil, err
	}
	switch a.DataType().ID() {
	case arrow.NULL, arrow.BOOL, arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64:
		return inner, nil
	}
	return func(dst []byte, i int) []byte {
		return append(inner(append(dst, '"'), i), '"')
	}, nil
}

func appendFloat(dst []byte, v float64, bits int) []byte {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return append(cell.AppendFloat(append(dst, '"'), v, bits), '"')
	}
	n := len(dst)
	dst = cell.AppendFloat(dst, v, bits)
	for _, c := range dst[n:] {
		if c == '.' || c == 'e' {
			return dst
		}
	}
	return append(dst, '.', '0') // so that no reader takes the column for whole numbers, and -0 keeps its sign
}

func texts(value func(int) string, bad *atomic.Bool) cell.Appender {
	return func(dst []byte, i int) []byte {
		dst, ok := appendString(dst, value(i))
		if !ok {
			bad.Store(true)
		}
		return dst
	}
}

// dictionary writes each value's text once a batch and copies it from there,
// unless the dictionary is larger than the batch.
func dictionary(a *array.Dictionary, bad *atomic.Bool) (cell.Appender, error) {
	if _, err := cell.NewAppender(a); err != nil { // it knows what is wrong with some
		return nil, err
	}
	d, ok := a.Dictionary().(*array.String)
	if !ok {
		return nil, fmt.Errorf("%s is no dictionary of strings", a.DataType())
	}
	value := texts(d.Value, bad)
	if d.Len() > a.Len() {
		return func(dst []byte, i int) []byte { return value(dst, a.GetValueIndex(i)) }, nil
	}
	var flat []byte
	ends := make([]int, d.Len()+1)
	for k := range d.Len() {
		flat = value(flat, k)
		ends[k+1] = len(flat)
	}
	return func(dst []byte, i int) []byte {
		k := a.GetValueIndex(i)
		return append(dst, flat[ends[k]:ends[k+1]]...)
	}, nil
}

func object(a *array.Struct, bad *atomic.Bool) (cell.Appender, error) {
	fields := a.DataType().(*arrow.StructType).Fields()
	keys := make([][]byte, len(fields))
	members := make([]cell.Appender, len(fields))
	for k, f := range fields {
		var lead []byte
		if k > 0 {
			lead = []byte{','}
		}
		key, _ := appendString(lead, f.Name) // UTF-8, as Create made sure
		keys[k] = append(key, ':')
		var err error
		if members[k], err = newEncoder(a.Field(k), bad); err != nil {
			return nil, err
		}
	}
	return func(dst []byte, i int) []byte {
		dst = append(dst, '{')
		for k, m := range members {
			dst = m(append(dst, keys[k]...), i)
		}
		return append(dst, '}')
	}, nil
}

func list(a array.ListLike, values arrow.Array, bad *atomic.Bool) (cell.Appender, error) {
	element, err := newEncoder(values, bad)
	if err != nil {
		return nil, err
	}
	return func(dst []byte, i int) []byte {
		first, end := a.ValueOffsets(i)
		dst = append(dst, '[')
		for k := first; k < end; k++ {
			if k > first {
				dst = append(dst, ',')
			}
			dst = element(dst, int(k))
		}
		return append(dst, ']')
	}, nil
}

const hexDigits = "0123456789abcdef"

// appendString appends a JSON string; ok is false where s is not UTF-8.
func appendString(dst []byte, s string) (out []byte, ok bool) {
	dst = append(dst, '"')
	from, wide := 0, false
	for i := range len(s) {
		c := s[i]
		if plain[c] {
			continue
		}
		if c >= utf8.RuneSelf {
			wide = true
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	dst = append(dst, s[from:]...)
	return append(dst, '"'), !wide || utf8.ValidString(s)
}
