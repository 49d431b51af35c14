package profile

// addTexts takes in a chunk of texts and gives their hashes.
func (r *reader) addTexts(lo, hi int, pos []int32, hashes, lengths []uint64) {
	c := r.col
	asBytes := c.kind == KindBytes
	at := func(j int) []byte {
		if pos != nil {
			return r.text.at(lo + int(pos[j]))
		}
		return r.text.at(lo + j)
	}
	done := 0
	for ; done < len(hashes) && c.txt == nil; done++ {
		// Still counting: most values have been seen before.
		b := at(done)
		h := hashBytes(b)
		hashes[done] = h
		if s := c.values.probe(h); s.n != 0 {
			s.n++
			continue
		}
		length, flags := inspect(b, asBytes)
		c.addItem(h, b, length, flags, 1)
	}
	if done == len(hashes) {
		return
	}
	rest := hashes[done:]
	lengths = lengths[:len(rest)]
	plain := !asBytes && ascii(r.text.between(lo, hi))
	if o := r.text.o32; o != nil && pos == nil && plain {
		offs := o[lo+done : hi+1]
		for j, to := range offs[1:] {
			rest[j] = hashBytes(r.text.data[offs[j]:to])
		}
		c.txt.addPlain(offs, r.text.data, lengths)
	} else {
		for j := range rest {
			b := at(done + j)
			rest[j] = hashBytes(b)
			length, flags := inspect(b, asBytes)
			lengths[j] = length
			c.txt.add(b, length, flags, 1)
		}
	}
	c.txt.lengths.add(lengths)
	for j, h := range rest {
		if h > c.values.limit {
			continue
		}
		if s := c.values.probe(h); s.n != 0 {
			s.n++
		} else {
			b := at(done + j)
			_, flags := inspect(b, asBytes)
			c.values.claim(s, h, 1, c.arena.put(b, lengths[j], flags))
		}
	}
}

// between gives the bytes of rows [lo, hi), one after the other.
func (t *textView) between(lo, hi int) []byte {
	switch {
	case t.o32 != nil:
		return t.data[t.o32[lo]:t.o32[hi]]
	case t.o64 != nil:
		return t.data[t.o64[lo]:t.o64[hi]]
	}
	return t.data[lo*t.width : hi*t.width]
}
