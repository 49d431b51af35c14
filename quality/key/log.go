package key

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
)

const (
	parts     = 256     // by the top byte of the hash: small tables stay in the cache
	firstPage = 1 << 10 // bytes; pages of a part double up to lastPage
	lastPage  = 1 << 16
	wordSize  = 8 + 2 // bytes of the usual entry of a word
	wordRoom  = 8 + 2 + 8
	farRow    = 1<<16 - 1 // says that the row itself follows
)

// Log holds keys with their rows, divided by hash. A page is a run of entries:
// the key (eight bytes, or its length and its bytes), then the row's distance
// from the entry before, counted from 0 at the head of the page. Of a byte
// string it is a varint; of a word it has two bytes, or is farRow with the row
// in eight bytes after it.
type Log struct {
	word  bool
	seed  Seed
	limit int64
	dir   string
	parts [parts]part
	past  [parts]pages
	n     int64
	held  int64 // bytes of pages in memory
	files []*os.File
	end   int64 // of the last file, which is ours
	own   bool  // whether the last file was made here
}

// part is what every key touches, pages what few do.
type part struct {
	page []byte
	n    int64 // entries in all
	last int64 // row of the page's last entry
}

type pages struct {
	full  [][]byte
	spilt []segment
}

type segment struct {
	file   *os.File
	at     int64
	length int
}

// LogOptions of [NewLog].
type LogOptions struct {
	// Words says that keys are 64-bit words; else they are byte strings.
	Words bool
	// Seed is shared by logs that meet. Default a fresh one.
	Seed Seed
	// MemoryBytes is what is held before pages go to disk. Default 64 MiB.
	MemoryBytes int64
	// TempDir is where pages go. Default the system's.
	TempDir string
}

// NewLog starts an empty log.
func NewLog(opt LogOptions) *Log {
	if !opt.Seed.valid {
		opt.Seed = NewSeed()
	}
	if opt.MemoryBytes <= 0 {
		opt.MemoryBytes = 64 << 20
	}
	return &Log{word: opt.Words, seed: opt.Seed, limit: opt.MemoryBytes, dir: opt.TempDir}
}

// Len is the number of keys added.
func (l *Log) Len() int64 { return l.n }

// AddWord takes in a key of a row.
func (l *Log) AddWord(k uint64, row int64) error {
	at := l.seed.word(k) >> 56
	p := &l.parts[at]
	if cap(p.page)-len(p.page) < wordRoom {
		if err := l.turn(at, wordRoom); err != nil {
			return err
		}
	}
	n := len(p.page)
	d := uint64(row - p.last)
	if d < farRow {
		p.page = p.page[:n+wordSize]
	} else {
		p.page = p.page[:n+wordRoom]
		binary.LittleEndian.PutUint64(p.page[n+wordSize:], uint64(row))
	}
	binary.LittleEndian.PutUint64(p.page[n:], k)
	binary.LittleEndian.PutUint16(p.page[n+8:], uint16(min(d, farRow)))
	p.last = row
	p.n++
	l.n++
	return nil
}

// AddWords takes in the keys of rows that follow each other.
func (l *Log) AddWords(keys []int64, first int64) error {
	seed := &l.seed
	for i, k := range keys {
		p := &l.parts[seed.word(uint64(k))>>56]
		row := first + int64(i)
		n, d := len(p.page), uint64(row-p.last)
		if cap(p.page)-n < wordRoom || d >= farRow {
			if err := l.AddWord(uint64(k), row); err != nil {
				return err
			}
			continue
		}
		p.page = p.page[:n+wordSize]
		entry := p.page[n : n+wordSize : n+wordSize]
		binary.LittleEndian.PutUint64(entry, uint64(k))
		binary.LittleEndian.PutUint16(entry[8:], uint16(d))
		p.last = row
		p.n++
		l.n++
	}
	return nil
}

// Add takes in a key of a row. It copies the key.
func (l *Log) Add(b []byte, row int64) error {
	at := l.seed.bytes(b) >> 56
	p := &l.parts[at]
	need := len(b) + 2*binary.MaxVarintLen64
	if cap(p.page)-len(p.page) < need {
		if err := l.turn(at, need); err != nil {
			return err
		}
	}
	page := binary.AppendUvarint(p.page, uint64(len(b)))
	page = append(page, b...)
	p.page = binary.AppendVarint(page, row-p.last)
	p.last = row
	p.n++
	l.n++
	return nil
}

// turn gives a part a page with room for need bytes.
func (l *Log) turn(at uint64, need int) error {
	p := &l.parts[at]
	size := max(firstPage, min(2*cap(p.page), lastPage), need)
	if len(p.page) > 0 {
		l.past[at].full = append(l.past[at].full, p.page)
	} else {
		l.held -= int64(cap(p.page))
	}
	p.page, p.last = nil, 0
	if l.held+int64(size) > l.limit {
		if err := l.spill(); err != nil {
			return err
		}
	}
	p.page = make([]byte, 0, size)
	l.held += int64(size)
	return nil
}

// spill moves every page to disk.
func (l *Log) spill() error {
	if !l.own {
		f, err := os.CreateTemp(l.dir, "verisim-keys-*")
		if err != nil {
			return fmt.Errorf("spill keys: %w", err)
		}
		l.files, l.end, l.own = append(l.files, f), 0, true
	}
	f := l.files[len(l.files)-1]
	for i := range l.parts {
		p, past := &l.parts[i], &l.past[i]
		if len(p.page) > 0 {
			past.full = append(past.full, p.page)
		}
		for _, page := range past.full {
			if _, err := f.WriteAt(page, l.end); err != nil {
				return fmt.Errorf("spill keys: %w", err)
			}
			past.spilt = append(past.spilt, segment{f, l.end, len(page)})
			l.end += int64(len(page))
		}
		past.full, p.page, p.last = past.full[:0], nil, 0
	}
	l.held = 0
	return nil
}

// Merge takes in all of o, which is closed by it. Both must share a seed.
func (l *Log) Merge(o *Log) error {
	if l.word != o.word || l.seed != o.seed {
		return errors.New("merge keys: the logs were not made for each other")
	}
	if o.own && l.own { // ours stays last, to be written on
		k := len(l.files) - 1
		l.files = append(append(l.files[:k:k], o.files...), l.files[k])
	} else {
		l.files = append(l.files, o.files...)
		if o.own {
			l.own, l.end = true, o.end
		} else if l.own && len(o.files) > 0 {
			k := len(l.files) - len(o.files) - 1
			l.files[k], l.files[len(l.files)-1] = l.files[len(l.files)-1], l.files[k]
		}
	}
	for i := range l.parts {
		past, q := &l.past[i], &o.parts[i]
		past.spilt = append(past.spilt, o.past[i].spilt...)
		past.full = append(past.full, o.past[i].full...)
		l.parts[i].n += q.n
		if len(q.page) > 0 {
			past.full = append(past.full, q.page)
		}
	}
	l.n += o.n
	l.held += o.held
	*o = Log{word: o.word, seed: o.seed}
	if l.held > l.limit {
		return l.spill()
	}
	return nil
}

// Close gives up memory and files.
func (l *Log) Close() {
	for _, f := range l.files {
		f.Close()
		os.Remove(f.Name())
	}
	*l = Log{word: l.word, seed: l.seed}
}

// pages calls f with every page of a part.
func (l *Log) pages(i int, buf *[]byte, f func(page []byte) error) error {
	past := &l.past[i]
	for _, s := range past.spilt {
		if cap(*buf) < s.length {
			*buf = make([]byte, max(s.length, lastPage))
		}
		page := (*buf)[:s.length]
		if _, err := s.file.ReadAt(page, s.at); err != nil {
			return fmt.Errorf("read spilt keys: %w", err)
		}
		if err := f(page); err != nil {
			return err
		}
	}
	for _, page := range past.full {
		if err := f(page); err != nil {
			return err
		}
	}
	return f(l.parts[i].page)
}
