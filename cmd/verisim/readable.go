package main

import (
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// readable is a batch as people read it between the words of a verdict: somebody
// else chose the cells, and none may look like a line of the verdict, or move the
// cursor. Texts that are not plain are quoted, durations are texts.
func readable(b table.Batch) table.Batch {
	fields := b.Schema().Fields()
	columns := make([]arrow.Array, len(fields))
	for i := range fields {
		fields[i].Name, columns[i] = table.Quoted(fields[i].Name), b.Column(i)
		var text func(row int) string
		switch a := b.Column(i).(type) {
		case *array.String:
			text = func(row int) string { return table.Quoted(a.Value(row)) }
		case *array.LargeString:
			text = func(row int) string { return table.Quoted(a.Value(row)) }
		}
		if text == nil {
			text = spans(b.Column(i))
		}
		if text != nil {
			fields[i].Type, columns[i] = arrow.BinaryTypes.String, texts(b.Column(i), text)
		}
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, b.NumRows())
}

// timed is a batch whose durations are texts, since neither csv nor jsonl has such.
func timed(b table.Batch) table.Batch {
	fields := b.Schema().Fields()
	columns := make([]arrow.Array, len(fields))
	for i := range fields {
		columns[i] = b.Column(i)
		if text := spans(b.Column(i)); text != nil {
			fields[i].Type, columns[i] = arrow.BinaryTypes.String, texts(b.Column(i), text)
		}
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, b.NumRows())
}

// spans writes durations as 90s; nil for other columns.
func spans(a arrow.Array) func(row int) string {
	d, ok := a.(*array.Duration)
	if !ok {
		return nil
	}
	unit := d.DataType().(*arrow.DurationType).Unit.String()
	return func(row int) string { return strconv.FormatInt(int64(d.Value(row)), 10) + unit }
}

func texts(a arrow.Array, text func(row int) string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	for row := range a.Len() {
		if a.IsNull(row) {
			b.AppendNull()
		} else {
			b.Append(text(row))
		}
	}
	return b.NewArray()
}
