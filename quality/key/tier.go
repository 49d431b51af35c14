package key

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
)

// tiers hold the words that a set has no memory for: sorted runs on disk, each
// with a filter that answers most questions in memory. Eight runs of a tier
// become one of the next, so that a word is rewritten about log8(n) times and
// few runs have to be asked (a log-structured merge tree: O'Neil, Cheng,
// Gawlick, O'Neil, Acta Informatica 33, 1996).
type tiers struct {
	dir  string
	seed Seed
	runs []*run
	page []byte
}

const (
	tierWidth  = 8   // runs of one tier before they are merged
	runPage    = 512 // words read at once: 4 KiB
	filterBits = 16  // memory for each word on disk; at most 1 % of absent words pass
)

type run struct {
	tier   int
	file   *os.File
	n      int64
	first  []uint64 // of each page
	filter []uint64
}

// filterMask picks a word's place in the filter and its four bits.
func (r *run) filterMask(h uint64) (int, uint64) {
	at := int((h >> 32) * uint64(len(r.filter)) >> 32)
	return at, 1<<(h&63) | 1<<(h>>6&63) | 1<<(h>>12&63) | 1<<(h>>18&63)
}

// has says whether a word is in one of the runs.
func (t *tiers) has(k uint64) (bool, error) {
	h := t.seed.word(k)
	for _, r := range t.runs {
		at, mask := r.filterMask(h)
		if r.filter[at]&mask != mask {
			continue
		}
		found, err := t.search(r, k)
		if found || err != nil {
			return found, err
		}
	}
	return false, nil
}

// search looks a word up in the page where it would be.
func (t *tiers) search(r *run, k uint64) (bool, error) {
	i, exact := slices.BinarySearch(r.first, k)
	if exact {
		return true, nil
	}
	if i == 0 {
		return false, nil
	}
	from := int64(i-1) * runPage
	size := 8 * min(runPage, r.n-from)
	if t.page == nil {
		t.page = make([]byte, 8*runPage)
	}
	if _, err := r.file.ReadAt(t.page[:size], 8*from); err != nil {
		return false, fmt.Errorf("read spilt keys: %w", err)
	}
	lo, hi := 0, int(size/8)
	for lo < hi {
		mid := (lo + hi) / 2
		if w := binary.LittleEndian.Uint64(t.page[8*mid:]); w == k {
			return true, nil
		} else if w < k {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return false, nil
}

// add makes a run of words, which it sorts; none of them is in another run.
func (t *tiers) add(words []uint64) error {
	slices.Sort(words)
	w, err := t.create(0, int64(len(words)))
	if err != nil {
		return err
	}
	for _, k := range words {
		if err = w.put(k); err != nil {
			break
		}
	}
	if err = w.finish(err); err != nil {
		return err
	}
	t.runs, err = compact(append(t.runs, w.run), t.merge)
	return err
}

// compact merges the last runs while eight of them are of one tier.
func compact[R interface {
	level() int
	remove()
}](runs []R, merge func([]R) (R, error)) ([]R, error) {
	for {
		k := len(runs) - tierWidth
		if k < 0 || runs[k].level() != runs[len(runs)-1].level() {
			return runs, nil
		}
		merged, err := merge(runs[k:])
		if err != nil {
			return runs, err
		}
		for _, r := range runs[k:] {
			r.remove()
		}
		runs = append(runs[:k], merged)
	}
}

func (r *run) level() int { return r.tier }

func (t *tiers) merge(runs []*run) (*run, error) {
	total := int64(0)
	heads := make([]head, len(runs))
	for i, r := range runs {
		total += r.n
		if _, err := r.file.Seek(0, 0); err != nil {
			return nil, fmt.Errorf("read spilt keys: %w", err)
		}
		heads[i] = head{r: bufio.NewReaderSize(r.file, 64<<10), left: r.n}
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
			if heads[i].ok && (least < 0 || heads[i].word < heads[least].word) {
				least = i
			}
		}
		if err = w.put(heads[least].word); err == nil {
			err = heads[least].next()
		}
		if err != nil {
			break
		}
	}
	return w.run, w.finish(err)
}

// head is the next word of a run that is being merged.
type head struct {
	r    *bufio.Reader
	left int64
	word uint64
	ok   bool
}

func (h *head) next() error {
	if h.ok = h.left > 0; !h.ok {
		return nil
	}
	h.left--
	b, err := h.r.Peek(8)
	if err != nil {
		return fmt.Errorf("read spilt keys: %w", err)
	}
	h.word = binary.LittleEndian.Uint64(b)
	_, err = h.r.Discard(8)
	return err
}

// runWriter writes a run in ascending order.
type runWriter struct {
	run  *run
	seed Seed
	buf  *bufio.Writer
	word [8]byte
}

func (t *tiers) create(tier int, words int64) (*runWriter, error) {
	f, err := os.CreateTemp(t.dir, "verisim-keys-*")
	if err != nil {
		return nil, fmt.Errorf("spill keys: %w", err)
	}
	r := &run{tier: tier, file: f, filter: make([]uint64, words*filterBits/64+1)}
	return &runWriter{run: r, seed: t.seed, buf: bufio.NewWriterSize(f, 256<<10)}, nil
}

func (w *runWriter) put(k uint64) error {
	r := w.run
	if r.n%runPage == 0 {
		r.first = append(r.first, k)
	}
	r.n++
	at, mask := r.filterMask(w.seed.word(k))
	r.filter[at] |= mask
	binary.LittleEndian.PutUint64(w.word[:], k)
	_, err := w.buf.Write(w.word[:])
	return err
}

// finish completes the run, or removes it if err or its last bytes fail.
func (w *runWriter) finish(err error) error {
	if err == nil {
		err = w.buf.Flush()
	}
	if err != nil {
		w.run.remove()
		return fmt.Errorf("spill keys: %w", err)
	}
	return nil
}

func (r *run) remove() {
	_ = r.file.Close() // nothing of it is needed any more
	_ = os.Remove(r.file.Name())
}

func (t *tiers) len() int64 {
	n := int64(0)
	for _, r := range t.runs {
		n += r.n
	}
	return n
}

func (t *tiers) close() {
	for _, r := range t.runs {
		r.remove()
	}
	t.runs = nil
}
