package main

import (
	"bytes"
	"context"
	"math"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/cmd/internal/job"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/commit"
)

// TestExtremeCellsPrint: a maker chooses the cells that verify prints, also those
// that no calendar and no column has.
func TestExtremeCellsPrint(t *testing.T) {
	mem := memory.DefaultAllocator
	var fields []arrow.Field
	var columns []arrow.Array
	add := func(typ arrow.DataType, fill func(array.Builder)) {
		b := array.NewBuilder(mem, typ)
		fill(b)
		fields = append(fields, arrow.Field{Name: typ.String(), Type: typ, Nullable: true})
		columns = append(columns, b.NewArray())
	}
	for _, u := range []arrow.TimeUnit{arrow.Second, arrow.Millisecond, arrow.Microsecond, arrow.Nanosecond} {
		for _, zone := range []string{"", "UTC", "Europe/Berlin", "+05:30"} {
			add(&arrow.TimestampType{Unit: u, TimeZone: zone}, func(b array.Builder) {
				b.(*array.TimestampBuilder).AppendValues([]arrow.Timestamp{math.MaxInt64, math.MinInt64, -1}, nil)
			})
		}
		add(&arrow.DurationType{Unit: u}, func(b array.Builder) {
			b.(*array.DurationBuilder).AppendValues([]arrow.Duration{math.MaxInt64, math.MinInt64, -1}, nil)
		})
	}
	add(arrow.FixedWidthTypes.Date32, func(b array.Builder) {
		b.(*array.Date32Builder).AppendValues([]arrow.Date32{math.MaxInt32, math.MinInt32, -1}, nil)
	})
	add(arrow.FixedWidthTypes.Date64, func(b array.Builder) {
		b.(*array.Date64Builder).AppendValues([]arrow.Date64{math.MaxInt64, math.MinInt64, -1}, nil)
	})
	for _, typ := range []arrow.DataType{arrow.FixedWidthTypes.Time32s, arrow.FixedWidthTypes.Time32ms} {
		add(typ, func(b array.Builder) {
			b.(*array.Time32Builder).AppendValues([]arrow.Time32{math.MaxInt32, math.MinInt32, -1}, nil)
		})
	}
	for _, typ := range []arrow.DataType{arrow.FixedWidthTypes.Time64us, arrow.FixedWidthTypes.Time64ns} {
		add(typ, func(b array.Builder) {
			b.(*array.Time64Builder).AppendValues([]arrow.Time64{math.MaxInt64, math.MinInt64, -1}, nil)
		})
	}
	for _, typ := range []*arrow.Decimal128Type{{Precision: 1, Scale: 1}, {Precision: 38, Scale: 38}, {Precision: 38, Scale: 0}, {Precision: 5, Scale: -3}} {
		add(typ, func(b array.Builder) {
			b.(*array.Decimal128Builder).AppendValues([]decimal128.Num{decimal128.New(math.MaxInt64, math.MaxUint64), decimal128.New(math.MinInt64, 0), decimal128.FromI64(-1)}, nil)
		})
	}
	add(arrow.PrimitiveTypes.Float64, func(b array.Builder) {
		b.(*array.Float64Builder).AppendValues([]float64{math.NaN(), math.Inf(-1), 5e-324}, nil)
	})
	add(arrow.PrimitiveTypes.Float32, func(b array.Builder) {
		b.(*array.Float32Builder).AppendValues([]float32{float32(math.NaN()), float32(math.Inf(1)), 1e-45}, nil)
	})
	add(arrow.BinaryTypes.String, func(b array.Builder) {
		b.(*array.StringBuilder).AppendValues([]string{"", "x", "a\x1b[2A\nsigned by me"}, []bool{true, false, true})
	})
	add(arrow.BinaryTypes.Binary, func(b array.Builder) {
		b.(*array.BinaryBuilder).AppendValues([][]byte{{}, nil, {0, 255}}, []bool{true, false, true})
	})
	add(&arrow.FixedSizeBinaryType{ByteWidth: 2}, func(b array.Builder) {
		b.(*array.FixedSizeBinaryBuilder).AppendValues([][]byte{{0, 1}, {2, 3}, {255, 255}}, nil)
	})
	add(arrow.ListOf(&arrow.Decimal128Type{Precision: 5, Scale: 2}), func(b array.Builder) {
		l := b.(*array.ListBuilder)
		for range 3 {
			l.Append(true)
			l.ValueBuilder().(*array.Decimal128Builder).Append(decimal128.FromI64(1250))
		}
	})
	s := arrow.NewSchema(fields, nil)
	b := array.NewRecord(s, columns, 3)
	tree, err := commit.New(s, nil, commit.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err = tree.Add(b); err != nil {
		t.Fatal(err)
	}
	root := tree.Finish()
	var names []string
	for _, f := range fields {
		names = append(names, f.Name)
	}
	d, err := commit.Disclose(context.Background(), table.FromBatches(s, b), nil, root, "t", []int64{0, 1, 2}, names)
	if err != nil {
		t.Fatal(err)
	}
	cells, err := root.Cells(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"csv", "jsonl"} {
		for i, name := range names {
			var out bytes.Buffer
			one := job.Numbered(d.Rows, array.NewRecord(arrow.NewSchema(cells.Schema().Fields()[i:i+1], nil), cells.Columns()[i:i+1], cells.NumRows()))
			if format == "csv" {
				one = readable(one)
			} else {
				one = timed(one)
			}
			if err = writeBatch(&out, format, one); err != nil {
				t.Errorf("print a column of %s as %s: %v", name, format, err)
			}
			lines := bytes.Split(bytes.TrimSuffix(out.Bytes(), []byte("\n")), []byte("\n"))
			if want := map[string]int{"csv": 4, "jsonl": 3}[format]; len(lines) != want {
				t.Errorf("a column of %s as %s has %d lines, want %d: %q", name, format, len(lines), want, out.String())
			}
			if bytes.ContainsFunc(out.Bytes(), func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }) || !utf8.Valid(out.Bytes()) {
				t.Errorf("a column of %s as %s is not plain: %q", name, format, out.String())
			}
		}
	}
}
