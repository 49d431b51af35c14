package clean

import (
	"fmt"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/document"
)

// bindFill gives nulls a value.
func bindFill(b *binder) (step, error) {
	var a struct {
		Columns columns        `yaml:"columns"`
		Value   *document.Node `yaml:"value"`
	}
	if err := b.arg.Decode(&a); err != nil {
		return nil, err
	}
	if a.Columns.node == nil {
		return nil, b.arg.Pos.Errorf("fill needs columns: no value fits every column")
	}
	if a.Value == nil || a.Value.Kind == document.List || a.Value.Kind == document.Map || a.Value.Kind == document.Null {
		return nil, b.arg.Pos.Errorf("fill needs value")
	}
	can := func(t arrow.DataType) bool { return isText(t) || isNumber(t) || t.ID() == arrow.BOOL }
	cols, err := b.pick(a.Columns.node, "text, numbers and true or false", can)
	if err != nil {
		return nil, err
	}
	s := &fillStep{cols: cols}
	for _, c := range cols {
		f, err := filler(b.fields[c].Type, a.Value)
		if err != nil {
			return nil, err
		}
		s.fill = append(s.fill, f)
		b.fields[c].Nullable = false
	}
	return s, nil
}

type fillStep struct {
	cols []int
	fill []func(a arrow.Array, at []int32, mem memory.Allocator) (arrow.Array, error)
}

func (s *fillStep) apply(r *rows, note *notes) error {
	for k, col := range s.cols {
		was := r.cols[col]
		if was.NullN() == 0 {
			continue
		}
		var at []int32
		for i := range r.n {
			if was.IsNull(i) {
				at = append(at, int32(i))
			}
		}
		now, err := s.fill[k](was, at, r.mem)
		if err != nil {
			return fmt.Errorf("column %q: %w", r.schema.Field(col).Name, err)
		}
		if err := note.changed(r, col, at, was, now); err != nil {
			now.Release()
			return err
		}
		r.set(col, now)
	}
	return nil
}

func filler(t arrow.DataType, n *document.Node) (func(arrow.Array, []int32, memory.Allocator) (arrow.Array, error), error) {
	switch {
	case t.ID() == arrow.BOOL:
		if n.Kind != document.Bool {
			return nil, n.Pos.Errorf("here stands %s, and the column is true or false", n.Kind)
		}
		yes := n.Text == "true"
		return func(a arrow.Array, _ []int32, mem memory.Allocator) (arrow.Array, error) {
			b := array.NewBooleanBuilder(mem)
			defer b.Release()
			src := a.(*array.Boolean)
			for i := range a.Len() {
				if a.IsNull(i) {
					b.Append(yes)
				} else {
					b.Append(src.Value(i))
				}
			}
			return b.NewArray(), nil
		}, nil
	case isNumber(t):
		v, err := n.Float()
		if err != nil {
			return nil, err
		}
		if err := (&clampStep{low: v, high: v}).fits(t); err != nil {
			return nil, n.Pos.Errorf("%v", err)
		}
		if math.IsNaN(v) {
			return nil, n.Pos.Errorf("NaN would be a value that is none")
		}
		return func(a arrow.Array, at []int32, mem memory.Allocator) (arrow.Array, error) {
			return withNumbers(a, at, mem, func(int32) float64 { return v }), nil
		}, nil
	}
	word := []byte(n.Text)
	return func(a arrow.Array, _ []int32, mem memory.Allocator) (arrow.Array, error) {
		switch a := a.(type) {
		case *array.String:
			b := array.NewStringBuilder(mem)
			defer b.Release()
			fillText(a, b.BinaryBuilder, word, func(i int) []byte { return textOf(a, i) })
			return b.NewArray(), nil
		case *array.LargeString:
			b := array.NewLargeStringBuilder(mem)
			defer b.Release()
			fillText(a, b.BinaryBuilder, word, func(i int) []byte { return largeTextOf(a, i) })
			return b.NewArray(), nil
		case *array.Dictionary:
			return fillDictionary(a, word, mem)
		}
		return nil, fmt.Errorf("it is %s, not text", a.DataType())
	}, nil
}

func fillText(a arrow.Array, b *array.BinaryBuilder, word []byte, value func(int) []byte) {
	b.Reserve(a.Len())
	for i := range a.Len() {
		if a.IsNull(i) {
			b.Append(word)
		} else {
			b.Append(value(i))
		}
	}
}

func fillDictionary(a *array.Dictionary, word []byte, mem memory.Allocator) (arrow.Array, error) {
	words, ok := a.Dictionary().(*array.String)
	if !ok {
		return nil, fmt.Errorf("it is %s, not text", a.DataType())
	}
	b := array.NewStringBuilder(mem)
	defer b.Release()
	at := -1
	for i := range words.Len() {
		if words.IsNull(i) {
			b.AppendNull()
			continue
		}
		if string(textOf(words, i)) == string(word) {
			at = i
		}
		b.BinaryBuilder.Append(textOf(words, i))
	}
	if at < 0 {
		at = words.Len()
		b.BinaryBuilder.Append(word)
		// Codes are signed in most files; one more must still fit.
		if width := a.DataType().(*arrow.DictionaryType).IndexType.(arrow.FixedWidthDataType).BitWidth(); width < 32 && at >= 1<<(width-1) {
			return nil, fmt.Errorf("its dictionary of %d entries is full", at)
		}
	}
	codes := make([]int, a.Len())
	for i := range codes {
		codes[i] = at
		if a.IsValid(i) {
			codes[i] = a.GetValueIndex(i)
		}
	}
	dict := b.NewArray()
	defer dict.Release()
	return encode(a.DataType().(*arrow.DictionaryType), codes, dict, mem), nil
}
