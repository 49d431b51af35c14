package job

import (
	"context"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/expr"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/privacy/keys"
)

// DiscloseOptions of Disclose.
type DiscloseOptions struct {
	// Policy says which signer to accept. Default any.
	Policy attest.Policy
	// Identities open sealed columns that are to be shown.
	Identities []*keys.Identity
	// Table to show cells of. Default the only one.
	Table string
	// Rows are shown, from 0, in any order.
	Rows []int64
	// Where chooses rows by an expression, beside Rows. Optional.
	Where string
	// Columns are shown, in this order. Default all.
	Columns []string
	// Workers is the number of goroutines that hash. Default 1.
	Workers int
}

// Disclose shows cells of a bundle's table against the commitment in its signed
// manifest. Signature and file hashes are checked before, and every shown cell
// against the commitment. If the keys do not open a column that is to be shown,
// the error matches privacy.ErrNoKey.
func Disclose(ctx context.Context, dir string, opt DiscloseOptions) (*commit.Disclosure, error) {
	m, _, _, held, err := checkFiles(ctx, dir, opt.Policy, opt.Workers)
	if err != nil {
		return nil, err
	}
	t, root, err := oneTable(m, opt.Table)
	if err != nil {
		return nil, err
	}
	return disclose(ctx, held, t, root, opt)
}

// oneTable finds a table of a manifest by name; "" is the only one.
func oneTable(m *bundle.Manifest, name string) (bundle.Table, *commit.Root, error) {
	var known []string
	for _, t := range m.Tables {
		known = append(known, t.Name)
	}
	i := slices.Index(known, name)
	if name == "" && len(known) == 1 {
		i = 0
	}
	if i < 0 {
		return bundle.Table{}, nil, &NoTableError{Name: name, Known: known}
	}
	root, err := rootOf(m.Tables[i])
	return m.Tables[i], root, err
}

func disclose(ctx context.Context, held *bundle.Held, t bundle.Table, root *commit.Root, opt DiscloseOptions) (*commit.Disclosure, error) {
	rows := slices.Clone(opt.Rows)
	for _, row := range rows { // before the table is read for anything
		if row < 0 || row >= root.Rows {
			return nil, &commit.RowError{Row: row, Rows: root.Rows}
		}
	}
	o, err := openTable(ctx, held, t, opt.Identities)
	if err != nil {
		return nil, named(t.File, err)
	}
	defer o.close()
	columns := opt.Columns
	if len(columns) == 0 {
		for _, f := range o.schema.Fields() {
			columns = append(columns, f.Name)
		}
	}
	for _, c := range columns {
		if _, err = table.Column(o.schema, c); err != nil {
			return nil, err
		}
		if slices.Contains(o.shut, c) {
			return nil, privacy.NoKey("disclose", fmt.Sprintf("column %q", c), "the keys do not open it")
		}
	}
	if opt.Where != "" {
		more, werr := rowsWhere(ctx, o.stream, opt.Where)
		if werr != nil {
			return nil, werr
		}
		rows = append(rows, more...)
		// Its stream was read; a second one gives the same bytes, since both are
		// read through what was hashed.
		o.close()
		if o, err = openTable(ctx, held, t, opt.Identities); err != nil {
			return nil, named(t.File, err)
		}
		defer o.close()
	}
	d, err := commit.Disclose(ctx, o.stream, o.commitKey, root, t.Name, rows, columns)
	return d, named(t.File, err)
}

// rowsWhere are the rows for which an expression is true.
func rowsWhere(ctx context.Context, in table.Stream, src string) ([]int64, error) {
	p, err := expr.Compile(src, in.Schema())
	if err != nil {
		return nil, err
	}
	var out []int64
	var bits []byte
	first := int64(0)
	for b, err := range in.Batches(ctx) {
		if err != nil {
			return nil, err
		}
		if n := int(b.NumRows()+7) / 8; n > len(bits) {
			bits = make([]byte, n)
		}
		if _, err := p.Select(b, bits); err != nil {
			return nil, err
		}
		for i := range b.NumRows() {
			if bits[i/8]>>(i%8)&1 == 1 {
				out = append(out, first+i)
			}
		}
		first += b.NumRows()
	}
	return out, nil
}

// Disclosed is a disclosure that holds against a signed manifest.
type Disclosed struct {
	Bundle string // its name in the manifest
	Signer string // fingerprint
	Pinned bool   // the policy named the signer
	Table  string
	Root   string
	Of     int64 // rows of the table
	Rows   []int64
	Salted []string // the shown columns that are sealed for others
	Cells  table.Batch
}

// CheckDisclosure holds a disclosure against the manifest at place, a bundle or a
// copy of its manifest file. It needs no key, and no other file of the bundle.
func CheckDisclosure(place string, policy attest.Policy, d *commit.Disclosure) (*Disclosed, error) {
	m, verdict, err := ReadManifest(place, policy)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(m.Tables, func(t bundle.Table) bool { return t.Name == d.Table })
	if i < 0 {
		return nil, privacy.Tampered("verify", "disclosure", "it is of table %q, which %q does not have", d.Table, place)
	}
	root, err := rootOf(m.Tables[i])
	if err != nil {
		return nil, err
	}
	cells, err := root.Cells(d)
	if err != nil {
		return nil, err
	}
	out := &Disclosed{
		Bundle: m.Name, Signer: verdict.Signer.ID(), Pinned: verdict.Pinned, Table: d.Table, Root: root.Table,
		Of: root.Rows, Rows: d.Rows, Cells: cells,
	}
	for _, c := range root.Columns {
		if c.Salted && slices.ContainsFunc(d.Columns, func(s commit.Shown) bool { return s.Name == c.Name }) {
			out.Salted = append(out.Salted, c.Name)
		}
	}
	return out, nil
}

// Numbered puts the numbers of rows before what they show, as a column "row", or
// "_row" and so on where the table has such a column of its own.
func Numbered(rows []int64, cells table.Batch) table.Batch {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	b.AppendValues(rows, nil)
	name := "row"
	for len(cells.Schema().FieldIndices(name)) > 0 {
		name = "_" + name
	}
	fields := append([]arrow.Field{{Name: name, Type: arrow.PrimitiveTypes.Int64}}, cells.Schema().Fields()...)
	return array.NewRecord(arrow.NewSchema(fields, nil), append([]arrow.Array{b.NewArray()}, cells.Columns()...), cells.NumRows())
}
