package key

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func hasText(t *testing.T, s *Set, b []byte) bool {
	t.Helper()
	ok, err := s.Has(b)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// TestTextsOnDisk gives a set room for some ninety texts and lets it see
// 120,000 of all lengths, so that runs are merged over several tiers and entries
// reach over pages; a map knows the truth.
func TestTextsOnDisk(t *testing.T) {
	dir := t.TempDir()
	s := NewSet(false, 1<<14, dir)
	rng := rand.New(rand.NewPCG(31, 32))
	text := func(k uint64) []byte {
		b := fmt.Appendf(nil, "key %x ", k*0x9e3779b97f4a7c15)
		if k%1000 == 7 { // some are longer than a page, and than the memory
			b = append(b, strings.Repeat("long ", int(k%7000))...)
		}
		if k == 3 {
			return nil
		}
		return b
	}
	seen := map[string]bool{}
	for range 120_000 {
		b := text(rng.Uint64N(60_000))
		was, err := s.Add(b)
		if err != nil {
			t.Fatal(err)
		}
		if was != seen[string(b)] {
			t.Fatalf("Add(a text of %d bytes) = %t, want %t", len(b), was, !was)
		}
		seen[string(b)] = true
	}
	if len(s.texts.runs) < 2 || s.texts.runs[0].tier < 2 {
		t.Errorf("there are %d runs: the test does not test", len(s.texts.runs))
	}
	if s.Len() != len(seen) {
		t.Errorf("Len() = %d, want %d", s.Len(), len(seen))
	}
	for k := range uint64(70_000) {
		if b := text(k); hasText(t, s, b) != seen[string(b)] {
			t.Fatalf("Has(text %d) is not %t", k, seen[string(b)])
		}
	}
	s.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("after Close there are %v, want nothing", left)
	}
}

// TestTextsOfOneHash holds that texts are told apart by their bytes: all get one
// hash, over many pages and runs.
func TestTextsOfOneHash(t *testing.T) {
	d := textTiers{dir: t.TempDir()}
	defer d.close()
	name := func(i int) []byte { return fmt.Appendf(nil, "%0*d", 1+i%90, i) }
	for from := 0; from < 1000; from += 100 {
		var entries []textEntry
		for i := from; i < from+100; i++ {
			entries = append(entries, textEntry{42 + uint64(i%3/2), name(i)})
		}
		if err := d.add(entries); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 1100 {
		got, err := d.has(42+uint64(i%3/2), name(i))
		if err != nil {
			t.Fatal(err)
		}
		if got != (i < 1000) {
			t.Fatalf("has(%q) = %t, want %t", name(i), got, i < 1000)
		}
		if got, err = d.has(41, name(i)); got || err != nil {
			t.Fatalf("has(%q) under another hash = %t, %v", name(i), got, err)
		}
	}
}

// TestTextsKeepToTheirMemory counts what the set holds while texts go to disk.
func TestTextsKeepToTheirMemory(t *testing.T) {
	const limit = 1 << 18
	s := NewSet(false, limit, t.TempDir())
	defer s.Close()
	most := 0
	for i := range 100_000 {
		if _, err := s.Add(fmt.Appendf(nil, "a text that is %d", i)); err != nil {
			t.Fatal(err)
		}
		most = max(most, 4*len(s.slots)+4*cap(s.tags)+8*cap(s.ends)+cap(s.arena))
	}
	if most > limit || len(s.texts.runs) == 0 {
		t.Errorf("the set held up to %d bytes, want at most %d", most, limit)
	}
}

func TestTextsTellAFullDisk(t *testing.T) {
	s := NewSet(false, 1<<14, filepath.Join(t.TempDir(), "absent"))
	var err error
	for k := 0; err == nil && k < 1<<16; k++ {
		_, err = s.Add(fmt.Append(nil, k))
	}
	if err == nil {
		t.Error("Add without a place to spill to: no error")
	}
}
