package keys

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/privacy"
)

func subject(i int) []byte { return fmt.Appendf(nil, "customer-%d", i) }

func TestKeyring(t *testing.T) {
	k := must(NewKeyring(nil))
	const n = 200
	var before [n][32]byte
	seen := map[[32]byte]bool{}
	for i := range n {
		key, ok := k.Key(subject(i))
		if !ok || seen[key] {
			t.Fatalf("Key(%d): erased or doubled", i)
		}
		before[i], seen[key] = key, true
	}
	for i := 0; i < n; i += 3 {
		if !k.Erase(subject(i)) || k.Erase(subject(i)) {
			t.Fatalf("Erase(%d): want true, then false", i)
		}
	}
	back := must(ParseKeyring(must(k.Format())))
	if d := cmp.Diff(k.seeds, back.seeds, cmp.AllowUnexported(node{})); d != "" || back.Erased() != k.Erased() || back.ID() != k.ID() {
		t.Errorf("ParseKeyring(Format()) differs: %s", d)
	}
	for i := range n {
		key, ok := back.Key(subject(i))
		if want := i%3 != 0; ok != want {
			t.Errorf("Key(%d): ok = %v, want %v", i, ok, want)
		} else if ok && key != before[i] {
			t.Errorf("Key(%d) changed", i)
		}
	}
	if got, most := back.Seeds(), 64*67; got > most {
		t.Errorf("%d seeds after 67 erasures, want at most %d", got, most)
	}
}

// What is left after an erasure does not derive the erased leaf: no seed covers
// it, and none of its path is kept.
func TestErasedPathIsGone(t *testing.T) {
	k := must(NewKeyring(nil))
	leaf := k.place(subject(1))
	_, seed, _ := k.find(leaf)
	path := map[[32]byte]bool{seed: true}
	for d := range treeDepth {
		seed = child(seed, bitAt(leaf, d))
		path[seed] = true
	}
	k.Erase(subject(1))
	for n, s := range k.seeds {
		if path[s] {
			t.Errorf("a seed of the erased path is kept at depth %d", n.depth)
		}
	}
	if len(k.seeds) != treeDepth {
		t.Errorf("%d seeds, want %d", len(k.seeds), treeDepth)
	}
}

func TestKeyringFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	k := must(NewKeyring(nil))
	if err := WriteSecret(path, must(k.Format())); err != nil {
		t.Fatal(err)
	}
	k.Erase(subject(5))
	if err := k.Replace(path); err != nil {
		t.Fatal(err)
	}
	back := must(LoadKeyring(path))
	if _, ok := back.Key(subject(5)); ok {
		t.Error("the erased key is in the file")
	}
	for _, s := range []string{"", "{}", `{"erased":0,"id":"","index":"","seeds":{},"version":1}`, string(must(k.Format())) + " "} {
		if _, err := ParseKeyring([]byte(s)); !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
			t.Errorf("ParseKeyring(%.30q) = %v", s, err)
		}
	}
}

func BenchmarkKeyringKey(b *testing.B) {
	k := must(NewKeyring(nil))
	for i := range 100 {
		k.Erase(subject(i))
	}
	for b.Loop() {
		k.Key(subject(1000))
	}
}

// A keyring that is read has one encoding, whatever the bytes.
func FuzzKeyring(f *testing.F) {
	k := must(NewKeyring(nil))
	f.Add(must(k.Format()))
	k.Erase([]byte("a"))
	f.Add(must(k.Format()))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := ParseKeyring(b)
		if err != nil {
			return
		}
		if again := must(k.Format()); !bytes.Equal(bytes.TrimSuffix(b, []byte("\n")), bytes.TrimSuffix(again, []byte("\n"))) {
			t.Error("ParseKeyring accepts what Format does not write")
		}
		k.Erase([]byte("b"))
		if _, ok := k.Key([]byte("b")); ok {
			t.Error("an erased key is there")
		}
	})
}
