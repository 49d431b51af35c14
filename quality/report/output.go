package report

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/verisim/verisim/quality/profile"
	"github.com/verisim/verisim/quality/rule"
)

// Verdict files are all drawn from one result.

// OutputOptions of [WriteOutput].
type OutputOptions struct {
	// Title names what was judged.
	Title string
	// Tool is the program and its version.
	Tool string
	// Profiles are drawn in the HTML page and stand in the JSON document.
	Profiles []*profile.Profile
}

// Output is one form of a verdict.
type Output struct {
	Name  string // "junit"
	About string // one line
	Ends  []string
	write func(w io.Writer, r *rule.Result, opt OutputOptions) error
}

// Outputs lists the forms that a verdict can be written in.
func Outputs() []Output {
	return []Output{
		{"text", "for people", []string{".txt"}, func(w io.Writer, r *rule.Result, _ OutputOptions) error { return WriteText(w, r) }},
		{"json", "everything, for machines; versioned", []string{".json"}, func(w io.Writer, r *rule.Result, o OutputOptions) error {
			return WriteJSON(w, Document{Tool: o.Tool, Tables: o.Profiles, Result: r})
		}},
		{"html", "one self-contained page", []string{".html", ".htm"}, func(w io.Writer, r *rule.Result, o OutputOptions) error {
			p := PageOf(o.Title, o.Profiles, r)
			p.Tool = o.Tool
			return WriteHTML(w, p)
		}},
		{"junit", "test cases for CI systems", []string{".xml"}, writeJUnit},
		{"sarif", "findings for code review, SARIF 2.1.0", []string{".sarif"}, writeSARIF},
		{"openmetrics", "gauges for monitoring", []string{".prom", ".om"}, writeOpenMetrics},
		{"odcs", "results of an Open Data Contract Standard 3.1 contract's quality rules", []string{".odcs"}, writeODCSResults},
	}
}

// OutputOf finds a form by the ending of a path.
func OutputOf(path string) (Output, error) {
	end := strings.ToLower(filepath.Ext(path))
	var known []string
	for _, o := range Outputs() {
		if slices.Contains(o.Ends, end) {
			return o, nil
		}
		known = append(known, o.Ends[0])
	}
	return Output{}, fmt.Errorf("report %q: its ending tells no form; known are %s", path, strings.Join(known, ", "))
}

// Write writes a result in this form.
func (o Output) Write(w io.Writer, r *rule.Result, opt OutputOptions) error {
	return o.write(w, r, opt)
}

// message is a check's verdict in one line.
func message(c rule.Check) string {
	s := c.Message
	if len(c.Examples) > 0 {
		s += fmt.Sprintf("; first at row %d", c.Examples[0])
	}
	return s
}
