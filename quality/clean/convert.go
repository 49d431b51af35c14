package clean

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// badPolicy says what to do with a text that does not read.
type badPolicy int

const (
	badError badPolicy = iota
	badNull
	badKeep
)

func (b *binder) policy(word string, keepAllowed bool) (badPolicy, error) {
	switch {
	case word == "" || word == "error":
		return badError, nil
	case word == "null":
		return badNull, nil
	case word == "keep" && keepAllowed:
		return badKeep, nil
	}
	return 0, b.arg.Pos.Errorf("bad is error, \"null\" or keep; keep cannot change a column's type")
}

// appendFrom reads a text into a builder.
type appendFrom func(b array.Builder, text string) error

// bindDate reads dates of given forms.
func bindDate(b *binder) (step, error) {
	var a struct {
		Columns columns  `yaml:"columns"`
		From    []string `yaml:"from"`
		To      string   `yaml:"to"`
		Bad     string   `yaml:"bad"`
	}
	if err := b.arg.Decode(&a); err != nil {
		return nil, err
	}
	if len(a.From) == 0 || a.Columns.node == nil {
		return nil, b.arg.Pos.Errorf("date needs columns and from, such as [\"%%d.%%m.%%Y\"]")
	}
	var layouts []string
	for _, f := range a.From {
		l, err := strftime(f)
		if err != nil {
			return nil, b.arg.Pos.Errorf("%v", err)
		}
		layouts = append(layouts, l)
	}
	if a.To == "" {
		a.To = "%Y-%m-%d"
	}
	parse := func(s string) (time.Time, bool) {
		for _, l := range layouts {
			if t, err := time.Parse(l, s); err == nil {
				return t, true
			}
		}
		return time.Time{}, false
	}
	if a.To == "date" || a.To == "timestamp" {
		return b.retype(a.Columns.node, a.To, a.Bad, func(arrow.DataType) (appendFrom, error) {
			return func(dst array.Builder, s string) error {
				t, ok := parse(s)
				if !ok {
					return errUnread
				}
				return appendTime(dst, t)
			}, nil
		})
	}
	to, err := strftime(a.To)
	if err != nil {
		return nil, b.arg.Pos.Errorf("to: %v", err)
	}
	bad, err := b.policy(a.Bad, true)
	if err != nil {
		return nil, err
	}
	cols, err := b.pick(a.Columns.node, "text", isText)
	if err != nil {
		return nil, err
	}
	if bad == badNull {
		for _, c := range cols {
			b.fields[c].Nullable = true
		}
	}
	s := &dateStep{}
	s.cols = cols
	s.f = func(dst, src []byte) ([]byte, bool) {
		t, ok := parse(string(src))
		switch {
		case ok:
			return t.AppendFormat(dst, to), true
		case bad == badNull:
			return nil, false
		case bad == badError:
			s.unread = true
		}
		return src, true
	}
	return s, nil
}

// dateStep rewrites dates; a text that does not read is found again with its
// row once the batch has shown that there is one.
type dateStep struct {
	textStep
	unread bool
}

func (s *dateStep) apply(r *rows, note *notes) error {
	for _, col := range s.cols {
		was := r.cols[col]
		s.unread = false
		now, at, err := s.column(was, r.mem)
		if err == nil && s.unread {
			if i := s.firstUnread(was); i >= 0 {
				err = fmt.Errorf("row %d: %w", r.id(i), errUnread)
			}
		}
		if now == nil && err == nil {
			continue
		}
		if err == nil {
			err = note.changed(r, col, at, was, now)
		}
		if err != nil {
			if now != nil {
				now.Release()
			}
			return fmt.Errorf("column %q: %w", r.schema.Field(col).Name, err)
		}
		r.set(col, now)
	}
	return nil
}

// firstUnread finds the row of a text that does not read, or -1: a dictionary
// may hold one that no row uses.
func (s *dateStep) firstUnread(a arrow.Array) int {
	for i := range a.Len() {
		s.unread = false
		if a.IsValid(i) {
			s.f(nil, []byte(a.ValueStr(i)))
		}
		if s.unread {
			return i
		}
	}
	return -1
}

var errUnread = errors.New("the value has none of the forms given; say bad: \"null\" to make it null")

func appendTime(b array.Builder, t time.Time) error {
	switch b := b.(type) {
	case *array.Date32Builder:
		b.Append(arrow.Date32FromTime(t))
	case *array.TimestampBuilder:
		v, err := arrow.TimestampFromTime(t, b.Type().(*arrow.TimestampType).Unit)
		if err != nil {
			return fmt.Errorf("the time is out of range")
		}
		b.Append(v)
	default:
		return fmt.Errorf("a time cannot become %s", b.Type())
	}
	return nil
}

// bindCast changes the type of text columns.
func bindCast(b *binder) (step, error) {
	var a struct {
		Columns columns `yaml:"columns"`
		To      string  `yaml:"to"`
		Bad     string  `yaml:"bad"`
	}
	if err := b.arg.Decode(&a); err != nil {
		return nil, err
	}
	if a.Columns.node == nil {
		return nil, b.arg.Pos.Errorf("cast needs columns")
	}
	return b.retype(a.Columns.node, a.To, a.Bad, readerInto)
}

// retype makes columns of another type out of text.
func (b *binder) retype(cols *document.Node, to, bad string, read func(arrow.DataType) (appendFrom, error)) (step, error) {
	t, err := table.ParseType(to)
	if err != nil {
		return nil, b.arg.Pos.Errorf("%v", err)
	}
	policy, err := b.policy(bad, false)
	if err != nil {
		return nil, err
	}
	at, err := b.pick(cols, "text", isText)
	if err != nil {
		return nil, err
	}
	f, err := read(t)
	if err != nil {
		return nil, b.arg.Pos.Errorf("%v", err)
	}
	for _, c := range at {
		b.fields[c].Type = t
		b.fields[c].Nullable = b.fields[c].Nullable || policy == badNull
	}
	return &retypeStep{cols: at, to: t, bad: policy, read: f}, nil
}

type retypeStep struct {
	cols []int
	to   arrow.DataType
	bad  badPolicy
	read appendFrom
}

// apply notes only the values that were lost: the rest of the column says the
// same in another type.
func (s *retypeStep) apply(r *rows, note *notes) error {
	for _, col := range s.cols {
		now, at, err := s.column(r, col)
		if err != nil {
			return err
		}
		if err := note.changed(r, col, at, r.cols[col], now); err != nil {
			now.Release()
			return err
		}
		r.set(col, now)
	}
	return nil
}

func (s *retypeStep) column(r *rows, col int) (arrow.Array, []int32, error) {
	b := array.NewBuilder(r.mem, s.to)
	defer b.Release()
	b.Reserve(r.n)
	a := r.cols[col]
	var at []int32
	for i := range r.n {
		if a.IsNull(i) {
			b.AppendNull()
			continue
		}
		err := s.read(b, a.ValueStr(i))
		switch {
		case err == nil:
		case s.bad == badNull:
			b.AppendNull()
			at = append(at, int32(i))
		default:
			return nil, nil, fmt.Errorf("column %q: row %d: %w", r.schema.Field(col).Name, r.id(i), err)
		}
	}
	return b.NewArray(), at, nil
}

var errNotOne = errors.New("the value does not read as the new type; say bad: \"null\" to make it null")

func readerInto(t arrow.DataType) (appendFrom, error) {
	switch t.ID() {
	case arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64, arrow.FLOAT32, arrow.FLOAT64, arrow.BOOL:
		return func(b array.Builder, s string) error {
			if !appendPlain(b, s) {
				return errNotOne
			}
			return nil
		}, nil
	case arrow.DECIMAL128, arrow.STRING, arrow.LARGE_STRING, arrow.DICTIONARY:
		return func(b array.Builder, s string) error {
			if err := b.AppendValueFromString(s); err != nil {
				return errNotOne
			}
			return nil
		}, nil
	case arrow.DATE32, arrow.TIMESTAMP:
		return func(b array.Builder, s string) error {
			for _, l := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", "2006-01-02"} {
				if at, err := time.Parse(l, s); err == nil {
					return appendTime(b, at)
				}
			}
			return errNotOne
		}, nil
	}
	return nil, fmt.Errorf("text cannot become %s here", t)
}

func appendPlain(b array.Builder, s string) bool {
	bits := 64
	if w, ok := b.Type().(arrow.FixedWidthDataType); ok {
		bits = w.BitWidth()
	}
	switch b := b.(type) {
	case *array.Float64Builder:
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return false
		}
		b.Append(v)
		return true
	case *array.Float32Builder:
		v, err := strconv.ParseFloat(s, 32)
		if err != nil {
			return false
		}
		b.Append(float32(v))
		return true
	case *array.BooleanBuilder:
		switch s {
		case "true", "True", "TRUE", "1", "yes":
			b.Append(true)
		case "false", "False", "FALSE", "0", "no":
			b.Append(false)
		default:
			return false
		}
		return true
	}
	if arrow.IsUnsignedInteger(b.Type().ID()) {
		v, err := strconv.ParseUint(s, 10, bits)
		if err != nil {
			return false
		}
		switch b := b.(type) {
		case *array.Uint8Builder:
			b.Append(uint8(v))
		case *array.Uint16Builder:
			b.Append(uint16(v))
		case *array.Uint32Builder:
			b.Append(uint32(v))
		case *array.Uint64Builder:
			b.Append(v)
		}
		return true
	}
	v, err := strconv.ParseInt(s, 10, bits)
	if err != nil {
		return false
	}
	switch b := b.(type) {
	case *array.Int8Builder:
		b.Append(int8(v))
	case *array.Int16Builder:
		b.Append(int16(v))
	case *array.Int32Builder:
		b.Append(int32(v))
	case *array.Int64Builder:
		b.Append(v)
	}
	return true
}
