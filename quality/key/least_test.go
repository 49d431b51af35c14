package key

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestLeastAndJoin compares with maps, in memory and from disk, merged or not.
func TestLeastAndJoin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for trial := range 12 {
		words := trial%2 == 0
		opt := LogOptions{Words: words, Seed: NewSeed(), MemoryBytes: []int64{1, 1 << 30}[trial/2%2], TempDir: t.TempDir()}
		fill := func(n int) (*Log, map[uint64]int64, [][2]int64) {
			one, two := NewLog(opt), NewLog(opt)
			least := map[uint64]int64{}
			var all [][2]int64
			for range n {
				k, value := rng.Uint64N(uint64(n)), rng.Int64N(1<<40)-1<<39
				l := one
				if rng.IntN(2) == 0 {
					l = two
				}
				var err error
				if words {
					err = l.AddWord(k, value)
				} else {
					err = l.Add(fmt.Append(nil, k), value)
				}
				if err != nil {
					t.Fatal(err)
				}
				if have, ok := least[k]; !ok || value < have {
					least[k] = value
				}
				all = append(all, [2]int64{int64(k), value})
			}
			if err := one.Merge(two); err != nil {
				t.Fatal(err)
			}
			return one, least, all
		}
		l, least, all := fill(3000)
		o, others, _ := fill(1000)
		defer l.Close()
		defer o.Close()
		var got, want [][3]int64
		if err := l.Least(func(least, value int64) { got = append(got, [3]int64{least, value}) }); err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			want = append(want, [3]int64{least[uint64(e[0])], e[1]})
		}
		same(t, "Least", got, want)
		got, want = nil, nil
		if err := l.Join(o, func(value, other int64, has bool) {
			x := [3]int64{value, other}
			if has {
				x[2] = 1
			}
			got = append(got, x)
		}); err != nil {
			t.Fatal(err)
		}
		for _, e := range all {
			other, has := others[uint64(e[0])]
			x := [3]int64{e[1], other}
			if has {
				x[2] = 1
			}
			want = append(want, x)
		}
		same(t, "Join", got, want)
	}
}

func same(t *testing.T, what string, got, want [][3]int64) {
	t.Helper()
	order := func(a, b [3]int64) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if !slices.Equal(got, want) {
		t.Errorf("%s gives %d answers that are not the %d wanted", what, len(got), len(want))
	}
}
