package shard

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/catalog"
)

// Manifest lists every file of a finished plan. It does not depend on how many
// shards there were.
type Manifest struct {
	Plan
	Files []File `json:"files"`
}

// File is one part.
type File struct {
	Path   string `json:"path"`
	Table  string `json:"table"`
	First  int64  `json:"first_row"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// MissingError says which parts are not there yet.
type MissingError struct{ Parts []string }

func (e *MissingError) Error() string {
	some := e.Parts
	more := ""
	if len(some) > 5 {
		some, more = some[:5], fmt.Sprintf(" and %d more", len(e.Parts)-5)
	}
	return fmt.Sprintf("merge parts: %d are missing: %s%s", len(e.Parts), strings.Join(some, ", "), more)
}

// Merge reads every part against its note, and writes the manifest.
func Merge(ctx context.Context, dir string) (*Manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, "plan.json"))
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	if err = json.Unmarshal(data, &m.Plan); err != nil {
		return nil, formats.Corrupt("plan.json", "%v", err)
	}
	if m.Version != Version {
		return nil, formats.Corrupt("plan.json", "version %d is not known here", m.Version)
	}
	if string(m.encode()) != string(data) {
		return nil, formats.Corrupt("plan.json", "it is not as it was written")
	}
	codec, err := catalog.ByName(m.Format)
	if err != nil {
		return nil, err
	}
	digest, missing := m.digest(), &MissingError{}
	for _, t := range m.Tables {
		if t.Parts < 1 || t.Parts > maxParts || t.Rows < 0 || filepath.Base(t.Name) != t.Name {
			return nil, formats.Corrupt("plan.json", "table %q is not possible", t.Name)
		}
		for part := range t.Parts {
			if err = ctx.Err(); err != nil {
				return nil, err
			}
			name := fmt.Sprintf("%s/part-%05d", t.Name, part)
			n, nerr := readNote(filepath.Join(dir, name+".json"))
			if nerr != nil {
				missing.Parts = append(missing.Parts, name)
				continue
			}
			first := part * m.PartRows
			if n.Plan != digest || n.Table != t.Name || n.Part != part || n.Rows != min(m.PartRows, t.Rows-first) {
				return nil, formats.Corrupt(name+".json", "it belongs to another plan or part")
			}
			name += codec.Extensions()[0]
			sum, size, herr := hashFile(filepath.Join(dir, name))
			if herr != nil {
				missing.Parts = append(missing.Parts, name)
				continue
			}
			if sum != n.SHA256 || size != n.Bytes {
				return nil, formats.Corrupt(name, "it is not what its maker wrote")
			}
			m.Files = append(m.Files, File{name, t.Name, first, n.Rows, size, sum})
		}
	}
	if missing.Parts != nil {
		return nil, missing
	}
	out, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return m, writeFile(filepath.Join(dir, "manifest.json"), append(out, '\n'))
}
