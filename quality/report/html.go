package report

import (
	"html/template"
	"io"
)

// WriteHTML draws the page as one HTML file.
func WriteHTML(w io.Writer, p Page) error {
	t, err := template.New("page").Parse(`<!doctype html><title>{{.Title}}</title>`)
	if err != nil {
		return err
	}
	return t.Execute(w, p)
}
