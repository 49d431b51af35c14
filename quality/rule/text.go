package rule

import (
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
			bytesOnly := bytesWithin(lo, hi)
			count := eachText(func(s []byte) bool {
				// A text has at least a quarter as many characters as bytes.
				if len(s) < lo || len(s)/utf8.UTFMax > hi {
					return false
				}
				n := utf8.RuneCount(s)
				return n >= lo && n <= hi
			})
			b.judge(func(c *column, pass bitmap) {
				if pattern.ASCII(c.data[c.offs[0]:c.offs[c.n]]) {
					bytesOnly(c, pass)
				} else {
					count(c, pass)
				}
			})
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

// bytesWithin compares lengths in bytes.
func bytesWithin(lo, hi int) predicate {
	low, width := uint64(lo), uint64(hi-lo)
	return func(c *column, pass bitmap) {
		offs := c.offs[:c.n+1]
		for w := range pass {
			var word uint64
			block := offs[w*64 : min(w*64+65, len(offs))]
			at := block[0]
			for _, to := range block[1:] {
				word = word>>1 | bit(uint64(to-at)-low <= width)<<63
				at = to
			}
			pass[w] = settle(word, len(block)-1)
		}
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
