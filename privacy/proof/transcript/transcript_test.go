package transcript

import (
	"bytes"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/binary"
	"testing"

	"github.com/verisim/verisim/privacy/proof/field"
)

// TestAsSpecified builds the chain from the words of PROOFS.md in one go.
func TestAsSpecified(t *testing.T) {
	state := make([]byte, 64)
	for _, m := range [][2]string{{"p/v1", ""}, {"header", "abc"}, {"draw", ""}} {
		in := bytes.Clone(state)
		for _, part := range m {
			in = append(binary.BigEndian.AppendUint64(in, uint64(len(part))), part...)
		}
		s := sha512.Sum512(in)
		state = s[:]
	}
	stream := sha3.SumSHAKE256(state, 16*8)
	var want []field.Elem
	for at := 0; len(want) < 3; at += 16 {
		if x, ok := field.Read(stream[at:]); ok {
			want = append(want, x)
		}
	}
	tr := New("p/v1")
	tr.Absorb("header", []byte("abc"))
	for i, x := range tr.Elements("draw", 3) {
		if x != want[i] {
			t.Errorf("challenge %d differs from the specification", i)
		}
	}
}

// TestEverythingBinds: other words, other order, other borders, other
// challenges.
func TestEverythingBinds(t *testing.T) {
	seen := map[field.Elem]string{}
	for name, say := range map[string]func(*Transcript){
		"nothing":       func(*Transcript) {},
		"empty":         func(tr *Transcript) { tr.Absorb("a", nil) },
		"ab":            func(tr *Transcript) { tr.Absorb("a", []byte("b")) },
		"moved border":  func(tr *Transcript) { tr.Absorb("ab", nil) },
		"two":           func(tr *Transcript) { tr.Absorb("a", []byte("b")); tr.Absorb("c", []byte("d")) },
		"swapped":       func(tr *Transcript) { tr.Absorb("c", []byte("d")); tr.Absorb("a", []byte("b")) },
		"one for two":   func(tr *Transcript) { tr.Absorb("a", []byte("bcd")) },
		"drawn between": func(tr *Transcript) { tr.Elements("x", 1); tr.Absorb("a", []byte("b")) },
	} {
		tr := New("p")
		say(tr)
		x := tr.Elements("x", 1)[0]
		if other, ok := seen[x]; ok {
			t.Errorf("%q and %q give one challenge", name, other)
		}
		seen[x] = name
	}
	if a, b := New("p").Elements("x", 1)[0], New("q").Elements("x", 1)[0]; a == b {
		t.Error("two protocols give one challenge")
	}
}

func TestPositions(t *testing.T) {
	tr := New("p")
	got := tr.Positions("q", 250, 1024)
	if len(got) != 250 {
		t.Fatalf("%d positions, want 250", len(got))
	}
	for i, j := range got {
		if j < 0 || j >= 1024 || (i > 0 && j <= got[i-1]) {
			t.Fatalf("position %d is %d, not ascending below 1024", i, j)
		}
	}
	if n := len(New("p").Positions("q", 9, 8)); n != 8 {
		t.Errorf("%d positions of 8, want all 8", n)
	}
	// Each of 8 cells gets 1/8 of single draws; a deviation of 6 standard
	// deviations has a chance below 1e-8 for all cells together.
	counts := make([]int, 8)
	for range 8000 {
		counts[tr.Positions("q", 1, 8)[0]]++
	}
	for i, n := range counts {
		if d := n - 1000; d > 178 || d < -178 {
			t.Errorf("position %d came %d times in 8000, want about 1000", i, n)
		}
	}
}
