// Package preview shows a few rows of a table to people: aligned cells, and a
// sparkline of each column's distribution. It is for the eyes: cells are cut to
// a width, and control characters are shown as dots.
package preview

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// Options of a preview.
type Options struct {
	// Rows is how many rows are shown. Default 20.
	Rows int
	// Width is the most columns of text that a cell takes. Default 28.
	Width int
}

const (
	bins = 12
	bars = "▁▂▃▄▅▆▇█"
)

// Write shows the first rows of a batch, and a sparkline of all its rows for
// each column: a histogram of numbers and times from the least to the greatest,
// the commonest values of categories and truths from left to right, and the
// lengths of texts. cell writes a cell as text.
func Write(w io.Writer, b table.Batch, cell func(dst []byte, a arrow.Array, i int) []byte, opt Options) error {
	if opt.Rows <= 0 {
		opt.Rows = 20
	}
	if opt.Width <= 0 {
		opt.Width = 28
	}
	n := min(int(b.NumRows()), opt.Rows)
	grid := make([][]string, n+2)
	for c, f := range b.Schema().Fields() {
		a := b.Column(c)
		grid[0] = append(grid[0], f.Name)
		for i := range n {
			text := "null"
			if a.IsValid(i) {
				text = cut(string(cell(nil, a, i)), opt.Width)
			}
			grid[i+1] = append(grid[i+1], text)
		}
		grid[n+1] = append(grid[n+1], Spark(a))
	}
	widths := make([]int, b.NumCols())
	for _, line := range grid {
		for c, text := range line {
			widths[c] = max(widths[c], width(text))
		}
	}
	var out strings.Builder
	for _, line := range grid {
		row := ""
		for c, text := range line {
			row += text + strings.Repeat(" ", widths[c]-width(text)+2)
		}
		out.WriteString(strings.TrimRight(row, " ") + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// Spark draws the distribution of a column in a dozen bars.
func Spark(a arrow.Array) string {
	if a.Len() == a.NullN() {
		return strings.Repeat("·", bins)
	}
	switch a := a.(type) {
	case *array.Boolean:
		var n [2]int
		for i := range a.Len() {
			if a.IsValid(i) && a.Value(i) {
				n[1]++
			} else if a.IsValid(i) {
				n[0]++
			}
		}
		return draw(n[:])
	case *array.Dictionary:
		n := make([]int, a.Dictionary().Len())
		for i := range a.Len() {
			if a.IsValid(i) {
				n[a.GetValueIndex(i)]++
			}
		}
		slices.SortFunc(n, func(x, y int) int { return y - x })
		return draw(n[:min(len(n), bins)])
	}
	value, ok := values(a)
	if !ok {
		return ""
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for i := range a.Len() {
		if a.IsValid(i) {
			lo, hi = min(lo, value(i)), max(hi, value(i))
		}
	}
	n := make([]int, bins)
	for i := range a.Len() {
		if a.IsValid(i) {
			k := 0
			if hi > lo {
				k = min(int((value(i)-lo)/(hi-lo)*bins), bins-1)
			}
			n[k]++
		}
	}
	return draw(n)
}

func draw(n []int) string {
	most := max(slices.Max(n), 1)
	levels := []rune(bars)
	var out strings.Builder
	for _, v := range n {
		if v == 0 {
			out.WriteByte(' ')
			continue
		}
		out.WriteRune(levels[(v*len(levels)-1)/most])
	}
	return out.String()
}

// values reads a column as numbers: its own, its times, or its texts' lengths.
func values(a arrow.Array) (func(i int) float64, bool) {
	switch a := a.(type) {
	case *array.Int8:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Int16:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Int32:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Int64:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Uint8:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Uint16:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Uint32:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Uint64:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Float32:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Float64:
		return a.Value, true
	case *array.Decimal128:
		scale := a.DataType().(*arrow.Decimal128Type).Scale
		return func(i int) float64 { return a.Value(i).ToFloat64(scale) }, true
	case *array.Date32:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.Timestamp:
		return func(i int) float64 { return float64(a.Value(i)) }, true
	case *array.String:
		return func(i int) float64 { return float64(utf8.RuneCountInString(a.Value(i))) }, true
	}
	return nil, false
}

// cut shortens a text to a width and takes out what a terminal would obey.
func cut(s string, most int) string {
	var out strings.Builder
	w := 0
	for _, r := range s {
		if !unicode.IsPrint(r) {
			r = '·'
		}
		if w += runeWidth(r); w > most-1 && width(s) > most {
			return out.String() + "…"
		}
		out.WriteRune(r)
	}
	return out.String()
}

func width(s string) (w int) {
	for _, r := range s {
		w += runeWidth(r)
	}
	return w
}

// runeWidth is 2 for the scripts that terminals show wide (the W and F classes
// of Unicode's annex 11, by their main blocks).
func runeWidth(r rune) int {
	if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 ||
		r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x20000 && r <= 0x3fffd) {
		return 2
	}
	return 1
}

// Record writes one row of a batch, a column a line.
func Record(w io.Writer, b table.Batch, row int, cell func(dst []byte, a arrow.Array, i int) []byte) error {
	most := 0
	for _, f := range b.Schema().Fields() {
		most = max(most, width(f.Name))
	}
	for c, f := range b.Schema().Fields() {
		text := "null"
		if a := b.Column(c); a.IsValid(row) {
			text = string(cell(nil, a, row))
		}
		if _, err := fmt.Fprintf(w, "%s%s  %s\n", f.Name, strings.Repeat(" ", most-width(f.Name)), cut(text, 1<<20)); err != nil {
			return err
		}
	}
	return nil
}
