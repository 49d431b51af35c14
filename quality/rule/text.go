package rule

import (
	"math"
	"unicode/utf8"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/pattern"
)

// texts lists the checks of strings.
func texts() []Def {
	one := func(name, about, example string, bind func(b *binder) error) Def {
		return Def{Name: name, Family: "text", About: about, Example: example, Dimension: quality.Validity, bind: func(b *binder) error {
			if b.kind() != kindText {
				return b.needs("text")
			}
			return bind(b)
		}}
	}
	return []Def{
		one("matches", "holds a match of a regular expression (RE2; anchor it with ^ and $)", `"^[A-Z]{2}[0-9]+$"`, func(b *binder) error { return b.matches(true) }),
		one("not_matches", "holds no match of a regular expression", `"(?i)test"`, func(b *binder) error { return b.matches(false) }),
		one("length", "has so many characters: N, or [LOW, HIGH] with null for an open end", "[1, 64]", func(b *binder) error {
			lo, hi, err := b.sizes()
			if err != nil {
				return err
			}
			b.judge(charsWithin(lo, hi))
			return nil
		}),
		one("byte_length", "has so many bytes: N, or [LOW, HIGH]", "[1, 255]", func(b *binder) error {
			lo, hi, err := b.sizes()
			if err != nil {
				return err
			}
			b.judge(bytesWithin(lo, hi))
			return nil
		}),
	}
}

// charsWithin compares lengths in characters. A text has at most as many of
// them as bytes, and at least a quarter: where that settles it, and where all is
// ASCII, no text is read.
func charsWithin(lo, hi int) predicate {
	count := func(s []byte) bool {
		if len(s) < lo || len(s)/utf8.UTFMax > hi {
			return false
		}
		n := utf8.RuneCount(s)
		return n >= lo && n <= hi
	}
	low, width, ok := lengthLimits(lo, hi)
	if !ok {
		return func(_ *column, pass bitmap) { pass.zero() }
	}
	least, rest, settles := uint32(0), uint32(0), false
	if lo <= math.MaxInt32/utf8.UTFMax {
		least, rest, settles = lengthLimits(max(utf8.UTFMax*lo-utf8.UTFMax+1, 0), hi)
	}
	return func(c *column, pass bitmap) {
		offsets64(c.offs[:c.n+1], pass, func(o *[65]int32) uint64 {
			if settles && lengths64(o, least, rest) == math.MaxUint64 {
				return math.MaxUint64
			}
			if pattern.ASCII(c.data[o[0]:o[64]]) {
				return lengths64(o, low, width)
			}
			var word uint64
			for i, to := range o[1:] {
				word = word>>1 | bit(count(c.data[o[i]:to]))<<63
			}
			return word
		})
	}
}

func compilePattern(n *document.Node) (*pattern.Regexp, error) {
	if err := scalar(n); err != nil {
		return nil, err
	}
	re, err := pattern.Compile(n.Text)
	if err != nil {
		return nil, n.Pos.Errorf("%v", err)
	}
	return re, nil
}

func (b *binder) matches(want bool) error {
	re, err := compilePattern(b.arg)
	if err != nil {
		return err
	}
	b.judge(func(c *column, pass bitmap) {
		re.MatchTexts(c.offs[:c.n+1], c.data, pass)
		if !want {
			for w := range pass {
				pass[w] = ^pass[w]
			}
		}
	})
	return nil
}

// sizes reads N or [LOW, HIGH].
func (b *binder) sizes() (lo, hi int, err error) {
	l, h, err := span64(b.arg)
	if err != nil {
		return 0, 0, err
	}
	return int(l), int(h), nil
}

// span64 reads N, or [LOW, HIGH] where null leaves an end open, of whole
// numbers from 0.
func span64(n *document.Node) (lo, hi int64, err error) {
	const top = 1<<62 - 1
	if n.Kind != document.List {
		if lo, err = n.Int(); err != nil {
			return 0, 0, n.Pos.Errorf("expected a whole number, or [LOW, HIGH]")
		}
		return lo, lo, nonNegative(n, lo, lo)
	}
	if len(n.Items) != 2 || n.Items[0].Kind == document.Null && n.Items[1].Kind == document.Null {
		return 0, 0, n.Pos.Errorf("expected [LOW, HIGH]; null leaves one end open")
	}
	lo, hi = 0, top
	if n.Items[0].Kind != document.Null {
		if lo, err = n.Items[0].Int(); err != nil {
			return 0, 0, err
		}
	}
	if n.Items[1].Kind != document.Null {
		if hi, err = n.Items[1].Int(); err != nil {
			return 0, 0, err
		}
	}
	return lo, hi, nonNegative(n, lo, hi)
}

func nonNegative(n *document.Node, lo, hi int64) error {
	if lo < 0 || hi < lo {
		return n.Pos.Errorf("expected 0 <= LOW <= HIGH")
	}
	return nil
}
