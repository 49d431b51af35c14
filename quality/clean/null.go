package clean

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/document"
)

// bindNullTokens makes nulls of values that stand for none. A token stands for
// a value of a numeric column where it reads as one.
func bindNullTokens(b *binder) (step, error) {
	var a struct {
		Columns columns          `yaml:"columns"`
		Tokens  []*document.Node `yaml:"tokens"`
	}
	if b.arg.Kind == document.List { // only the tokens
		a.Tokens = b.arg.Items
	} else if err := b.arg.Decode(&a); err != nil {
		return nil, err
	}
	if len(a.Tokens) == 0 {
		return nil, b.arg.Pos.Errorf("null_tokens needs tokens, such as [\"?\", \"N/A\"]")
	}
	words := map[string]bool{}
	for _, n := range a.Tokens {
		if n.Kind == document.List || n.Kind == document.Map || n.Kind == document.Null {
			return nil, n.Pos.Errorf("here stands %s, expected a token", n.Kind)
		}
		words[n.Text] = true
	}
	can := func(t arrow.DataType) bool { return isText(t) || isNumber(t) }
	at, err := b.pick(a.Columns.node, "text and numbers", can)
	if err != nil {
		return nil, err
	}
	out := &nullStep{text: textStep{f: func(_, src []byte) ([]byte, bool) { return src, !words[string(src)] }}}
	for _, col := range at {
		if isText(b.fields[col].Type) {
			out.text.cols = append(out.text.cols, col)
			continue
		}
		bad, any, err := numberTokens(b.fields[col].Type, a.Tokens)
		if err != nil {
			return nil, err
		}
		if any {
			out.cols = append(out.cols, col)
			out.bad = append(out.bad, bad)
		}
	}
	for _, col := range at {
		b.fields[col].Nullable = true
	}
	return out, nil
}

type nullStep struct {
	text textStep
	cols []int
	bad  []func(a arrow.Array, i int) bool // by entry of cols
}

func (s *nullStep) apply(r *rows, note *notes) error {
	if err := s.text.apply(r, note); err != nil {
		return err
	}
	for k, col := range s.cols {
		was := r.cols[col]
		var at []int32
		for i := range r.n {
			if was.IsValid(i) && s.bad[k](was, i) {
				at = append(at, int32(i))
			}
		}
		if len(at) == 0 {
			continue
		}
		now := withNulls(was, at, r.mem)
		if err := note.changed(r, col, at, was, now); err != nil {
			now.Release()
			return err
		}
		r.set(col, now)
	}
	return nil
}

// withNulls is the array with some more rows null. It shares the values.
func withNulls(a arrow.Array, at []int32, mem memory.Allocator) arrow.Array {
	d := a.Data()
	total := d.Offset() + d.Len()
	bits := memory.NewResizableBuffer(mem)
	bits.Resize(int(bitutil.BytesForBits(int64(total))))
	if old := a.NullBitmapBytes(); len(old) > 0 {
		copy(bits.Bytes(), old[:bits.Len()])
	} else {
		memory.Set(bits.Bytes(), 0xFF)
	}
	for _, i := range at {
		bitutil.ClearBit(bits.Bytes(), d.Offset()+int(i))
	}
	defer bits.Release()
	buffers := append([]*memory.Buffer{bits}, d.Buffers()[1:]...)
	nulls := a.NullN() + len(at)
	var data arrow.ArrayData
	if dict := d.Dictionary(); dict != nil && a.DataType().ID() == arrow.DICTIONARY {
		data = array.NewDataWithDictionary(a.DataType(), d.Len(), buffers, nulls, d.Offset(), dict.(*array.Data))
	} else {
		data = array.NewData(a.DataType(), d.Len(), buffers, d.Children(), nulls, d.Offset())
	}
	defer data.Release()
	return array.MakeFromData(data)
}

// numberTokens says which numbers of a column the tokens mean, and whether any
// token reads as a number.
func numberTokens(t arrow.DataType, tokens []*document.Node) (func(arrow.Array, int) bool, bool, error) {
	var found []float64
	for _, n := range tokens {
		m, err := document.Parse(n.Pos.Name, []byte(n.Text))
		if err != nil || m.Kind != document.Int && m.Kind != document.Float {
			continue
		}
		f, err := m.Float()
		if err != nil {
			continue
		}
		if f != float64(int64(f)) && !arrow.IsFloating(t.ID()) {
			return nil, false, n.Pos.Errorf("token %q is no value of a %s column", n.Text, t)
		}
		found = append(found, f)
	}
	is := func(v float64) bool {
		for _, f := range found {
			if v == f || v != v && f != f {
				return true
			}
		}
		return false
	}
	get, err := reader(t)
	if err != nil {
		return nil, false, err
	}
	return func(a arrow.Array, i int) bool { return is(get(a, i)) }, len(found) > 0, nil
}

// reader reads a number of an array as a float; tokens and ranges of whole
// numbers beyond 2^53 are refused when they are bound.
func reader(t arrow.DataType) (func(arrow.Array, int) float64, error) {
	switch t.ID() {
	case arrow.INT8:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Int8).Value(i)) }, nil
	case arrow.INT16:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Int16).Value(i)) }, nil
	case arrow.INT32:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Int32).Value(i)) }, nil
	case arrow.INT64:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Int64).Value(i)) }, nil
	case arrow.UINT8:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Uint8).Value(i)) }, nil
	case arrow.UINT16:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Uint16).Value(i)) }, nil
	case arrow.UINT32:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Uint32).Value(i)) }, nil
	case arrow.UINT64:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Uint64).Value(i)) }, nil
	case arrow.FLOAT32:
		return func(a arrow.Array, i int) float64 { return float64(a.(*array.Float32).Value(i)) }, nil
	case arrow.FLOAT64:
		return func(a arrow.Array, i int) float64 { return a.(*array.Float64).Value(i) }, nil
	}
	return nil, fmt.Errorf("%s is no number that can be read here", t)
}

func isNumber(t arrow.DataType) bool {
	_, err := reader(t)
	return err == nil
}
