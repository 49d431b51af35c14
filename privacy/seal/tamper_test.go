package seal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// small is a file of three batches with clear and sealed columns, opened whole
// by audit and in part by team.
type small struct {
	schema      *arrow.Schema
	batches     []arrow.Record
	team, audit *keys.Identity
	data        []byte
}

func newSmall(t testing.TB) *small {
	s := &small{team: identity(t), audit: identity(t)}
	s.schema, s.batches = sample(5, 3, 4)
	s.data = sealed(t, s.schema, s.batches, s.options())
	return s
}

func (s *small) options() Options {
	return Options{Grants: []Grant{
		{Name: "team", Recipient: s.team.Recipient(), Columns: []string{"name", "income"}},
		{Name: "audit", Recipient: s.audit.Recipient()},
	}, Columns: []string{"tags"}}
}

// refused says that a damaged file opens for nobody, with the right class of
// error. A damaged slot may also look like nobody's.
func refused(t *testing.T, what string, data []byte, u Unlock) {
	t.Helper()
	_, err := readAll(data, u)
	if !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrNoKey) && !errors.Is(err, privacy.ErrVersion) {
		t.Errorf("%s: open = %v, want ErrTampered, ErrNoKey or ErrVersion", what, err)
	}
}

// Every byte of a sealed file is bound: whoever opens all columns finds any
// flipped bit.
func TestEveryByte(t *testing.T) {
	s := newSmall(t)
	s.audit = must(keys.NewClassical(nil)) // for its speed
	s.data = sealed(t, s.schema, s.batches, Options{Grants: []Grant{{Recipient: s.audit.Recipient()}}, Columns: []string{"name", "tags"}, InsecureAllowClassical: true})
	if _, err := readAll(s.data, with1(s.audit)); err != nil {
		t.Fatal(err)
	}
	b := bytes.Clone(s.data)
	_, header := headerSpans(t, s.data)
	for i := 0; i < len(b); i += stride {
		if header(i) && i%37 != 0 {
			continue // thousands of alike bytes under one authentication code
		}
		old := b[i]
		b[i] ^= 1 << (i % 8)
		refused(t, fmt.Sprintf("flip at %d of %d", i, len(b)), b, with1(s.audit))
		b[i] = old
		if t.Failed() {
			return
		}
	}
}

// headerSpans finds the two copies of the header.
func headerSpans(t testing.TB, data []byte) (size int, within func(int) bool) {
	t.Helper()
	f, err := readFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	a := bytes.Index(data, []byte(f.padded))
	b := bytes.LastIndex(data, []byte(f.padded))
	size = len(f.padded)
	return size, func(i int) bool { return i >= a && i < a+size || i >= b && i < b+size }
}

func TestEveryCut(t *testing.T) {
	s := newSmall(t)
	for i := 0; i < len(s.data); i += 13 {
		refused(t, fmt.Sprintf("cut at %d", i), s.data[:i], with1(s.audit))
	}
	refused(t, "a byte more", append(bytes.Clone(s.data), 0), with1(s.audit))
}

// rebuild makes a well-formed file from the parts of others: whatever an
// attacker without keys can write.
func rebuild(t *testing.T, message, template []byte, parts ...[]byte) []byte {
	t.Helper()
	out := append([]byte(magic+"\x00\x00"), message...)
	var blocks []block
	for _, p := range parts {
		m, used, err := parseMessage(p)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, block{int64(len(out)), int64(used), m.body})
		out = append(out, p...)
	}
	out = append(out, arrowEOS...)
	f, err := footer(template, blocks)
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, f...)
	out = le.AppendUint32(out, uint32(len(f)))
	return append(out, magic...)
}

// dissect is rebuild's inverse.
func dissect(t testing.TB, data []byte) (message, template []byte, parts [][]byte) {
	t.Helper()
	f, err := readFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	_, template, err = parseFooter(data[f.footAt : len(data)-10])
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range f.blocks {
		parts = append(parts, data[b.offset:b.offset+b.meta+b.body])
	}
	return f.message, template, parts
}

func TestSplices(t *testing.T) {
	s := newSmall(t)
	twin := sealed(t, s.schema, s.batches, s.options()) // same rows, same people, other keys
	m, foot, p := dissect(t, s.data)
	m2, foot2, q := dissect(t, twin)
	if !bytes.Equal(rebuild(t, m, foot, p...), s.data) {
		t.Fatal("rebuild does not give the file back")
	}
	for name, data := range map[string][]byte{
		"last batch cut":        rebuild(t, m, foot, p[0], p[1]),
		"all but one cut":       rebuild(t, m, foot, p[0]),
		"all batches cut":       rebuild(t, m, foot),
		"first batch cut":       rebuild(t, m, foot, p[1], p[2]),
		"swapped":               rebuild(t, m, foot, p[1], p[0], p[2]),
		"last moved":            rebuild(t, m, foot, p[0], p[2], p[1]),
		"doubled":               rebuild(t, m, foot, p[0], p[0], p[1], p[2]),
		"doubled last":          rebuild(t, m, foot, p[0], p[1], p[2], p[2]),
		"batch of the twin":     rebuild(t, m, foot, p[0], q[1], p[2]),
		"header of the twin":    rebuild(t, m2, foot2, p...),
		"footer of the twin":    rebuild(t, m, foot2, p...),
		"schema of the twin":    rebuild(t, m2, foot, p...),
		"first batch alone":     rebuild(t, m, foot, p[2]),
		"twin behind":           rebuild(t, m, foot, p[0], p[1], q[2]),
		"garbage before footer": append(append(bytes.Clone(s.data[:len(s.data)-10]), 0, 0), s.data[len(s.data)-10:]...),
	} {
		for who, id := range map[string]*keys.Identity{"audit": s.audit, "team": s.team} {
			refused(t, name+" for "+who, data, with1(id))
		}
	}
}

// chunkSpan finds the bytes of one ciphertext within the file.
func chunkSpan(t *testing.T, data []byte, batch, field int) (int, int) {
	t.Helper()
	f, err := readFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	o := opener{r: &Reader{f: f}}
	k := must(o.read(batch)).chunks[field]
	return int(k.at), int(k.at + k.n)
}

// Every pair of ciphertexts of equal size is swapped; the same number of rows
// and columns of fixed width make that possible.
func TestEveryChunkPair(t *testing.T) {
	id := identity(t)
	fields := []arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64}, {Name: "b", Type: arrow.PrimitiveTypes.Int64}}
	s := arrow.NewSchema(fields, nil)
	var batches []arrow.Record
	for i := range 3 {
		batches = append(batches, intBatch(s, i*8, 8))
	}
	data := sealed(t, s, batches, Options{Grants: []Grant{{Recipient: id.Recipient()}}})
	if _, err := readAll(data, with1(id)); err != nil {
		t.Fatal(err)
	}
	type place struct{ batch, field int }
	var places []place
	for b := range 3 {
		places = append(places, place{b, 0}, place{b, 1})
	}
	for i, x := range places {
		for _, y := range places[i+1:] {
			x0, x1 := chunkSpan(t, data, x.batch, x.field)
			y0, y1 := chunkSpan(t, data, y.batch, y.field)
			if x1-x0 != y1-y0 {
				t.Fatalf("chunks of %d and %d bytes", x1-x0, y1-y0)
			}
			d := bytes.Clone(data)
			copy(d[x0:x1], data[y0:y1])
			copy(d[y0:y1], data[x0:x1])
			refused(t, fmt.Sprintf("swap %v with %v", x, y), d, with1(id))
			copy(d[y0:y1], data[y0:y1]) // and a copy over another
			refused(t, fmt.Sprintf("copy %v over %v", y, x), d, with1(id))
		}
	}
}

// edit changes the header the way somebody without keys can: everything but
// what is bound by a key is made consistent again.
func edit(t *testing.T, data []byte, change func(h *header)) []byte {
	t.Helper()
	f, err := readFile(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	h := *f.h
	h.Slots = append([]slot(nil), f.h.Slots...)
	h.Immutable.Columns = append([]column(nil), f.h.Immutable.Columns...)
	change(&h)
	padded, err := h.encode()
	if err != nil {
		t.Fatal(err)
	}
	return bytes.ReplaceAll(data, []byte(f.padded), padded)
}

func TestHeaderEdits(t *testing.T) {
	s := newSmall(t)
	twin := sealed(t, s.schema, s.batches, s.options())
	tf, err := readFile(bytes.NewReader(twin), int64(len(twin)))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(h *header){
		"slot stripped":        func(h *header) { h.Slots = h.Slots[1:] },
		"slot doubled":         func(h *header) { h.Slots = append(h.Slots, h.Slots[1]) },
		"slots reordered":      func(h *header) { h.Slots[0], h.Slots[1] = h.Slots[1], h.Slots[0] },
		"slot renamed":         func(h *header) { h.Slots[1].Name = "nobody" },
		"foreign grant":        func(h *header) { h.Slots[1] = tf.h.Slots[1] },
		"foreign grant added":  func(h *header) { h.Slots = append(h.Slots, tf.h.Slots[1]) },
		"columns promised":     func(h *header) { h.Slots[0].Columns = h.Slots[1].Columns },
		"columns withheld":     func(h *header) { h.Slots[1].Columns = h.Slots[0].Columns[:1] },
		"mac of the twin":      func(h *header) { h.MAC = tf.h.MAC },
		"file id changed":      func(h *header) { h.Immutable.FileID = tf.h.Immutable.FileID },
		"suite downgraded":     func(h *header) { h.Immutable.Suite = "aes-128-ctr+hkdf-sha256+hmac-sha256" },
		"version raised":       func(h *header) { h.Immutable.Version = 2 },
		"slot suite changed":   func(h *header) { h.Slots[1].Suite = string(keys.X25519) },
		"column unsealed":      func(h *header) { h.Immutable.Columns = h.Immutable.Columns[:1] },
		"mode changed":         func(h *header) { h.Immutable.Columns[0].Mode = ModeCell },
		"empty said":           func(h *header) { h.Immutable.Empty = true },
		"digest of the twin":   func(h *header) { h.Immutable.SchemaDigest = strings.Repeat("0", 64) },
		"schema of the header": func(h *header) { h.Immutable.Schema = encode64([]byte("nothing")) },
		"keyring named":        func(h *header) { h.Immutable.Keyring = "x" },
	} {
		refused(t, name, edit(t, s.data, change), with1(s.audit))
	}
}

// Type metadata is bound: a column cannot be shown under another type, name or
// role, neither in the outer schema nor in the inner one.
func TestSchemaEdits(t *testing.T) {
	s := newSmall(t)
	for _, c := range []struct{ old, by string }{
		{"people", "peopel"}, {"income", "incomd"}, {"verisim.key", "verisim.kez"}, {"seal.mode", "seal.modf"}, {"chunk", "chunc"},
	} {
		if !bytes.Contains(s.data, []byte(c.old)) {
			t.Fatalf("%q is not in the file", c.old)
		}
		refused(t, c.old+" to "+c.by, bytes.ReplaceAll(s.data, []byte(c.old), []byte(c.by)), with1(s.audit))
	}
}
