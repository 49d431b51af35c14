package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's template, style and script
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"unicode/utf8"
)

var (
	//go:embed page.tmpl
	pageTemplate string
	//go:embed style.css
	pageStyle string
	//go:embed script.js
	pageScript string
)

// MaxBytes is the largest page that WriteHTML makes. A page that would be
// larger shows less of each column, then fewer columns, and says so.
const MaxBytes = 300_000

// WriteHTML draws the page as one HTML file of at most MaxBytes bytes, as far
// as the caller's own checks, files and sections leave room for it.
func WriteHTML(w io.Writer, p Page) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"long":  func(s string) bool { return utf8.RuneCountInString(s) > 14 },
		"short": short,
	}).Parse(pageTemplate)
	if err != nil {
		return fmt.Errorf("read the page's template: %w", err)
	}
	var b bytes.Buffer
	for _, d := range []detail{
		{full: true, columns: 1 << 30},
		{columns: 1 << 30},
		{columns: 150},
		{columns: 40, grid: 200},
	} {
		b.Reset()
		if err = t.ExecuteTemplate(&b, "page", viewOf(p, d)); err != nil {
			return fmt.Errorf("draw the page: %w", err)
		}
		if b.Len() <= MaxBytes {
			break
		}
	}
	_, err = w.Write(b.Bytes())
	return err
}

// detail says how much of the page to draw.
type detail struct {
	full    bool // what is behind each column's summary line
	columns int  // drawn of each table
	grid    int  // rows drawn of each grid; 0 is all
}

// policy allows this style and this script by their hash, and nothing else.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", source(pageStyle), source(pageScript))
}

func source(s string) string {
	h := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(h[:])
}

// short cuts the middle out of a long recipient string.
func short(s string) string {
	const most = 48
	if len(s) <= most {
		return s
	}
	return s[:30] + "…" + s[len(s)-12:]
}
