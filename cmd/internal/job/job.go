// Package job is what `verisim run`, `verify` and `open` do: the only place
// where formats, synth, quality and privacy meet. It has no flags and prints
// nothing; cmd/verisim does both.
//
// # Make
//
// A recipe is bound first: the source is opened, repairs, rules and recipients
// are compiled against the tables' schemas, and every mistake that can be found
// without rows is found. Then, table by table, parents first: rows are made or
// read, cleaned, judged (rows that broke a rule go to quarantine), and what is
// left is profiled, committed to and sealed. At last the reports are drawn, the
// manifest is signed, and the bundle appears in one rename. Whatever goes wrong
// before that leaves nothing behind, the fresh key included.
//
// # Check
//
// Verify needs no key: signature, file hashes, counts, schema, the roots of
// all clear columns, proofs. With a key it also re-derives the roots of the
// columns that the key opens.
package job

import (
	"context"
	"io"
	"time"

	"github.com/verisim/verisim/privacy/keys"
)

// Options of a run.
type Options struct {
	// Out is the bundle's directory. Required.
	Out string
	// Replace allows a former bundle at Out to be replaced.
	Replace bool
	// Workers is the number of goroutines that make rows and hash. Default 1.
	// The bytes do not depend on it.
	Workers int
	// Stdin is read where a recipe's file is "-".
	Stdin io.Reader
	// Tool names the program in the manifest. Required.
	Tool string
	// Command is shown in the report as what makes the dataset again.
	Command string
	// Signer signs the manifest. Default a fresh one, whose secret is forgotten.
	Signer *keys.Signer
	// InsecureAllowRaw lets direct and sensitive columns of real origin leave
	// in clear.
	InsecureAllowRaw bool
	// Now stands in the fresh key's file. Default the time of the run.
	Now time.Time
	// Progress is called, from one goroutine, with rows done so far. Optional.
	Progress func(table string, rows int64)
}

// Summary is what a run did.
type Summary struct {
	Out     string         `json:"out"`
	Tables  []TableSummary `json:"tables"`
	Rows    int64          `json:"rows"`
	Elapsed time.Duration  `json:"-"`
	Seconds float64        `json:"seconds"`
	Label   *LabelShare    `json:"label,omitempty"`
	Checks  int            `json:"checks"`
	Passed  int            `json:"passed"`
	Failed  int            `json:"failed"`
	// Unmet are the failed checks that no quarantine cures: those on a whole
	// table, and those that could not be judged.
	Unmet   []string `json:"unmet,omitempty"`
	Broken  int64    `json:"quarantined_rows"`
	Changes int64    `json:"repairs"`
	// Proved are the statements that the bundle's proof shows, in words.
	Proved        []string      `json:"proved,omitempty"`
	SoundnessBits int           `json:"soundness_bits,omitempty"`
	Sealed        []SealSummary `json:"sealed"`
	KeyFile       string        `json:"key_file,omitempty"`
	KeyFresh      bool          `json:"key_fresh"` // made by this run
	Signer        string        `json:"signer"`    // fingerprint
	// SignerPinned says that the signer was given, and not made for this run.
	SignerPinned bool `json:"signer_pinned"`
	// SeedSalt opens the manifest's seed commitment, beside the seed; hex.
	SeedSalt string `json:"seed_salt,omitempty"`
	Bytes    int64  `json:"bytes"`
}

// TableSummary counts one table.
type TableSummary struct {
	Name        string `json:"name"`
	Rows        int64  `json:"rows"`
	Quarantined int64  `json:"quarantined"`
	Repairs     int64  `json:"repairs"`
}

// LabelShare is how often a true-or-false label is true.
type LabelShare struct {
	Table  string  `json:"table"`
	Column string  `json:"column"`
	Share  float64 `json:"share"` // 0 to 1
}

// SealSummary says which columns of a table only whom can open.
type SealSummary struct {
	Table      string   `json:"table"`
	Columns    []string `json:"columns"`
	Recipients []string `json:"recipients"`
}

// Run makes a bundle from the recipe at path, with overrides NAME=VALUE.
func Run(ctx context.Context, path string, set []string, opt Options) (*Summary, error) {
	opt.Workers = max(opt.Workers, 1)
	start := time.Now()
	if opt.Now.IsZero() {
		opt.Now = start
	}
	b, err := bind(ctx, path, set, opt)
	if err != nil {
		return nil, err
	}
	defer b.close()
	sum, err := b.make(ctx)
	if err != nil {
		return nil, err
	}
	sum.Elapsed = time.Since(start)
	sum.Seconds = sum.Elapsed.Seconds()
	return sum, nil
}
