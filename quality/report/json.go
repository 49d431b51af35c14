package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/verisim/verisim/quality/profile"
	"github.com/verisim/verisim/quality/rule"
)

// Version is the version of the JSON form of [Document].
const Version = 1

// Document is quality.json: what was measured and judged, for machines.
type Document struct {
	Version int                `json:"version"`
	Tool    string             `json:"tool,omitempty"`
	Tables  []*profile.Profile `json:"tables"`
	// References are the foreign keys that the profiles suggest.
	References []profile.Reference `json:"references,omitempty"`
	// Result is the verdict of a suite, in its own versioned form.
	Result *rule.Result `json:"result,omitempty"`
	// Changes are what cleaning did.
	Changes []Change `json:"changes,omitempty"`
}

// WriteJSON writes the document, indented, with a line feed at the end. The
// version is filled in.
func WriteJSON(w io.Writer, d Document) error {
	d.Version = Version
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

// ReadResult reads the verdict out of a document that WriteJSON wrote.
func ReadResult(data []byte) (*rule.Result, error) {
	var d Document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("read verdict: %w", err)
	}
	switch {
	case d.Version != Version:
		return nil, fmt.Errorf("read verdict: version %d, this program knows %d", d.Version, Version)
	case d.Result == nil:
		return nil, errors.New("read verdict: there is none in the document")
	case d.Result.Version != rule.Version:
		return nil, fmt.Errorf("read verdict: version %d, this program knows %d", d.Result.Version, rule.Version)
	}
	return d.Result, nil
}
