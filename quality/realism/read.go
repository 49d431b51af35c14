package realism

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// column is a column in memory: numbers, or codes of categories from 0 on.
type column struct {
	name   string
	label  bool      // its role is label
	values []float64 // NaN where null
	coded  bool
	size   int            // of coded columns: the number of codes
	codes  map[string]int // of coded columns
}

// data is the judged table, in order of time.
type data struct {
	columns   []*column // candidates for features, in schema order
	all       map[string]*column
	time      []int64 // seconds
	amount    []float64
	label     []uint8
	positives int
	hard      []int32   // honest but unusual: its kind from 1 on, 0 if it is not; or nil
	hardKinds []string  // names of the kinds from 1 on
	patterns  []float64 // of each positive in Truth: 1 if inside a named pattern
}

// load reads columns of a table whole. Columns in coded, and text, become
// codes; names in one shared group have one code for one value.
func load(ctx context.Context, src table.Source, name string, only []string, coded func(string) bool, shared ...string) (map[string]*column, []string, error) {
	s, err := src.Open(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	schema := s.Schema()
	for _, want := range only {
		if _, err = table.Column(schema, want); err != nil {
			return nil, nil, fmt.Errorf("table %q: %w", name, err)
		}
	}
	together := map[string]int{}
	out := map[string]*column{}
	var order []string
	fields := map[string]int{}
	for i, f := range schema.Fields() {
		if only != nil && !slices.Contains(only, f.Name) || !readable(f.Type) {
			continue
		}
		c := &column{name: f.Name, label: table.LabelOf(f).Role == table.RoleLabel, coded: coded(f.Name) || textual(f.Type), codes: map[string]int{}}
		if slices.Contains(shared, f.Name) {
			c.codes = together
		}
		out[f.Name], fields[f.Name] = c, i
		order = append(order, f.Name)
	}
	for b, err := range s.Batches(ctx) {
		if err != nil {
			return nil, nil, err
		}
		for _, n := range order { // in order, since codes are given as values come
			out[n].append(b.Column(fields[n]))
		}
	}
	for _, c := range out {
		c.size = len(c.codes)
	}
	return out, order, nil
}

func textual(dt arrow.DataType) bool {
	if d, ok := dt.(*arrow.DictionaryType); ok {
		return textual(d.ValueType)
	}
	return dt.ID() == arrow.STRING || dt.ID() == arrow.LARGE_STRING
}

func readable(dt arrow.DataType) bool {
	switch dt.ID() {
	case arrow.BOOL, arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64,
		arrow.FLOAT32, arrow.FLOAT64, arrow.DECIMAL128, arrow.DATE32, arrow.TIMESTAMP, arrow.DURATION:
		return true
	}
	return textual(dt)
}

func (c *column) code(s string) float64 {
	k, ok := c.codes[s]
	if !ok {
		k = len(c.codes)
		c.codes[s] = k
	}
	return float64(k)
}

func (c *column) append(arr arrow.Array) {
	c.values = slices.Grow(c.values, arr.Len())
	if d, ok := arr.(*array.Dictionary); ok {
		entries := column{codes: c.codes, coded: true}
		entries.append(d.Dictionary())
		for i := range d.Len() {
			v := math.NaN()
			if d.IsValid(i) {
				v = entries.values[d.GetValueIndex(i)]
			}
			c.values = append(c.values, v)
		}
		return
	}
	at := number64(arr)
	for i := range arr.Len() {
		switch {
		case arr.IsNull(i):
			c.values = append(c.values, math.NaN())
		case at == nil:
			c.values = append(c.values, c.code(arr.ValueStr(i)))
		case c.coded:
			c.values = append(c.values, c.code(arr.ValueStr(i))) // exact above 2^53 too
		default:
			c.values = append(c.values, at(i))
		}
	}
}

// number64 reads an array's values as floats, times as seconds; nil for text.
func number64(arr arrow.Array) func(i int) float64 {
	switch a := arr.(type) {
	case *array.Boolean:
		return func(i int) float64 {
			if a.Value(i) {
				return 1
			}
			return 0
		}
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
	case *array.Date32:
		return func(i int) float64 { return float64(a.Value(i)) * 86400 }
	case *array.Duration:
		return func(i int) float64 { return float64(a.Value(i)) }
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return func(i int) float64 { return a.Value(i).ToFloat64(scale) }
	case *array.Timestamp:
		unit := a.DataType().(*arrow.TimestampType).Unit
		per := float64(1)
		for u := arrow.Second; u < unit; u++ {
			per *= 1000
		}
		return func(i int) float64 { return float64(a.Value(i)) / per }
	}
	return nil
}

func read(ctx context.Context, in Input) (*data, error) {
	m := in.Mapping
	if m.Transactions == "" || m.Time == "" || m.Amount == "" || m.Label == "" && m.Truth.Table == "" {
		return nil, errors.New("mapping lacks transactions, time, amount, or both label and truth")
	}
	keyed := m.Truth.Table != "" || m.HardNegatives.Table != ""
	if keyed && m.ID == "" {
		return nil, errors.New("mapping lacks id, by which truth and hard negatives name transactions")
	}
	entities := []string{m.Customer, m.Merchant, m.Terminal, m.Channel, m.Country, m.Home, m.From, m.To}
	if keyed {
		entities = append(entities, m.ID)
	}
	cols, order, err := load(ctx, in.Source, m.Transactions, nil,
		func(n string) bool { return slices.Contains(entities, n) }, m.From, m.To)
	if err != nil {
		return nil, err
	}
	need := append([]string{m.Time, m.Amount, m.Label}, entities...)
	for _, n := range need {
		if _, ok := cols[n]; n != "" && !ok {
			return nil, fmt.Errorf("table %q has no readable column %q", m.Transactions, n)
		}
	}
	rows := len(cols[m.Time].values)
	if rows == 0 {
		return nil, errors.New("there is no transaction")
	}
	d := &data{all: cols}
	byID := map[int]int{} // code of the key -> row
	if keyed {
		for i, v := range cols[m.ID].values {
			if !math.IsNaN(v) {
				byID[int(v)] = i
			}
		}
	}
	label := make([]uint8, rows)
	if m.Label != "" {
		for i, v := range cols[m.Label].values {
			if v != 0 && !math.IsNaN(v) {
				label[i] = 1
			}
		}
	}
	if err = d.truth(ctx, in.Source, m, byID, label); err != nil {
		return nil, err
	}
	perm := make([]int32, rows)
	for i := range perm {
		if t := cols[m.Time].values[i]; math.IsNaN(t) {
			return nil, fmt.Errorf("row %d has no time", i)
		}
		perm[i] = int32(i)
	}
	when := cols[m.Time].values
	if !slices.IsSorted(when) {
		slices.SortStableFunc(perm, func(a, b int32) int { return cmp.Compare(when[a], when[b]) })
	}
	d.arrange(perm, label)
	for _, n := range order {
		c := cols[n]
		if n != m.Label && n != m.ID && !c.label && !slices.Contains(m.Hidden, n) {
			d.columns = append(d.columns, c)
		}
	}
	d.time = make([]int64, rows)
	for i, v := range cols[m.Time].values {
		d.time[i] = int64(math.Floor(v))
	}
	d.amount = cols[m.Amount].values
	if d.positives == 0 || d.positives == rows {
		return nil, fmt.Errorf("all %d transactions have the same label", rows)
	}
	return d, nil
}

// truth marks the positives and the hard negatives that tables name.
func (d *data) truth(ctx context.Context, src table.Source, m Mapping, byID map[int]int, label []uint8) error {
	row := func(key *column, i int) (int, bool) {
		v := key.values[i]
		if math.IsNaN(v) {
			return 0, false
		}
		r, ok := byID[int(v)]
		return r, ok
	}
	id := d.all[m.ID]
	if t := m.Truth; t.Table != "" {
		only := []string{t.Key}
		if t.Pattern != "" {
			only = append(only, t.Pattern)
		}
		cols, err := loadKeyed(ctx, src, t, only, id)
		if err != nil {
			return err
		}
		for i := range cols[t.Key].values {
			r, ok := row(cols[t.Key], i)
			if !ok {
				return fmt.Errorf("table %q row %d names no transaction", t.Table, i)
			}
			label[r] = 1
			if t.Pattern != "" {
				p := cols[t.Pattern]
				empty, hasEmpty := p.codes[""]
				inside := 1.0
				if v := p.values[i]; math.IsNaN(v) || hasEmpty && int(v) == empty {
					inside = 0
				}
				d.patterns = append(d.patterns, inside)
			}
		}
	}
	if t := m.HardNegatives; t.Table != "" {
		only := []string{t.Key}
		if t.Pattern != "" {
			only = append(only, t.Pattern)
		}
		cols, err := loadKeyed(ctx, src, t, only, id)
		if err != nil {
			return err
		}
		d.hard = make([]int32, len(label))
		kinds := cols[t.Pattern]
		if kinds != nil {
			d.hardKinds = make([]string, kinds.size)
			for name, k := range kinds.codes {
				d.hardKinds[k] = name
			}
		}
		for i := range cols[t.Key].values {
			if r, ok := row(cols[t.Key], i); ok {
				d.hard[r] = 1
				if kinds != nil && !math.IsNaN(kinds.values[i]) {
					d.hard[r] = 1 + int32(kinds.values[i])
				}
			}
		}
	}
	return nil
}

// loadKeyed loads a table whose key column is coded as the transactions' is.
func loadKeyed(ctx context.Context, src table.Source, t Truth, only []string, id *column) (map[string]*column, error) {
	cols, _, err := load(ctx, src, t.Table, only, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	key := cols[t.Key]
	if key == nil {
		return nil, fmt.Errorf("table %q: column %q is of no type that can be a key", t.Table, t.Key)
	}
	if t.Pattern != "" && slices.Contains(only, t.Pattern) && cols[t.Pattern] == nil {
		return nil, fmt.Errorf("table %q: column %q is of no type that can be a pattern", t.Table, t.Pattern)
	}
	back := make([]float64, len(key.codes))
	for s, k := range key.codes {
		back[k] = math.NaN()
		if c, ok := id.codes[s]; ok {
			back[k] = float64(c)
		}
	}
	for i, v := range key.values {
		if !math.IsNaN(v) {
			key.values[i] = back[int(v)]
		}
	}
	return cols, nil
}

// arrange puts everything in the order of perm.
func (d *data) arrange(perm []int32, label []uint8) {
	for _, c := range d.all {
		sorted := make([]float64, len(perm))
		for i, p := range perm {
			sorted[i] = c.values[p]
		}
		c.values = sorted
	}
	d.label = make([]uint8, len(perm))
	hard := d.hard
	if hard != nil {
		d.hard = make([]int32, len(perm))
	}
	for i, p := range perm {
		d.label[i] = label[p]
		d.positives += int(label[p])
		if hard != nil {
			d.hard[i] = hard[p]
		}
	}
}

// entity gives a column's codes, -1 where null, and the number of codes.
func (d *data) entity(name string) ([]int32, int) {
	c := d.all[name]
	if name == "" || c == nil {
		return nil, 0
	}
	out := make([]int32, len(c.values))
	for i, v := range c.values {
		out[i] = -1
		if !math.IsNaN(v) {
			out[i] = int32(v)
		}
	}
	return out, c.size
}
