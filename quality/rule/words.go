package rule

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/pattern"
)

// wordChecks lists the checks of how a text is written.
func wordChecks() []Def {
	one := func(name, about, example string, bind func(b *binder) (func([]byte) bool, error)) Def {
		return Def{Name: name, Family: "text", About: about, Example: example, Dimension: quality.Validity, bind: func(b *binder) error {
			if b.kind() != kindText {
				return b.needs("text")
			}
			f, err := bind(b)
			if err == nil {
				b.judge(eachText(f))
			}
			return err
		}}
	}
	on := func(name, about string, f func([]byte) bool) Def {
		return one(name, about, "true", func(b *binder) (func([]byte) bool, error) { return f, b.yes() })
	}
	affix := func(name, about, example string, f func(s, part []byte) bool) Def {
		return one(name, about, example, func(b *binder) (func([]byte) bool, error) {
			if err := scalar(b.arg); err != nil {
				return nil, err
			}
			part := []byte(b.arg.Text)
			return func(s []byte) bool { return f(s, part) }, nil
		})
	}
	return []Def{
		one("like", "matches an SQL LIKE pattern: % is any text, _ any character, \\ escapes", `"A%_9"`, likeCheck),
		affix("starts_with", "begins with a text", `"DE"`, bytes.HasPrefix),
		affix("ends_with", "ends with a text", `".pdf"`, bytes.HasSuffix),
		affix("contains", "contains a text", `"@"`, bytes.Contains),
		one("case", "is written in lower, upper or title case; letters without case are ignored", "lower", caseCheck),
		on("trimmed", "has no space at either end", func(s []byte) bool {
			return len(s) == 0 || len(bytes.TrimFunc(s, blankRune)) == len(s)
		}),
		on("no_control", "has no control characters, tabs and line ends included", func(s []byte) bool {
			return !bytes.ContainsFunc(s, unicode.IsControl)
		}),
		on("utf8", "is valid UTF-8", utf8.Valid),
		on("nfc", "is in Unicode normal form C", func(s []byte) bool { return norm.NFC.IsNormal(s) }),
		on("ascii", "has ASCII characters only", func(s []byte) bool {
			for _, c := range s {
				if c >= utf8.RuneSelf {
					return false
				}
			}
			return true
		}),
		on("no_zero_width", "has no invisible characters: zero-width spaces and joiners, direction marks, byte order marks", func(s []byte) bool {
			return !bytes.ContainsFunc(s, invisible)
		}),
		on("no_mojibake", "shows no sign of text that was decoded wrongly, such as \"Ã©\" for \"é\"", func(s []byte) bool { return !mojibake(s) }),
		one("script", "has letters of these Unicode scripts only", "[Latin, Han]", scriptCheck),
		one("shape", "has one of these shapes: 9 digit, a lower, A upper, ü other letter, 中 Han, _ space, other characters themselves, + repeats", `["AA-9+"]`, shapeCheck),
		one("castable", "can be read as a type: int64, float64, bool, date, timestamp", "int64", castCheck),
		one("strftime", "is a time written in a form of strftime", `"%d.%m.%Y"`, strftimeCheck),
		one("unit", "is a number and one of these units", "[kg, g]", unitCheck),
	}
}

func blankRune(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' }

// invisible characters: Unicode general category Cf but for the soft hyphen,
// which shows at line ends, and the joiner between emoji is one of them too.
func invisible(r rune) bool { return r != '\u00ad' && unicode.Is(unicode.Cf, r) }

// mojibake finds UTF-8 that was read as Latin-1 or Windows-1252: a letter that
// starts a two-byte sequence, followed by what its second byte becomes; and the
// replacement character.
func mojibake(s []byte) bool {
	if bytes.ContainsRune(s, utf8.RuneError) {
		return true
	}
	for i := 0; i+1 < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		i += n
		if r < 0xC2 || r > 0xF4 {
			continue
		}
		next, _ := utf8.DecodeRune(s[i:])
		if r <= 0xDF && next >= 0x80 && next <= 0xBF || r == 'â' && (next == '€' || next == '„') {
			return true
		}
	}
	return false
}

func likeCheck(b *binder) (func([]byte) bool, error) {
	if err := scalar(b.arg); err != nil {
		return nil, err
	}
	var re strings.Builder
	re.WriteString("(?s)^")
	escaped := false
	for _, r := range b.arg.Text {
		switch {
		case escaped:
			re.WriteString(quoteMeta(r))
			escaped = false
		case r == '\\':
			escaped = true
		case r == '%':
			re.WriteString(".*")
		case r == '_':
			re.WriteString(".")
		default:
			re.WriteString(quoteMeta(r))
		}
	}
	if escaped {
		return nil, b.arg.Pos.Errorf("the pattern ends in \\")
	}
	re.WriteString("$")
	p, err := pattern.Compile(re.String())
	if err != nil {
		return nil, b.arg.Pos.Errorf("%v", err)
	}
	return p.Match, nil
}

func quoteMeta(r rune) string {
	if strings.ContainsRune(`\.+*?()|[]{}^$`, r) {
		return `\` + string(r)
	}
	return string(r)
}

func caseCheck(b *binder) (func([]byte) bool, error) {
	switch b.arg.Text {
	case "lower":
		return func(s []byte) bool {
			return !bytes.ContainsFunc(s, func(r rune) bool { return unicode.IsUpper(r) || unicode.IsTitle(r) })
		}, nil
	case "upper":
		return func(s []byte) bool { return !bytes.ContainsFunc(s, unicode.IsLower) }, nil
	case "title":
		return func(s []byte) bool {
			start := true
			for len(s) > 0 {
				r, n := utf8.DecodeRune(s)
				s = s[n:]
				if start && unicode.IsLower(r) || !start && unicode.IsUpper(r) {
					return false
				}
				start = !unicode.IsLetter(r) && r != '\''
			}
			return true
		}, nil
	}
	return nil, b.arg.Pos.Errorf("case takes lower, upper or title")
}

func scriptCheck(b *binder) (func([]byte) bool, error) {
	nodes := []*document.Node{b.arg}
	if b.arg.Kind == document.List {
		nodes = b.arg.Items
	}
	var tables []*unicode.RangeTable
	for _, n := range nodes {
		t, ok := unicode.Scripts[n.Text]
		if !ok {
			err := n.Pos.Errorf("there is no Unicode script %q", n.Text)
			names := make([]string, 0, len(unicode.Scripts))
			for name := range unicode.Scripts {
				names = append(names, name)
			}
			slices.Sort(names)
			if near := document.Nearest(n.Text, names); near != "" {
				err.Hint = "did you mean " + near + "?"
				err.Cause += "; " + err.Hint
			}
			return nil, err
		}
		tables = append(tables, t)
	}
	if len(tables) == 0 {
		return nil, b.arg.Pos.Errorf("script takes a script, or a list of scripts")
	}
	return func(s []byte) bool {
		return !bytes.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) && !unicode.In(r, tables...) })
	}, nil
}

// shapeRune is the class of a character in a shape, as quality/profile has them.
func shapeRune(r rune) rune {
	switch {
	case r >= '0' && r <= '9':
		return '9'
	case r >= 'a' && r <= 'z':
		return 'a'
	case r >= 'A' && r <= 'Z':
		return 'A'
	case r == ' ':
		return '_'
	case unicode.Is(unicode.Han, r):
		return '中'
	case unicode.IsLetter(r):
		return 'ü'
	}
	return r
}

func shapeClass(r rune) bool { return strings.ContainsRune("9aA中ü_", r) }

func shapeCheck(b *binder) (func([]byte) bool, error) {
	nodes := []*document.Node{b.arg}
	if b.arg.Kind == document.List {
		nodes = b.arg.Items
	}
	var shapes [][]rune
	for _, n := range nodes {
		if err := scalar(n); err != nil || n.Text == "" {
			return nil, n.Pos.Errorf("shape takes shapes such as AA-9+")
		}
		shapes = append(shapes, []rune(n.Text))
	}
	if len(shapes) == 0 {
		return nil, b.arg.Pos.Errorf("shape takes shapes such as AA-9+")
	}
	return func(s []byte) bool {
		for _, shape := range shapes {
			if hasShape(s, shape) {
				return true
			}
		}
		return false
	}, nil
}

// hasShape compares greedily: a class with + takes all that follow of it.
func hasShape(s []byte, shape []rune) bool {
	for i := 0; i < len(shape); i++ {
		r, n := utf8.DecodeRune(s)
		if n == 0 || shapeRune(r) != shape[i] {
			return false
		}
		s = s[n:]
		if i+1 < len(shape) && shape[i+1] == '+' && shapeClass(shape[i]) {
			for {
				r, n = utf8.DecodeRune(s)
				if n == 0 || shapeRune(r) != shape[i] {
					break
				}
				s = s[n:]
			}
			i++
		}
	}
	return len(s) == 0
}

func castCheck(b *binder) (func([]byte) bool, error) {
	t, err := table.ParseType(b.arg.Text)
	if err != nil {
		return nil, b.arg.Pos.Errorf("%v", err)
	}
	if f := casts(b.arg.Text); f != nil {
		return f, nil
	}
	return nil, b.arg.Pos.Errorf("castable knows int64, float64, bool, date and timestamp, not %s", t)
}

// casts says whether a text can be read as a type; nil for others.
func casts(name string) func([]byte) bool {
	switch name {
	case "int64":
		return func(s []byte) bool { _, err := strconv.ParseInt(string(s), 10, 64); return err == nil }
	case "float64":
		return func(s []byte) bool { _, err := strconv.ParseFloat(string(s), 64); return err == nil }
	case "bool":
		return func(s []byte) bool { return string(s) == "true" || string(s) == "false" }
	case "date":
		return func(s []byte) bool { _, err := time.Parse("2006-01-02", string(s)); return err == nil }
	case "timestamp":
		return func(s []byte) bool { _, ok := parseTime(string(s)); return ok }
	}
	return nil
}

func strftimeCheck(b *binder) (func([]byte) bool, error) {
	form, err := strftime(b.arg.Text)
	if err != nil {
		return nil, b.arg.Pos.Errorf("%v", err)
	}
	// time.Parse is lenient: it takes hours of one digit, fractions of seconds
	// that the form has not, names in any case and a wrong day of the week. A
	// text in this form is what the form makes of its time.
	return func(s []byte) bool {
		at, err := time.Parse(form, string(s))
		var buf [64]byte
		return err == nil && bytes.Equal(at.AppendFormat(buf[:0], form), s)
	}, nil
}

// strftime turns a form of POSIX strftime into a layout of package time.
func strftime(form string) (string, error) {
	parts := map[byte]string{
		'Y': "2006", 'y': "06", 'm': "01", 'd': "02", 'H': "15", 'I': "03", 'M': "04", 'S': "05", 'p': "PM",
		'b': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday", 'z': "-0700", 'F': "2006-01-02", 'T': "15:04:05", '%': "%",
	}
	var b strings.Builder
	for i := 0; i < len(form); i++ {
		c := form[i]
		switch {
		case c != '%' && (c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' && c != 'T' && c != 'Z'):
			return "", fmt.Errorf("form %q: %q would be read as a part of a time", form, c)
		case c != '%':
			b.WriteByte(c)
		case i+1 == len(form) || parts[form[i+1]] == "":
			return "", fmt.Errorf("form %q: %% stands before none of YymdHIMSpbBaAzFT", form)
		default:
			i++
			b.WriteString(parts[form[i]])
		}
	}
	return b.String(), nil
}

func unitCheck(b *binder) (func([]byte) bool, error) {
	nodes, err := items(b.arg)
	if err != nil {
		return nil, err
	}
	var units [][]byte
	for _, n := range nodes {
		units = append(units, []byte(n.Text))
	}
	set := newTexts(units)
	return func(s []byte) bool {
		i := 0
		for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == '.' || s[i] == '-' || s[i] == '+') {
			i++
		}
		if _, err := strconv.ParseFloat(string(s[:i]), 64); err != nil {
			return false
		}
		return set.has(bytes.TrimLeft(s[i:], " "))
	}, nil
}
