package key

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// repeatsOf is the plain meaning of Repeats.
func repeatsOf(keys []uint64) (rows []int64, different int) {
	seen := map[uint64]bool{}
	for i, k := range keys {
		if seen[k] {
			rows = append(rows, int64(i))
		}
		seen[k] = true
	}
	return rows, len(seen)
}

func keysOf(n, span int, seed uint64) []uint64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]uint64, n)
	for i := range out {
		out[i] = rng.Uint64N(uint64(span)) * 0x100000001
	}
	return out
}

func textOf(k uint64) []byte { return binary.AppendUvarint([]byte("key "), k) }

// fill spreads rows over several logs by chance and merges them in any order.
func fill(t *testing.T, keys []uint64, words bool, logs int, limit int64, seed Seed, dir string) *Log {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, uint64(logs)))
	all := make([]*Log, logs)
	for i := range all {
		all[i] = NewLog(LogOptions{Words: words, Seed: seed, MemoryBytes: limit, TempDir: dir})
	}
	for _, row := range rng.Perm(len(keys)) {
		l := all[rng.IntN(logs)]
		var err error
		if words {
			err = l.AddWord(keys[row], int64(row))
		} else {
			err = l.Add(textOf(keys[row]), int64(row))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for len(all) > 1 {
		if err := all[0].Merge(all[1]); err != nil {
			t.Fatal(err)
		}
		all = append(all[:1], all[2:]...)
	}
	return all[0]
}

func TestLogAnswersAsAMapDoes(t *testing.T) {
	for _, words := range []bool{true, false} {
		for _, span := range []int{1, 900, 1 << 40} {
			for _, limit := range []int64{1, 100 << 10, 1 << 30} {
				for _, logs := range []int{1, 3} {
					dir := t.TempDir()
					keys := keysOf(1500, span, uint64(span))
					want, different := repeatsOf(keys)
					l := fill(t, keys, words, logs, limit, NewSeed(), dir)
					if spilt, err := os.ReadDir(dir); err != nil || (len(spilt) > 0) != (limit < 1<<20 && (limit == 1 || len(l.files) > 0)) {
						t.Errorf("words %v span %d limit %d logs %d: %d files, %v", words, span, limit, logs, len(spilt), err)
					}
					var got []int64
					n, err := l.Repeats(func(row int64) { got = append(got, row) })
					if err != nil {
						t.Fatal(err)
					}
					slices.Sort(got)
					if int(n) != different || l.Len() != 1500 {
						t.Errorf("words %v span %d limit %d logs %d: %d different of %d, want %d", words, span, limit, logs, n, l.Len(), different)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("words %v span %d limit %d logs %d: rows differ:\n%s", words, span, limit, logs, diff)
					}
					var total int64
					if err := l.Counts(func(n int64) { total += n }); err != nil || total != 1500 {
						t.Errorf("Counts sum to %d, %v, want 1500", total, err)
					}
					l.Close()
					if left, _ := os.ReadDir(dir); len(left) > 0 {
						t.Errorf("Close left %d files", len(left))
					}
				}
			}
		}
	}
}

// TestAddWords adds rows in bulk and one by one, near and far from each other,
// forwards and backwards.
func TestAddWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	seed := NewSeed()
	l, one := NewLog(LogOptions{Words: true, Seed: seed, MemoryBytes: 1 << 16, TempDir: t.TempDir()}), NewLog(LogOptions{Words: true, Seed: seed})
	defer l.Close()
	defer one.Close()
	for _, first := range []int64{0, 1 << 40, 5000, farRow * 3, farRow*3 + 900, -7} {
		keys := make([]int64, 700)
		for i := range keys {
			keys[i] = rng.Int64N(4000) - 2000
			if err := one.AddWord(uint64(keys[i]), first+int64(i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.AddWords(keys, first); err != nil {
			t.Fatal(err)
		}
	}
	var got, want []int64
	n, err := l.Repeats(func(row int64) { got = append(got, row) })
	if err != nil {
		t.Fatal(err)
	}
	m, err := one.Repeats(func(row int64) { want = append(want, row) })
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if n != m || l.Len() != one.Len() || len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("AddWords finds %d different keys and %d repeats, AddWord %d and %d", n, len(got), m, len(want))
	}
}

func TestLogHeld(t *testing.T) {
	for _, words := range []bool{true, false} {
		seed := NewSeed()
		parents, children := keysOf(3000, 2000, 1), keysOf(4000, 2500, 2)
		p := fill(t, parents, words, 2, 1, seed, t.TempDir())
		c := fill(t, children, words, 3, 64<<10, seed, t.TempDir())
		known := map[uint64]bool{}
		for _, k := range parents {
			known[k] = true
		}
		var want, got []int64
		for i, k := range children {
			if !known[k] {
				want = append(want, int64(i))
			}
		}
		if err := c.Held(p, func(row int64, has bool) {
			if !has {
				got = append(got, row)
			}
		}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
			t.Errorf("words %v: missing rows differ:\n%s", words, diff)
		}
		p.Close()
		c.Close()
	}
}

func TestLogsOfDifferentSeedsDoNotMerge(t *testing.T) {
	if err := NewLog(LogOptions{}).Merge(NewLog(LogOptions{})); err == nil {
		t.Error("Merge of logs with different seeds: no error")
	}
}

func TestSet(t *testing.T) {
	words, texts := NewSet(true, 1<<20, ""), NewSet(false, 1<<20, "")
	seen := map[uint64]bool{}
	for _, k := range keysOf(3000, 2000, 3) {
		w, err := words.AddWord(k)
		b, err2 := texts.Add(textOf(k))
		if err != nil || err2 != nil || w != seen[k] || b != seen[k] {
			t.Fatalf("key %d: %v %v %v %v, want %v", k, w, b, err, err2, seen[k])
		}
		seen[k] = true
	}
	if words.Len() != len(seen) || !has(t, words, 0) || has(t, words, 1) || hasText(t, texts, []byte("none")) {
		t.Errorf("the sets do not hold what was put in")
	}
}

func BenchmarkLogWords(b *testing.B) {
	keys := keysOf(1<<20, 1<<40, 1)
	b.SetBytes(int64(len(keys)) * 8)
	for b.Loop() {
		l := NewLog(LogOptions{Words: true, MemoryBytes: 1 << 30})
		for i, k := range keys {
			if err := l.AddWord(k, int64(i)); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := l.Repeats(func(int64) {}); err != nil {
			b.Fatal(err)
		}
		l.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(keys)), "ns/key")
}

func has(t *testing.T, s *Set, k uint64) bool {
	t.Helper()
	ok, err := s.HasWord(k)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// TestSetOnDisk gives a set room for 2,048 words and lets it see 300,000, so
// that runs are merged over several tiers; a map knows the truth.
func TestSetOnDisk(t *testing.T) {
	dir := t.TempDir()
	s := NewSet(true, 1<<15, dir)
	seen := map[uint64]bool{}
	for _, k := range keysOf(300_000, 150_000, 9) {
		was, err := s.AddWord(k)
		if err != nil {
			t.Fatal(err)
		}
		if was != seen[k] {
			t.Fatalf("AddWord(%#x) = %t, want %t", k, was, seen[k])
		}
		seen[k] = true
	}
	if len(s.disk.runs) == 0 || s.disk.runs[0].tier == 0 {
		t.Error("no runs were merged: the test does not test")
	}
	if s.Len() != len(seen) {
		t.Errorf("Len() = %d, want %d", s.Len(), len(seen))
	}
	for k := range seen {
		if !has(t, s, k) {
			t.Fatalf("HasWord(%#x) = false, want true", k)
		}
		if has(t, s, k^1<<63) != seen[k^1<<63] {
			t.Fatalf("HasWord(%#x) is wrong", k^1<<63)
		}
	}
	s.Close()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("after Close there are %v, want nothing", left)
	}
}

func TestSetTellsAFullDisk(t *testing.T) {
	s := NewSet(true, 1<<15, filepath.Join(t.TempDir(), "absent"))
	var err error
	for k := uint64(1); err == nil && k < 1<<16; k++ {
		_, err = s.AddWord(k)
	}
	if err == nil {
		t.Error("AddWord without a place to spill to: no error")
	}
}

func BenchmarkSetOnDisk(b *testing.B) {
	s := NewSet(true, 4<<20, b.TempDir())
	defer s.Close()
	k := uint64(0)
	for b.Loop() {
		k += 0x9e3779b97f4a7c15
		if _, err := s.AddWord(k); err != nil {
			b.Fatal(err)
		}
	}
}
