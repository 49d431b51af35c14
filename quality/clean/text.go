package clean

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/verisim/verisim/formats/document"
)

func blank(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' }

func (b *binder) texts(cols columns, f rewrite) (step, error) {
	at, err := b.pick(cols.node, "text", isText)
	if err != nil {
		return nil, err
	}
	return &textStep{cols: at, f: f}, nil
}

// bareColumns reads a step whose only argument is its columns.
func (b *binder) bareColumns() (columns, error) {
	var a struct {
		Columns columns `yaml:"columns"`
	}
	if err := b.decode(&a, &a.Columns); err != nil {
		return a.Columns, err
	}
	return a.Columns, nil
}

func bindTrim(b *binder) (step, error) {
	cols, err := b.bareColumns()
	if err != nil {
		return nil, err
	}
	return b.texts(cols, func(_, src []byte) ([]byte, bool) { return bytes.TrimFunc(src, blank), true })
}

func bindSqueeze(b *binder) (step, error) {
	cols, err := b.bareColumns()
	if err != nil {
		return nil, err
	}
	return b.texts(cols, func(dst, src []byte) ([]byte, bool) {
		run := false
		for len(src) > 0 {
			r, size := utf8.DecodeRune(src)
			if blank(r) {
				if !run {
					dst = append(dst, ' ')
				}
				run = true
			} else {
				dst = append(dst, src[:size]...)
				run = false
			}
			src = src[size:]
		}
		return dst, true
	})
}

func bindUnicode(b *binder) (step, error) {
	var a struct {
		Columns columns `yaml:"columns"`
		Form    string  `yaml:"form"`
		Zero    bool    `yaml:"drop_zero_width"`
	}
	if err := b.decode(&a, &a.Columns); err != nil {
		return nil, err
	}
	var form norm.Form
	switch a.Form {
	case "", "nfc":
		form = norm.NFC
	case "nfkc":
		form = norm.NFKC
	default:
		return nil, b.arg.Pos.Errorf("form is nfc or nfkc")
	}
	return b.texts(a.Columns, func(dst, src []byte) ([]byte, bool) {
		if a.Zero {
			src = dropZeroWidth(src)
		}
		if form.IsNormal(src) {
			return src, true
		}
		return form.Append(dst, src...), true
	})
}

// dropZeroWidth takes out characters that have no width and no meaning in data:
// zero-width space, non-joiner, joiner, word joiner, byte order mark. It keeps
// joiners between letters of scripts that need them and in emoji.
func dropZeroWidth(src []byte) []byte {
	if bytes.IndexByte(src, 0xE2) < 0 && bytes.IndexByte(src, 0xEF) < 0 {
		return src
	}
	return bytes.Map(func(r rune) rune {
		switch r {
		case '\u200b', '\u2060', '\ufeff':
			return -1
		}
		return r
	}, src)
}

func bindCase(b *binder) (step, error) {
	var a struct {
		Columns columns `yaml:"columns"`
		To      string  `yaml:"to"`
	}
	if err := b.arg.Decode(&a); err != nil {
		return nil, err
	}
	switch a.To {
	case "lower":
		return b.texts(a.Columns, func(_, src []byte) ([]byte, bool) { return bytes.ToLower(src), true })
	case "upper":
		return b.texts(a.Columns, func(_, src []byte) ([]byte, bool) { return bytes.ToUpper(src), true })
	case "title":
		return b.texts(a.Columns, func(dst, src []byte) ([]byte, bool) { return titled(dst, src), true })
	}
	return nil, b.arg.Pos.Errorf("to is lower, upper or title")
}

// titled makes the first letter of each word upper and the others lower case.
func titled(dst, src []byte) []byte {
	inside := false
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, src[0])
			inside = false
		case !inside:
			dst = utf8.AppendRune(dst, unicode.ToTitle(r))
		default:
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
		inside = unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '\''
		src = src[size:]
	}
	return dst
}

func bindMap(b *binder) (step, error) {
	var a struct {
		Columns columns        `yaml:"columns"`
		Values  *document.Node `yaml:"values"`
		Other   *document.Node `yaml:"other"`
	}
	if err := b.arg.Decode(&a); err != nil {
		return nil, err
	}
	if a.Values == nil || a.Values.Kind != document.Map || len(a.Values.Pairs) == 0 {
		return nil, b.arg.Pos.Errorf("map needs values: {old: new}; new may be null")
	}
	type target struct {
		text []byte
		keep bool
	}
	read := func(n *document.Node) (target, error) {
		switch n.Kind {
		case document.Null:
			return target{}, nil
		case document.List, document.Map:
			return target{}, n.Pos.Errorf("here stands %s, expected a value or null", n.Kind)
		}
		return target{[]byte(n.Text), true}, nil
	}
	table := map[string]target{}
	for _, p := range a.Values.Pairs {
		t, err := read(p.Value)
		if err != nil {
			return nil, err
		}
		table[p.Key] = t
	}
	var other *target
	if a.Other != nil {
		t, err := read(a.Other)
		if err != nil {
			return nil, err
		}
		other = &t
	}
	return b.texts(a.Columns, func(_, src []byte) ([]byte, bool) {
		if t, ok := table[string(src)]; ok {
			return t.text, t.keep
		}
		if other != nil {
			return other.text, other.keep
		}
		return src, true
	})
}
