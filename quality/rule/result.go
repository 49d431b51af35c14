package rule

import (
	"github.com/verisim/verisim/quality"
)

// Version is the version of the JSON form of [Result].
const Version = 1

// Status is how a check, or a run, went.
type Status string

// The statuses.
const (
	Pass     Status = "pass"
	Warn     Status = "warn"     // broken, but only a warning or information
	Fail     Status = "fail"     // broken, critical or error
	Broken   Status = "error"    // could not be judged: no rows, no reference
	Learning Status = "learning" // the history is too short to judge
)

// Result is the verdict of a suite; every output is drawn from it.
type Result struct {
	Version int     `json:"version"`
	Suite   string  `json:"suite"`
	Status  Status  `json:"status"`
	Rows    int64   `json:"rows"` // of all tables
	Tables  []Table `json:"tables"`
	Checks  []Check `json:"checks"`
	Scores  Scores  `json:"scores"`
}

// Table is one table's part.
type Table struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	// Quarantined is the number of rows that a gate held back; Rows counts
	// them too.
	Quarantined int64 `json:"quarantined,omitempty"`
	// Columns is the number of columns.
	Columns int `json:"columns"`
	// Fields are the columns' names and types.
	Fields []string `json:"fields"`
}

// Check is the verdict of one check.
type Check struct {
	ID        string            `json:"id"`
	Table     string            `json:"table,omitempty"`
	Column    string            `json:"column,omitempty"` // comma-separated where several
	Kind      string            `json:"kind"`             // as the catalogue calls it
	Rule      string            `json:"rule"`             // as the suite writes it
	Level     quality.Level     `json:"level"`
	Dimension quality.Dimension `json:"dimension"`
	Status    Status            `json:"status"`
	Pass      bool              `json:"pass"`
	// Rows is the number of rows that the check applied to, Failed of those
	// that broke it, Share the part that kept it (1 when there was none). A
	// check on a whole table has Failed 0 or 1 of 1.
	Whole  bool    `json:"whole,omitempty"` // the check is of a table
	Rows   int64   `json:"rows"`
	Failed int64   `json:"failed"`
	Share  float64 `json:"share"`
	Mostly float64 `json:"mostly"` // the share that is asked for
	// Observed is what a check on a whole table measured, where it is one number.
	Observed *float64 `json:"observed,omitempty"`
	Message  string   `json:"message"`
	// Pattern holds the counts that a check of seasonality saw, for later runs
	// to compare with.
	Pattern []int64 `json:"pattern,omitempty"`
	// Examples are the first rows that broke the check, from 0.
	Examples []int64 `json:"examples,omitempty"`
	Line     int     `json:"line,omitempty"` // in the suite
	Source   string  `json:"source,omitempty"`
}

// Failed lists the checks that did not pass.
func (r *Result) Failed() []Check {
	var out []Check
	for _, c := range r.Checks {
		if !c.Pass && c.Status != Learning {
			out = append(out, c)
		}
	}
	return out
}

// OK says whether the run passes: no check of a failing level was broken and
// every check could be judged.
func (r *Result) OK() bool { return r.Status == Pass || r.Status == Warn }

// Count is the number of checks of a status.
func (r *Result) Count(s Status) int {
	n := 0
	for _, c := range r.Checks {
		if c.Status == s {
			n++
		}
	}
	return n
}

func (r *Result) settle() {
	r.Status = Pass
	if r.Scores.Short != "" {
		r.Status = Fail
		return
	}
	for _, c := range r.Checks {
		switch c.Status {
		case Fail, Broken:
			r.Status = Fail
			return
		case Warn:
			r.Status = Warn
		}
	}
}
