package parquet

import (
	"bufio"
	"errors"
	"io"
	"slices"
)

// scan reads one leaf of one row group, some rows at a time.
type scan struct {
	l     *leaf
	pages pages
	dict  *dictionary

	dictSize int    // bytes that the meter knows of
	codes    *coder // turns texts into indices of one Arrow dictionary, or nil
	meter    *meter

	page   int // levels of the current page not yet taken out of the readers
	defs   rleReader
	reps   rleReader
	values decoder

	pendDef, pendRep []uint8 // levels of lists, read ahead
	chunkLeft        int64   // levels that the metadata promises and that have not come

	// What was taken: n levels of so many rows. def stays empty while all cells are there and
	// the leaf lies in no list.
	n, rows  int
	def, rep []uint8
	out      cells
}

// maxPage bounds the cells of one page: writers end pages at a few megabytes,
// while a hostile run of nulls takes a few bytes.
const maxPage = 64 << 20

func newScan(r io.ReaderAt, size int64, l *leaf, c *chunk, codes *coder, m *meter, old *scan) (*scan, error) {
	if c.crypto != cryptoNone && c.part == nil {
		return nil, errNoKey
	}
	start := c.dataOffset
	if c.dictOffset > 0 && c.dictOffset < start {
		start = c.dictOffset
	}
	if start < 4 || c.compressed < 0 || c.compressed > size-8-start || c.values < 0 {
		return nil, errors.New("its pages lie outside the file")
	}
	if c.phys != l.phys {
		return nil, errors.New("its physical type differs from the schema's")
	}
	s := &scan{l: l, codes: codes, meter: m, chunkLeft: c.values}
	if old != nil { // keep the buffers
		s.pages, s.out, s.def, s.rep, s.dictSize = old.pages, old.out, old.def, old.rep, old.dictSize
	}
	s.pages.codec, s.pages.left, s.pages.meter = c.codec, c.compressed, m
	s.pages.part, s.pages.ordinal, s.pages.dictNext = c.part, 0, start < c.dataOffset
	part := io.NewSectionReader(r, start, c.compressed)
	if size := int(min(c.compressed, 64<<10)); s.pages.r == nil || s.pages.r.Size() < size {
		s.pages.r = bufio.NewReaderSize(part, size)
	} else {
		s.pages.r.Reset(part)
	}
	return s, nil
}

func (s *scan) reset() {
	s.n, s.rows, s.def, s.rep = 0, 0, s.def[:0], s.rep[:0]
	s.out.reset()
}

// Rows are taken in steps, between which a batch may end early: steps are
// small where cells are long.
const (
	mostStep  = 8192
	firstStep = 64
	stepData  = 64 << 20 // of all leaves
	fullData  = 128 << 20
	fullCells = 4 << 20
)

// step is how many rows may be taken at once without risking memory, by what
// the batch's rows took so far.
func (s *scan) step() int {
	n := mostStep
	share := func(all, used int) {
		n = min(n, max(all/s.meter.leaves/max(used/max(s.rows, 1), 1), 1))
	}
	texts := s.l.phys == physBytes && s.codes == nil
	if s.rows == 0 && (texts || s.l.maxRep > 0) {
		n = firstStep
	}
	if texts {
		share(stepData, len(s.out.data))
		if s.dict != nil && s.l.maxRep == 0 {
			n = min(n, max(stepData/s.meter.leaves/max(s.dict.longest, 1), 1))
		}
	}
	if s.l.maxRep > 0 {
		share(fullCells, s.n)
	}
	return n
}

// held is how many bytes and nested cells were taken.
func (s *scan) held() (data, cells int) {
	if s.l.maxRep > 0 {
		cells = s.n
	}
	return len(s.out.data) + len(s.out.fixed), cells
}

// take adds n rows.
func (s *scan) take(n int) error {
	s.rows += n
	if s.l.maxRep > 0 {
		return s.takeNested(n)
	}
	for n > 0 {
		if s.page == 0 {
			if err := s.nextPage(); err != nil {
				return err
			}
		}
		k, valid, err := s.flat(min(n, s.page))
		if err != nil {
			return err
		}
		s.page -= k
		s.n += k
		n -= k
		if err := s.read(valid); err != nil {
			return err
		}
	}
	return nil
}

// flat takes up to n definition levels of a leaf outside lists.
func (s *scan) flat(n int) (k, valid int, err error) {
	most := s.l.maxDef
	if most == 0 {
		return n, n, nil
	}
	k, v, err := s.defs.repeated(n)
	if err != nil {
		return 0, 0, err
	}
	if k > 0 && v > uint32(most) {
		return 0, 0, errLevels
	}
	if k > 0 && v == uint32(most) {
		if len(s.def) > 0 {
			s.def = appendSame(s.def, most, k)
		}
		return k, k, nil
	}
	if len(s.def) == 0 {
		s.def = appendSame(s.def, most, s.n)
	}
	if k > 0 {
		s.def = appendSame(s.def, uint8(v), k)
		return k, 0, nil
	}
	at := len(s.def)
	s.def = slices.Grow(s.def, n)[:at+n]
	if err := readRLE(&s.defs, s.def[at:]); err != nil {
		return 0, 0, err
	}
	for _, d := range s.def[at:] {
		if d > most {
			return 0, 0, errLevels
		}
		if d == most {
			valid++
		}
	}
	return n, valid, nil
}

func appendSame(dst []uint8, v uint8, n int) []uint8 {
	at := len(dst)
	dst = slices.Grow(dst, n)[:at+n]
	for i := range dst[at:] {
		dst[at+i] = v
	}
	return dst
}

// read takes the values that are not null.
func (s *scan) read(n int) error {
	if n == 0 {
		return nil
	}
	at := s.out.n
	if err := s.values.read(&s.out, n); err != nil {
		return err
	}
	if s.codes != nil && len(s.out.codes) == at { // a page without dictionary
		return s.codes.encode(&s.out)
	}
	return nil
}

// nextPage decodes the next data page's head; a dictionary on the way is kept.
func (s *scan) nextPage() error {
	for {
		if s.chunkLeft == 0 {
			return errors.New("it has fewer cells than rows")
		}
		h, b, err := s.pages.next()
		if err != nil {
			return err
		}
		switch h.typ {
		case pageDictionary:
			if err := s.keep(h, b); err != nil {
				return err
			}
		case pageData, pageDataV2:
			if h.values > maxPage {
				return errPage
			}
			if int64(h.values) > s.chunkLeft {
				return errors.New("its pages hold more cells than its metadata says")
			}
			s.chunkLeft -= int64(h.values)
			if h.values > 0 {
				return s.open(h, b)
			}
		}
	}
}

func (s *scan) keep(h pageHeader, b []byte) (err error) {
	if err = s.meter.take(max(len(b)-s.dictSize, 0)); err != nil {
		return err
	}
	s.dictSize = max(s.dictSize, len(b))
	if s.dict, err = newDictionary(s.l, b, int(h.values)); err != nil {
		return err
	}
	if s.codes != nil {
		s.dict.codes, err = s.codes.add(&s.dict.values)
	}
	return err
}

// dictionary reads the dictionary page alone, if there is one.
func (s *scan) dictionary() error {
	h, b, err := s.pages.next()
	if err != nil || h.typ != pageDictionary {
		return err
	}
	return s.keep(h, b)
}

func (s *scan) open(h pageHeader, b []byte) (err error) {
	s.page = int(h.values)
	var reps, defs []byte
	if h.typ == pageDataV2 {
		reps, defs, b = b[:h.repBytes], b[h.repBytes:h.repBytes+h.defBytes], b[h.repBytes+h.defBytes:]
	} else {
		if s.l.maxRep > 0 {
			if h.repEncoding != encRLE {
				return errors.New("its levels have an encoding that is not read")
			}
			if reps, b, err = prefixed(b); err != nil {
				return err
			}
		}
		if s.l.maxDef > 0 {
			if h.defEncoding != encRLE {
				return errors.New("its levels have an encoding that is not read")
			}
			if defs, b, err = prefixed(b); err != nil {
				return err
			}
		}
	}
	s.reps = newRLE(reps, widthOf(int(s.l.maxRep)))
	s.defs = newRLE(defs, widthOf(int(s.l.maxDef)))
	s.values, err = newDecoder(s.l, h.encoding, b, s.page, s.dict, s.codes != nil)
	return err
}

// end checks that nothing is left when all rows have been taken.
func (s *scan) end() error {
	if len(s.pendDef) > 0 || s.page > 0 || s.chunkLeft > 0 {
		return errors.New("it has more cells than rows")
	}
	return nil
}
