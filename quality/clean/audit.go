package clean

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// auditBatch is the number of changes in a batch of the audit.
const auditBatch = 1 << 16

// notes counts changes and writes the audit.
type notes struct {
	opt    Options
	step   int
	id     string
	counts map[place]int64
	writer table.Writer
	build  *array.RecordBuilder
	held   int
}

// place is a step and a column; -1 stands for dropped rows.
type place struct{ step, col int }

func newNotes(opt Options) *notes { return &notes{opt: opt, counts: map[place]int64{}} }

// changed notes that rows of a column were changed from was to now; now may be
// nil, for dropped rows.
func (n *notes) changed(r *rows, col int, at []int32, was, now arrow.Array) error {
	if len(at) == 0 {
		return nil
	}
	n.counts[place{n.step, col}] += int64(len(at))
	if n.opt.Audit == nil {
		return nil
	}
	if err := n.open(); err != nil {
		return err
	}
	row := n.build.Field(0).(*array.Int64Builder)
	column := n.build.Field(1).(*array.StringBuilder)
	rule := n.build.Field(2).(*array.StringBuilder)
	for _, i := range at {
		row.Append(r.id(int(i)))
		if col < 0 {
			column.AppendNull()
		} else {
			column.Append(r.schema.Field(col).Name)
		}
		rule.Append(n.id)
		if n.opt.InsecureValues {
			appendValue(n.build.Field(3).(*array.StringBuilder), was, int(i))
			appendValue(n.build.Field(4).(*array.StringBuilder), now, int(i))
		}
		if n.held++; n.held >= auditBatch {
			if err := n.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func appendValue(b *array.StringBuilder, a arrow.Array, i int) {
	if a == nil || a.IsNull(i) {
		b.AppendNull()
		return
	}
	b.Append(a.ValueStr(i))
}

func (n *notes) open() error {
	if n.writer != nil {
		return nil
	}
	w, err := n.opt.Audit(n.opt.AuditSchema())
	if err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	n.writer = w
	n.build = array.NewRecordBuilder(n.opt.Memory, n.opt.AuditSchema())
	return nil
}

func (n *notes) flush() error {
	if n.held == 0 {
		return nil
	}
	n.held = 0
	b := n.build.NewRecord()
	defer b.Release()
	if err := n.writer.Write(b); err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	return nil
}

func (n *notes) close() error {
	if n.writer == nil {
		return nil
	}
	if err := n.flush(); err != nil {
		return err
	}
	if err := n.writer.Close(); err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	return nil
}

func (n *notes) release() {
	if n.build != nil {
		n.build.Release()
		n.build = nil
	}
}

func (n *notes) changes(ids []string, schema *arrow.Schema) []Change {
	var out []Change
	for s, id := range ids {
		if c := n.counts[place{s, -1}]; c > 0 {
			out = append(out, Change{Rule: id, Rows: c})
		}
		for col := range schema.NumFields() {
			if c := n.counts[place{s, col}]; c > 0 {
				out = append(out, Change{Rule: id, Column: schema.Field(col).Name, Rows: c})
			}
		}
	}
	return out
}
