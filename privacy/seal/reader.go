package seal

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// Unlock is what somebody has to open a file with. All that fits is used.
type Unlock struct {
	Identities    []*keys.Identity
	Passphrase    []byte
	AttributeKeys []*keys.AttributeKey
	// Keyring opens the cells of subjects that were not erased.
	Keyring *keys.Keyring
}

// Reader gives the columns that its keys open. Its methods may be called from
// several goroutines.
type Reader struct {
	f    *file
	keys *keySet
	ring *keys.Keyring // of the file's subjects, or nil
}

// Open reads a sealed file with identities.
func Open(r io.ReaderAt, size int64, ids []*keys.Identity) (*Reader, error) {
	return OpenWith(r, size, Unlock{Identities: ids})
}

// OpenWith reads a sealed file. The error matches privacy.ErrNoKey if nothing
// fits, privacy.ErrTampered if the file is not what was sealed, and
// privacy.ErrVersion if it is of another version.
func OpenWith(r io.ReaderAt, size int64, u Unlock) (*Reader, error) {
	f, err := readFile(r, size)
	if err != nil {
		return nil, err
	}
	k, err := f.unlock(u)
	if err != nil {
		return nil, err
	}
	out := &Reader{f: f, keys: k}
	if u.Keyring != nil && u.Keyring.ID() == f.h.Immutable.Keyring {
		out.ring = u.Keyring
	}
	return out, nil
}

// unlock collects the keys of all slots that open, and checks the header.
func (f *file) unlock(u Unlock) (*keySet, error) {
	all := &keySet{columns: map[int][]byte{}}
	add := func(k *keySet) error {
		if all.header != nil && !bytes.Equal(all.header, k.header) {
			return damaged("slot", "two grants carry different header keys")
		}
		all.header = k.header
		for c, key := range k.columns {
			if old, ok := all.columns[c]; ok && !bytes.Equal(old, key) {
				return damaged("slot", "two grants carry different keys of one column")
			}
			all.columns[c] = key
		}
		return nil
	}
	var short error // why a slot that was tried did not open for want of a key
	for n := range f.h.Slots {
		err := f.tryAll(&f.h.Slots[n], u, add)
		if errors.Is(err, privacy.ErrNoKey) {
			short = err
			continue
		}
		if err != nil {
			return nil, err
		}
	}
	if all.header == nil {
		if short != nil {
			return nil, short
		}
		return nil, &privacy.Error{
			Kind: privacy.ErrNoKey, Verb: "open", Object: "file",
			Cause: "no grant is addressed to the given keys",
			Hint:  "verisim inspect tells who may open it",
		}
	}
	mac, err := f.h.mac(all.header)
	if err != nil {
		return nil, err
	}
	stored, err := decode64(f.h.MAC, sha256.Size)
	if err != nil || !hmac.Equal(mac, stored) {
		return nil, damaged("header", "it does not authenticate: a grant was added, taken away or changed")
	}
	return all, nil
}

// tryAll tries everything that may open a slot, and adds what comes out.
func (f *file) tryAll(s *slot, u Unlock, add func(*keySet) error) error {
	switch s.Kind {
	case kindHPKE:
		for _, id := range u.Identities {
			k, ok, err := s.open(f.hash, id)
			if err != nil {
				return err
			}
			if ok {
				return add(k)
			}
		}
	case kindTrustees:
		k, ok, err := s.openTrustees(f.hash, u.Identities)
		if err != nil {
			return err
		}
		if ok {
			return add(k)
		}
	case kindPassphrase:
		if u.Passphrase == nil {
			return nil
		}
		k, err := s.openPassphrase(f.hash, u.Passphrase)
		if err != nil {
			return err
		}
		return add(k)
	case kindPolicy:
		for _, a := range u.AttributeKeys {
			k, err := s.openPolicy(f.hash, a)
			if errors.Is(err, privacy.ErrNoKey) {
				continue
			}
			if err != nil {
				return err
			}
			return add(k)
		}
		if len(u.AttributeKeys) > 0 {
			return privacy.NoKey("open", "file", "the attributes do not meet the policy")
		}
	}
	return nil
}

// Info tells who may open what.
func (r *Reader) Info() Info { return r.f.info() }

// Schema is the table's schema with all its columns, as it was sealed.
func (r *Reader) Schema() *arrow.Schema { return r.f.plain }

// Batches is the number of batches.
func (r *Reader) Batches() int { return len(r.f.blocks) }

// Rows is the number of rows of the table.
func (r *Reader) Rows() int64 { return r.f.total() }

func (f *file) total() int64 {
	n := int64(0)
	for _, k := range f.rows {
		n += k
	}
	return n
}

// Granted lists the sealed columns that the keys open.
func (r *Reader) Granted() []string {
	var out []string
	for _, c := range r.f.h.Immutable.Columns {
		if r.opens(c) {
			out = append(out, c.Name)
		}
	}
	return out
}

// opens says whether the keys open a column: one in subject mode also needs the
// keyring, and the column that names the subject.
func (r *Reader) opens(c column) bool {
	if r.keys.columns[c.Field] == nil {
		return false
	}
	if c.Mode != ModeSubject {
		return true
	}
	i, err := table.Column(r.f.plain, c.Subject)
	if err != nil || r.ring == nil {
		return false
	}
	s := r.f.sealedColumn(i)
	return s == nil || (s.Mode == ModeChunk && r.keys.columns[i] != nil)
}

// sealedColumn finds a sealed column by its field, or nil.
func (f *file) sealedColumn(field int) *column {
	for n := range f.h.Immutable.Columns {
		if c := &f.h.Immutable.Columns[n]; c.Field == field {
			return c
		}
	}
	return nil
}

// CommitKey is Writer.CommitKey for a column that the keys open, and nil for
// any other.
func (r *Reader) CommitKey(name string) []byte {
	return r.keys.commit(r.f.h.Immutable.Columns, name)
}

// Erase overwrites the keys, as far as Go lets it. The reader opens nothing
// afterwards.
func (r *Reader) Erase() {
	r.keys.erase()
	r.keys = &keySet{columns: map[int][]byte{}}
}

// Stream opens columns by name, in the given order. Nil means every clear
// column and every sealed column that the keys open, in the table's order.
//
// A batch is yielded only after everything in it authenticated; that the table
// is whole is known when the stream has ended without an error.
func (r *Reader) Stream(names []string) (table.Stream, error) {
	sel, err := r.choose(names)
	if err != nil {
		return nil, err
	}
	return table.Func(sel.schema, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			o := opener{r: r, sel: sel}
			for i := range r.f.blocks {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				b, err := o.batch(ctx, i)
				if err != nil {
					yield(nil, err)
					return
				}
				more := yield(b, nil)
				b.Release()
				if !more {
					return
				}
			}
		}
	}), nil
}

// Batch opens batch i alone. The caller releases it. That other batches exist
// unchanged is not checked.
func (r *Reader) Batch(ctx context.Context, i int, names []string) (table.Batch, error) {
	if i < 0 || i >= len(r.f.blocks) {
		return nil, fmt.Errorf("open batch %d: the table has %d", i, len(r.f.blocks))
	}
	sel, err := r.choose(names)
	if err != nil {
		return nil, err
	}
	o := opener{r: r, sel: sel}
	return o.batch(ctx, i)
}

// selection is which columns to give, and which to open for it.
type selection struct {
	schema *arrow.Schema
	fields []int        // of the plain schema, in the order of schema
	sealed map[int]bool // fields to open
	clear  bool         // the buffers of the batch are wanted
}

func (r *Reader) choose(names []string) (*selection, error) {
	s := &selection{sealed: map[int]bool{}}
	if names == nil {
		for i := range r.f.plain.NumFields() {
			if c := r.f.sealedColumn(i); c == nil || r.opens(*c) {
				s.fields = append(s.fields, i)
			}
		}
	}
	for _, n := range names {
		i, err := table.Column(r.f.plain, n)
		if err != nil {
			return nil, err
		}
		if c := r.f.sealedColumn(i); c != nil && !r.opens(*c) {
			if r.keys.columns[i] != nil {
				return nil, privacy.NoKey("open", fmt.Sprintf("column %q", n), "its keyring, or the column that names its subjects, is missing")
			}
			return nil, privacy.NoKey("open", fmt.Sprintf("column %q", n), "no grant of the given keys covers it")
		}
		s.fields = append(s.fields, i)
	}
	var fields []arrow.Field
	for _, i := range s.fields {
		fields = append(fields, r.f.plain.Field(i))
		c := r.f.sealedColumn(i)
		if c == nil || c.Mode != ModeChunk {
			s.clear = true
		}
		if c == nil {
			continue
		}
		s.sealed[i] = true
		if c.Mode == ModeSubject {
			subject, err := table.Column(r.f.plain, c.Subject)
			if err != nil {
				return nil, err
			}
			if r.f.sealedColumn(subject) != nil {
				s.sealed[subject] = true
			}
		}
	}
	md := r.f.plain.Metadata()
	s.schema = arrow.NewSchema(fields, &md)
	return s, nil
}
