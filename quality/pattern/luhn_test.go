package pattern

import (
	"fmt"
	"testing"
)

func TestKnownPatterns(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range All() {
		if seen[fmt.Sprint(k.Class, k.Name)] {
			t.Errorf("%s is there twice", k.Name)
		}
		seen[fmt.Sprint(k.Class, k.Name)] = true
		if len(k.Good) == 0 || len(k.Bad) == 0 {
			t.Errorf("%s has no examples", k.Name)
		}
		for _, s := range k.Good {
			if !k.Match([]byte(s)) {
				t.Errorf("%s(%q) = false, want true", k.Name, s)
			}
		}
		for _, s := range append(k.Bad, "", "\xff\xfe", "\x00") {
			if k.Match([]byte(s)) {
				t.Errorf("%s(%q) = true, want false", k.Name, s)
			}
		}
	}
}

// TestChecksumsSeeOneWrongDigit: every check digit scheme here must notice any
// single wrong digit; that is the least that they are made for.
func TestChecksumsSeeOneWrongDigit(t *testing.T) {
	for _, k := range All() {
		if k.Class != Checksum {
			continue
		}
		for _, good := range k.Good {
			for i := range good {
				if good[i] < '0' || good[i] > '9' {
					continue
				}
				for d := byte('0'); d <= '9'; d++ {
					if d == good[i] {
						continue
					}
					b := []byte(good)
					b[i] = d
					if k.Match(b) {
						t.Errorf("%s(%q) = true though digit %d of %q is wrong", k.Name, b, i, good)
					}
				}
			}
		}
	}
}

// TestLuhn16AgreesWithScalar compares the word-wide form with the plain one.
func TestLuhn16AgreesWithScalar(t *testing.T) {
	x := uint64(88172645463325252)
	for range 200000 {
		var b [16]byte
		for i := range b {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			b[i] = byte('0' + x%10)
			if x>>60 == 7 && i == 3 {
				b[i] = byte(x >> 20)
			}
		}
		if got, want := Luhn(b[:]), luhnAny(b[:]); got != want {
			t.Fatalf("Luhn(%q) = %v, want %v", b, got, want)
		}
	}
}

func BenchmarkLuhn(b *testing.B) {
	s := []byte("4539578763621486")
	for b.Loop() {
		Luhn(s)
	}
}
