// Package quality states what its engines have in common: what a rule finds
// ([Finding], [Level], [Dimension]) and what a measure says ([Metric],
// [Score]). The engines live in the packages below, one each:
//
//	profile   what is in a table, in one pass
//	rule      suites: checks, verdicts, quarantine
//	suggest   suites proposed from data
//	contract  suites as data contracts, and back
//	clean     repairs, each change on record
//	report    one self-contained HTML file, JSON, and what else reads verdicts
//	realism   whether labelled transactions look real
//	utility   learners and ranking measures
//
// pattern and key serve rule and clean: texts judged as bytes, keys told apart.
//
// Quality judges; it imports neither synth nor privacy, so the judge does not
// know the maker.
package quality

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/verisim/verisim/formats/table"
)

// ErrNothingJudged marks a verdict that would rest on nothing: no rows, or no
// checks. It is an error and never a pass.
var ErrNothingJudged = errors.New("nothing was judged")

// Level says how bad it is when a rule is broken.
type Level string

// The levels, worst first. Critical and error fail a run and send rows to
// quarantine; warning and info do not.
const (
	Critical Level = "critical"
	Error    Level = "error"
	Warning  Level = "warning"
	Info     Level = "info"
)

// Levels lists every level, worst first.
func Levels() []Level { return []Level{Critical, Error, Warning, Info} }

// ParseLevel reads a level's name. The empty name is Error.
func ParseLevel(s string) (Level, error) {
	if s == "" {
		return Error, nil
	}
	if l := Level(s); slices.Contains(Levels(), l) {
		return l, nil
	}
	return "", fmt.Errorf("parse level: %q is none of %v", s, Levels())
}

// Fails says whether a broken rule of this level fails the run.
func (l Level) Fails() bool { return l == Critical || l == Error }

// Dimension is the side of quality that a rule looks at. The words are those
// of DAMA; quality/rule maps them to ISO/IEC 25012, ISO/IEC 5259-2 and
// GB/T 36344.
type Dimension string

// The dimensions.
const (
	Completeness Dimension = "completeness" // what should be there is there
	Validity     Dimension = "validity"     // values have the form and range that they must
	Accuracy     Dimension = "accuracy"     // values agree with a reference
	Consistency  Dimension = "consistency"  // values agree with each other
	Uniqueness   Dimension = "uniqueness"   // nothing is there twice
	Timeliness   Dimension = "timeliness"   // data is as recent and regular as it must be
)

// Dimensions lists every dimension.
func Dimensions() []Dimension {
	return []Dimension{Completeness, Validity, Accuracy, Consistency, Uniqueness, Timeliness}
}

// Rule is what data must meet.
type Rule interface {
	// ID names the rule in findings and in quarantined rows; it is unique in
	// its suite.
	ID() string
	Level() Level
	Dimension() Dimension
	// String says the rule in one line, as a suite would write it.
	String() string
}

// Finding says that one row broke one rule. It names the place, never the
// value.
type Finding struct {
	Table  string
	Row    int64  // from 0, in the order of the input
	Column string // empty where the rule spans columns
	Rule   string // the rule's ID
	Level  Level
}

// Metric measures made data against true data.
type Metric interface {
	Name() string
	// Needs says, before any row is read, why these tables cannot be
	// measured, or nil.
	Needs(truth, made table.Source) error
	Compute(ctx context.Context, truth, made table.Source) (Score, error)
}

// Score is a measured number with what it takes to read it.
type Score struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	// Floor and Ceiling are the worst and the best that can be had on this
	// data: such as the score of shuffled columns, and of a second sample of
	// the truth itself. Floor may be the greater number.
	Floor   float64 `json:"floor"`
	Ceiling float64 `json:"ceiling"`
	// Goal is what the metric asks for; it lies between Floor and Ceiling.
	Goal float64 `json:"goal"`
	// Detail breaks the value down, such as by column.
	Detail []Score `json:"detail,omitempty"`
}

// Met says whether the value has reached the goal, in the direction that
// Floor and Ceiling give.
func (s Score) Met() bool {
	if s.Ceiling >= s.Floor {
		return s.Value >= s.Goal
	}
	return s.Value <= s.Goal
}
