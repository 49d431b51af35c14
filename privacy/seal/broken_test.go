package seal

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// testdata/broken holds one file for each way in which a sealed file can be
// wrong, and in CLASSES which class of error each must give. testdata/v1 holds a
// whole file of version 1, which every later version must open. Both were
// written once, by -update; new ones are added, old ones stay.
var update = flag.Bool("update", false, "write testdata/v1 and testdata/broken anew")

var classes = map[string]error{"tampered": privacy.ErrTampered, "no-key": privacy.ErrNoKey, "version": privacy.ErrVersion}

// breakages makes the files from a whole one and a twin of it.
func breakages(t *testing.T, data, twin, stranger []byte) map[string][]byte {
	message, template, p := dissect(t, data)
	_, _, q := dissect(t, twin)
	tf := must(readFile(bytes.NewReader(twin), int64(len(twin))))
	at := func(data []byte, i int, by byte) []byte {
		b := bytes.Clone(data)
		b[i] ^= by
		return b
	}
	name0, name1 := chunkSpan(t, data, 1, 1)
	f := must(readFile(bytes.NewReader(data), int64(len(data))))
	clear0 := int(f.blocks[1].offset + f.blocks[1].meta) // the first cell of the clear column id
	first := bytes.Index(data, []byte(f.padded))
	out := map[string][]byte{
		"tampered/empty":            {},
		"tampered/not-arrow":        []byte("name,income\nAda,1\n" + strings.Repeat("x", 40)),
		"tampered/unsealed":         must(emptyFile(f.plain)),
		"tampered/cut-in-batch":     data[:name0],
		"tampered/cut-at-footer":    data[:f.footAt],
		"tampered/last-batch-gone":  rebuild(t, message, template, p[:2]...),
		"tampered/first-batch-gone": rebuild(t, message, template, p[1:]...),
		"tampered/all-batches-gone": rebuild(t, message, template),
		"tampered/batches-swapped":  rebuild(t, message, template, p[1], p[0], p[2]),
		"tampered/batch-doubled":    rebuild(t, message, template, p[0], p[1], p[1], p[2]),
		"tampered/batch-of-twin":    rebuild(t, message, template, p[0], q[1], p[2]),
		"tampered/clear-cell":       at(data, clear0, 1),
		"tampered/salt":             at(data, name0, 1),
		"tampered/commitment":       at(data, name0+saltSize, 1),
		"tampered/ciphertext":       at(data, name0+prefixSize, 1),
		"tampered/tag":              at(data, name1-1, 1),
		"tampered/directory":        at(data, name0-8*3, 1),
		"tampered/header-differs":   at(data, first+20, 1),
		"tampered/type":             bytes.ReplaceAll(data, []byte("people"), []byte("peopel")),
		"tampered/schema-of-twin":   bytes.ReplaceAll(data, []byte(f.padded), []byte(tf.padded)),
		"tampered/footer-size":      at(data, len(data)-10, 8),
		"tampered/block-outside":    at(data, len(data)-10-24+5, 1),
		"no-key/for-others":         stranger,
	}
	for name, change := range map[string]func(h *header){
		"tampered/slot-stripped":   func(h *header) { h.Slots = h.Slots[1:] },
		"tampered/slot-doubled":    func(h *header) { h.Slots = append(h.Slots, h.Slots[1]) },
		"tampered/slot-renamed":    func(h *header) { h.Slots[1].Name = "nobody" },
		"tampered/slot-promises":   func(h *header) { h.Slots[0].Columns = h.Slots[1].Columns },
		"tampered/foreign-grant":   func(h *header) { h.Slots = append(h.Slots, tf.h.Slots[1]) },
		"tampered/mode":            func(h *header) { h.Immutable.Columns[0].Mode = ModeCell },
		"tampered/column-unsealed": func(h *header) { h.Immutable.Columns = h.Immutable.Columns[1:]; h.Slots = h.Slots[1:] },
		"tampered/stretch-heavy": func(h *header) {
			h.Slots[0] = slot{Kind: kindPassphrase, Suite: "argon2id,t=3,m=1073741824,p=4", Enc: encode64(make([]byte, 16)), Columns: []int{}, Shares: []slotShare{}}
		},
		"version/version-raised":   func(h *header) { h.Immutable.Version = 2 },
		"version/suite-downgraded": func(h *header) { h.Immutable.Suite = "aes-128-ctr+hkdf-sha256+hmac-sha256" },
		"version/slot-kind":        func(h *header) { h.Slots[0].Kind = "rot13"; h.Slots[0].Recipient = "" },
	} {
		out[name] = edit(t, data, change)
	}
	loose := strings.Replace(f.padded, `{"immutable"`, `{ "immutable"`, 1)
	out["tampered/header-loose"] = bytes.ReplaceAll(data, []byte(f.padded), []byte(loose[:len(f.padded)]))
	return out
}

func writeFixtures(t *testing.T) {
	s := newSmall(t)
	seal := func() []byte {
		opt := s.options()
		opt.InsecureAllowClassical = true // for its size
		return sealed(t, s.schema, s.batches, opt)
	}
	s.team, s.audit = must(keys.NewClassical(nil)), must(keys.NewClassical(nil))
	audit, whole, twin := s.audit, seal(), seal()
	s.team, s.audit = must(keys.NewClassical(nil)), must(keys.NewClassical(nil))
	stranger := seal()
	key := must(keys.New(nil))
	ring := must(keys.NewKeyring(nil))
	v1 := sealed(t, s.schema, s.batches, Options{
		Grants: []Grant{{Name: "audit", Recipient: key.Recipient()}}, Columns: []string{"name", "city", "tags", "land", "income"},
		Modes: map[string]Mode{"name": ModeSubject, "income": ModeCell}, Subject: "id", Keyring: ring,
	})
	write := func(path string, b []byte) {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("testdata/v1/people.arrow", v1)
	write("testdata/v1/people.key", keys.FormatIdentity(key, time.Unix(0, 0)))
	write("testdata/v1/people.keyring", must(ring.Format()))
	var list []string
	write("testdata/broken/audit.key", keys.FormatIdentity(audit, time.Unix(0, 0)))
	for name, b := range breakages(t, whole, twin, stranger) {
		class, file, _ := strings.Cut(name, "/")
		write("testdata/broken/"+file+".arrow", b)
		list = append(list, file+".arrow "+class)
	}
	slices.Sort(list)
	write("testdata/broken/CLASSES", []byte(strings.Join(list, "\n")+"\n"))
}

func TestBroken(t *testing.T) {
	if *update {
		writeFixtures(t)
	}
	u := Unlock{Identities: must(keys.ParseIdentities(bytes.NewReader(must(os.ReadFile("testdata/broken/audit.key")))))}
	n := 0
	for line := range strings.Lines(string(must(os.ReadFile("testdata/broken/CLASSES")))) {
		file, class, _ := strings.Cut(strings.TrimSpace(line), " ")
		data := must(os.ReadFile("testdata/broken/" + file))
		got, err := readAll(data, u)
		if !errors.Is(err, classes[class]) {
			t.Errorf("%s: open gives %d batches and %v, want %v", file, len(got), err, classes[class])
		}
		n++
	}
	if n < 30 {
		t.Errorf("%d broken files, want at least 30", n)
	}
}

// Version 1 opens for ever, and means what it meant.
func TestVersion1(t *testing.T) {
	data := must(os.ReadFile("testdata/v1/people.arrow"))
	u := Unlock{
		Identities: must(keys.ParseIdentities(bytes.NewReader(must(os.ReadFile("testdata/v1/people.key"))))),
		Keyring:    must(keys.ParseKeyring(must(os.ReadFile("testdata/v1/people.keyring")))),
	}
	s, batches := sample(5, 3, 4)
	compare(t, s, batches, must(readAll(data, u)))
}

// Whatever is done to a file's bytes: if it opens, it opens to what was sealed.
func FuzzOpen(f *testing.F) {
	id := must(keys.New(nil))
	s, batches := sample(2, 1)
	data := sealed(f, s, batches, Options{Grants: []Grant{{Recipient: id.Recipient()}}, Modes: map[string]Mode{"name": ModeCell, "income": ModeChunk}})
	f.Add(0, byte(0), len(data))
	f.Add(100, byte(1), len(data))
	f.Add(len(data)-20, byte(255), len(data)-3)
	f.Fuzz(func(t *testing.T, at int, by byte, size int) {
		b := bytes.Clone(data)
		if at >= 0 && at < len(b) {
			b[at] ^= by
		}
		if size >= 0 && size < len(b) {
			b = b[:size]
		}
		got, err := readAll(b, with1(id))
		if err == nil {
			if !bytes.Equal(b, data) {
				t.Errorf("byte %d changed by %d, %d bytes: it opens", at, by, size)
			}
			compare(t, s, batches, got)
		}
	})
}

// Hostile bytes give an error and no panic, however they are made.
func FuzzInspect(f *testing.F) {
	s := newSmall(f)
	f.Add(s.data)
	for _, name := range must(filepath.Glob("testdata/broken/*.arrow")) {
		f.Add(must(os.ReadFile(name)))
	}
	f.Fuzz(func(_ *testing.T, b []byte) {
		if _, err := Inspect(bytes.NewReader(b), int64(len(b))); err != nil {
			return
		}
		if r, err := OpenWith(bytes.NewReader(b), int64(len(b)), with1(s.audit)); err == nil {
			if st, err := r.Stream(nil); err == nil {
				for _, err := range st.Batches(context.Background()) {
					if err != nil {
						break
					}
				}
			}
		}
	})
}

// A header that is accepted has one encoding.
func FuzzHeader(f *testing.F) {
	s := newSmall(f)
	whole := must(readFile(bytes.NewReader(s.data), int64(len(s.data))))
	f.Add(whole.padded)
	f.Add(strings.Replace(whole.padded, "hpke", "policy", 1))
	f.Add(`{"immutable":{},"mac":"","slots":[]}`)
	f.Fuzz(func(t *testing.T, padded string) {
		h, err := parseHeader(padded)
		if err != nil {
			return
		}
		again, err := h.encode()
		if err != nil || string(again) != padded {
			t.Errorf("parseHeader accepts what encode does not write: %v", err)
		}
		if _, err := h.mac(make([]byte, keySize)); err != nil {
			t.Error(err)
		}
		for i := range h.Slots {
			_, _, _ = h.Slots[i].open([32]byte{}, s.audit)
			_, _, _ = h.Slots[i].openTrustees([32]byte{}, []*keys.Identity{s.audit})
		}
	})
}
