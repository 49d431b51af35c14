package rule

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/expr"
	"github.com/verisim/verisim/formats/table"
)

// quarantine splits the batches of one table.
type quarantine struct {
	gate   *Gate
	table  *tablePlan
	schema *arrow.Schema
	hashed []bool // by column
	writer table.Writer
	n      int
	bad    bitmap   // rows that broke a check of a failing level
	fails  []bitmap // by check of the table: rows that broke it; empty when none
	ids    []string
	names  []string
	good   bitmap
	rows   []int32
}

func newQuarantine(g *Gate, t *tablePlan) (*quarantine, error) {
	q := &quarantine{gate: g, table: t, hashed: make([]bool, t.schema.NumFields()), fails: make([]bitmap, len(t.checks))}
	fields := slices.Clone(t.schema.Fields())
	for i, f := range fields {
		if f.Name == RulesColumn || f.Name == RowColumn {
			return nil, fmt.Errorf("quarantine %s: it has a column %q of its own", called(t.name), f.Name)
		}
		fields[i].Nullable = true
		if g.opt.InsecureClear {
			continue
		}
		q.hashed[i] = table.LabelOf(f).Role == table.RoleDirect || slices.ContainsFunc(t.checks, func(c *check) bool {
			return c.spec.Personal && slices.Contains(c.columns, i)
		})
		if q.hashed[i] {
			fields[i].Type = arrow.BinaryTypes.String
			fields[i] = table.WithLabel(fields[i], table.Label{Role: table.RolePlain, Origin: table.OriginMasked})
		}
	}
	fields = append(fields,
		arrow.Field{Name: RowColumn, Type: arrow.PrimitiveTypes.Int64},
		arrow.Field{Name: RulesColumn, Type: g.rulesType()})
	md := t.schema.Metadata()
	q.schema = arrow.NewSchema(fields, &md)
	for _, c := range t.checks {
		q.ids = append(q.ids, c.spec.ID)
	}
	return q, nil
}

func (q *quarantine) reset(n int) {
	q.n = n
	q.bad = q.bad.sized(n)
	q.bad.zero()
	for i := range q.fails {
		q.fails[i] = q.fails[i][:0]
	}
}

// broken notes which rows broke a check.
func (q *quarantine) broken(c *check, fail bitmap) {
	if fail.count() == 0 {
		return
	}
	i := slices.Index(q.table.checks, c)
	q.fails[i] = q.fails[i].sized(q.n)
	copy(q.fails[i], fail)
	if c.spec.Level.Fails() {
		q.bad.or(fail)
	}
}

// split writes the failing rows of a batch to quarantine and returns the
// others as a batch that the caller releases, or nil where none is left.
func (q *quarantine) split(b table.Batch, first int64) (table.Batch, error) {
	if q.writer == nil {
		w, err := q.gate.opt.Quarantine(q.table.name, q.schema)
		if err != nil {
			return nil, fmt.Errorf("quarantine %s: %w", called(q.table.name), err)
		}
		q.writer = w
	}
	bad, err := q.failing(b, first)
	if err != nil {
		return nil, fmt.Errorf("quarantine %s: %w", called(q.table.name), err)
	}
	err = q.writer.Write(bad)
	bad.Release()
	if err != nil {
		return nil, fmt.Errorf("quarantine %s: %w", called(q.table.name), err)
	}
	good := q.good.sized(q.n)
	good.fill(q.n)
	good.andNot(q.bad)
	q.good = good
	if good.count() == 0 {
		return nil, nil
	}
	return expr.Take(b, q.list(good), q.gate.opt.Memory)
}

// list turns a bitmap into row numbers of the batch.
func (q *quarantine) list(rows bitmap) []int32 {
	q.rows = q.rows[:0]
	rows.each(func(i int) bool {
		q.rows = append(q.rows, int32(i))
		return true
	})
	return q.rows
}

func (q *quarantine) failing(b table.Batch, first int64) (table.Batch, error) {
	mem := q.gate.opt.Memory
	taken, err := expr.Take(b, q.list(q.bad), mem)
	if err != nil {
		return nil, err
	}
	defer taken.Release()
	cols := slices.Clone(taken.Columns())
	for _, c := range cols {
		c.Retain()
	}
	defer func() { releaseAll(cols) }()
	for i, hashIt := range q.hashed {
		if hashIt {
			clearText := cols[i]
			cols[i] = q.gate.hash.column(clearText, q.table.schema.Field(i).Name, mem)
			clearText.Release()
		}
	}
	numbers := array.NewInt64Builder(mem)
	defer numbers.Release()
	rules := array.NewBuilder(mem, q.gate.rulesType())
	defer rules.Release()
	q.bad.each(func(i int) bool {
		numbers.Append(first + int64(i))
		q.name(rules, i)
		return true
	})
	cols = append(cols, numbers.NewArray(), rules.NewArray())
	return array.NewRecord(q.schema, cols, q.bad.count()), nil
}

// name appends the rules that row i of the batch broke.
func (q *quarantine) name(b array.Builder, i int) {
	q.names = q.names[:0]
	for k, f := range q.fails {
		if len(f) > 0 && f.get(i) {
			q.names = append(q.names, q.ids[k])
		}
	}
	switch b := b.(type) {
	case *array.StringBuilder:
		b.Append(strings.Join(q.names, ","))
	case *array.ListBuilder:
		b.Append(true)
		b.ValueBuilder().(*array.StringBuilder).AppendValues(q.names, nil)
	}
}

func (g *Gate) rulesType() arrow.DataType {
	if g.opt.JoinRules {
		return arrow.BinaryTypes.String
	}
	return arrow.ListOf(arrow.BinaryTypes.String)
}

func (q *quarantine) close() error {
	if q.writer == nil {
		return nil
	}
	if err := q.writer.Close(); err != nil {
		return fmt.Errorf("quarantine %s: %w", called(q.table.name), err)
	}
	return nil
}

func releaseAll(cols []arrow.Array) {
	for _, c := range cols {
		c.Release()
	}
}

// hasher hides values: equal values of a column give equal words in one run,
// and nothing can be looked up in a table made beforehand.
type hasher struct{ mac hash.Hash }

func newHasher() (*hasher, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("draw a key for personal values: %w", err)
	}
	return &hasher{hmac.New(sha256.New, key)}, nil
}

func (h *hasher) column(a arrow.Array, name string, mem memory.Allocator) arrow.Array {
	b := array.NewStringBuilder(mem)
	defer b.Release()
	for i := range a.Len() {
		if a.IsNull(i) {
			b.AppendNull()
			continue
		}
		h.mac.Reset()
		h.mac.Write([]byte(name))
		h.mac.Write([]byte{0})
		h.mac.Write([]byte(a.ValueStr(i)))
		b.Append("hmac:" + hex.EncodeToString(h.mac.Sum(nil)[:16]))
	}
	return b.NewArray()
}
