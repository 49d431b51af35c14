package commit

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/verisim/verisim/privacy"
)

// Request asks the maker of a table to show rows that were drawn. Its file is
// canonical JSON (COMMIT.md, section "Spot checks"). The rows follow from the
// root and the seed, and are checked to do so whenever a request is read.
type Request struct {
	// Beacon names the public beacon and its round, such as "drand quicknet
	// 1234567". Empty where the seed is no beacon's.
	Beacon  string   `json:"beacon"`
	Columns []string `json:"columns"` // to be shown, in this order
	Kind    string   `json:"kind"`
	// Miss is the chance with which a table of which Share of the rows are bad
	// may escape.
	Miss    float64 `json:"miss"`
	Root    Root    `json:"root"`
	Rows    []int64 `json:"rows"`
	Seed    string  `json:"seed"` // hex
	Share   float64 `json:"share"`
	Source  Source  `json:"source"`
	Table   string  `json:"table"`
	Version int     `json:"version"`
}

// Source says where a seed comes from.
type Source string

const (
	// Nonce is a seed that the drawer's machine drew. It shows something to
	// whoever drew it after the root was fixed, and to who trusts them in that.
	Nonce Source = "nonce"
	// Beacon is a public beacon's value. It shows something to everybody who
	// compares it with the beacon's, of a round after the root was published.
	Beacon Source = "beacon"
	// Insecure is a seed that somebody chose. It shows nothing to others.
	Insecure Source = "insecure"
)

const (
	// MaxSeedSize is the greatest length of an audit's seed in bytes.
	MaxSeedSize = 256

	requestKind = "verisim/audit-request"
	nonceSize   = 32      // bytes
	maxBeacon   = 200     // bytes of a beacon's name
	maxAsked    = 1 << 12 // columns
)

// Ask of [Root.Ask].
type Ask struct {
	// Table is the table's name. Required.
	Table string
	// Columns are to be shown. Default all.
	Columns []string
	// Count is the number of rows. Required.
	Count int
	// Share and Miss say what the count is for: a table of which Share of the rows
	// are bad is to escape with at most the chance Miss. Required.
	Share, Miss float64
	// Source of the seed. Default Nonce.
	Source Source
	// Seed of a beacon, or chosen. Default drawn here.
	Seed []byte
	// Beacon names a beacon's round.
	Beacon string
}

// Ask draws the rows of a spot check.
func (r *Root) Ask(a Ask) (*Request, error) {
	if a.Source == "" {
		a.Source = Nonce
	}
	if a.Source == Nonce {
		if a.Seed != nil {
			return nil, fmt.Errorf("draw rows: a nonce is not given but drawn")
		}
		a.Seed = make([]byte, nonceSize)
		if _, err := rand.Read(a.Seed); err != nil {
			return nil, fmt.Errorf("draw rows: %w", err)
		}
	}
	if len(a.Columns) == 0 {
		for _, c := range r.Columns {
			a.Columns = append(a.Columns, c.Name)
		}
	}
	rows, err := r.Draw(a.Seed, a.Count)
	if err != nil {
		return nil, err
	}
	q := &Request{
		Beacon: a.Beacon, Columns: a.Columns, Kind: requestKind, Miss: a.Miss, Root: *r, Rows: rows,
		Seed: hex.EncodeToString(a.Seed), Share: a.Share, Source: a.Source, Table: a.Table, Version: Version,
	}
	return q, q.check()
}

func (q *Request) check() error {
	bad := func(format string, args ...any) error {
		return privacy.Tampered("read", "audit request", format, args...)
	}
	if q.Version != Version {
		return &privacy.Error{Kind: privacy.ErrVersion, Verb: "read", Object: "audit request", Cause: fmt.Sprintf("version is %d, this program knows %d", q.Version, Version)}
	}
	if q.Kind != requestKind || !slices.Contains([]Source{Nonce, Beacon, Insecure}, q.Source) ||
		(q.Source == Beacon) != (q.Beacon != "") || len(q.Beacon) > maxBeacon || strings.ContainsFunc(q.Beacon, func(c rune) bool { return c < ' ' }) {
		return bad("its kind, or the source of its seed, is malformed")
	}
	if !(q.Share > 0 && q.Share <= 1 && q.Miss > 0 && q.Miss < 1) {
		return bad("its share and its chance are not between 0 and 1")
	}
	if len(q.Columns) == 0 || len(q.Columns) > maxAsked || len(q.Rows)*len(q.Columns) > maxShown {
		return bad("it asks for %d rows of %d columns, which is nothing or more than %d cells", len(q.Rows), len(q.Columns), maxShown)
	}
	for i, name := range q.Columns {
		if slices.Contains(q.Columns[:i], name) || !slices.ContainsFunc(q.Root.Columns, func(c Column) bool { return c.Name == name }) {
			return bad("column %q is there twice, or not in the commitment", name)
		}
	}
	seed, err := hex.DecodeString(q.Seed)
	if err != nil || hex.EncodeToString(seed) != q.Seed || len(seed) > MaxSeedSize {
		return bad("its seed is malformed")
	}
	rows, err := q.Root.Draw(seed, len(q.Rows))
	if err != nil {
		return bad("%v", err)
	}
	if !slices.Equal(rows, q.Rows) {
		return bad("its rows do not follow from its root and its seed")
	}
	return nil
}

// Format gives the request's file.
func (q *Request) Format() ([]byte, error) {
	b, err := privacy.Canonical(q)
	return append(b, '\n'), err
}

// Digest is the SHA-256 of the request's file, hex.
func (q *Request) Digest() (string, error) {
	b, err := q.Format()
	return Hex(sha256.Sum256(b)), err
}

// ParseRequest reads what Format wrote, and draws the rows again. An error
// matches privacy.ErrTampered or privacy.ErrVersion.
func ParseRequest(data []byte) (*Request, error) {
	var q Request
	if err := privacy.DecodeCanonical(bytes.TrimSuffix(data, []byte("\n")), &q); err != nil {
		return nil, privacy.Tampered("read", "audit request", "%v", err)
	}
	return &q, q.check()
}

// Check says whether a disclosure answers the request: every drawn row, every
// column, each cell as it was committed to. What the cells must be is the
// auditor's business, and so is that the root is the one of the table in question.
func (q *Request) Check(d *Disclosure) error {
	bad := func(format string, args ...any) error {
		return privacy.Tampered("check", "audit", format, args...)
	}
	digest, err := q.Digest()
	if err != nil {
		return err
	}
	if d.Request != digest || d.Table != q.Table {
		return bad("it answers another request")
	}
	if !slices.Equal(d.Rows, q.Rows) {
		return bad("it shows other rows than those that were drawn")
	}
	if !slices.EqualFunc(d.Columns, q.Columns, func(s Shown, name string) bool { return s.Name == name }) {
		return bad("it shows other columns than those that were asked for")
	}
	return q.Root.Verify(d)
}
