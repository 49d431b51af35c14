package jsonl

import (
	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/cell"
)

// shape collects what the sample says about a column or member.
type shape struct {
	objects, arrays, scalars    bool
	bools, numbers, texts       bool
	notInt, notFloat            bool
	notDate, notZoned, notLocal bool
	notNaN                      bool // a string that is no NaN and no infinity
	names                       []string
	index                       map[string]int
	members                     []*shape
	element                     *shape
	stamp                       int64 // of the object that held it last
	skip                        bool  // its type is declared, or it is not wanted
}

var (
	zoned = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	local = &arrow.TimestampType{Unit: arrow.Microsecond}
)

// sampler adds the sample's values to a shape.
type sampler struct {
	lex    *lexer
	nulls  map[string]bool
	root   *shape
	want   map[string]bool // the columns asked for; nil for all
	shapes int             // made so far
	stamp  int64
	order  []int // of the root's members, as they appeared first
}

func (p *sampler) newShape(at int) (*shape, error) {
	if p.shapes++; p.shapes > maxColumns {
		return nil, p.lex.fault(at, "the table has more than %d columns, nested members included", maxColumns)
	}
	return &shape{}, nil
}

// value adds the value that is next.
func (p *sampler) value(s *shape) error {
	l := p.lex
	if s.skip {
		return l.skip()
	}
	c := l.peek()
	at := l.at
	switch c {
	case '{', '[':
		object := c == '{'
		if s.scalars || object && s.arrays || !object && s.objects {
			return l.fault(at, "rows before hold another kind of value here: objects and arrays do not mix with anything else")
		}
		if object {
			s.objects = true
			return p.object(s)
		}
		s.arrays = true
		return p.array(s)
	case '"':
		t, err := l.string()
		if err != nil {
			return err
		}
		if len(p.nulls) > 0 && p.nulls[string(t)] {
			return nil
		}
		s.text(t)
	case '0':
		t, err := l.number()
		if err != nil {
			return err
		}
		s.scalars, s.numbers = true, true
		if !s.notInt {
			_, err = cell.ParseInt(t)
			s.notInt = err != nil
		}
		s.notFloat = s.notFloat || !cell.IsFloat(t)
	default:
		w, err := l.word()
		if err != nil {
			return err
		}
		if w[0] == 'n' {
			return nil
		}
		s.scalars, s.bools = true, true
	}
	if s.objects || s.arrays {
		return l.fault(at, "rows before hold another kind of value here: objects and arrays do not mix with anything else")
	}
	return nil
}

func (s *shape) text(t []byte) {
	s.scalars, s.texts = true, true
	if !s.notDate {
		_, ok := cell.ParseDate(t)
		s.notDate = !ok
	}
	if !s.notZoned {
		_, err := cell.ParseTimestamp(t, zoned)
		s.notZoned = err != nil
	}
	if !s.notLocal {
		_, err := cell.ParseTimestamp(t, local)
		s.notLocal = err != nil
	}
	s.notNaN = s.notNaN || !cell.IsNaN(t)
}

// object adds an object's members; the brace is next.
func (p *sampler) object(s *shape) error {
	l := p.lex
	if err := l.open(); err != nil {
		return err
	}
	p.stamp++
	stamp := p.stamp
	for i, first := 0, true; ; first = false {
		more, err := l.more('}', first)
		if !more || err != nil {
			return err
		}
		at := l.at
		name, err := l.key()
		if err != nil {
			return err
		}
		// Rows mostly have the same members in the same order.
		if i >= len(s.names) || s.names[i] != string(name) {
			known := false
			if i, known = s.index[string(name)]; !known {
				m, err := p.newShape(at)
				if err != nil {
					return err
				}
				m.skip = s == p.root && p.want != nil && !p.want[string(name)]
				i = s.add(string(name), m)
			}
		}
		m := s.members[i]
		if m.stamp == stamp {
			return l.fault(at, "the member %q is there twice", short(name))
		}
		if s == p.root && m.stamp == 0 {
			p.order = append(p.order, i)
		}
		m.stamp = stamp
		if err := p.value(m); err != nil {
			return err
		}
		i++
	}
}

func (s *shape) add(name string, m *shape) int {
	if s.index == nil {
		s.index = map[string]int{}
	}
	i := len(s.names)
	s.index[name] = i
	s.names, s.members = append(s.names, name), append(s.members, m)
	return i
}

// array adds an array's elements; the bracket is next.
func (p *sampler) array(s *shape) error {
	l := p.lex
	if err := l.open(); err != nil {
		return err
	}
	if s.element == nil {
		e, err := p.newShape(l.at)
		if err != nil {
			return err
		}
		s.element = e
	}
	for first := true; ; first = false {
		more, err := l.more(']', first)
		if !more || err != nil {
			return err
		}
		if err := p.value(s.element); err != nil {
			return err
		}
	}
}

// kind is the type that the shape has.
func (s *shape) kind(allText bool) arrow.DataType {
	switch {
	case s.objects:
		fields := make([]arrow.Field, len(s.names))
		for i, m := range s.members {
			fields[i] = arrow.Field{Name: s.names[i], Type: m.kind(allText), Nullable: true}
		}
		return arrow.StructOf(fields...)
	case s.arrays:
		return arrow.ListOf(s.element.kind(allText))
	case allText || !s.scalars:
	case s.bools && !s.numbers && !s.texts:
		return arrow.FixedWidthTypes.Boolean
	case s.numbers && !s.bools && !s.texts && !s.notInt:
		return arrow.PrimitiveTypes.Int64
	case s.numbers && !s.bools && !s.notFloat && (!s.texts || !s.notNaN):
		return arrow.PrimitiveTypes.Float64
	case s.texts && !s.bools && !s.numbers:
		switch {
		case !s.notDate:
			return arrow.FixedWidthTypes.Date32
		case !s.notZoned:
			return zoned
		case !s.notLocal:
			return local
		}
	}
	return arrow.BinaryTypes.String
}

// short keeps a name of the input fit for a message.
func short(name []byte) string {
	const most = 64
	if len(name) > most {
		return string(name[:most]) + "..."
	}
	return string(name)
}
