package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/ipc"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/privacy/seal"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/profile"
	"github.com/verisim/verisim/quality/rule"
)

// made is a bundle in the making.
type made struct {
	*bound
	out    *bundle.Writer
	gate   *rule.Gate // nil where nothing is validated
	done   []*madeTable
	result *rule.Result  // nil where nothing was validated
	prover *proof.Prover // nil where nothing is proved
	proof  *proofEntry
	sum    Summary
}

// madeTable is a table that was written.
type madeTable struct {
	*boundTable
	file  string
	rows  int64
	root  *commit.Root
	state *profile.State
}

// make writes the bundle, or leaves nothing.
func (b *bound) make(ctx context.Context) (*Summary, error) {
	out, err := bundle.Create(b.opt.Out, bundle.Options{Replace: b.opt.Replace})
	if err != nil {
		return nil, err
	}
	m := &made{bound: b, out: out}
	if err := m.all(ctx); err != nil {
		_ = out.Abort() // the first error is the one that matters
		return nil, err
	}
	return &m.sum, nil
}

func (m *made) all(ctx context.Context) error {
	if m.plan != nil {
		var err error
		// Quarantine is sealed like the table, so nothing has to be hashed.
		m.gate, err = m.plan.Gate(rule.GateOptions{Quarantine: m.quarantine, InsecureClear: true})
		if err != nil {
			return err
		}
		defer m.gate.Close()
	}
	for _, t := range m.tables {
		t.auditTo = m.auditFile
		if err := m.table(ctx, t); err != nil {
			return fmt.Errorf("table %q: %w", t.name, err)
		}
	}
	if m.gate != nil {
		var err error
		// A table in which nothing was judged fails the verdict; the data is
		// written all the same, and the summary says so.
		if m.result, err = m.gate.Finish(); err != nil && !errors.Is(err, quality.ErrNothingJudged) {
			return err
		}
	}
	if err := m.prove(ctx); err != nil {
		return err
	}
	m.sum.count(m)
	if err := m.describe(); err != nil {
		return err
	}
	manifest, err := m.manifest()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return m.commit(manifest)
}

// commit shows the bundle, and the fresh key before it: a bundle that nobody
// can open must not exist.
func (m *made) commit(manifest []byte) error {
	if k := m.key; k != nil {
		m.sum.KeyFile, m.sum.KeyFresh = k.path, k.fresh
		if k.fresh {
			if err := keys.WriteSecret(k.path, keys.FormatIdentity(k.identity, m.opt.Now)); err != nil {
				return err
			}
		}
	}
	if err := m.out.Commit(manifest); err != nil {
		if m.key != nil && m.key.fresh {
			removeKey(m.key.path)
		}
		return err
	}
	return nil
}

// table makes, cleans, judges, commits to, profiles and seals one table.
func (m *made) table(ctx context.Context, t *boundTable) error {
	st := t.stream
	var stages []table.Stage
	if t.clean != nil {
		stages = append(stages, t.clean.Stages()...)
	}
	if t.judged {
		stages = append(stages, m.gate.Stage(t.name))
	}
	st, err := table.Apply(st, stages...)
	if err != nil {
		return err
	}
	done := &madeTable{boundTable: t, file: "tables/" + t.name + ".arrow"}
	file, err := m.out.Create(done.file)
	if err != nil {
		return err
	}
	w, commitKey, err := t.writer(file, st.Schema())
	if err != nil {
		_ = file.Close() // the first error is the one that matters
		return err
	}
	tree, err := commit.New(st.Schema(), commitKey, commit.Options{Workers: m.opt.Workers})
	if err != nil {
		_ = file.Close() // likewise
		return err
	}
	done.state = profile.New(st.Schema(), profile.Options{})
	each := fan{w.Write, tree.Add, done.state.Add}
	proving, err := m.proving(t.name, st.Schema(), commitKey)
	if err != nil {
		_ = file.Close() // likewise
		return err
	}
	if proving != nil {
		each = append(each, proving.Add)
	}
	if err := m.drain(ctx, done, st, each); err != nil {
		_ = file.Close() // likewise
		return err
	}
	if err := w.Close(); err != nil {
		_ = file.Close() // likewise
		return err
	}
	done.root = tree.Finish()
	if proving != nil {
		proving.Commit(done.root.Table)
	}
	m.done = append(m.done, done)
	return file.Close()
}

func (m *made) drain(ctx context.Context, t *madeTable, st table.Stream, each fan) error {
	for b, err := range st.Batches(ctx) {
		if err != nil {
			return err
		}
		if err := each.add(b); err != nil {
			return err
		}
		t.rows += b.NumRows()
		if m.opt.Progress != nil {
			m.opt.Progress(t.name, t.rows)
		}
	}
	return nil
}

// writer starts a table's file: sealed where a column is, plain Arrow else. The
// second value gives the commit keys of sealed columns.
func (t *boundTable) writer(file io.Writer, s *arrow.Schema) (table.Writer, func(string) []byte, error) {
	if len(t.sealed) == 0 {
		w, err := ipc.File{}.Create(file, s, formats.WriteOptions{})
		return w, nil, err
	}
	w, err := seal.Create(file, s, seal.Options{Grants: t.grants, Columns: t.sealed})
	if err != nil {
		return nil, nil, err
	}
	return w, w.CommitKey, nil
}

// quarantine starts the file of a table's failing rows, with the same columns
// sealed as in the table.
func (m *made) quarantine(name string, s *arrow.Schema) (table.Writer, error) {
	i := slices.IndexFunc(m.tables, func(t *boundTable) bool { return t.name == name })
	return m.side("quarantine/"+name+".arrow", func(file io.Writer) (table.Writer, error) {
		w, _, err := m.tables[i].writer(file, s)
		return w, err
	})
}

// auditFile starts the file of a table's repairs.
func (m *made) auditFile(name string, s *arrow.Schema) (table.Writer, error) {
	return m.side("audit/"+name+".arrow", func(file io.Writer) (table.Writer, error) {
		return ipc.File{}.Create(file, s, formats.WriteOptions{})
	})
}

// side is a file beside the tables whose writer closes it.
func (m *made) side(path string, create func(io.Writer) (table.Writer, error)) (table.Writer, error) {
	file, err := m.out.Create(path)
	if err != nil {
		return nil, err
	}
	w, err := create(file)
	if err != nil {
		_ = file.Close() // the first error is the one that matters
		return nil, err
	}
	return &sideWriter{w, file}, nil
}

type sideWriter struct {
	table.Writer
	file io.Closer
}

func (s *sideWriter) Close() error {
	err := s.Writer.Close()
	if e := s.file.Close(); err == nil {
		err = e
	}
	return err
}
