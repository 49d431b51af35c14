// Package shard makes declared data on many machines that do not talk to each
// other. The rows of every table are cut into parts of a fixed size; shard i of
// n makes the parts whose number is i modulo n. A part is a file that appears
// whole or not at all, and beside it a note of what it is. So a shard that is
// started again passes over what is done, two shards that make the same part
// make the same bytes, and what all of them made together does not depend on n.
//
//	DIR/plan.json                what is being made; the same from every shard
//	DIR/TABLE/part-00000.EXT     rows 0 to size-1
//	DIR/TABLE/part-00000.json    its rows, size and SHA-256
//	DIR/manifest.json            after Merge: every file
//
// Guarantee: after Merge, the files are those of the plan, whole, and each has
// the hash that its maker wrote down. Not against somebody who changes both.
package shard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/verisim/verisim/synth"
)

// Version is the version of the plan and of the notes.
const Version = 1

// Plan says what is being made. It does not say by how many.
type Plan struct {
	Version      int     `json:"version"`
	Spec         string  `json:"spec"`         // SHA-256 of the document, hex
	Dictionaries string  `json:"dictionaries"` // of the texts that rows are written with
	Seed         uint64  `json:"seed"`
	Rows         int64   `json:"rows_option"` // 0: as declared
	Format       string  `json:"format"`
	Compression  string  `json:"compression"`
	PartRows     int64   `json:"part_rows"`
	Tables       []Table `json:"tables"`
}

// Table is a table of a plan.
type Table struct {
	Name  string `json:"name"`
	Rows  int64  `json:"rows"`
	Parts int64  `json:"parts"`
}

// note is what lies beside a part.
type note struct {
	Plan   string `json:"plan"` // its digest
	Table  string `json:"table"`
	Part   int64  `json:"part"`
	Rows   int64  `json:"rows"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// maxParts keeps a table's directory within what tools can list.
const maxParts = 1_000_000

// Fill gives the plan the tables of a model, all or one.
func (p *Plan) Fill(m synth.Model, only string) error {
	for _, t := range m.Tables() {
		if only != "" && t.Name != only {
			continue
		}
		n, err := t.Rows(synth.Seed(p.Seed))
		if err != nil {
			return err
		}
		parts := max((n+p.PartRows-1)/p.PartRows, 1) // of an empty table too
		if parts > maxParts {
			return fmt.Errorf("plan parts: table %q would have %d; at most %d are possible, so make parts larger", t.Name, parts, maxParts)
		}
		p.Tables = append(p.Tables, Table{t.Name, n, parts})
	}
	return nil
}

// encode is the plan as it lies in the directory: the same bytes from anyone.
func (p *Plan) encode() []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(p); err != nil {
		panic(err) // strings and numbers only
	}
	return b.Bytes()
}

func (p *Plan) digest() string {
	h := sha256.Sum256(p.encode())
	return hex.EncodeToString(h[:])
}

// Share is one shard: Index of Count, from 0.
type Share struct{ Index, Count int64 }

// ParseShare reads "3/16", "auto/16" or "auto", where auto is the index that a
// scheduler put into the environment, and its count where it says so: Kubernetes
// (JOB_COMPLETION_INDEX), Slurm (SLURM_ARRAY_TASK_ID, _MIN, _COUNT), AWS Batch
// (AWS_BATCH_JOB_ARRAY_INDEX, _SIZE).
func ParseShare(text string, getenv func(string) string) (Share, error) {
	index, count, both := strings.Cut(text, "/")
	var s Share
	var err error
	if index == "auto" {
		if s, err = fromEnvironment(getenv); err != nil {
			return s, err
		}
	} else if s.Index, err = strconv.ParseInt(index, 10, 64); err != nil || !both {
		return s, fmt.Errorf("%q is not i/n, such as 0/16, and not auto/n", text)
	}
	if both {
		if s.Count, err = strconv.ParseInt(count, 10, 64); err != nil {
			return s, fmt.Errorf("%q is not i/n, such as 0/16, and not auto/n", text)
		}
	}
	switch {
	case s.Count == 0 && !both:
		return s, errors.New("the scheduler does not say how many shards there are; write auto/n")
	case s.Count < 1 || s.Count > maxParts:
		return s, fmt.Errorf("there are %d shards; 1 to %d are possible", s.Count, maxParts)
	case s.Index < 0 || s.Index >= s.Count:
		return s, fmt.Errorf("shard %d of %d: shards count from 0 to %d", s.Index, s.Count, s.Count-1)
	}
	return s, nil
}

func fromEnvironment(getenv func(string) string) (Share, error) {
	for _, x := range []struct{ index, least, count string }{
		{"JOB_COMPLETION_INDEX", "", ""},
		{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT"},
		{"AWS_BATCH_JOB_ARRAY_INDEX", "", "AWS_BATCH_JOB_ARRAY_SIZE"},
	} {
		text := getenv(x.index)
		if text == "" {
			continue
		}
		i, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return Share{}, fmt.Errorf("the environment's %s is not a number", x.index)
		}
		s := Share{Index: i}
		if x.least != "" {
			if least, err := strconv.ParseInt(getenv(x.least), 10, 64); err == nil {
				s.Index -= least
			}
		}
		if x.count != "" {
			if n, err := strconv.ParseInt(getenv(x.count), 10, 64); err == nil {
				s.Count = n
			}
		}
		return s, nil
	}
	return Share{}, errors.New("auto: the environment has no index of Kubernetes, Slurm or AWS Batch")
}

// OtherPlanError says that a directory belongs to another plan.
type OtherPlanError struct{ Dir string }

func (e *OtherPlanError) Error() string {
	return fmt.Sprintf("make parts in %q: another spec, seed, format or size of parts is being made there", e.Dir)
}

// claim writes the plan into the directory, or checks the one that is there.
func (p *Plan) claim(dir string) error {
	path := filepath.Join(dir, "plan.json")
	have, err := os.ReadFile(path)
	if err == nil {
		if !bytes.Equal(have, p.encode()) {
			return &OtherPlanError{dir}
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries { // another shard may be claiming too
		if !strings.HasPrefix(e.Name(), ".") {
			if have, rerr := os.ReadFile(path); rerr == nil && bytes.Equal(have, p.encode()) {
				return nil
			}
			return fmt.Errorf("make parts in %q: something else is there", dir)
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return writeFile(path, p.encode())
}

// writeFile makes a small file that appears whole.
func writeFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the first error is the one that matters
	}
	return err
}
