package key

// Least calls f with the value of every entry and the least value of all
// entries with its key, in no particular order.
func (l *Log) Least(f func(least, value int64)) error {
	var buf []byte
	t := newTable(l.word, &l.seed)
	for i := range parts {
		t.reset()
		err := l.entries(i, &buf, func(k uint64, b []byte, value int64) {
			if kept, known := t.add(k, b, value); known {
				*kept = min(*kept, value)
			}
		})
		if err != nil {
			return err
		}
		err = l.entries(i, &buf, func(k uint64, b []byte, value int64) {
			slot, _ := t.find(t.hash(k, b), k, b)
			f(t.rows[t.slots[slot]-1], value)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Join calls f with the value of every entry of l, and the least value of o's
// entries with its key, if there is one, in no particular order. Both logs must
// share a seed.
func (l *Log) Join(o *Log, f func(value, other int64, has bool)) error {
	var buf []byte
	t := newTable(l.word, &l.seed)
	for i := range parts {
		t.reset()
		err := o.entries(i, &buf, func(k uint64, b []byte, value int64) {
			if kept, known := t.add(k, b, value); known {
				*kept = min(*kept, value)
			}
		})
		if err != nil {
			return err
		}
		err = l.entries(i, &buf, func(k uint64, b []byte, value int64) {
			if slot, found := t.find(t.hash(k, b), k, b); found {
				f(value, t.rows[t.slots[slot]-1], true)
			} else {
				f(value, 0, false)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}
