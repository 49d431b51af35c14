package spec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/synth/dist"
	"github.com/verisim/verisim/synth/fake"
	"github.com/verisim/verisim/synth/rng"
)

// chooser turns draws into places in a list.
type chooser interface {
	Indices(draws []uint64, out []int32)
}

type evenly uint64 // so many, all equally likely

func (n evenly) Indices(draws []uint64, out []int32) {
	for i, d := range draws {
		out[i] = int32(rng.Below(d, uint64(n)))
	}
}

type weighted struct{ *dist.Steps }

func (w weighted) Indices(draws []uint64, out []int32) {
	for i, d := range draws {
		out[i] = int32(w.At(d))
	}
}

// list is a frozen list of texts, and the array that dictionaries point to.
type list struct {
	off   []int32
	bytes []byte // with padding, so that 16 bytes can be read from anywhere
	max   int
	dict  arrow.Array
}

const padding = 16

func newList(values []string) *list {
	l := &list{off: make([]int32, 1, len(values)+1)}
	for _, v := range values {
		l.bytes = append(l.bytes, v...)
		l.off = append(l.off, int32(len(l.bytes)))
		l.max = max(l.max, len(v))
	}
	l.bytes = append(l.bytes, make([]byte, padding)...)
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(values, nil)
	l.dict = b.NewArray()
	return l
}

// listMaker picks texts from a list.
type listMaker struct {
	*list
	choose   chooser
	permuted uint64 // unique: so many places, each at most once
	values   []string
}

func (m *listMaker) indices(f *frame, c *column, at int, out []int32) {
	key := f.w.key(c)
	if m.permuted > 0 {
		b := key.Bijection(m.permuted)
		for i := range out {
			out[i] = int32(b.At(uint64(f.row(at + i))))
		}
		return
	}
	var draws [blockRows]uint64
	f.draws(key, at, draws[:len(out)])
	m.choose.Indices(draws[:len(out)], out)
}

func (m *listMaker) make(f *frame, c *column) (arrow.Array, error) {
	if c.typ.ID() == arrow.DICTIONARY {
		buf, idx := get[int32](f.pool(), f.n)
		for at := 0; at < f.n; at += blockRows {
			m.indices(f, c, at, idx[at:min(at+blockRows, f.n)])
		}
		data := array.NewDataWithDictionary(c.typ, f.n, []*memory.Buffer{nil, buf}, 0, 0, m.dict.Data().(*array.Data))
		defer data.Release()
		buf.Release()
		return array.MakeFromData(data), nil
	}
	t := newTexts(f.pool(), f.n, &c.hint)
	var idx [blockRows]int32
	for at := 0; at < f.n; at += blockRows {
		n := min(blockRows, f.n-at)
		m.indices(f, c, at, idx[:n])
		t.gather(m.list, idx[:n], at)
	}
	return t.finish()
}

// gather writes the texts at some places of a list, from cell at on.
func (t *texts) gather(l *list, idx []int32, at int) {
	t.reserve(len(idx)*l.max + padding)
	dst, to := t.data[:cap(t.data)], len(t.data)
	for i, ix := range idx {
		from, size := l.off[ix], int(l.off[ix+1]-l.off[ix])
		if size <= padding { // a fixed size is one load and one store
			*(*[padding]byte)(dst[to:]) = *(*[padding]byte)(l.bytes[from:])
		} else {
			copy(dst[to:], l.bytes[from:int(from)+size])
		}
		to += size
		t.off[at+i+1] = int32(to)
	}
	t.data = t.data[:to]
}

// reserve makes room for so many bytes more.
func (t *texts) reserve(n int) {
	if cap(t.data)-len(t.data) < n {
		size := len(t.data)
		t.data = t.pool.Reallocate(max(size+n, 2*size), t.data)[:size]
	}
}

func (m *listMaker) invert(w *world, c *column, cell string) (int64, bool) {
	i := slices.Index(m.values, cell)
	if i < 0 {
		return 0, false
	}
	b := w.key(c).Bijection(m.permuted)
	return int64(b.Invert(uint64(i))), true
}

// pickWord is one of several values.
type pickWord struct{ values []pickValue }

type pickValue struct {
	pos    document.Pos
	value  any // string, int64, float64 or bool
	weight float64
}

func (w *pickWord) UnmarshalNode(n *document.Node) error {
	scalar := func(n *document.Node) (pickValue, error) {
		if n.Kind == document.List || n.Kind == document.Map || n.Kind == document.Null {
			return pickValue{}, n.Pos.Errorf("here stands %s, expected a text, a number, true or false (for null there is null: 5%%)", n.Kind)
		}
		return pickValue{n.Pos, n.Value(), 1}, nil
	}
	switch n.Kind {
	case document.List:
		for _, item := range n.Items {
			v, err := scalar(item)
			if err != nil {
				return err
			}
			w.values = append(w.values, v)
		}
	case document.Map:
		for _, p := range n.Pairs {
			weight, err := p.Value.Float()
			if err != nil {
				return err
			}
			if !(weight >= 0 && weight < 1e15) {
				return p.Value.Pos.Errorf("a weight is 0 or above")
			}
			// A key has no kind of its own; read it as a value would be.
			v := pickValue{p.At, p.Key, weight}
			if k, err := document.Parse("key", []byte(p.Key)); err == nil && (k.Kind == document.Int || k.Kind == document.Float) {
				v.value = k.Value()
			}
			w.values = append(w.values, v)
		}
	default:
		return n.Pos.Errorf("here stands %s, expected a list of values, or values with weights", n.Kind)
	}
	if len(w.values) == 0 || len(w.values) > dist.MaxSteps {
		return n.Pos.Errorf("there are %d values to pick from, and 1 to %d are possible", len(w.values), dist.MaxSteps)
	}
	return nil
}

func (w *pickWord) choose(b *binder) (chooser, error) {
	even := true
	weights := make([]float64, len(w.values))
	for i, v := range w.values {
		weights[i] = v.weight
		even = even && v.weight == w.values[0].weight && v.weight > 0
	}
	if even {
		return evenly(len(weights)), nil
	}
	s, err := dist.Weighted(weights)
	if err != nil {
		return nil, b.errorf("%v", err)
	}
	return weighted{s}, nil
}

func (w *pickWord) build(b *binder) (maker, error) {
	choose, err := w.choose(b)
	if err != nil {
		return nil, err
	}
	b.col.distinct = int64(len(w.values))
	kinds := [4]int{} // texts, whole numbers, numbers, truths
	texts, nums := make([]string, len(w.values)), make([]float64, len(w.values))
	for i, v := range w.values {
		switch v := v.value.(type) {
		case string:
			kinds[0], texts[i] = kinds[0]+1, v
		case int64:
			kinds[1], texts[i], nums[i] = kinds[1]+1, strconv.FormatInt(v, 10), float64(v)
		case float64:
			kinds[2], texts[i], nums[i] = kinds[2]+1, number(v), v
		case bool:
			kinds[3], texts[i] = kinds[3]+1, strconv.FormatBool(v)
			if v {
				nums[i] = 1
			}
		default:
			return nil, b.errorf("expected a text, a number, true or false")
		}
	}
	asText := b.want != nil && (b.want.ID() == arrow.STRING || b.want.ID() == arrow.DICTIONARY)
	switch n := len(w.values); {
	case kinds[3] == n && !asText:
		return &choiceMaker{choose, nums}, b.typed(arrow.FixedWidthTypes.Boolean)
	case kinds[1] == n && !asText:
		return &choiceMaker{choose, nums}, b.typed(arrow.PrimitiveTypes.Int64, numberTypes...)
	case kinds[1]+kinds[2] == n && !asText:
		return &choiceMaker{choose, nums}, b.typed(arrow.PrimitiveTypes.Float64, numberTypes...)
	}
	own := arrow.DataType(category)
	if b.col.decl.wide {
		own = arrow.BinaryTypes.String
	}
	return &listMaker{list: newList(texts), choose: choose}, b.typed(own, arrow.STRING, arrow.DICTIONARY)
}

var category = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}

func (w *pickWord) counts(b *binder) (counts, error) {
	weights, values := make([]float64, len(w.values)), make([]int64, len(w.values))
	for i, v := range w.values {
		n, ok := v.value.(int64)
		if !ok || n < 0 || n > maxRows {
			return counts{}, v.pos.Errorf("a count is a whole number, 0 or above")
		}
		weights[i], values[i] = v.weight, n
	}
	s, err := dist.Weighted(weights)
	c, err := b.stepCounts(s, 0, err)
	c.values = values
	return c, err
}

// choiceMaker picks numbers or truths.
type choiceMaker struct {
	choose chooser
	values []float64
}

func (m *choiceMaker) make(f *frame, c *column) (arrow.Array, error) {
	key := f.w.key(c)
	var draws [blockRows]uint64
	var idx [blockRows]int32
	var vals [blockRows]float64
	block := func(at, n int) []float64 {
		f.draws(key, at, draws[:n])
		m.choose.Indices(draws[:n], idx[:n])
		for i, ix := range idx[:n] {
			vals[i] = m.values[ix]
		}
		return vals[:n]
	}
	if c.typ.ID() == arrow.BOOL {
		return f.bools(c, func(at, n int, out []byte) {
			for i, v := range block(at, n) {
				if v != 0 {
					out[i/8] |= 1 << (i % 8)
				}
			}
		}), nil
	}
	out := newNumbers(f.pool(), c.typ, f.n)
	for at := 0; at < f.n; at += blockRows {
		out.store(at, block(at, min(blockRows, f.n-at)))
	}
	return out.array(), nil
}

// bools makes a column of truths by blocks; out starts cleared.
func (f *frame) bools(c *column, set func(at, n int, out []byte)) arrow.Array {
	buf, bits := get[byte](f.pool(), (f.n+7)/8)
	clear(bits)
	for at := 0; at < f.n; at += blockRows {
		set(at, min(blockRows, f.n-at), bits[at/8:])
	}
	return fixed(c.typ, f.n, 0, nil, buf)
}

// boolWord is true with a share.
type boolWord struct {
	Share share `yaml:"share" default:"50%" doc:"how many are true"`
}

func (w *boolWord) build(b *binder) (maker, error) {
	return &boolMaker{dist.Draw(float64(w.Share)), w.Share >= 1}, b.typed(arrow.FixedWidthTypes.Boolean)
}

type boolMaker struct {
	limit uint64
	all   bool
}

func (m *boolMaker) make(f *frame, c *column) (arrow.Array, error) {
	key := f.w.key(c)
	var draws [blockRows]uint64
	return f.bools(c, func(at, n int, out []byte) {
		f.draws(key, at, draws[:n])
		for i, d := range draws[:n] {
			if d < m.limit || m.all {
				out[i/8] |= 1 << (i % 8)
			}
		}
	}), nil
}

// fakeWord is a value of a gofakeit function.
type fakeWord struct {
	Function string            `yaml:"function" spec:"required" doc:"its name in gofakeit's lookup, such as beername"`
	Pool     quantity          `yaml:"pool" default:"4096" doc:"how many values are drawn for the pool; equal ones count once"`
	Params   map[string]string `yaml:"params" doc:"the function's own parameters by name"`
}

func (w *fakeWord) build(b *binder) (maker, error) {
	p, err := fake.Function(w.Function, w.Params, int(min(int64(w.Pool), fake.MaxPool+1)))
	if err != nil {
		if known := fake.Functions(); strings.HasSuffix(err.Error(), "there is none") && document.Nearest(w.Function, known) != "" {
			return nil, unknown(b.at, "function", w.Function, known)
		}
		return nil, b.errorf("%v", err)
	}
	values := p.Values()
	if len(values) == 0 {
		return nil, b.errorf("function %q gave no values", w.Function)
	}
	b.col.distinct = int64(len(values))
	m := &listMaker{list: newList(values), choose: p, values: values}
	if b.unique() {
		m.permuted = uint64(len(values))
		b.col.capacity, b.col.inverse = int64(len(values)), m
	}
	return m, b.typed(arrow.BinaryTypes.String, arrow.DICTIONARY)
}
