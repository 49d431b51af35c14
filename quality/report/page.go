// Package report draws what is known of a dataset as one self-contained HTML
// file and as JSON. The page needs no network, no script to be read, and holds
// aggregates only: what a [Page] says, nothing that it does not.
//
// The same page gives the same bytes: no clock, no map order, no random ids.
//
// It imports quality/profile for facts and quality/rule for verdicts
// ([PageOf]); clean audits and guarantees arrive as plain structs, so that this
// package knows no other engine.
package report

import "github.com/verisim/verisim/quality/profile"

// Level colours a verdict.
type Level string

// The levels.
const (
	Pass Level = "pass"
	Warn Level = "warn"
	Fail Level = "fail"
	Note Level = "note"
)

// Page is all that the HTML file shows, in the order of its members. Empty
// members leave no trace.
type Page struct {
	// Title names the dataset. Required.
	Title string
	// Subtitle is one sentence below it.
	Subtitle string
	// Tool is the program and its version, for the foot of the page.
	Tool string
	// Command is what makes these bytes again, shown for copying.
	Command string
	// Verdict is the one-line answer in the banner.
	Verdict Verdict
	// Facts are the numbers at the top, such as rows, seconds, fraud rate.
	Facts []Fact
	// Tables are profiles, one a table.
	Tables []Table
	// Checks are the suite's verdicts.
	Checks []Check
	// Changes are what cleaning did.
	Changes []Change
	// Sealed says which columns only a key opens.
	Sealed []Seal
	// Sections come after, in order: guarantees, proofs, scores.
	Sections []Section
	// Files are the parts of the bundle.
	Files []File
}

// Verdict is a coloured sentence.
type Verdict struct {
	Level Level
	Text  string
}

// Fact is one figure with its name.
type Fact struct {
	Name  string // "Rows"
	Value string // "1,000,000", formatted by the caller
	Note  string // "in 9.8 s", small print
}

// Table is one table's profile.
type Table struct {
	Name    string
	Note    string
	Profile *profile.Profile
}

// Check is a rule and how it went.
type Check struct {
	Table   string
	Rule    string // as written in the suite
	Column  string
	Level   Level
	Checked int64 // rows that the rule applied to
	Failed  int64
	Detail  string
	Whole   bool // of the table at once, so that no rows are counted
}

// Change is what one cleaning rule did to one column.
type Change struct {
	Table  string
	Column string
	Rule   string
	Rows   int64
	Detail string
}

// Seal is a column that was encrypted.
type Seal struct {
	Table      string
	Column     string
	Recipients []string
	Detail     string
}

// File is one file of a bundle.
type File struct {
	Name   string
	Bytes  int64
	SHA256 string // hex
	Rows   int64  // 0 where it has none
}

// Section is a titled part of free form: text, then facts, then a grid.
type Section struct {
	Title   string
	Verdict Verdict // optional
	Text    []string
	Facts   []Fact
	Head    []string   // names of the grid's columns
	Rows    [][]string // its cells
	// Figure is an optional chart.
	Figure *Figure
}

// Figure is a line chart of one or more series over the same axis, such as a
// calibration or a privacy loss curve.
type Figure struct {
	Title  string
	XLabel string
	YLabel string
	Series []Series
}

// Series is one line of a figure.
type Series struct {
	Name string
	X, Y []float64
}
