package fake

import (
	"math"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestVectors(t *testing.T) {
	// 11010519491231002X is the example of GB 11643-1999.
	day := int32(time.Date(1949, 12, 31, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	if got := string(AppendResidentID(nil, "110105", day, 2)); got != "11010519491231002X" {
		t.Errorf("AppendResidentID = %s, want 11010519491231002X", got)
	}
	if got := luhn([]byte("7992739871")); got != '3' { // the usual worked example
		t.Errorf("luhn(7992739871) = %c, want 3", got)
	}
	// 91350100M000100Y43 is the example of GB 32100-2015; its body code is M000100Y4.
	if got := bodyCheck([]byte("M000100Y")); got != '4' {
		t.Errorf("bodyCheck(M000100Y) = %c, want 4", got)
	}
	if got := creditCheck([]byte("91350100M000100Y4")); got != '3' {
		t.Errorf("creditCheck(91350100M000100Y4) = %c, want 3", got)
	}
}

// luhnValid, residentValid and creditValid check by the text of the standards,
// each by another way than the code.
func luhnValid(s string) bool {
	sum := 0
	for i, c := range []byte(s) {
		d := int(c - '0')
		if (len(s)-i)%2 == 0 {
			d = []int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}[d]
		}
		sum += d
	}
	return sum%10 == 0
}

func residentValid(s string) bool {
	if len(s) != 18 {
		return false
	}
	p := 0 // ISO 7064 pure system, MOD 11-2: P = (P + a) * 2 mod 11
	for _, c := range []byte(s[:17]) {
		p = (p + int(c-'0')) * 2 % 11
	}
	last := 10
	if s[17] != 'X' {
		last = int(s[17] - '0')
	}
	_, err := time.Parse("20060102", s[6:14])
	return err == nil && (p+last)%11 == 1
}

func creditValid(s string) bool {
	sum, w := 0, 1
	for _, c := range s {
		v := strings.IndexRune(creditAlphabet, c)
		if v < 0 {
			return false
		}
		sum += v * w
		w = w * 3 % 31
	}
	// The check character's own weight is 3^17 = 26 = -5 mod 31, but the
	// standard adds it with weight one.
	v := strings.IndexByte(creditAlphabet, s[17])
	sum -= v * 1 * pow3(17) % 31
	return len(s) == 18 && ((sum+v)%31+31)%31 == 0
}

func pow3(n int) int {
	w := 1
	for range n {
		w = w * 3 % 31
	}
	return w
}

func TestPeopleAgree(t *testing.T) {
	clock := int32(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	phone := map[string]*regexp.Regexp{
		"en_US": regexp.MustCompile(`^\d{3}-555-01\d\d$`),
		"zh_CN": regexp.MustCompile(`^1(54|63|64|68|69)\d{8}$`),
	}
	for _, name := range LocaleNames() {
		l, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint64(20_000) {
			p := l.Person(mix(i, 100), mix(i, 101))
			c := p.City()
			if got := string(p.AppendPhone(nil)); !phone[name].MatchString(got) {
				t.Fatalf("phone of person %d is not of the free range", i)
			} else if name == "en_US" && !strings.Contains(strings.Join(c.Areas, " "), got[:3]) {
				t.Fatalf("phone of person %d is not of their city", i)
			}
			mail := string(p.AppendEmail(nil))
			if f := p.Locale.familyLatin.At(p.familyIndex()); !strings.Contains(mail, f) || strings.ContainsAny(mail, " '") {
				t.Fatalf("mail of person %d has not their name", i)
			}
			age := float64(clock-p.BirthDay(clock)) / 365.25
			if age < 18 || age > 90.01 {
				t.Fatalf("person %d is %v years old, want 18 to 90", i, age)
			}
			id := string(p.AppendNationalID(nil, clock))
			if name == "zh_CN" {
				if !residentValid(id) || id[:6] != p.DistrictCode() || id[:2] != c.RegionCode[:2] {
					t.Fatalf("identity number of person %d is not valid or not of their district", i)
				}
				if male := id[16]%2 == 1; male != (p.Sex() == Male) {
					t.Fatalf("identity number of person %d says another sex", i)
				}
			} else if !regexp.MustCompile(`^9\d\d-(0[1-9]|[1-4]\d)-\d{4}$`).MatchString(id) {
				t.Fatalf("security number of person %d is not of the free range", i)
			}
			if card := string(p.AppendCard(nil)); !luhnValid(card) {
				t.Fatalf("card of person %d has a wrong check digit", i)
			}
			if name == "zh_CN" {
				if code := string(l.Company(i, i).AppendTaxID(nil)); !creditValid(code) {
					t.Fatalf("credit code of company %d is not valid", i)
				}
			}
			if post := string(p.AppendPostcode(nil)); len(post) != len("00000")+b2i(name == "zh_CN") {
				t.Fatalf("postcode of person %d has %d digits", i, len(post))
			}
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestDictionaries(t *testing.T) {
	for _, name := range LocaleNames() {
		l, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []*Pool{l.Given[0], l.Given[1], l.Family, l.Streets, l.Jobs, l.companyHead, l.companyKind} {
			seen := map[string]bool{}
			for _, v := range p.Values() {
				if v == "" || v != strings.TrimSpace(v) || seen[v] {
					t.Errorf("%s: value %q is empty, untrimmed or there twice", name, v)
				}
				seen[v] = true
			}
		}
		for _, c := range l.Places {
			if math.IsNaN(c.Lat+c.Lon+c.weight) || c.weight <= 0 || c.ZipLast < c.ZipFirst || len(c.Areas) == 0 {
				t.Errorf("%s: city %q is not well formed", name, c.Name)
			}
			if _, err := time.LoadLocation(c.Zone); err != nil {
				t.Errorf("%s: city %q: %v", name, c.Name, err)
			}
			for _, d := range c.Districts {
				if len(d.Code) != 6 || len(d.Postcode) != 6 || d.Code[:2] != c.RegionCode[:2] {
					t.Errorf("%s: district %q of %q is not well formed", name, d.Name, c.Name)
				}
			}
		}
	}
	if _, err := Open("fr_FR"); err == nil || !strings.Contains(err.Error(), "zh_CN") {
		t.Errorf("Open(fr_FR) = %v, want an error that lists the locales", err)
	}
}

// TestVersion holds the dictionaries: whoever changes a value changes what
// every seed means, and says so here and in CHANGELOG.md.
func TestVersion(t *testing.T) {
	const want = "4d379051c48edcad0b06fab91715f92e"
	if got := Version(); got != want {
		t.Errorf("Version() = %q, want %q", got, want)
	}
}

// TestWeights draws from a weighted pool. With 400,000 draws a share's
// standard deviation is at most 0.0008; 6 of them plus 1/8192 give 0.005, which
// a right pool exceeds less than once in 10^8 runs.
func TestWeights(t *testing.T) {
	weights := []float64{50, 30, 15, 4.9, 0.1}
	p := NewWeightedPool([]string{"a", "b", "c", "d", "e"}, weights)
	counts := make([]float64, 5)
	const n = 400_000
	for i := range uint64(n) {
		counts[p.Index(mix(i, 7))]++
	}
	for i, w := range weights {
		if got, want := counts[i]/n, w/100; math.Abs(got-want) > 0.005 {
			t.Errorf("share of value %d = %v, want %v", i, got, want)
		}
	}
}

func BenchmarkEmail(b *testing.B) {
	l := english()
	buf := make([]byte, 0, 1<<10)
	i := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		i++
		buf = l.Person(mix(i, 0), mix(i, 1)).AppendEmail(buf[:0])
	}
}
