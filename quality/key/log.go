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
	wordRoom  = 8 + binary.MaxVarintLen64
)

// Log holds keys with their rows, divided by hash. A page is a run of entries:
// the key (eight bytes, or its length and its bytes), then the row's distance
// from the entry before, counted from 0 at the head of the page.
type Log struct {
	word  bool
	seed  Seed
	limit int64
	dir   string
	parts [parts]part
	n     int64
	held  int64 // bytes of pages in memory
	files []*os.File
	end   int64 // of the last file, which is ours
	own   bool  // whether the last file was made here
}

type part struct {
	page  []byte
	n     int64 // entries in all
	last  int64 // row of the page's last entry
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
	p := &l.parts[l.seed.word(k)>>56]
	if cap(p.page)-len(p.page) < wordRoom {
		if err := l.turn(p, wordRoom); err != nil {
			return err
		}
	}
	n := len(p.page)
	page := p.page[:n+9]
	binary.LittleEndian.PutUint64(page[n:], k)
	if d := row - p.last; d >= 0 && d < 64 { // the usual case of a varint, written out
		page[n+8] = byte(d << 1)
		p.page = page
	} else {
		p.page = binary.AppendVarint(page[:n+8], d)
	}
	p.last = row
	p.n++
	l.n++
	return nil
}

// Add takes in a key of a row. It copies the key.
func (l *Log) Add(b []byte, row int64) error {
	p := &l.parts[l.seed.bytes(b)>>56]
	need := len(b) + 2*binary.MaxVarintLen64
	if cap(p.page)-len(p.page) < need {
		if err := l.turn(p, need); err != nil {
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
func (l *Log) turn(p *part, need int) error {
	size := max(firstPage, min(2*cap(p.page), lastPage), need)
	if len(p.page) > 0 {
		p.full = append(p.full, p.page)
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
		p := &l.parts[i]
		if len(p.page) > 0 {
			p.full = append(p.full, p.page)
		}
		for _, page := range p.full {
			if _, err := f.WriteAt(page, l.end); err != nil {
				return fmt.Errorf("spill keys: %w", err)
			}
			p.spilt = append(p.spilt, segment{f, l.end, len(page)})
			l.end += int64(len(page))
		}
		p.full, p.page, p.last = p.full[:0], nil, 0
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
		p, q := &l.parts[i], &o.parts[i]
		p.spilt = append(p.spilt, q.spilt...)
		p.full = append(p.full, q.full...)
		p.n += q.n
		if len(q.page) > 0 {
			p.full = append(p.full, q.page)
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
	p := &l.parts[i]
	for _, s := range p.spilt {
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
	for _, page := range p.full {
		if err := f(page); err != nil {
			return err
		}
	}
	return f(p.page)
}
