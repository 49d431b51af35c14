package pattern

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
)

// TestMatchTextsAgreesWithRegexp judges texts of all lengths beside each other,
// some of them far longer than their neighbours, some not ASCII.
func TestMatchTextsAgreesWithRegexp(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	list := append([]string(nil), texts...)
	for range 400 {
		s := texts[rng.IntN(len(texts))] + strings.Repeat("a.b1", rng.IntN(12)) + texts[rng.IntN(len(texts))]
		list = append(list, s, s[:rng.IntN(len(s)+1)])
	}
	list = append(list, strings.Repeat("ab", 300)+"c", "", strings.Repeat("x", 100)+"é", "user"+strings.Repeat("1", 70)+"@example.com")
	rng.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	var data []byte
	offs := []int32{0}
	for _, s := range list {
		data = append(data, s...)
		offs = append(offs, int32(len(data)))
	}
	pass := make([]uint64, (len(list)+63)/64)
	for _, p := range patterns {
		r, err := Compile(p)
		if err != nil {
			t.Fatalf("Compile(%q): %v", p, err)
		}
		if r.two == nil {
			t.Errorf("Compile(%q) has no table of pairs", p)
		}
		std := regexp.MustCompile(p)
		r.MatchTexts(offs, data, pass)
		for i, s := range list {
			if got, want := pass[i/64]>>(i%64)&1 == 1, std.MatchString(s); got != want {
				t.Errorf("MatchTexts(%q) of %q = %v, want %v", p, s, got, want)
			}
		}
	}
}

func TestTooManyPairsFallsBack(t *testing.T) {
	r, err := Compile(`^(a|b)*a(a|b){10}$|^(cd|ef|gh|ij|kl|mn|op){9}$`)
	if err != nil {
		t.Fatal(err)
	}
	if r.dfa == nil || r.two != nil {
		t.Fatalf("Compile built pairs %v with automaton %v, want the automaton alone", r.two != nil, r.dfa != nil)
	}
	yes, no := "aba"+strings.Repeat("b", 10), "abb"+strings.Repeat("a", 9)
	data, pass := []byte(yes+no), make([]uint64, 1)
	if r.MatchTexts([]int32{0, int32(len(yes)), int32(len(data))}, data, pass); pass[0] != 1 {
		t.Errorf("MatchTexts = %b, want 1", pass[0])
	}
}
