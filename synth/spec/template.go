package spec

import (
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/synth/rng"
)

// templateWord is a text with places: {column}, {p.part}, {#}, each with
// filters behind bars: {p.family|lower}. A brace is written {{ or }}.
type templateWord struct {
	Template string `yaml:"template" spec:"required" doc:"a text with {column}, {p.part} or {#8}, the row's code; filters: lower, upper, slug, initial, pad8"`
}

// slot is a piece of a template: a literal, or a place.
type slot struct {
	literal string
	column  *column
	entity  *entity
	part    entityPart
	digits  int // of the row's code
	filters []filter
}

type filter struct {
	name string
	f    func(dst []byte, from int) []byte // changes dst[from:] in place
}

func filters() []filter {
	return []filter{
		{"lower", func(dst []byte, from int) []byte {
			for i, c := range dst[from:] {
				if c >= 'A' && c <= 'Z' {
					dst[from+i] = c + 'a' - 'A'
				}
			}
			return dst
		}},
		{"upper", func(dst []byte, from int) []byte {
			for i, c := range dst[from:] {
				if c >= 'a' && c <= 'z' {
					dst[from+i] = c - 'a' + 'A'
				}
			}
			return dst
		}},
		{"slug", slug},
		{"initial", func(dst []byte, from int) []byte {
			for i := range string(dst[from:]) {
				if i > 0 {
					return dst[:from+i]
				}
			}
			return dst
		}},
	}
}

// slug keeps small letters, digits and what is not ASCII; runs of others become
// one hyphen between.
func slug(dst []byte, from int) []byte {
	to, gap := from, false
	for _, c := range dst[from:] {
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c >= 0x80:
		default:
			gap = true
			continue
		}
		if gap && to > from {
			dst[to] = '-'
			to++
		}
		gap = false
		dst[to] = c
		to++
	}
	return dst[:to]
}

func pad(width int) func(dst []byte, from int) []byte {
	return func(dst []byte, from int) []byte {
		n := len(dst) - from
		for range width - n {
			dst = append(dst, '0')
		}
		if n < width {
			copy(dst[from+width-n:], dst[from:from+n])
			for i := range width - n {
				dst[from+i] = '0'
			}
		}
		return dst
	}
}

func (w *templateWord) build(b *binder) (maker, error) {
	m := &templateMaker{code: -1}
	rest := w.Template
	literal := ""
	for rest != "" {
		i := strings.IndexAny(rest, "{}")
		if i < 0 {
			literal += rest
			break
		}
		literal += rest[:i]
		if i+1 < len(rest) && rest[i] == rest[i+1] {
			literal += rest[i : i+1]
			rest = rest[i+2:]
			continue
		}
		end := strings.IndexByte(rest[i:], '}')
		if rest[i] == '}' || end < 0 {
			return nil, b.errorf("template: a brace is not closed or not opened; a brace itself is written {{ or }}")
		}
		if literal != "" {
			m.slots = append(m.slots, slot{literal: literal})
			literal = ""
		}
		s, err := w.slot(b, strings.TrimSpace(rest[i+1:i+end]))
		if err != nil {
			return nil, err
		}
		if s.digits > 0 {
			if m.code >= 0 {
				return nil, b.errorf("template: {#} stands twice")
			}
			m.code = len(m.slots)
		}
		m.slots = append(m.slots, s)
		rest = rest[i+end+1:]
	}
	if literal != "" {
		m.slots = append(m.slots, slot{literal: literal})
	}
	if b.unique() {
		if err := m.unique(b); err != nil {
			return nil, err
		}
	}
	return m, b.typed(arrow.BinaryTypes.String)
}

func (w *templateWord) slot(b *binder, text string) (slot, error) {
	words := strings.Split(text, "|")
	name := strings.TrimSpace(words[0])
	var s slot
	if rest, ok := strings.CutPrefix(name, "#"); ok {
		s.digits = b.codeDigits()
		if rest != "" {
			n, err := strconv.Atoi(rest)
			if err != nil || n < 1 || n > 18 {
				return s, b.errorf("template: {#%s}: the row's code has 1 to 18 digits, such as {#8}", rest)
			}
			s.digits = n
		}
	} else if strings.Contains(name, ".") {
		var err error
		if s.entity, s.part, err = b.entityPart(name, b.at); err != nil {
			return s, err
		}
		if s.part.typ != nil {
			return s, b.errorf("template: %s is not a text; make it a column (it may be hidden: true) and name that", name)
		}
	} else {
		var err error
		if s.column, err = b.column(name, b.at); err != nil {
			return s, err
		}
		if cellOf(s.column.typ) == nil {
			return s, b.errorf("template: column %q has type %s, which has no text", name, typeName(s.column.typ))
		}
	}
	known := filters()
	for _, word := range words[1:] {
		word = strings.TrimSpace(word)
		found := false
		for _, f := range known {
			if f.name == word {
				s.filters, found = append(s.filters, f), true
			}
		}
		if width, ok := strings.CutPrefix(word, "pad"); ok && !found {
			if n, err := strconv.Atoi(width); err == nil && n >= 1 && n <= 64 {
				s.filters, found = append(s.filters, filter{word, pad(n)}), true
			}
		}
		if !found {
			return s, unknown(b.at, "filter", word, []string{"lower", "upper", "slug", "initial", "pad8"})
		}
	}
	if s.digits > 0 && s.filters != nil {
		return s, b.errorf("template: {#} takes no filter")
	}
	return s, nil
}

// unique makes sure that the row's code can be read off: everything before it
// is literal, or everything behind it is.
func (m *templateMaker) unique(b *binder) error {
	if m.code < 0 {
		return b.errorf("a unique template needs {#}, the row's code, such as {#8}")
	}
	m.fromStart, m.fromEnd = 0, 0
	for _, s := range m.slots[:m.code] {
		if s.literal == "" {
			m.fromStart = -1
			break
		}
		m.fromStart += len(s.literal)
	}
	for _, s := range m.slots[m.code+1:] {
		if s.literal == "" {
			m.fromEnd = -1
			break
		}
		m.fromEnd += len(s.literal)
	}
	if m.fromStart < 0 && m.fromEnd < 0 {
		return b.errorf("a unique template has nothing but fixed text on one side of {#}, so that the code can be told from the rest")
	}
	b.col.capacity, b.col.inverse = power10(m.slots[m.code].digits), m
	return nil
}

type templateMaker struct {
	slots              []slot
	code               int // which slot is the row's code, or -1
	fromStart, fromEnd int // where the code stands, -1: cannot be told from there
}

func (m *templateMaker) bijection(w *world, c *column) rng.Bijection {
	return w.key(c).Bijection(uint64(power10(m.slots[m.code].digits)))
}

func (m *templateMaker) make(f *frame, c *column) (arrow.Array, error) {
	cells := make([]func([]byte, int) []byte, len(m.slots))
	samplers := make([]sampler, len(m.slots))
	var code rng.Bijection
	for i, s := range m.slots {
		switch {
		case s.column != nil:
			a, err := f.column(s.column)
			if err != nil {
				return nil, err
			}
			cells[i] = cellOf(s.column.typ)(a)
		case s.entity != nil:
			samplers[i] = f.sampler(s.entity)
		case s.digits > 0:
			code = m.bijection(f.w, c)
		}
	}
	t := newTexts(f.pool(), f.n, &c.hint)
	var d drawn
	for i := range f.n {
		for j := range m.slots {
			s := &m.slots[j]
			from := len(t.data)
			switch {
			case s.literal != "":
				t.data = append(t.data, s.literal...)
			case s.column != nil:
				t.data = cells[j](t.data, i)
			case s.entity != nil:
				samplers[j].at(&d, f.row(i))
				t.data = s.part.text(t.data, &d)
			default:
				t.data = appendDigits(t.data, code.At(uint64(f.row(i))), s.digits)
			}
			for _, x := range s.filters {
				t.data = x.f(t.data, from)
			}
		}
		t.mark(i)
	}
	return t.finish()
}

func (m *templateMaker) invert(w *world, c *column, cell string) (int64, bool) {
	n := m.slots[m.code].digits
	at := m.fromStart
	if at < 0 {
		at = len(cell) - m.fromEnd - n
	}
	if at < 0 || at+n > len(cell) {
		return 0, false
	}
	v, err := strconv.ParseUint(cell[at:at+n], 10, 64)
	if err != nil {
		return 0, false
	}
	b := m.bijection(w, c)
	return int64(b.Invert(v)), true
}

// wordsWord is some words of the locale.
type wordsWord struct {
	Least int `yaml:"least" default:"3" doc:"at least so many"`
	Most  int `yaml:"most" default:"0" doc:"at most so many; 0: as many as least"`
}

const maxWords = 1000

func (w *wordsWord) build(b *binder) (maker, error) {
	most := w.Most
	if most == 0 {
		most = w.Least
	}
	if w.Least < 1 || most < w.Least || most > maxWords {
		return nil, b.errorf("words are 1 to %d, the least first", maxWords)
	}
	m := &wordsMaker{least: w.Least, spread: most - w.Least + 1}
	for _, l := range b.t.locales {
		vals := l.Words.Values()
		gap := " "
		if l.Name == "zh_CN" {
			gap = "" // Chinese writes no spaces
		}
		for i := range vals {
			vals[i] += gap
		}
		m.lists, m.gap = append(m.lists, newList(vals)), append(m.gap, len(gap))
	}
	return m, b.typed(arrow.BinaryTypes.String)
}

type wordsMaker struct {
	lists         []*list // by locale; each word with the gap behind it
	gap           []int
	least, spread int
}

func (m *wordsMaker) make(f *frame, c *column) (arrow.Array, error) {
	t := newTexts(f.pool(), f.n, &c.hint)
	key, mix := f.w.key(c), f.w.tables[f.t.id].Name("/locale")
	count := key.Name("/count")
	for i := range f.n {
		row, n, loc := uint64(f.row(i)), m.least, 0
		if m.spread > 1 {
			n += int(count.Below(row, uint64(m.spread)))
		}
		if f.t.mix != nil {
			loc = f.t.mix.At(mix.Uint64(row))
		}
		l := m.lists[loc]
		size := uint64(len(l.off) - 1)
		t.reserve(n*l.max + padding)
		dst, to := t.data[:cap(t.data)], len(t.data)
		var draw uint64
		for k := range n {
			// A draw chooses four words of 16 bits each; a list of 200 words has
			// a bias of at most 0.3 % of a word's share.
			if k&3 == 0 {
				draw = key.Uint64(row*maxWords + uint64(k))
			}
			ix := draw & 0xffff * size >> 16
			draw >>= 16
			from, bytes := l.off[ix], int(l.off[ix+1]-l.off[ix])
			if bytes <= padding {
				*(*[padding]byte)(dst[to:]) = *(*[padding]byte)(l.bytes[from:])
			} else {
				copy(dst[to:], l.bytes[from:int(from)+bytes])
			}
			to += bytes
		}
		t.data = t.data[:to-m.gap[loc]]
		t.mark(i)
	}
	return t.finish()
}
