package job

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/ipc"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/seal"
)

// OpenOptions of Open.
type OpenOptions struct {
	// Policy says which signer to accept. Default any.
	Policy attest.Policy
	// Identities open the sealed columns. At least one, where any is sealed.
	Identities []*keys.Identity
	// Tables are opened, in the bundle's order. Default all.
	Tables []string
	// Workers is the number of goroutines that hash. Default 1.
	Workers int
	// Progress is called, from one goroutine, with rows done so far. Optional.
	Progress func(table string, rows int64)
}

// OpenedTable says what of a table was written.
type OpenedTable struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	// Opened are the sealed columns that the keys opened, Shut the others,
	// which were left out.
	Opened []string `json:"opened,omitempty"`
	Shut   []string `json:"shut,omitempty"`
}

// Open writes the tables of a bundle in clear into a sink, as far as the keys
// open them. Signature and file hashes are checked before any row is read, each
// batch before it is written, and every table against its commitment and the
// bundle's proofs before the sink is committed. If the keys open none of the sealed columns, the error
// matches privacy.ErrNoKey and the sink is not touched.
func Open(ctx context.Context, dir string, sink table.Sink, opt OpenOptions) ([]OpenedTable, error) {
	m, _, _, held, err := checkFiles(ctx, dir, opt.Policy, opt.Workers)
	if err != nil {
		return nil, err
	}
	wanted, err := wantedTables(m, opt.Tables)
	if err != nil {
		return nil, err
	}
	var tables []*openTableState
	defer func() {
		for _, t := range tables {
			t.close()
		}
	}()
	sealed, granted := 0, 0
	for _, t := range wanted {
		o, err := openTable(ctx, held, t, opt.Identities)
		if err != nil {
			return nil, named(t.File, err)
		}
		tables = append(tables, o)
		sealed += len(o.shut) + len(o.granted)
		granted += len(o.granted)
	}
	if sealed > 0 && granted == 0 {
		return nil, privacy.NoKey("open", fmt.Sprintf("bundle %q", dir), "the keys open none of its %d sealed columns", sealed)
	}
	var out []OpenedTable
	for i, o := range tables {
		rows, err := o.copy(ctx, wanted[i], sink, opt)
		if err != nil {
			return nil, err
		}
		out = append(out, OpenedTable{Name: wanted[i].Name, Rows: rows, Opened: o.granted, Shut: o.shut})
	}
	// What was proved must be about the cells that were opened.
	if _, err := checkProofs(ctx, held, m, CheckOptions{Identities: opt.Identities, Workers: opt.Workers}); err != nil {
		return nil, err
	}
	return out, sink.Commit(ctx)
}

func wantedTables(m *bundle.Manifest, names []string) ([]bundle.Table, error) {
	if len(names) == 0 {
		return m.Tables, nil
	}
	var known []string
	for _, t := range m.Tables {
		known = append(known, t.Name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, &NoTableError{Name: n, Known: known}
		}
	}
	return slices.DeleteFunc(slices.Clone(m.Tables), func(t bundle.Table) bool { return !slices.Contains(names, t.Name) }), nil
}

// NoTableError names a table that a bundle does not have.
type NoTableError struct {
	Name  string
	Known []string
}

func (e *NoTableError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("no table is named; the bundle has %q", e.Known)
	}
	return fmt.Sprintf("there is no table %q; the bundle has %q", e.Name, e.Known)
}

// Nearest is the table whose name looks most like the unknown one, or "".
func (e *NoTableError) Nearest() string { return document.Nearest(e.Name, e.Known) }

// openTableState is a table of a bundle that is being read: its clear columns,
// and those that the keys open.
type openTableState struct {
	schema    *arrow.Schema // of the table, with all its columns
	stream    table.Stream
	commitKey func(string) []byte
	granted   []string // sealed columns that the keys open
	shut      []string // the other sealed columns
	closes    []func()
}

func (o *openTableState) close() {
	for _, c := range o.closes {
		c()
	}
	o.closes = nil
}

// openTable starts to read a table whose file's hash was checked, and holds its
// schema against the manifest.
func openTable(ctx context.Context, held *bundle.Held, t bundle.Table, ids []*keys.Identity) (*openTableState, error) {
	f, err := held.Open(t.File)
	if err != nil {
		return nil, err
	}
	o := &openTableState{closes: []func(){func() { _ = f.Close() }}} // it was only read
	if err := o.read(ctx, f, ids); err != nil {
		o.close()
		return nil, err
	}
	if got := commit.Hex(commit.SchemaDigest(o.schema)); got != t.Schema {
		o.close()
		return nil, fault(t.File, "its schema is not the one that the manifest names")
	}
	return o, nil
}

func (o *openTableState) read(ctx context.Context, f *bundle.HeldFile, ids []*keys.Identity) error {
	outer, err := ipc.File{}.Read(ctx, f.Input(), formats.ReadOptions{})
	if err != nil {
		return err
	}
	if !seal.IsSealed(outer.Schema()) {
		o.schema, o.stream = outer.Schema(), outer
		return nil
	}
	if o.schema, err = seal.Schema(f, f.Size()); err != nil {
		return err
	}
	info, err := seal.Inspect(f, f.Size())
	if err != nil {
		return err
	}
	var open []string
	for _, c := range info.Columns {
		if c.Sealed {
			o.shut = append(o.shut, c.Name)
		} else {
			open = append(open, c.Name)
		}
	}
	if len(ids) > 0 {
		var r *seal.Reader
		r, err = seal.Open(f, f.Size(), ids)
		switch {
		case errors.Is(err, privacy.ErrNoKey): // this table is somebody else's
		case err != nil:
			return err
		default:
			o.closes = append(o.closes, r.Erase)
			o.granted, o.commitKey = r.Granted(), r.CommitKey
			o.shut = slices.DeleteFunc(o.shut, func(c string) bool { return slices.Contains(o.granted, c) })
			o.stream, err = r.Stream(nil)
			return err
		}
	}
	o.stream, err = table.Apply(outer, table.Pick(open...))
	return err
}

// derive reads the table to its end, hands each batch on, and gives the root of
// what was read.
func (o *openTableState) derive(ctx context.Context, workers int, each func(b table.Batch, rows int64) error) (int64, *commit.Root, error) {
	tree, err := commit.New(o.stream.Schema(), o.commitKey, commit.Options{Workers: workers})
	if err != nil {
		return 0, nil, err
	}
	rows := int64(0)
	for b, err := range o.stream.Batches(ctx) {
		if err != nil {
			return 0, nil, err
		}
		if err := tree.Add(b); err != nil {
			return 0, nil, err
		}
		rows += b.NumRows()
		if err := each(b, rows); err != nil {
			return 0, nil, err
		}
	}
	return rows, tree.Finish(), nil
}

// copy writes the table into the sink and compares what was written with the
// manifest's commitment.
func (o *openTableState) copy(ctx context.Context, t bundle.Table, sink table.Sink, opt OpenOptions) (int64, error) {
	root, err := rootOf(t)
	if err != nil {
		return 0, err
	}
	w, err := sink.Create(ctx, t.Name, o.stream.Schema())
	if err != nil {
		return 0, err
	}
	var writing error // the sink's, which is not the file's fault
	rows, derived, err := o.derive(ctx, max(opt.Workers, 1), func(b table.Batch, rows int64) error {
		if opt.Progress != nil {
			opt.Progress(t.Name, rows)
		}
		writing = w.Write(b)
		return writing
	})
	if writing != nil {
		return 0, writing
	}
	if err == nil {
		err = root.Compare(derived)
	}
	if err != nil {
		return 0, named(t.File, err)
	}
	return rows, w.Close()
}
