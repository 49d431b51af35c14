// Package rule judges tables by a suite: rules that data must meet, written in
// one strict file (SUITE.md is the reference of its language).
//
//	suite, err := rule.Parse("suite.yaml", data)         // the file, strictly
//	plan, err := rule.Compile(suite, schemas, rule.Options{}) // every mistake, now
//	state := plan.New()                                  // one pass, any split
//	err = state.Add("orders", batch)
//	result, err := state.Finish()                        // one result, many outputs
//
// or, while rows stream to somewhere else, [Plan.Gate]: rows that fail leave
// for quarantine with the rules that each broke, the others pass on.
//
// # Guarantee
//
// A verdict rests on every row: nothing is sampled, nothing is capped, and
// uniqueness and foreign keys compare values, not hashes alone. A suite with an
// unknown key, an absent column, no check, or a table without rows is an error
// and never a pass; so is a check that found no row to judge. Counts do not
// depend on how the rows were split or on how many goroutines judged them.
// Results and errors name rows and columns and never hold a value of the data.
//
// # Null
//
// Null is "not applicable": a null row is neither passed nor failed by a check,
// and does not count in its share. Only the checks of presence (not_null,
// null, completeness and the like) judge nulls. NaN is a value and fails every
// comparison.
//
// It imports quality/profile for aggregates and for comparisons with a
// reference, and quality/pattern for texts.
package rule

import (
	"time"

	"github.com/verisim/verisim/quality/profile"
)

// Options of [Compile]. The zero value is useful.
type Options struct {
	// Now is what freshness is measured from. Default the time of Compile.
	Now time.Time
	// Reference is the state that distributions are compared with, by table.
	// A suite of one table takes the entry "" too. Default none; a check that
	// needs one is then an error.
	Reference map[string]*profile.State
	// History holds earlier results of the same suite, oldest first. Default
	// none; checks of runs are then learning.
	History []*Result
	// MemoryBytes bounds what unique and foreign key checks keep in memory
	// before they spill to TempDir. Default 256 MiB, because a run is to stay
	// under 500 MB.
	MemoryBytes int64
	// TempDir is where they spill. Default the system's.
	TempDir string
	// Funcs are checks of the caller's own, by the name that a suite calls them:
	// custom: NAME. Default none.
	Funcs map[string]Func
	// ReadFile reads the files that a suite names, by the path it writes.
	// Default: relative to the suite's own path.
	ReadFile func(path string) ([]byte, error)
}
