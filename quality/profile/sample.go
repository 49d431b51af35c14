package profile

// sample holds different rows, chosen by the hash of their content, with their
// number of occurrences. Unless rows repeat, it is a simple random sample.
type sample struct {
	distinct
	cols  []sampleColumn
	n     int32 // rows stored
	empty bool  // hashes and counts only
}

// sampleColumn holds one column of the sampled rows.
type sampleColumn struct {
	valid []bool
	keys  []uint64 // of numbers; hashes of texts
	refs  []int32  // of texts
	arena arena
	plan
}

func newSample(k int, cols []*column, noValues bool) *sample {
	s := &sample{distinct: newDistinct(k), empty: noValues}
	if !noValues {
		s.cols = make([]sampleColumn, len(cols))
		for i, c := range cols {
			s.cols[i].plan = c.plan
		}
	}
	s.values = s
	return s
}

// row is the next row's number once all columns have it.
func (s *sample) row() int32 {
	s.n++
	return s.n - 1
}

func (c *sampleColumn) put(valid bool, key uint64, b []byte) {
	c.valid = append(c.valid, valid)
	c.keys = append(c.keys, key)
	if c.text() {
		var ref int32
		if valid {
			ref = c.arena.put(b[:min(len(b), extremeBytes)], 0, 0)
		}
		c.refs = append(c.refs, ref)
	}
}

func (s *sample) keep(refs []int32) {
	s.n = int32(len(refs))
	for i := range s.cols {
		c := &s.cols[i]
		next := sampleColumn{plan: c.plan}
		for _, r := range refs {
			var b []byte
			if c.text() && c.valid[r] {
				b = c.arena.bytes(c.refs[r])
			}
			next.put(c.valid[r], c.keys[r], b)
		}
		*c = next
	}
}

// addRows takes in the rows of [lo, lo+len(rows)) whose hash asks for it.
func (s *sample) addRows(w *scratch, rs []reader, lo int, rows []uint64) {
	for i, h := range rows {
		h = mix(h)
		if h > s.limit {
			continue
		}
		slot := s.probe(h)
		if slot.n != 0 {
			slot.n++
			continue
		}
		for j := range s.cols {
			valid, key, b := rs[j].value(lo + i)
			s.cols[j].put(valid, key, b)
		}
		s.claim(slot, h, 1, s.row())
	}
}

// value reads one cell: a number's key, or a text and its hash.
func (r *reader) value(i int) (valid bool, key uint64, b []byte) {
	if r.arr.IsNull(i) || r.col.kind == KindNested {
		return false, 0, nil
	}
	if r.dict != nil {
		if i = r.dict.GetValueIndex(i); r.dict.Dictionary().IsNull(i) {
			return false, 0, nil
		}
		if r.col.text() {
			return true, r.hashes[i], r.text.at(i)
		}
		return true, r.keys[i], nil
	}
	if r.col.text() {
		b = r.text.at(i)
		return true, hashBytes(b), b
	}
	var one [1]uint64
	readKeys(r.col.plan, r.arr, i, i+1, one[:])
	return true, one[0], nil
}

func (s *sample) merge(o *sample) {
	s.over = s.over || o.over
	s.limit = min(s.limit, o.limit)
	for _, e := range o.live() {
		if e.h > s.limit {
			continue
		}
		slot := s.probe(e.h)
		if slot.n != 0 {
			slot.n += e.n
			continue
		}
		for j := range s.cols {
			c := &o.cols[j]
			var b []byte
			if c.text() && c.valid[e.ref] {
				b = c.arena.bytes(c.refs[e.ref])
			}
			s.cols[j].put(c.valid[e.ref], c.keys[e.ref], b)
		}
		s.claim(slot, e.h, e.n, s.row())
	}
}
