package profile

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/apache/arrow/go/v17/arrow"
)

// ErrVersion marks a state file of a version that this program does not know.
// It matches ErrCorrupt as well.
var ErrVersion = fmt.Errorf("unknown version of profile state: %w", ErrCorrupt)

// parser reads the parts of a state file. After a fault everything reads as
// zero and err holds the first.
type parser struct {
	b   []byte
	off int
	err error
}

func (r *parser) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf("read profile state at byte %d: %s: %w", r.off, fmt.Sprintf(format, args...), ErrCorrupt)
		r.b = nil
	}
}

func (r *parser) take(n int) []byte {
	if r.err != nil || n < 0 || n > len(r.b) {
		r.fail("it ends too early")
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	r.off += n
	return out
}

func (r *parser) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *parser) bool() bool {
	b := r.byte()
	if b > 1 {
		r.fail("a flag is neither 0 nor 1")
	}
	return b == 1
}

func (r *parser) uint() uint64 {
	x, n := binary.Uvarint(r.b)
	if n <= 0 || n > 1 && r.b[n-1] == 0 { // the longer form of a number is no second form of a state
		r.fail("a number is cut or too long")
		return 0
	}
	r.b = r.b[n:]
	r.off += n
	return x
}

// size reads the number of things that take at least each bytes.
func (r *parser) size(each int) int {
	n := r.uint()
	if n > uint64(len(r.b)/each) {
		r.fail("it promises more than it holds")
		return 0
	}
	return int(n)
}

func (r *parser) word() uint64 {
	if b := r.take(8); b != nil {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

func (r *parser) bytes() []byte  { return r.take(r.size(1)) }
func (r *parser) string() string { return string(r.bytes()) }

// UnmarshalBinary reads what MarshalBinary wrote. On an error, which matches
// ErrCorrupt, the state is not changed.
func (s *State) UnmarshalBinary(data []byte) error {
	const least = len(stateMagic) + 1 + 4
	if len(data) < least || string(data[:len(stateMagic)]) != stateMagic {
		return fmt.Errorf("read profile state: it does not begin with %q: %w", stateMagic, ErrCorrupt)
	}
	if v := data[len(stateMagic)]; v != stateVersion {
		return fmt.Errorf("read profile state of version %d: this program knows version %d: %w", v, stateVersion, ErrVersion)
	}
	body, sum := data[:len(data)-4], data[len(data)-4:]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(sum) {
		return fmt.Errorf("read profile state: its checksum is wrong: %w", ErrCorrupt)
	}
	return s.parse(&parser{b: body[least-4:], off: least - 4})
}

func (s *State) parse(r *parser) error {
	const most = 1 << 26 // a larger bound is no sketch
	opt := Options{Distinct: int(min(r.uint(), most)), SampleRows: int(min(r.uint(), most)), NoValues: r.bool()}
	if opt.Distinct == 0 || opt.SampleRows == 0 {
		r.fail("a bound is zero")
	}
	rows := r.uint()
	if rows > math.MaxInt64 {
		r.fail("too many rows")
	}
	schema := r.schema()
	if r.err != nil {
		return r.err
	}
	next := New(schema, opt)
	next.rows = rows
	for _, c := range next.cols {
		r.column(c, rows)
		if r.err != nil {
			return r.err
		}
	}
	r.sample(next.sample, rows)
	if r.err == nil && len(r.b) != 0 {
		r.fail("bytes follow the end")
	}
	if r.err != nil {
		return r.err
	}
	*s = *next
	s.sample.values = s.sample
	return nil
}

func (r *parser) column(c *column, rows uint64) {
	c.nulls = r.uint()
	if c.nulls > rows {
		r.fail("column %q has more nulls than rows", c.field.Name)
	}
	e := r.counts(&c.values)
	var total uint64
	for i := range e {
		if c.text() {
			it := textItem{length: r.uint(), flags: r.byte(), off: len(c.arena.data)}
			b := r.bytes()
			if len(b) > keepBytes || c.arena.bare && len(b) > 0 {
				r.fail("a text is too long")
			}
			it.kept = uint16(len(b))
			c.arena.data = append(c.arena.data, b...)
			c.arena.items = append(c.arena.items, it)
			e[i].ref = int32(i)
		}
		total += e[i].n
		if total > rows-min(rows, c.nulls) {
			r.fail("column %q counts more values than rows", c.field.Name)
		}
	}
	if r.err != nil {
		return
	}
	c.values.load(e)
	full := r.bool()
	if full != c.values.over || full && c.kind == KindNested {
		r.fail("column %q has accumulators where it should not, or has none", c.field.Name)
		return
	}
	if !full {
		if total != rows-c.nulls && c.kind != KindNested {
			r.fail("column %q does not count all its values", c.field.Name)
		}
		return
	}
	if c.text() {
		c.txt = r.texts(c.arena.bare)
		if c.txt.n != rows-c.nulls {
			r.fail("column %q does not account for all its values", c.field.Name)
		}
		return
	}
	c.num = r.numbers(c.domain)
	if n := c.num; n.finite > rows || n.nans > rows || n.infinite > rows || n.finite+n.nans+n.infinite != rows-c.nulls {
		r.fail("column %q does not account for all its values", c.field.Name)
	}
	if r.bool() != c.hasWeek() {
		r.fail("column %q has hours of the week where it should not, or has none", c.field.Name)
	}
	if c.hasWeek() {
		c.week = new([168]uint64)
		for i := range c.week {
			c.week[i] = r.uint()
		}
	}
}

// load fills an empty sketch with counts in ascending order of hash.
func (d *distinct) load(e []slot) {
	size := 16
	for size < 2*len(e)+2 {
		size *= 2
	}
	d.rebuild(e, size)
	if d.over {
		d.limit = e[len(e)-1].h
	}
}

func (r *parser) counts(d *distinct) []slot {
	d.over = r.bool()
	n := r.size(9)
	if n > d.k || d.over && n < d.k {
		r.fail("the number of counts does not fit the bound")
		return nil
	}
	e := make([]slot, n)
	for i := range e {
		e[i] = slot{h: r.word(), n: r.uint()}
		if e[i].n == 0 || i > 0 && e[i].h <= e[i-1].h {
			r.fail("counts are empty or out of order")
			return nil
		}
	}
	return e
}

func (r *parser) numbers(d domain) *numbers {
	a := newNumbers()
	a.min, a.max = r.word(), r.word()
	a.finite, a.zeros, a.negatives = r.uint(), r.uint(), r.uint()
	a.nans, a.infinite = r.uint(), r.uint()
	a.fractional = r.bool()
	if a.zeros > a.finite || a.negatives > a.finite || a.finite > 0 && a.min > a.max {
		r.fail("the facts of numbers contradict each other")
	}
	if d.float && a.finite > 0 && (a.min <= minusInf || a.max >= plusInf) {
		r.fail("an extreme is not finite")
	}
	r.sums(&a.moments.whole[0])
	r.sums(&a.moments.whole[1])
	last := -1
	for range r.size(1 + 14*8) {
		i := r.uint()
		if i >= 1<<12 || int(i) <= last || i&0x7ff == 0x7ff || i&0x7ff == 0 {
			r.fail("a bin is out of order")
			return a
		}
		last = int(i)
		page := &a.moments.float[i/binsAPage]
		if *page == nil {
			*page = new([binsAPage]sums)
		}
		r.sums(&(*page)[i%binsAPage])
	}
	r.spread(&a.spread, a.finite)
	return a
}

func (r *parser) sums(s *sums) {
	var w [14]uint64
	for i := range w {
		w[i] = r.word()
	}
	s.setWords(w[:])
}

func (r *parser) texts(bare bool) *texts {
	a := &texts{bare: bare}
	a.n, a.empty, a.padded, a.nonASCII, a.invalid = r.uint(), r.uint(), r.uint(), r.uint(), r.uint()
	a.total = r.uint()
	r.spread(&a.lengths, a.n)
	if r.bool() {
		lo, hi := r.bytes(), r.bytes()
		if len(lo) > extremeBytes || len(hi) > extremeBytes || bare {
			r.fail("an extreme is too long")
		}
		a.min, a.max = append([]byte{}, lo...), append([]byte{}, hi...)
		a.minHead, a.maxHead = head(lo), head(hi)
	}
	return a
}

// spread reads buckets that must hold total values.
func (r *parser) spread(s *spread, total uint64) {
	shift := r.byte()
	n := r.size(2)
	if shift > 63 || n > spreadBuckets {
		r.fail("a spread is too wide")
		return
	}
	s.shift = uint(shift)
	var k, seen uint64
	for i := range n {
		d, count := r.uint(), r.uint()
		if i > 0 && d == 0 || k+d < k || (k+d)>>(64-shift) != 0 || count == 0 || count > total-min(seen, total) {
			r.fail("the buckets of a spread contradict each other")
			return
		}
		k += d
		seen += count
		s.put(k, count)
	}
	if seen != total {
		r.fail("a spread does not hold all values")
	}
}

func (r *parser) sample(s *sample, rows uint64) {
	e := r.counts(&s.distinct)
	var total uint64
	for i := range e {
		e[i].ref = int32(i)
		if total += e[i].n; total > rows {
			r.fail("the sample has more rows than the table")
			return
		}
	}
	s.n = int32(len(e))
	for i := range s.cols {
		c := &s.cols[i]
		for range e {
			valid := r.bool()
			var key uint64
			var b []byte
			if valid {
				key = r.word()
				if c.text() {
					if b = r.bytes(); len(b) > extremeBytes {
						r.fail("a text is too long")
					}
				}
			}
			if r.err != nil {
				return
			}
			c.put(valid, key, b)
		}
	}
	s.load(e)
}

func (r *parser) schema() *arrow.Schema {
	fields := make([]arrow.Field, 0, 16)
	for range r.size(5) {
		fields = append(fields, r.field(0))
	}
	md := r.metadata()
	return arrow.NewSchema(fields, &md)
}

func (r *parser) metadata() arrow.Metadata {
	n := r.size(2)
	keys, values := make([]string, n), make([]string, n)
	for i := range n {
		keys[i], values[i] = r.string(), r.string()
	}
	return arrow.NewMetadata(keys, values)
}

func (r *parser) field(depth int) arrow.Field {
	return arrow.Field{Name: r.string(), Type: r.dataType(depth + 1), Nullable: r.bool(), Metadata: r.metadata()}
}
