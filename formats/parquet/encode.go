package parquet

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"sort"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// A page ends after so many rows, counted from the row group's start, or, for
// plain texts, after the row that fills it. Both depend on the rows alone, so
// that the file's bytes do not depend on how batches were cut.
const (
	pageRows  = 32_768
	pageTexts = 1 << 20
)

// A dictionary that grew beyond this is given up for the rest of the row group
// (1 MiB is what parquet-mr allows too). Columns that come as Arrow dictionaries
// keep theirs longer: they come back as dictionaries.
const (
	mostDistinct      = 1 << 17
	mostDistinctBytes = 1 << 20
	mostArrowBytes    = 64 << 20
)

// leafWriter encodes one leaf: pages fill up, full ones are compressed, and a
// row group's pages wait until all leaves have theirs.
type leafWriter struct {
	l        *leaf
	press    *compressor
	texts    bool // byte arrays
	isArrow  bool // comes as an Arrow dictionary
	hopeless bool // a dictionary did not pay in an earlier row group

	part    *part // of an encrypted column; its group is the one at hand
	crypto  int
	keyName string

	// the page; pdefs stays empty while all cells are there. vals begins with
	// room for the levels, so that a page need not be copied together.
	n            int
	pdefs, preps []uint8
	vals         []byte
	nvals        int
	textBytes    int64 // of a plain text column's page
	codes        []int32
	coded        bool // values go to codes
	dict         *distinct

	// the chunk
	body         [][]byte // pages with their headers
	spare        [][]byte // pages of the row group before, to be filled again
	bodySize     int
	pages        int
	plainPages   int
	codedPages   int
	levels       int64
	uncompressed int64
	stats        *statistics

	// scratch
	defs  []uint8
	sel   []int32
	stage []byte
	page  []byte
	tight []byte
}

func newLeafWriter(l *leaf, t arrow.DataType, p *compressor) *leafWriter {
	w := &leafWriter{l: l, press: p, texts: l.phys == physBytes, isArrow: t.ID() == arrow.DICTIONARY}
	if w.texts || l.width == 4 || l.width == 8 {
		w.dict = newDistinct(l.width)
	}
	w.vals = make([]byte, levelRoom)
	w.start()
	return w
}

// levelRoom holds the levels of a page without nulls, and keeps what follows
// aligned for any number.
const levelRoom = 64

// start begins a row group.
func (w *leafWriter) start() {
	w.spare = append(w.spare[:0], w.body...)
	clear(w.body)
	w.body, w.bodySize, w.pages, w.plainPages, w.codedPages, w.levels, w.uncompressed = w.body[:0], 0, 0, 0, 0, 0, 0
	w.stats = newStatistics(w.l)
	w.coded = w.dict != nil && !w.hopeless
	if w.dict != nil {
		w.dict.reset()
	}
}

// add takes the cells of an array.
func (w *leafWriter) add(a arrow.Array, lv levels) error {
	if w.l.maxDef > 0 {
		switch {
		case lv.defs != nil:
			if len(w.pdefs) == 0 {
				w.pdefs = appendSame(w.pdefs, w.l.maxDef, w.n)
			}
			w.pdefs = append(w.pdefs, lv.defs...)
		case len(w.pdefs) > 0:
			w.pdefs = appendSame(w.pdefs, w.l.maxDef, lv.n)
		}
	}
	if w.l.maxRep > 0 {
		w.preps = append(w.preps, lv.reps...)
	}
	w.n += lv.n
	k := lv.n
	if lv.sel != nil || lv.defs != nil {
		k = len(lv.sel)
	}
	w.stats.nulls += int64(lv.n - k)
	w.nvals += k
	if k == 0 {
		return nil
	}
	return w.values(a, lv.sel)
}

func (w *leafWriter) values(a arrow.Array, sel []int32) (err error) {
	d, isDict := a.(*array.Dictionary)
	switch {
	case isDict && w.coded:
		w.codes = w.dict.dictionary(w.codes, d, sel)
	case isDict:
		t := textsOf(d.Dictionary())
		for i := range a.Len() {
			if sel == nil {
				w.vals = appendText(w.vals, t.at(d.GetValueIndex(i)))
			}
		}
		for _, i := range sel {
			w.vals = appendText(w.vals, t.at(d.GetValueIndex(int(i))))
		}
	case w.texts && w.coded:
		w.codes = w.dict.texts(w.codes, textsOf(a), sel)
	case w.texts:
		w.vals = plainTexts(w.vals, textsOf(a), sel)
	case w.coded:
		if w.stage, err = stage(w.stage[:0], w.l, a, sel); err == nil {
			w.codes = w.dict.numbers(w.codes, w.stage)
		}
	default:
		w.vals, err = stage(w.vals, w.l, a, sel)
	}
	if len(w.vals) > maxData || w.n > maxPage {
		return errLong
	}
	return err
}

func appendText(dst, v []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(v))), v...)
}

func plainTexts(dst []byte, t textCells, sel []int32) []byte {
	if sel != nil || t.len() == 0 {
		for _, i := range sel {
			dst = appendText(dst, t.at(int(i)))
		}
		return dst
	}
	n := t.len()
	at := len(dst)
	dst = slices.Grow(dst, 4*n+int(t.between(0, n)))
	dst = dst[:at+4*n+int(t.between(0, n))]
	for i := range n {
		v := t.at(i)
		binary.LittleEndian.PutUint32(dst[at:], uint32(len(v)))
		at += 4 + copy(dst[at+4:], v)
	}
	return dst
}

// flush ends the page.
func (w *leafWriter) flush() error {
	if w.n == 0 {
		return nil
	}
	if w.coded && w.pages == 0 && !w.isArrow && 2*w.dict.n > w.nvals && w.nvals > 0 {
		w.giveUp()
	}
	b := w.page[:0]
	if w.l.maxRep > 0 {
		b = appendLevels(b, w.preps, w.n, w.l.maxRep)
	}
	if w.l.maxDef > 0 {
		b = appendLevels(b, w.pdefs, w.n, w.l.maxDef)
	}
	encoding := int32(encPlain)
	switch {
	case w.coded && w.dict.n > 0: // pages of nulls need no dictionary
		encoding = encRLEDict
		width := max(widthOf(w.dict.n-1), 1) // a width of 0 is legal but rare
		b = appendRLE(append(b, byte(width)), w.codes, width)
		w.page = b
		w.codedPages++
	case w.l.phys == physBool:
		w.stats.plain(w.vals[levelRoom:])
		b = append(b, packBits(w.vals[levelRoom:])...)
		w.page = b
		w.plainPages++
	default:
		vals := w.vals[levelRoom:]
		w.stats.plain(vals)
		if room := levelRoom - len(b); room >= 0 {
			copy(w.vals[room:], b)
			b = w.vals[room:]
		} else {
			b = append(b, vals...)
			w.page = b
		}
		w.plainPages++
	}
	page, err := w.makePage(pageData, encoding, w.n, b)
	if err != nil {
		return err
	}
	w.body = append(w.body, page)
	w.bodySize += len(page)
	w.pages++
	w.textBytes = 0
	w.levels += int64(w.n)
	w.n, w.nvals, w.pdefs, w.preps, w.vals, w.codes = 0, 0, w.pdefs[:0], w.preps[:0], w.vals[:levelRoom], w.codes[:0]
	if w.coded {
		size := len(w.dict.plain)
		if w.isArrow && size > mostArrowBytes || !w.isArrow && (size > mostDistinctBytes || w.dict.n > mostDistinct) {
			w.coded = false
		}
	}
	return nil
}

// giveUp writes the first page plainly after all: its values hardly repeat.
func (w *leafWriter) giveUp() {
	for _, c := range w.codes {
		if v := w.dict.value(int(c)); w.texts {
			w.vals = appendText(w.vals, v)
		} else {
			w.vals = append(w.vals, v...)
		}
	}
	w.coded, w.hopeless, w.dict = false, true, nil
}

func appendLevels(dst []byte, v []uint8, n int, most uint8) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	if len(v) == 0 {
		dst = append(binary.AppendUvarint(dst, uint64(n)<<1), most)
	} else {
		dst = appendRLE(dst, v, widthOf(int(most)))
	}
	binary.LittleEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// makePage compresses a page and puts its header before it.
func (w *leafWriter) makePage(typ, encoding int32, n int, b []byte) ([]byte, error) {
	if len(b) > math.MaxInt32 {
		return nil, errLong
	}
	tight := b
	if w.press.codec != codecNone {
		w.tight = w.press.compress(w.tight[:0], b)
		tight = w.tight
	}
	if len(tight) > math.MaxInt32 {
		return nil, errLong
	}
	const headerRoom = 64
	if w.part != nil {
		return w.makeModules(typ, encoding, n, len(b), tight)
	}
	t := thriftWriter{b: w.room(headerRoom + len(tight))}
	t.open()
	t.i32(1, typ)
	t.i32(2, int32(len(b)))
	t.i32(3, int32(len(tight)))
	t.i32(4, int32(crc32.ChecksumIEEE(tight)))
	endHeader(&t, typ, encoding, n)
	w.uncompressed += int64(len(t.b) + len(b))
	return append(t.b, tight...), nil
}

// endHeader writes the part of a page header that says what is in the page.
func endHeader(t *thriftWriter, typ, encoding int32, n int) {
	if typ == pageDictionary {
		t.sub(7)
		t.i32(1, int32(n))
		t.i32(2, encoding)
	} else {
		t.sub(5)
		t.i32(1, int32(n))
		t.i32(2, encoding)
		t.i32(3, encRLE)
		t.i32(4, encRLE)
	}
	t.close()
	t.close()
}

// room gives an empty buffer for n bytes: pages of a column are much alike, so
// that those of the row group before mostly do.
func (w *leafWriter) room(n int) []byte {
	if k := len(w.spare); k > 0 {
		b := w.spare[k-1]
		w.spare[k-1] = nil
		w.spare = w.spare[:k-1]
		if cap(b) >= n && cap(b) < 2*n {
			return b[:0]
		}
	}
	return make([]byte, 0, n+n/16)
}

// finish writes the chunk and says where it lies.
func (w *leafWriter) finish(out *counted) (chunk, error) {
	if err := w.flush(); err != nil {
		return chunk{}, err
	}
	c := chunk{phys: w.l.phys, codec: w.press.codec, path: w.l.path, values: w.levels, encodings: []int32{encRLE}, crypto: w.crypto}
	if w.plainPages > 0 || w.codedPages > 0 {
		c.encodings = append(c.encodings, encPlain)
	}
	start := out.n
	if w.codedPages > 0 {
		c.encodings = append(c.encodings, encRLEDict)
		for i := range w.dict.n {
			w.stats.one(w.dict.value(i))
		}
		b, err := w.makePage(pageDictionary, encPlain, w.dict.n, w.dict.plain)
		if err != nil {
			return c, err
		}
		c.dictOffset = start
		if _, err := out.Write(b); err != nil {
			return c, err
		}
	}
	c.dataOffset = out.n
	for _, page := range w.body {
		if _, err := out.Write(page); err != nil {
			return c, err
		}
	}
	c.compressed, c.uncompressed, c.stats = out.n-start, w.uncompressed, w.stats
	if err := w.hide(&c); err != nil {
		return c, err
	}
	w.start()
	return c, nil
}

// size is what the chunk holds by now.
func (w *leafWriter) size() int { return w.bodySize + len(w.vals) }

// errColumn says which column a fault is about.
func errColumn(name string, err error) error { return fmt.Errorf("column %q: %w", name, err) }

// fits says how many of n rows of a plain text column go into the page, and
// whether they fill it.
func (w *leafWriter) fits(a arrow.Array, from, n int) (rows int, full bool) {
	t := textsOf(a)
	room := int64(pageTexts) - w.textBytes
	if w.textBytes+t.between(from, from+n) < pageTexts {
		w.textBytes += t.between(from, from+n)
		return n, false
	}
	rows = sort.Search(n-1, func(i int) bool { return t.between(from, from+i+1) >= room }) + 1
	w.textBytes = 0
	return rows, true
}
