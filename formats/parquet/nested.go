package parquet

// takeNested adds n rows of a leaf in a list.
func (s *scan) takeNested(n int) error {
	for n > 0 {
		if len(s.pendDef) == 0 {
			if s.page == 0 {
				if err := s.nextPage(); err != nil {
					return err
				}
				continue
			}
			if err := s.refill(); err != nil {
				return err
			}
		}
		k, rows := s.upTo(n)
		if k == 0 || s.n == 0 && s.pendRep[0] != 0 {
			return errLevels
		}
		n -= rows
		whole := k < len(s.pendDef)
		if err := s.give(k); err != nil {
			return err
		}
		if n == 0 && !whole {
			// The last row may go on: it ends where the next one begins.
			return s.finishRow()
		}
	}
	return nil
}

// upTo counts how many of the pending levels make up to n rows. A row that
// began before goes on until a level of 0.
func (s *scan) upTo(n int) (levels, rows int) {
	for i, r := range s.pendRep {
		if r == 0 {
			if rows == n {
				return i, rows
			}
			rows++
		}
	}
	return len(s.pendRep), rows
}

// finishRow takes what belongs to a row that pending levels cut off.
func (s *scan) finishRow() error {
	for {
		if len(s.pendDef) == 0 {
			if s.page == 0 {
				if s.chunkLeft == 0 {
					return nil
				}
				if err := s.nextPage(); err != nil {
					return err
				}
				continue
			}
			if err := s.refill(); err != nil {
				return err
			}
		}
		k := 0
		for k < len(s.pendRep) && s.pendRep[k] != 0 {
			k++
		}
		done := k < len(s.pendRep)
		if err := s.give(k); err != nil || done {
			return err
		}
	}
}

// refill reads levels ahead.
func (s *scan) refill() error {
	n := min(s.page, 1024)
	s.pendDef = grow(s.pendDef, n)
	s.page -= n
	if s.l.maxDef > 0 {
		if err := readRLE(&s.defs, s.pendDef); err != nil {
			return err
		}
		for _, d := range s.pendDef {
			if d > s.l.maxDef {
				return errLevels
			}
		}
	} else {
		clear(s.pendDef)
	}
	s.pendRep = grow(s.pendRep, n)
	if err := readRLE(&s.reps, s.pendRep); err != nil {
		return err
	}
	for _, r := range s.pendRep {
		if r > s.l.maxRep {
			return errLevels
		}
	}
	return nil
}

func grow(b []uint8, n int) []uint8 {
	if cap(b) < n {
		return make([]uint8, n)
	}
	return b[:n]
}

// give moves k pending levels, and their values, to what was taken.
func (s *scan) give(k int) error {
	if err := s.meter.nested(k); err != nil {
		return err
	}
	values := k
	if s.l.maxDef > 0 {
		values = 0
		for _, d := range s.pendDef[:k] {
			if d == s.l.maxDef {
				values++
			}
		}
	}
	s.def = append(s.def, s.pendDef[:k]...)
	s.pendDef = s.pendDef[k:]
	s.rep = append(s.rep, s.pendRep[:k]...)
	s.pendRep = s.pendRep[k:]
	s.n += k
	return s.read(values)
}
