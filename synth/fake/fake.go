// Package fake holds the texts that made-up rows are written with: names by
// sex, places with what belongs to them, companies, words, and everything that
// gofakeit can say, all as frozen lists that are sampled by index.
//
// # Use
//
// A [Pool] is a frozen list of texts; [Pool.Index] turns one 64-bit draw into a
// place in it. A [Locale] holds the pools of one language and country. A
// [Person], a [Company] and a [Place] are pure functions of draws, so their
// parts always agree: the email has the name, the phone has the city's area
// code, the postcode has the region.
//
//	l, _ := fake.Open("en_US")
//	p := l.Person(draw, placeDraw)
//	buf = p.AppendEmail(p.AppendName(buf))
//
// Nothing here keeps state and nothing draws by itself: the caller brings the
// draws (usually from synth/rng), so the same draws give the same texts on any
// machine. [Version] is a hash of every dictionary; it changes when a value
// does.
//
// # Not real
//
// Numbers that could reach or name somebody come from ranges that are not
// issued or are set aside for examples, where such ranges exist: US telephone
// numbers 555-0100 to 555-0199, US social security numbers 9xx-01 to 9xx-49
// (never issued, and outside the taxpayer numbers), employer numbers with
// prefixes not in use, mail domains of RFC 2606, mainland mobile segments that
// are not allocated (154, 163, 164, 168, 169), resident identity numbers with
// the sequence codes 996 to 999 (kept for centenarians), card numbers with the
// prefixes that processors publish for tests. Their check digits are right.
//
// Not meant for one value at a time where speed is wanted: sample by the batch.
//
// This is the only package that imports gofakeit.
package fake

import (
	"fmt"
	"strings"
)

// LocaleNames lists the locales.
func LocaleNames() []string { return []string{"en_US", "zh_CN"} }

// Open returns a locale by name. Locales are frozen and shared.
func Open(name string) (*Locale, error) {
	switch name {
	case "en_US":
		return english(), nil
	case "zh_CN":
		return chinese(), nil
	}
	return nil, fmt.Errorf("open locale %q: there are %s", name, strings.Join(LocaleNames(), ", "))
}

// mix is the finaliser of splitmix64 (Steele, Lea, Flood 2014) after one step
// of its Weyl sequence: independent draws n of one draw h.
func mix(h uint64, n uint64) uint64 {
	h += (n + 1) * 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
