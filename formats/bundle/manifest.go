package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/verisim/verisim/formats/table"
)

// PredicateType names the predicate in the signed statement.
const PredicateType = "https://verisim.dev/bundle/v1"

// Version is the version of FORMAT.md that this package writes and reads.
const Version = 1

// Manifest is the predicate: what the maker says about the files.
type Manifest struct {
	Version        int      `json:"version"`
	Name           string   `json:"name"`
	Tool           string   `json:"tool"`
	Recipe         string   `json:"recipe"`         // SHA-256, hex
	SeedCommitment string   `json:"seedCommitment"` // SHA-256, hex; empty where nothing was drawn
	Sources        []Source `json:"sources"`
	Tables         []Table  `json:"tables"`
	Suite          Suite    `json:"suite"`
	Sealed         []Sealed `json:"sealed"`
	// Proofs are described by privacy/proof; this package carries them.
	Proofs []json.RawMessage `json:"proofs"`
}

// Source is a file that was read.
type Source struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Table is one table of the bundle.
type Table struct {
	Name   string       `json:"name"`
	File   string       `json:"file"`
	Rows   int64        `json:"rows"`
	Schema string       `json:"schema"` // digest, hex
	Origin table.Origin `json:"origin"`
	Key    string       `json:"key"`
	Refs   []table.Ref  `json:"refs"`
	// Commitment is described by privacy/commit; this package carries it.
	Commitment json.RawMessage `json:"commitment"`
}

// Suite counts the verdicts; quality.json holds them.
type Suite struct {
	Checks      int   `json:"checks"`
	Passed      int   `json:"passed"`
	Failed      int   `json:"failed"`
	Quarantined int64 `json:"quarantined"` // rows
}

// Sealed tells which columns of a table only whom can open.
type Sealed struct {
	Table      string   `json:"table"`
	Columns    []string `json:"columns"`
	Recipients []string `json:"recipients"`
}

// VersionError says that a manifest is of a version that is not known here.
type VersionError struct{ Version int }

func (e *VersionError) Error() string {
	return fmt.Sprintf("read manifest: version is %d, this program knows %d", e.Version, Version)
}

// DecodeManifest reads a predicate strictly. The error is a [*Fault] or a
// [*VersionError].
func DecodeManifest(data []byte) (*Manifest, error) {
	var v struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return nil, &Fault{ManifestName, "its predicate is no JSON object of the bundle format"}
	}
	if v.Version != Version {
		return nil, &VersionError{v.Version}
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var m Manifest
	if err := d.Decode(&m); err != nil {
		return nil, &Fault{ManifestName, fmt.Sprintf("its predicate does not follow the format: %v", err)}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &Fault{ManifestName, "something follows its predicate"}
	}
	odd := func(r rune) bool { return !unicode.IsPrint(r) }
	if m.Name != "" && CheckPath(m.Name) != nil || strings.ContainsFunc(m.Tool, odd) { // both are printed
		return nil, &Fault{ManifestName, fmt.Sprintf("%q, made by %q, is no name of a bundle", m.Name, m.Tool)}
	}
	seen := map[string]bool{}
	for _, t := range m.Tables {
		if CheckPath(t.Name) != nil { // it is printed, and becomes a file's name
			return nil, &Fault{ManifestName, fmt.Sprintf("%q is no name of a table", t.Name)}
		}
		if err := CheckPath(t.File); err != nil {
			return nil, &Fault{ManifestName, fmt.Sprintf("table %q has no proper file", t.Name)}
		}
		if seen[t.Name] || seen[t.File] || t.Rows < 0 {
			return nil, &Fault{ManifestName, fmt.Sprintf("table %q is there twice, or has less than no rows", t.Name)}
		}
		seen[t.Name], seen[t.File] = true, true
	}
	return &m, nil
}
