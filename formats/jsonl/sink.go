package jsonl

import (
	"bytes"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/cell"
)

// sink takes the values of one column, or of one member of a nested one.
type sink struct {
	path     string // such as home.city or tags[]
	typ      arrow.DataType
	nullable bool
	weight   int64 // cells that a null of it makes

	scalar *cell.Column // for scalars
	b      array.Builder
	names  []string // of a struct, or of the row
	index  map[string]int
	// members may hold nil in a row: a column that is not wanted.
	members []*sink
	stamps  []int64 // the object that held each member last
	element *sink   // of a list
	fixed   int     // elements of a fixed-size list, -1 for others
}

// newSink makes the sink of a field over its builder, which stays the caller's.
func newSink(path string, f arrow.Field, b array.Builder) (*sink, error) {
	s := &sink{path: path, typ: f.Type, nullable: f.Nullable, b: b, fixed: -1, weight: 1}
	child := func(path string, f arrow.Field, b array.Builder) (*sink, error) {
		m, err := newSink(path, f, b)
		if err == nil {
			s.weight += m.weight
		}
		return m, err
	}
	var err error
	switch t := f.Type.(type) {
	case *arrow.StructType:
		for i, m := range t.Fields() {
			var ms *sink
			if ms, err = child(path+"."+m.Name, m, b.(*array.StructBuilder).FieldBuilder(i)); err != nil {
				return nil, err
			}
			s.add(m.Name, ms)
		}
	case *arrow.ListType:
		s.element, err = child(path+"[]", t.ElemField(), b.(*array.ListBuilder).ValueBuilder())
	case *arrow.LargeListType:
		s.element, err = child(path+"[]", t.ElemField(), b.(*array.LargeListBuilder).ValueBuilder())
	case *arrow.FixedSizeListType:
		s.fixed = int(t.Len())
		s.element, err = child(path+"[]", t.ElemField(), b.(*array.FixedSizeListBuilder).ValueBuilder())
		if err == nil {
			s.weight = 1 + int64(t.Len())*s.element.weight
		}
	default:
		b.Retain()
		s.scalar, err = cell.Over(b)
	}
	return s, err
}

func (s *sink) add(name string, m *sink) {
	if s.index == nil {
		s.index = map[string]int{}
	}
	s.index[name] = len(s.names)
	s.names, s.members, s.stamps = append(s.names, name), append(s.members, m), append(s.stamps, 0)
}

// release gives up what newSink took.
func (s *sink) release() {
	if s.scalar != nil {
		s.scalar.Release()
	}
	if s.element != nil {
		s.element.release()
	}
	for _, m := range s.members {
		if m != nil {
			m.release()
		}
	}
}

// filler reads values into sinks.
type filler struct {
	lex     *lexer
	nulls   map[string]bool
	cells   int64 // appended, of this batch
	most    int64 // what cells may reach in this row
	stamp   int64
	sampled int // rows, for messages
}

func (f *filler) bad(s *sink, at int, cause, hint string) error {
	return &fault{at: at, field: s.path, cause: cause, hint: hint}
}

func (f *filler) count(s *sink, n int64, at int) error {
	if f.cells += n; f.cells > f.most {
		return f.bad(s, at, fmt.Sprintf("this row has more than %d cells, nested and absent ones included", maxCells), "")
	}
	return nil
}

func (f *filler) null(s *sink, at int, what string) error {
	if !s.nullable {
		return f.bad(s, at, what+", and the column is declared without nulls", "")
	}
	if err := f.count(s, s.weight, at); err != nil {
		return err
	}
	s.b.AppendNull()
	return nil
}

// value reads the value that is next.
func (f *filler) value(s *sink) error {
	l := f.lex
	c := l.peek()
	at := l.at
	var text []byte
	var err error
	switch c {
	case '{':
		st, ok := s.b.(*array.StructBuilder)
		if !ok {
			return f.wrong(s, at, "an object")
		}
		if err = f.count(s, 1, at); err != nil {
			return err
		}
		st.Append(true)
		return f.object(s)
	case '[':
		if s.element == nil {
			return f.wrong(s, at, "an array")
		}
		return f.array(s, at)
	case '"':
		if text, err = l.string(); err != nil {
			return err
		}
		if len(f.nulls) > 0 && f.nulls[string(text)] {
			return f.null(s, at, "this is a token for null")
		}
	case '0':
		if text, err = l.number(); err != nil {
			return err
		}
	default:
		if text, err = l.word(); err != nil {
			return err
		}
		if text[0] == 'n' {
			return f.null(s, at, "this is null")
		}
	}
	if s.scalar == nil {
		return f.wrong(s, at, "a scalar")
	}
	if err = f.count(s, 1, at); err != nil {
		return err
	}
	if err = s.scalar.Append(text); err != nil {
		return f.bad(s, at, err.Error(), fmt.Sprintf("the column was taken as %s; declare its type (string takes every scalar)", s.typ))
	}
	return nil
}

func (f *filler) wrong(s *sink, at int, what string) error {
	return f.bad(s, at, fmt.Sprintf("%s stands here, and the column is %s", what, s.typ), "")
}

// object reads an object's members; the brace is next. Absent members become
// null.
func (f *filler) object(s *sink) error {
	l := f.lex
	begin := l.at
	if err := l.open(); err != nil {
		return err
	}
	f.stamp++
	stamp := f.stamp
	seen := 0
	for i, first := 0, true; ; first = false {
		more, err := l.more('}', first)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		at := l.at
		name, err := l.key()
		if err != nil {
			return err
		}
		if i >= len(s.names) || !same(s.names[i], name) {
			known := false
			if i, known = s.index[string(name)]; !known {
				return f.bad(s, at, fmt.Sprintf("the member %q is new here: the first %d rows do not have it", short(name), f.sampled), "sample more rows, or declare the column")
			}
		}
		if s.stamps[i] == stamp {
			return f.bad(s, at, fmt.Sprintf("the member %q is there twice", short(name)), "")
		}
		s.stamps[i] = stamp
		seen++
		if m := s.members[i]; m == nil {
			err = l.skip()
		} else {
			err = f.value(m)
		}
		if err != nil {
			return err
		}
		i++
	}
	if seen == len(s.members) {
		return nil
	}
	for i, m := range s.members {
		if s.stamps[i] != stamp && m != nil {
			if err := f.null(m, begin, "this row does not have the member"); err != nil {
				return err
			}
		}
	}
	return nil
}

func same(a string, b []byte) bool { return a == string(b) }

// array reads an array's elements; the bracket is next.
func (f *filler) array(s *sink, at int) error {
	if err := f.count(s, 1, at); err != nil {
		return err
	}
	switch b := s.b.(type) {
	case *array.ListBuilder:
		b.Append(true)
	case *array.LargeListBuilder:
		b.Append(true)
	case *array.FixedSizeListBuilder:
		b.Append(true)
	}
	l := f.lex
	if err := l.open(); err != nil {
		return err
	}
	n := 0
	for ; ; n++ {
		more, err := l.more(']', n == 0)
		if err != nil {
			return err
		}
		if !more {
			break
		}
		if err = f.value(s.element); err != nil {
			return err
		}
	}
	if s.fixed >= 0 && n != s.fixed {
		return f.bad(s, at, fmt.Sprintf("this array has %d elements, and the column's lists have %d", n, s.fixed), "")
	}
	return nil
}

// row reads a whole line as one row.
func (f *filler) row(s *sink, line []byte) error {
	f.lex.start(line)
	f.most = f.cells + maxCells
	if f.lex.peek() != '{' {
		return f.lex.unexpected("a row, which is an object in braces,")
	}
	if err := f.object(s); err != nil {
		return err
	}
	return rest(f.lex)
}

// rest makes sure that nothing follows a row.
func rest(l *lexer) error {
	if l.at += len(l.b[l.at:]) - len(bytes.TrimLeft(l.b[l.at:], " \t\r")); l.at < len(l.b) {
		return l.unexpected("the end of the line")
	}
	return nil
}
