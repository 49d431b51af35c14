package key

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"
)

// textTiers are tiers of byte strings. A run is sorted by keyed hash; an entry
// is the hash, the length and the bytes. The filter and the first hash of each
// page stay in memory; the bytes themselves are compared, so that no answer
// rests on a hash.
type textTiers struct {
	dir  string
	runs []*textRun
	page []byte
}

// textRun is a run whose first words are hashes; at says where its pages begin,
// and where the last one ends.
type textRun struct {
	run
	at []int64
}

// textPage is how many bytes of entries a page takes in before the next begins;
// a longer entry is a page of its own.
const textPage = 4 << 10

// textEntry is a key on its way to disk.
type textEntry struct {
	hash uint64
	key  []byte
}

// has says whether a key is in one of the runs.
func (t *textTiers) has(h uint64, b []byte) (bool, error) {
	for _, r := range t.runs {
		at, mask := r.filterMask(h)
		if r.filter[at]&mask != mask {
			continue
		}
		found, err := t.search(r, h, b)
		if found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// search looks a key up in the pages where its hash would be: equal hashes may
// reach over several.
func (t *textTiers) search(r *textRun, h uint64, b []byte) (bool, error) {
	i := max(0, sort.Search(len(r.first), func(i int) bool { return r.first[i] >= h })-1)
	for ; i < len(r.first) && r.first[i] <= h; i++ {
		size := int(r.at[i+1] - r.at[i])
		if cap(t.page) < size {
			t.page = make([]byte, max(size, 2*textPage))
		}
		page := t.page[:size]
		if _, err := r.file.ReadAt(page, r.at[i]); err != nil {
			return false, fmt.Errorf("read spilt keys: %w", err)
		}
		for len(page) > 0 {
			g := binary.LittleEndian.Uint64(page)
			n, w := binary.Uvarint(page[8:])
			k := page[8+w : 8+w+int(n)]
			page = page[8+w+int(n):]
			if g == h && bytes.Equal(k, b) {
				return true, nil
			}
			if g > h {
				return false, nil
			}
		}
	}
	return false, nil
}

// add makes a run of entries, which it sorts; none of them is in another run.
func (t *textTiers) add(entries []textEntry) error {
	slices.SortFunc(entries, func(a, b textEntry) int { return cmp.Compare(a.hash, b.hash) })
	w, err := t.create(0, int64(len(entries)))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err = w.put(e.hash, e.key); err != nil {
			break
		}
	}
	if err = w.finish(err); err != nil {
		return err
	}
	t.runs, err = compact(append(t.runs, w.run), t.merge)
	return err
}

func (t *textTiers) merge(runs []*textRun) (*textRun, error) {
	total := int64(0)
	heads := make([]textHead, len(runs))
	for i, r := range runs {
		total += r.n
		heads[i] = textHead{r: bufio.NewReaderSize(io.NewSectionReader(r.file, 0, r.at[len(r.at)-1]), 64<<10), left: r.n}
		if err := heads[i].next(); err != nil {
			return nil, err
		}
	}
	w, err := t.create(runs[0].tier+1, total)
	if err != nil {
		return nil, err
	}
	for range total {
		least := -1
		for i := range heads {
			if heads[i].ok && (least < 0 || heads[i].hash < heads[least].hash) {
				least = i
			}
		}
		if err = w.put(heads[least].hash, heads[least].key); err == nil {
			err = heads[least].next()
		}
		if err != nil {
			break
		}
	}
	return w.run, w.finish(err)
}

// textHead is the next entry of a run that is being merged.
type textHead struct {
	r    *bufio.Reader
	left int64
	hash uint64
	key  []byte
	ok   bool
}

func (h *textHead) next() error {
	if h.ok = h.left > 0; !h.ok {
		return nil
	}
	h.left--
	var word [8]byte
	if _, err := io.ReadFull(h.r, word[:]); err != nil {
		return fmt.Errorf("read spilt keys: %w", err)
	}
	h.hash = binary.LittleEndian.Uint64(word[:])
	n, err := binary.ReadUvarint(h.r)
	if err == nil {
		h.key = slices.Grow(h.key[:0], int(n))[:n]
		_, err = io.ReadFull(h.r, h.key)
	}
	if err != nil {
		return fmt.Errorf("read spilt keys: %w", err)
	}
	return nil
}

// textWriter writes a run in ascending order of hashes.
type textWriter struct {
	run  *textRun
	buf  *bufio.Writer
	end  int64 // bytes written
	head [8 + binary.MaxVarintLen64]byte
}

func (t *textTiers) create(tier int, keys int64) (*textWriter, error) {
	f, err := os.CreateTemp(t.dir, "verisim-keys-*")
	if err != nil {
		return nil, fmt.Errorf("spill keys: %w", err)
	}
	r := &textRun{run: run{tier: tier, file: f, filter: make([]uint64, keys*filterBits/64+1)}}
	return &textWriter{run: r, buf: bufio.NewWriterSize(f, 256<<10)}, nil
}

func (w *textWriter) put(h uint64, b []byte) error {
	r := w.run
	if k := len(r.at); k == 0 || w.end-r.at[k-1] >= textPage {
		r.at = append(r.at, w.end)
		r.first = append(r.first, h)
	}
	r.n++
	at, mask := r.filterMask(h)
	r.filter[at] |= mask
	head := binary.AppendUvarint(binary.LittleEndian.AppendUint64(w.head[:0], h), uint64(len(b)))
	w.end += int64(len(head) + len(b))
	if _, err := w.buf.Write(head); err != nil {
		return err
	}
	_, err := w.buf.Write(b)
	return err
}

// finish completes the run, or removes it if err or its last bytes fail.
func (w *textWriter) finish(err error) error {
	if err == nil {
		err = w.buf.Flush()
	}
	if err != nil {
		w.run.remove()
		return fmt.Errorf("spill keys: %w", err)
	}
	w.run.at = append(w.run.at, w.end)
	return nil
}

func (t *textTiers) len() int64 {
	n := int64(0)
	for _, r := range t.runs {
		n += r.n
	}
	return n
}

func (t *textTiers) close() {
	for _, r := range t.runs {
		r.remove()
	}
	t.runs = nil
}
