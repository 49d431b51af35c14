package seal

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/verisim/verisim/privacy"
)

// Storage is a file that Rewrap changes in place. *os.File is one.
type Storage interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
}

// Change says how the list of grants changes.
type Change struct {
	// Remove takes away the grants with these names or recipient ids. Default
	// none. A name that is not there is an error.
	Remove []string
	// Add gives new grants. Default none.
	Add []Grant
	// InsecureAllowClassical is Options.InsecureAllowClassical.
	InsecureAllowClassical bool
	// Rand is where randomness comes from. Default crypto/rand.
	Rand io.Reader
}

// RewrapLimit is what a rewrap does not do, in a sentence for people.
const RewrapLimit = "a removed holder who kept a copy of the file, or its keys, still opens the data as it was sealed; only rotate keeps him out of what is sealed anew"

// Rewrap changes who may open a file, in place and without touching the data:
// only the two copies of the header are written, the schema's first. If that is
// interrupted, the file is refused by Open and repaired by running Rewrap
// again. The keys must open the columns of the grants that are added.
//
// It does not protect against holders that were removed; see RewrapLimit.
func Rewrap(s Storage, size int64, u Unlock, c Change) (Info, error) {
	f, err := repair(s, size, u)
	if err != nil {
		return Info{}, err
	}
	k, err := f.unlock(u)
	if err != nil {
		return Info{}, err
	}
	defer k.erase()
	if err = f.change(k, &c); err != nil {
		return Info{}, err
	}
	padded, err := f.h.encode()
	if err != nil {
		return Info{}, err
	}
	spans, err := f.spans()
	if err != nil {
		return Info{}, err
	}
	for _, at := range spans {
		if _, err := s.WriteAt(padded, at); err != nil {
			return Info{}, fmt.Errorf("write header: %w", err)
		}
		if err := s.Sync(); err != nil {
			return Info{}, fmt.Errorf("write header: %w", err)
		}
	}
	return f.info(), nil
}

// change applies a Change to the header and authenticates it anew.
func (f *file) change(k *keySet, c *Change) error {
	slots := slices.Clone(f.h.Slots)
	for _, name := range c.Remove {
		n := len(slots)
		slots = slices.DeleteFunc(slots, func(s slot) bool { return name != "" && (s.Name == name || s.Recipient == name) })
		if len(slots) == n {
			return fmt.Errorf("remove grant %q: the file has no such holder", name)
		}
	}
	random := orRandom(c.Rand)
	for i := range c.Add {
		g := &c.Add[i]
		if err := g.check(c.InsecureAllowClassical); err != nil {
			return err
		}
		fields, err := f.granted(g, k)
		if err != nil {
			return err
		}
		s, err := makeSlot(random, f.hash, g, fields, k)
		if err != nil {
			return err
		}
		slots = append(slots, s)
	}
	for _, col := range f.h.Immutable.Columns {
		if !slices.ContainsFunc(slots, func(s slot) bool { return slices.Contains(s.Columns, col.Field) }) {
			return privacy.Refused("rewrap", fmt.Sprintf("column %q", col.Name), "nobody could open it any more")
		}
	}
	f.h.Slots = slots
	mac, err := f.h.mac(k.header)
	if err != nil {
		return err
	}
	f.h.MAC = encode64(mac)
	return nil
}

// granted is the fields of a grant, all of which the keys must open.
func (f *file) granted(g *Grant, k *keySet) ([]int, error) {
	fields := g.fields(f.h.Immutable.Columns)
	if !g.all() {
		for _, n := range g.Columns {
			if !slices.ContainsFunc(f.h.Immutable.Columns, func(c column) bool { return c.Name == n }) {
				return nil, fmt.Errorf("grant %q: column %q is not sealed in this file", g.Name, n)
			}
		}
	}
	for _, c := range f.h.Immutable.Columns {
		if slices.Contains(fields, c.Field) && k.columns[c.Field] == nil {
			return nil, privacy.NoKey("grant", fmt.Sprintf("column %q", c.Name), "the given keys do not open it themselves")
		}
	}
	return fields, nil
}

// spans is where the two copies of the header stand: the schema's, the
// footer's.
func (f *file) spans() ([2]int64, error) {
	from, _, err := messageSpan(f.message)
	if err != nil {
		return [2]int64{}, damaged("schema", "%v", err)
	}
	foot, err := f.bytes(f.footAt, f.size-10-f.footAt)
	if err != nil {
		return [2]int64{}, err
	}
	at, _, err := footerSpan(foot)
	if err != nil {
		return [2]int64{}, damaged("footer", "%v", err)
	}
	return [2]int64{8 + int64(from), f.footAt + int64(at)}, nil
}

// overlay shows a file with one copy of the header replaced by the other.
type overlay struct {
	io.ReaderAt
	at   int64
	text []byte
}

func (o *overlay) ReadAt(p []byte, off int64) (int, error) {
	n, err := o.ReaderAt.ReadAt(p, off)
	for i := range p[:n] {
		if k := off + int64(i) - o.at; k >= 0 && k < int64(len(o.text)) {
			p[i] = o.text[k]
		}
	}
	return n, err
}

// repair reads a file. If its two headers differ, as an interrupted rewrap
// leaves them, it takes the one that is whole and authenticates.
func repair(r io.ReaderAt, size int64, u Unlock) (*file, error) {
	f, err := readFile(r, size)
	if err == nil || !errors.Is(err, privacy.ErrTampered) || size < minFile {
		return f, err
	}
	a, b, ok := headers(r, size)
	if !ok {
		return nil, err
	}
	for _, o := range []*overlay{{r, b.at, a.text}, {r, a.at, b.text}} {
		g, gerr := readFile(o, size)
		if gerr != nil {
			continue
		}
		if _, gerr := g.unlock(u); gerr == nil {
			return g, nil
		}
	}
	return nil, err
}

// headers finds both copies of the header by their places alone.
func headers(r io.ReaderAt, size int64) (a, b overlay, ok bool) {
	f := &file{r: r, size: size}
	tail, err := f.bytes(size-10, 10)
	if err != nil {
		return a, b, false
	}
	footSize := int64(le.Uint32(tail))
	f.footAt = size - 10 - footSize
	if f.footAt < 16 {
		return a, b, false
	}
	foot, err := f.bytes(f.footAt, footSize)
	if err != nil {
		return a, b, false
	}
	if f.blocks, _, err = parseFooter(foot); err != nil || f.layout() != nil {
		return a, b, false
	}
	af, at, err := messageSpan(f.message)
	if err != nil {
		return a, b, false
	}
	bf, bt, err := footerSpan(foot)
	if err != nil || bt-bf != at-af {
		return a, b, false
	}
	a = overlay{r, 8 + int64(af), f.message[af:at]}
	b = overlay{r, f.footAt + int64(bf), foot[bf:bt]}
	return a, b, true
}
