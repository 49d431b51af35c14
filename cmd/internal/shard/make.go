package shard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
)

// Job is a plan with what carries it out.
type Job struct {
	Plan    Plan
	Model   synth.Model
	Codec   formats.Codec
	Write   formats.WriteOptions
	Dir     string
	Workers int
	// Watch sees every stream that is written. Default none.
	Watch func(table.Stream) table.Stream
}

// Done says what a shard did.
type Done struct{ Made, Skipped, Rows int64 }

func (j *Job) path(t string, part int64) string {
	return filepath.Join(j.Dir, t, fmt.Sprintf("part-%05d", part))
}

// Make makes the parts of one shard. Parts that are done are passed over.
func (j *Job) Make(ctx context.Context, s Share) (Done, error) {
	var done Done
	if err := j.Plan.claim(j.Dir); err != nil {
		return done, err
	}
	digest := j.Plan.digest()
	for _, t := range j.Plan.Tables {
		tab, err := synth.Find(j.Model, t.Name)
		if err != nil {
			return done, err
		}
		if err := os.MkdirAll(filepath.Join(j.Dir, t.Name), 0o755); err != nil {
			return done, err
		}
		for part := s.Index; part < t.Parts; part += s.Count {
			if err := ctx.Err(); err != nil {
				return done, err
			}
			first := part * j.Plan.PartRows
			rows := synth.Range{First: first, Count: min(j.Plan.PartRows, t.Rows-first)}
			if j.finished(digest, t.Name, part, rows.Count) {
				done.Skipped++
				continue
			}
			if err := j.part(ctx, digest, tab, part, rows); err != nil {
				return done, fmt.Errorf("make part %d of table %q: %w", part, t.Name, err)
			}
			done.Made++
			done.Rows += rows.Count
		}
	}
	return done, nil
}

// finished says whether a part is there with a note of this plan.
func (j *Job) finished(digest, name string, part, rows int64) bool {
	n, err := readNote(j.path(name, part) + ".json")
	if err != nil || n.Plan != digest || n.Table != name || n.Part != part || n.Rows != rows {
		return false
	}
	st, err := os.Stat(j.path(name, part) + j.Codec.Extensions()[0])
	return err == nil && st.Size() == n.Bytes
}

func readNote(path string) (n note, err error) {
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &n)
	}
	return n, err
}

func (j *Job) part(ctx context.Context, digest string, t synth.Table, part int64, rows synth.Range) error {
	path := j.path(t.Name, part) + j.Codec.Extensions()[0]
	st := synth.Parallel(j.Model, t, synth.Seed(j.Plan.Seed), rows, j.Workers)
	if j.Watch != nil {
		st = j.Watch(st)
	}
	f, err := catalog.Create(path, j.Codec, t.Schema, catalog.CreateOptions{Replace: true, Write: j.Write})
	if err != nil {
		return err
	}
	n, err := table.Copy(ctx, f, st)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		_ = f.Abort() // the first error is the one that matters
		return err
	}
	sum, size, err := hashFile(path)
	if err != nil {
		return err
	}
	data, err := json.Marshal(note{digest, t.Name, part, n, size, sum})
	if err != nil {
		return err
	}
	return writeFile(j.path(t.Name, part)+".json", append(data, '\n'))
}

func hashFile(path string) (sum string, size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
