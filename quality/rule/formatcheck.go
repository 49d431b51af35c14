package rule

import (
	"strconv"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/pattern"
)

// formatChecks lists the checks of well-known forms and check digits.
func formatChecks() []Def {
	return []Def{
		{Name: "format", Family: "format", About: "has a well-known form: " + strings.Join(pattern.Names(pattern.Form), ", "), Example: "email", Dimension: quality.Validity, bind: func(b *binder) error { return b.known(pattern.Form) }},
		{Name: "checksum", Family: "format", About: "has the right check digits: " + strings.Join(pattern.Names(pattern.Checksum), ", "), Example: "luhn", Dimension: quality.Validity, bind: func(b *binder) error { return b.known(pattern.Checksum) }},
	}
}

func (b *binder) known(class pattern.Class) error {
	if err := scalar(b.arg); err != nil {
		return err
	}
	p, err := pattern.Lookup(class, b.arg.Text)
	if err != nil {
		e := b.arg.Pos.Errorf("%v", err)
		if near := document.Nearest(b.arg.Text, pattern.Names(class)); near != "" {
			e.Hint = "did you mean " + near + "?"
		}
		return e
	}
	switch b.kind() {
	case kindText:
		b.judge(eachText(p.Match))
	case kindInt: // a number read from a file without quotes
		if step(b.field.Type).Num().Int64() != 1 || !step(b.field.Type).IsInt() {
			return b.needs("text or whole numbers")
		}
		b.judge(func(c *column, pass bitmap) {
			var buf [20]byte
			each64(c.ints[:c.n], pass, func(v int64) bool {
				return v >= 0 && p.Match(strconv.AppendInt(buf[:0], v, 10))
			})
		})
	default:
		return b.needs("text or whole numbers")
	}
	return nil
}
