package rule

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/quality/pattern"
)

// formTwin says again what a form or a check digit is: a regular expression,
// and where that is not enough a judge of its own.
type formTwin struct {
	form  string
	judge func(s string) bool
}

// whole reads a text as one number in some base: its characters' places in an
// alphabet.
func whole(s, alphabet string, base int64) *big.Int {
	n := new(big.Int)
	for _, c := range s {
		n.Mul(n, big.NewInt(base))
		n.Add(n, big.NewInt(int64(strings.IndexRune(alphabet, c))))
	}
	return n
}

// inDigits writes letters as the numbers from A = 10.
func inDigits(s string) string {
	var b strings.Builder
	for _, c := range s {
		b.WriteString(strconv.Itoa(strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*@#", c)))
	}
	return b.String()
}

// ninetySeven is ISO 7064 mod 97-10 by arithmetic of big numbers.
func ninetySeven(s string) bool {
	n, ok := new(big.Int).SetString(inDigits(s), 10)
	return ok && n.Mod(n, big.NewInt(97)).Int64() == 1
}

// luhn doubles every second digit from the right by adding it to itself, and
// adds up the decimal digits.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		d, times := int(s[len(s)-1-i]-'0'), 1+i%2
		for _, c := range strconv.Itoa(d * times) {
			sum += int(c - '0')
		}
	}
	return sum%10 == 0
}

func dot(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * strings.IndexByte("0123456789X", s[i])
	}
	return sum
}

func strip(s, sep string) string { return strings.ReplaceAll(s, sep, "") }

// dihedral multiplies in the group of a pentagon's turns (0-4) and flips (5-9).
func dihedral(a, b int) int {
	switch {
	case a < 5 && b < 5:
		return (a + b) % 5
	case a < 5:
		return 5 + (a+b-5)%5
	case b < 5:
		return 5 + (a-5-b+5)%5
	}
	return (a - b + 5) % 5
}

// verhoeff permutes the digit of place i i times.
func verhoeff(s string) bool {
	c := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		for range i {
			d = []int{1, 5, 7, 6, 2, 8, 3, 0, 9, 4}[d]
		}
		c = dihedral(c, d)
	}
	return c == 0
}

func dayExists(form, s string) bool { _, err := time.Parse(form, s); return err == nil }

func checksumTwins() map[string]formTwin {
	ean := func(s string) bool { // the sum of the places from the right, every second one three times
		sum := 0
		for i := range len(s) {
			sum += int(s[len(s)-1-i]-'0') * []int{1, 3}[i%2]
		}
		return sum%10 == 0
	}
	lengths := map[string]int{"DE": 22, "GB": 22, "NO": 15, "FR": 27, "MT": 31, "CH": 21}
	return map[string]formTwin{
		"luhn": {`^[0-9]([ -]?[0-9])+$`, func(s string) bool { return luhn(strip(strip(s, " "), "-")) }},
		"imei": {`^[0-9]{15}$`, luhn},
		"iban": {`^(DE|GB|NO|FR|MT|CH)[0-9][ 0-9A-Z]*[0-9A-Z]$`, func(s string) bool {
			c := strip(s, " ")
			return !strings.Contains(s, "  ") && len(c) == lengths[c[:2]] && c[3] <= '9' && ninetySeven(c[4:]+c[:4])
		}},
		"lei":    {`^[0-9A-Z]{18}[0-9]{2}$`, ninetySeven},
		"isbn10": {`^([0-9]-?){9}[0-9X]$`, func(s string) bool { return dot(strip(s, "-"), 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
		"isbn13": {`^97[89](-?[0-9]){10}$`, func(s string) bool { return ean(strip(s, "-")) }},
		"issn":   {`^[0-9]{4}-[0-9]{3}[0-9X]$`, func(s string) bool { return dot(strip(s, "-"), 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
		"gtin":   {`^([0-9]{8}|[0-9]{12,14})$`, ean},
		"isin":   {`^[A-Z]{2}[0-9A-Z]{9}[0-9]$`, func(s string) bool { return luhn(inDigits(s)) }},
		"cusip": {`^[0-9A-Z*@#]{8}[0-9]$`, func(s string) bool {
			sum := 0
			for i, c := range s {
				v, _ := strconv.Atoi(inDigits(string(c)))
				for _, d := range strconv.Itoa(v * (1 + i%2)) {
					sum += int(d-'0') * []int{1, 1}[i%2]
				}
			}
			return sum%10 == 0
		}},
		"sedol": {`^[0-9BCDFGHJ-NP-TV-Z]{6}[0-9]$`, func(s string) bool {
			sum := 0
			for i, c := range s {
				v, _ := strconv.Atoi(inDigits(string(c)))
				sum += v * []int{1, 3, 1, 7, 3, 9, 1}[i]
			}
			return sum%10 == 0
		}},
		"aba": {`^[0-9]{9}$`, func(s string) bool { return dot(s, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }},
		"vin": {`^[0-9A-HJ-NPR-Z]{8}[0-9X][0-9A-HJ-NPR-Z]{8}$`, func(s string) bool {
			letters := map[rune]int{'A': 1, 'B': 2, 'C': 3, 'D': 4, 'E': 5, 'F': 6, 'G': 7, 'H': 8, 'J': 1, 'K': 2, 'L': 3, 'M': 4, 'N': 5, 'P': 7, 'R': 9, 'S': 2, 'T': 3, 'U': 4, 'V': 5, 'W': 6, 'X': 7, 'Y': 8, 'Z': 9}
			sum := 0
			for i, c := range s {
				v := letters[c]
				if c <= '9' {
					v = int(c - '0')
				}
				sum += v * []int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}[i]
			}
			return strings.IndexByte("0123456789X", s[8]) == sum%11
		}},
		"nhs":      {`^[0-9]( ?[0-9]){9}$`, func(s string) bool { return dot(strip(s, " "), 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
		"npi":      {`^[12][0-9]{9}$`, func(s string) bool { return luhn("80840" + s) }},
		"verhoeff": {`^[0-9]{2,}$`, verhoeff},
		"aadhaar":  {`^[2-9][0-9]{11}$`, verhoeff},
		"cn_resident_id": {`^([1-8][0-9]|91)[0-9]{15}[0-9X]$`, func(s string) bool {
			n := new(big.Int) // the value of 18 digits to the base of 2 is 1 modulo 11
			for _, c := range s {
				n.Add(n.Lsh(n, 1), big.NewInt(int64(strings.IndexRune("0123456789X", c))))
			}
			return n.Mod(n, big.NewInt(11)).Int64() == 1 && dayExists("20060102", s[6:14]) && s[6:10] >= "1800"
		}},
		"cn_uscc": {`^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$`, func(s string) bool {
			const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
			n, w := new(big.Int), big.NewInt(1)
			for _, c := range s[:17] {
				n.Add(n, new(big.Int).Mul(w, whole(string(c), alphabet, 31)))
				w.Mul(w, big.NewInt(3))
			}
			n.Add(n, whole(s[17:], alphabet, 31))
			return n.Mod(n, big.NewInt(31)).Sign() == 0
		}},
	}
}

func formTwins() map[string]formTwin {
	yes := func(string) bool { return true }
	known := func(words string) func(s string) bool {
		return func(s string) bool { return slices.Contains(strings.Fields(words), s) }
	}
	within := func(most int64) func(s string) bool {
		return func(s string) bool {
			r, ok := new(big.Rat).SetString(s)
			return ok && r.Abs(r).Cmp(big.NewRat(most, 1)) <= 0
		}
	}
	const label = `[0-9A-Za-z]([-0-9A-Za-z]{0,61}[0-9A-Za-z])?`
	addr := func(ok func(a netip.Addr) bool) func(s string) bool {
		return func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && ok(a) }
	}
	clock := `([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?`
	pre := `(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`
	return map[string]formTwin{
		"uuid":      {`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`, yes},
		"mac":       {`^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$`, func(s string) bool { _, err := net.ParseMAC(s); return err == nil }},
		"hostname":  {`^` + label + `(\.` + label + `)*$`, func(s string) bool { return len(s) <= 253 }},
		"phone":     {`^\+[1-9][0-9]{6,14}$`, yes},
		"cn_mobile": {`^1[3-9][0-9]{9}$`, yes},
		"date":      {`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, func(s string) bool { return dayExists("2006-01-02", s) }},
		"time":      {`^` + clock + `$`, yes},
		"datetime": {`^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]` + clock + `([Zz]|[-+]([01][0-9]|2[0-3]):[0-5][0-9])$`, func(s string) bool {
			return dayExists("2006-01-02", s[:10])
		}},
		"hex_color": {`^#([0-9A-Fa-f]{3,4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`, yes},
		"hex":       {`^([0-9A-Fa-f]{2})+$`, yes},
		"semver":    {`^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)(-` + pre + `(\.` + pre + `)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$`, yes},
		"latitude":  {`^[-+]?(0|[1-9][0-9]?)(\.[0-9]+)?$`, within(90)},
		"longitude": {`^[-+]?(0|[1-9][0-9]{0,2})(\.[0-9]+)?$`, within(180)},
		"lat_lon": {`^[-+]?(0|[1-9][0-9]?)(\.[0-9]+)?, ?[-+]?(0|[1-9][0-9]{0,2})(\.[0-9]+)?$`, func(s string) bool {
			lat, lon, _ := strings.Cut(s, ",")
			return within(90)(lat) && within(180)(strings.TrimSpace(lon))
		}},
		"geohash": {`^[0-9b-hjkmnp-z]{1,12}$`, yes},
		"integer": {`^[-+]?[0-9]+$`, yes},
		"number":  {`^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$`, func(s string) bool { x, err := strconv.ParseFloat(s, 64); return err == nil && !math.IsInf(x, 0) }},
		"json":    {``, func(s string) bool { return utf8.ValidString(s) && json.Valid([]byte(s)) }},
		"base64": {`^[0-9A-Za-z+/]+=?=?$`, func(s string) bool {
			b, err := base64.StdEncoding.DecodeString(s)
			return err == nil && base64.StdEncoding.EncodeToString(b) == s
		}},
		"ipv4": {`^[0-9.]+$`, addr(netip.Addr.Is4)},
		"ipv6": {`:`, addr(netip.Addr.Is6)},
		"ip":   {``, addr(func(netip.Addr) bool { return true })},
		"cidr": {`/(0|[1-9][0-9]*)$`, func(s string) bool { _, n, err := net.ParseCIDR(s); return err == nil && n != nil }},
		"url": {`^(?i)https?://`, func(s string) bool {
			u, err := url.Parse(s)
			return err == nil && u.Hostname() != "" && !strings.ContainsAny(s, " \t\n\"<>\\^`{|}") && utf8.ValidString(s)
		}},
		"uri": {`^[A-Za-z][-+.0-9A-Za-z]*:`, func(s string) bool {
			_, err := url.Parse(s)
			return err == nil && !strings.ContainsAny(s, " \t\n\"<>\\^`{|}")
		}},
		"email": {"^[-0-9A-Za-z!#$%&'*+/=?^_`{|}~.\\x{80}-\\x{10ffff}]+@[-.0-9A-Za-z\\x{80}-\\x{10ffff}]+\\.[-0-9A-Za-z\\x{80}-\\x{10ffff}]+$", func(s string) bool {
			if !utf8.ValidString(s) {
				return false
			}
			local, domain, _ := strings.Cut(s, "@")
			for _, part := range []string{local, domain} {
				if strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") || strings.Contains(part, "..") {
					return false
				}
			}
			for _, l := range strings.Split(domain, ".") {
				if strings.HasPrefix(l, "-") || strings.HasSuffix(l, "-") {
					return false
				}
			}
			return true
		}},
		"country":  {`^[A-Z]{2}$`, known("DE CN US GB FR")},
		"currency": {`^[A-Z]{3}$`, known("EUR CNY USD GBP JPY")},
		"language": {`^[a-z]{2}$`, known("de zh en fr ja")},
		"bic":      {`^[A-Z]{4}(DE|ZA|US|CN)[0-9A-Z]{2}([0-9A-Z]{3})?$`, yes},
		"vat":      {`^(DE[0-9]{9}|ATU[0-9]{8}|NL[0-9]{9}B[0-9]{2})$`, yes},
	}
}

// listed are the forms of which the twin knows a few codes only: what it does
// not know is not held against the other side.
func listed(name string) bool {
	return slices.Contains([]string{"iban", "country", "currency", "language", "bic", "vat"}, name)
}

// candidates are the values of the catalogue and changes of them: a character
// changed, left out, put in or swapped, so that about one in ten has the right
// check digit by luck.
func candidates(rng *rand.Rand, k pattern.Known) []string {
	out := slices.Concat(k.Good, k.Bad, []string{"", " ", "0", "\xff", "X"})
	letters := []byte("0123456789ABCXYZabcxyz-.:@/+ #e")
	for range 1500 {
		s := []byte(k.Good[rng.IntN(len(k.Good))])
		for range 1 + rng.IntN(2) {
			if len(s) < 2 {
				break
			}
			i := rng.IntN(len(s))
			c := letters[rng.IntN(len(letters))]
			if s[i] >= '0' && s[i] <= '9' && rng.IntN(3) > 0 {
				c = letters[rng.IntN(10)]
			}
			switch rng.IntN(8) {
			case 0:
				s = slices.Delete(s, i, i+1)
			case 1:
				s = slices.Insert(s, i, c)
			case 2:
				j := rng.IntN(len(s))
				s[i], s[j] = s[j], s[i]
			default:
				s[i] = c
			}
		}
		out = append(out, string(s))
	}
	return out
}

// TestFormsAgainstTwins judges the catalogue's forms and check digits beside
// formulas of their own.
func TestFormsAgainstTwins(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 52))
	s := schema(t, "a string")
	for _, k := range pattern.All() {
		kind, all := "format", formTwins()
		if k.Class == pattern.Checksum {
			kind, all = "checksum", checksumTwins()
		}
		tw, ok := all[k.Name]
		if !ok {
			t.Errorf("%s %s has no naive twin", kind, k.Name)
			continue
		}
		re := regexp.MustCompile(tw.form)
		texts := candidates(rng, k)
		loose := make([]rowOf, len(texts))
		for i, x := range texts {
			loose[i] = rowOf{x}
		}
		st := compile(t, fmt.Sprintf("columns:\n  a: {%s: %s}\n", kind, k.Name), map[string]*arrow.Schema{"": s}).New()
		got := make([]bool, len(texts))
		batch := batchOf(s, loose)
		if err := st.judge(st.tables[0], 0, batch, func(_ *check, fail bitmap) {
			fail.each(func(i int) bool { got[i] = true; return true })
		}); err != nil {
			t.Fatal(err)
		}
		st.Close()
		batch.Release()
		good, wrong := 0, bytes.Buffer{}
		for i, x := range texts {
			want := re.MatchString(x) && tw.judge(x)
			if want {
				good++
			}
			if want == got[i] && !(listed(k.Name) && !want) {
				fmt.Fprintf(&wrong, " %q (twin: %v)", x, want)
			}
		}
		if wrong.Len() > 0 {
			t.Errorf("%s %s differs on%.600s", kind, k.Name, wrong.String())
		}
		if good < 5 || good > len(texts)-5 {
			t.Errorf("%s %s: %d of %d texts are good, which tells little", kind, k.Name, good, len(texts))
		}
	}
}
