package pattern

import (
	"regexp"
	"strings"
	"testing"
)

var patterns = []string{
	`^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$`, `foo`, `^foo`, `foo$`, `^foo$`, `^$`, ``, `a*`, `(a|b)*c`, `\bword\b`, `\Bx\B`,
	`(?i)straße`, `(?i)k`, `(?m)^line$`, `(?s)a.b`, `a.b`, `[^a]`, `\p{Han}+`, `^\p{L}{2,4}$`, `[一-龥]{2,}`, `\x{FFFD}`, `^.{3}$`,
	`^(\d{4})-(\d{2})-(\d{2})$`, `(?:ab|cd)?e{2,3}`, `\Aabc\z`, `(?m)$\n^`, `x*y*z*$`, `^\w+\s\w+$`, `[[:upper:]]{3}`, `(^a|b$)`, `\b`, `\B`, `^\b`, `\b$`, `.`, `$^`,
}

var texts = []string{
	"", "a", "foo", "xfoo", "foox", "a foo b", "user@example.com", "user@@example.com", "USER@EXAMPLE.COM", "word", "a word here", "sword",
	"STRASSE", "straße", "STRAẞE", "k", "K", "\u212a", "line", "x\nline\ny", "a\nb", "a\xffb", "\xff", "\xe4\xb8", "中文", "中文字符长", "2026-01-31",
	"2026-1-31", "abeee", "abc", "abc\n", "xyz", "hello world", "ABC", "éé", "\n", "\n\n", "_", "a_b", "aXb", "\x00", strings.Repeat("ab", 50) + "c",
}

func TestMatchAgreesWithRegexp(t *testing.T) {
	for _, p := range patterns {
		r, err := Compile(p)
		if err != nil {
			t.Fatalf("Compile(%q): %v", p, err)
		}
		if r.dfa == nil {
			t.Errorf("Compile(%q) has no automaton", p)
		}
		std := regexp.MustCompile(p)
		for _, s := range texts {
			if got, want := r.Match([]byte(s)), std.MatchString(s); got != want {
				t.Errorf("Match(%q, %q) = %v, want %v", p, s, got, want)
			}
		}
	}
}

func TestTooManyStatesFallsBack(t *testing.T) {
	p := `(a|b)*a(a|b){14}$`
	r, err := Compile(p)
	if err != nil {
		t.Fatal(err)
	}
	if r.dfa != nil {
		t.Errorf("Compile(%q) built %d states, want a fall back", p, len(r.dfa.atEnd))
	}
	for _, s := range []string{strings.Repeat("a", 20), strings.Repeat("b", 20), "a" + strings.Repeat("b", 14)} {
		if got, want := r.Match([]byte(s)), regexp.MustCompile(p).MatchString(s); got != want {
			t.Errorf("Match(%q) = %v, want %v", s, got, want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	for i, p := range patterns {
		f.Add(p, texts[i%len(texts)])
	}
	f.Fuzz(func(t *testing.T, p, s string) {
		if len(p) > 40 || len(s) > 200 {
			return
		}
		std, err := regexp.Compile(p)
		if err != nil {
			return
		}
		r, err := Compile(p)
		if err != nil {
			t.Fatalf("Compile(%q): %v, and regexp takes it", p, err)
		}
		if got, want := r.Match([]byte(s)), std.MatchString(s); got != want {
			t.Errorf("Match(%q, %q) = %v, want %v", p, s, got, want)
		}
		// Many texts at once: the text, what is left of it from each place on,
		// and its beginnings.
		var data []byte
		offs := []int32{0}
		for i := range s {
			data = append(append(data, s[i:]...), s[:i]...)
			offs = append(offs, int32(len(data)-i), int32(len(data)))
		}
		pass := make([]uint64, (len(offs)+62)/64)
		r.MatchTexts(offs, data, pass)
		for i := range len(offs) - 1 {
			one := data[offs[i]:offs[i+1]]
			if got, want := pass[i/64]>>(i%64)&1 == 1, std.Match(one); got != want {
				t.Errorf("MatchTexts(%q) of %q = %v, want %v", p, one, got, want)
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	r, err := Compile(`^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$`)
	if err != nil {
		b.Fatal(err)
	}
	s := []byte("anna.schmidt42@example.com")
	b.Run("automaton", func(b *testing.B) {
		for b.Loop() {
			r.Match(s)
		}
	})
	b.Run("regexp", func(b *testing.B) {
		for b.Loop() {
			r.std.Match(s)
		}
	})
}
