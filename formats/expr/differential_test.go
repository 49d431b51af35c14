package expr

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// writer makes random sources of a wanted kind.
type writer struct{ *rand.Rand }

func (w writer) pick(options ...string) string { return options[w.IntN(len(options))] }

func (w writer) expr(k kind, depth int) string {
	if depth == 0 || w.IntN(6) == 0 {
		switch k {
		case kBool:
			return w.pick("flag", "true", "false", "flag2")
		case kInt:
			return w.pick("i", "j", "small", "0", "1", "-1", "3", "9223372036854775807", "-9223372036854775808")
		case kFloat:
			return w.pick("f", "g", "0.5", "1e300", "-2.25")
		}
		return w.pick("s", "code", "code2", `"ok"`, `"é"`, `""`)
	}
	sub := func(k kind) string { return w.expr(k, depth-1) }
	switch w.IntN(8) {
	case 0:
		return fmt.Sprintf("(%s ? %s : %s)", sub(kBool), sub(k), sub(k))
	case 1:
		return fmt.Sprintf("coalesce(%s, %s)", sub(k), sub(k))
	}
	number := func() kind { return []kind{kInt, kFloat}[w.IntN(2)] }
	switch k {
	case kBool:
		relation := w.pick("==", "!=", "<", "<=", ">", ">=")
		switch w.IntN(8) {
		case 0, 1:
			return fmt.Sprintf("(%s %s %s)", sub(kBool), w.pick("&&", "||", "==", "!="), sub(kBool))
		case 2:
			return "!" + sub(kBool)
		case 3:
			if w.IntN(2) == 0 {
				return fmt.Sprintf("(%s %s %s)", w.pick("s", "code"), w.pick("==", "!="), w.pick(`"ok"`, `""`, `"okok"`, `"okokokokok"`))
			}
			return fmt.Sprintf("(%s %s %s)", sub(kString), relation, sub(kString))
		case 4:
			return fmt.Sprintf("isNull(%s)", sub(number()))
		case 5:
			if w.IntN(2) == 0 {
				return fmt.Sprintf(`(%s in ["ok", "", "Z", "no"])`, sub(kString))
			}
			return fmt.Sprintf("(%s in [1, 2, %s])", sub(kInt), sub(kInt))
		case 6:
			return fmt.Sprintf("contains(%s, %s)", sub(kString), sub(kString))
		}
		return fmt.Sprintf("(%s %s %s)", sub(number()), relation, sub(number()))
	case kInt:
		switch w.IntN(6) {
		case 0:
			return fmt.Sprintf("abs(%s)", sub(kInt))
		case 1:
			return fmt.Sprintf("size(%s)", sub(kString))
		case 2:
			return fmt.Sprintf("-(%s)", sub(kInt))
		}
		return fmt.Sprintf("(%s %s %s)", sub(kInt), w.pick("+", "-", "*", "/", "%"), sub(kInt))
	case kFloat:
		if w.IntN(4) == 0 {
			return fmt.Sprintf("min(%s, %s)", sub(kFloat), sub(number()))
		}
		return fmt.Sprintf("(%s %s %s)", sub(kFloat), w.pick("+", "-", "*", "/"), sub(number()))
	}
	if w.IntN(3) == 0 {
		return fmt.Sprintf("upper(%s)", sub(kString))
	}
	return fmt.Sprintf("(%s + %s)", sub(kString), sub(kString))
}

var wildSchema = arrow.NewSchema([]arrow.Field{
	{Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true},
	{Name: "j", Type: arrow.PrimitiveTypes.Int64},
	{Name: "small", Type: arrow.PrimitiveTypes.Int16, Nullable: true},
	{Name: "f", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	{Name: "g", Type: arrow.PrimitiveTypes.Float32},
	{Name: "s", Type: arrow.BinaryTypes.String, Nullable: true},
	{Name: "code", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint8, ValueType: arrow.BinaryTypes.String}, Nullable: true},
	{Name: "code2", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}},
	{Name: "flag", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
	{Name: "flag2", Type: arrow.FixedWidthTypes.Boolean},
}, nil)

// wild makes a batch of random rows, some null, many extreme, and the same rows
// for the naive evaluator. The batch is a slice with an odd offset.
func wild(r *rand.Rand, rows int) (table.Batch, []map[string]any) {
	const skip = 3
	b := array.NewRecordBuilder(memory.DefaultAllocator, wildSchema)
	defer b.Release()
	ints := []int64{0, 1, -1, 2, 3, math.MaxInt64, math.MinInt64, 1 << 32, -1 << 31}
	floats := []float64{0, 0.5, -2.25, math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1)}
	texts := []string{"", "ok", "no", "é", "Z", "okok", "okokokokok", "okokokokx1"}
	var out []map[string]any
	for range rows + skip {
		row := map[string]any{}
		for c, f := range wildSchema.Fields() {
			if f.Nullable && r.IntN(5) == 0 {
				b.Field(c).AppendNull()
				continue
			}
			switch fb := b.Field(c).(type) {
			case *array.Int64Builder:
				v := ints[r.IntN(len(ints))]
				fb.Append(v)
				row[f.Name] = v
			case *array.Int16Builder:
				v := int16(r.IntN(7) - 3)
				fb.Append(v)
				row[f.Name] = int64(v)
			case *array.Float64Builder:
				v := floats[r.IntN(len(floats))]
				fb.Append(v)
				row[f.Name] = v
			case *array.Float32Builder:
				v := float32(r.NormFloat64())
				fb.Append(v)
				row[f.Name] = float64(v)
			case *array.StringBuilder:
				v := texts[r.IntN(len(texts))]
				fb.Append(v)
				row[f.Name] = v
			case *array.BinaryDictionaryBuilder:
				v := texts[r.IntN(len(texts))]
				if err := fb.AppendString(v); err != nil {
					panic(err)
				}
				row[f.Name] = v
			case *array.BooleanBuilder:
				v := r.IntN(2) == 0
				fb.Append(v)
				row[f.Name] = v
			}
		}
		out = append(out, row)
	}
	whole := b.NewRecord()
	defer whole.Release()
	return whole.NewSlice(skip, int64(rows+skip)), out[skip:]
}

func cell(a arrow.Array, i int) any {
	if a.IsNull(i) {
		return nil
	}
	switch x := a.(type) {
	case *array.Int64:
		return x.Value(i)
	case *array.Float64:
		return x.Value(i)
	case *array.String:
		return x.Value(i)
	case *array.Boolean:
		return x.Value(i)
	}
	return nil
}

func same(x, y any) bool {
	f, ok := x.(float64)
	g, ok2 := y.(float64)
	return x == y || ok && ok2 && math.IsNaN(f) && math.IsNaN(g)
}

func TestDifferential(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	kinds := []kind{kBool, kInt, kFloat, kString}
	for round := range 40 {
		batch, rows := wild(r, 1+r.IntN(2*blockRows+100))
		for range 40 {
			src := writer{r}.expr(kinds[r.IntN(len(kinds))], 1+r.IntN(4))
			e, err := Parse(src)
			if err != nil {
				t.Fatalf("Parse(%q): %v", src, err)
			}
			if again, bad := Parse(e.String()); bad != nil || again.String() != e.String() {
				t.Fatalf("Parse(%q) = %v, %v, want %v", e.String(), again, bad, e)
			}
			p, err := e.Bind(batch.Schema())
			if err != nil {
				t.Fatalf("Bind(%q): %v", src, err)
			}
			got, err := p.Eval(batch, memory.DefaultAllocator)
			if err != nil {
				t.Fatalf("Eval(%q): %v", src, err)
			}
			trues, falses := 0, 0
			for i, row := range rows {
				want := naive(e.root, row)
				if !same(want, cell(got, i)) {
					t.Fatalf("round %d: Eval(%q) row %d = %v, want %v, row is %v", round, src, i, cell(got, i), want, row)
				}
				switch want {
				case true:
					trues++
				case false:
					falses++
				}
			}
			if got.DataType().ID() == arrow.BOOL {
				dst := make([]byte, len(rows)/8+1)
				if n, err := p.Select(batch, dst); n != trues || err != nil {
					t.Fatalf("Select(%q) = %d, %v, want %d", src, n, err, trues)
				}
				no := make([]byte, len(dst))
				if err := p.Judge(batch, dst, no); onesIn(dst) != trues || onesIn(no) != falses || err != nil {
					t.Fatalf("Judge(%q) = %d, %d, %v, want %d, %d", src, onesIn(dst), onesIn(no), err, trues, falses)
				}
			}
			got.Release()
		}
		batch.Release()
	}
}

func FuzzCompile(f *testing.F) {
	for _, src := range []string{
		`amount > 0 && (s == "ok" || f >= 0.5 * g)`, `i in [1, 2] ? 2d : -1h`, "`a b`.size()", `r"\d" + 'x\'y'`, `-(-5)`, `- -5`,
		`date("2024-02-30") < timestamp("x")`, `round(1.25, 1) // c`, `flag == null`, `code.upper() in ["A"]`,
		`replace(s, "o", s) != code2`, `round(g, 2) + small`, `string(f) + string(flag)`, `int(s) / j`, `timestamp(i) + 2d < clock`, `hour(timestamp(j))`,
	} {
		f.Add(src)
	}
	batch, _ := wild(rand.New(rand.NewPCG(3, 4)), 9)
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Parse(src)
		if err != nil {
			return
		}
		if again, bad := Parse(e.String()); bad != nil || again.String() != e.String() {
			t.Fatalf("Parse(%q) = %v, %v, want %v", e.String(), again, bad, e)
		}
		p, err := e.Bind(batch.Schema())
		if err != nil {
			return
		}
		a, err := p.Eval(batch, memory.DefaultAllocator)
		if err != nil {
			return
		}
		a.Release()
	})
}

func onesIn(b []byte) (n int) {
	for _, x := range b {
		n += bits.OnesCount8(x)
	}
	return n
}
