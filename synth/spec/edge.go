package spec

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/document"
)

// edge is one end of a stretch of time: a moment, the clock with a distance, or
// a column of the table.
type edge struct {
	pos    document.Pos
	text   string
	fixed  moment
	column *column
}

func (e *edge) UnmarshalNode(n *document.Node) error {
	if n.Kind == document.List || n.Kind == document.Map || n.Kind == document.Null {
		return n.Pos.Errorf("here stands %s, expected a time, clock - 30d, or a column", n.Kind)
	}
	e.pos, e.text = n.Pos, strings.TrimSpace(n.Text)
	return nil
}

func (e *edge) resolve(b *binder) error {
	if m, ok := parseMoment(e.text); ok {
		e.fixed = m
		return nil
	}
	if rest, ok := strings.CutPrefix(e.text, clockName); ok {
		e.fixed = b.c.s.clock
		if rest = strings.TrimSpace(rest); rest == "" {
			return nil
		}
		d, ok := parseSpan(strings.TrimSpace(rest[1:]))
		if ok && rest[0] == '-' {
			e.fixed -= moment(d / 1000)
			return nil
		}
		if ok && rest[0] == '+' {
			e.fixed += moment(d / 1000)
			return nil
		}
	}
	if !isName(e.text) {
		return e.pos.Errorf("expected a time such as 2026-01-31, the clock as in clock - 30d, or a column of the table")
	}
	c, err := b.column(e.text, e.pos)
	if err != nil {
		return err
	}
	if id := c.typ.ID(); id != arrow.TIMESTAMP && id != arrow.DATE32 {
		return e.pos.Errorf("column %q is no time", e.text)
	}
	e.column = c
	return nil
}

// moments reads an edge for every row.
func (e *edge) moments(f *frame) (func(i int) moment, arrow.Array, error) {
	if e.column == nil {
		return func(int) moment { return e.fixed }, nil, nil
	}
	a, err := f.column(e.column)
	if err != nil {
		return nil, nil, err
	}
	return momentsOf(a), a, nil
}

// momentsOf reads a time or date column in microseconds.
func momentsOf(a arrow.Array) func(i int) moment {
	switch a := a.(type) {
	case *array.Date32:
		v := a.Date32Values()
		return func(i int) moment { return moment(int64(v[i]) * microsPerDay) }
	case *array.Timestamp:
		v := a.TimestampValues()
		num, den := int64(1), int64(1)
		switch a.DataType().(*arrow.TimestampType).Unit {
		case arrow.Second:
			num = 1_000_000
		case arrow.Millisecond:
			num = 1000
		case arrow.Nanosecond:
			den = 1000
		}
		return func(i int) moment { return moment(int64(v[i]) * num / den) }
	}
	return func(int) moment { return 0 }
}
