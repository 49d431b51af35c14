package job

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/commit"
	"github.com/verisim/verisim/privacy/keys"
)

// CheckOptions of Check.
type CheckOptions struct {
	// Policy says which signer to accept. Default any.
	Policy attest.Policy
	// Identities also re-derive the roots of the columns that they open.
	Identities []*keys.Identity
	// Workers is the number of goroutines that hash. Default 1.
	Workers int
	// Progress is called, from one goroutine, with rows done so far. Optional.
	Progress func(table string, rows int64)
}

// Checked is what a check found to hold.
type Checked struct {
	Manifest *bundle.Manifest
	Signer   string // fingerprint
	Pinned   bool   // the policy named the signer
	Files    int
	Bytes    int64
	Rows     int64
	Tables   []CheckedTable
	Proved   []Proved
}

// CheckedTable is one table's part.
type CheckedTable struct {
	Name    string `json:"name"`
	Rows    int64  `json:"rows"`
	Columns int    `json:"columns"`
	// Derived is the number of columns whose root was derived again from the
	// cells; the others are sealed for somebody else.
	Derived int    `json:"derived"`
	Root    string `json:"root"`
}

// Check holds a bundle against its manifest: signature, files, schemas, counts
// and the roots of all columns that can be read. It needs no key. An error says
// which file is not as promised; it matches formats.ErrCorrupt or one of
// privacy's.
func Check(ctx context.Context, dir string, opt CheckOptions) (*Checked, error) {
	m, verdict, files, held, err := checkFiles(ctx, dir, opt.Policy, opt.Workers)
	if err != nil {
		return nil, err
	}
	c := &Checked{Manifest: m, Signer: verdict.Signer.ID(), Pinned: verdict.Pinned, Files: len(files)}
	for _, f := range files {
		c.Bytes += f.Size
	}
	for _, t := range m.Tables {
		var got CheckedTable
		got, err = checkTable(ctx, held, t, opt)
		if err != nil {
			return nil, named(t.File, err)
		}
		c.Tables = append(c.Tables, got)
		c.Rows += got.Rows
	}
	c.Proved, err = checkProofs(ctx, held, m, opt)
	return c, err
}

// checkFiles holds the manifest against its signature and the files against the
// manifest. Nothing of a file is parsed before, and all that is read of it later
// is read through what it gives: the bytes that were hashed, whoever writes to
// the place meanwhile.
func checkFiles(ctx context.Context, dir string, policy attest.Policy, workers int) (*bundle.Manifest, *attest.Verdict, []bundle.File, *bundle.Held, error) {
	m, verdict, err := ReadManifest(dir, policy)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	files, err := listed(verdict.Statement)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	for i := range files { // the statement tells no sizes; the hash covers them
		if st, serr := os.Lstat(filepath.Join(dir, filepath.FromSlash(files[i].Path))); serr == nil {
			files[i].Size = st.Size()
		}
	}
	held, err := bundle.Hold(ctx, dir, files, workers)
	if err != nil {
		return nil, nil, nil, nil, err
	}
	for _, t := range m.Tables {
		if !slices.ContainsFunc(files, func(f bundle.File) bool { return f.Path == t.File }) {
			return nil, nil, nil, nil, fault(bundle.ManifestName, "table %q has the file %q, which it does not list", t.Name, t.File)
		}
	}
	return m, verdict, files, held, nil
}

// ReadManifest reads and verifies a bundle's manifest, and nothing else of it.
// Instead of a bundle's place it takes a copy of its manifest file, too.
func ReadManifest(dir string, policy attest.Policy) (*bundle.Manifest, *attest.Verdict, error) {
	data, err := bundle.ReadManifest(dir)
	if st, serr := os.Stat(dir); serr == nil && st.Mode().IsRegular() {
		data, err = bundle.ReadManifestFile(dir)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, fmt.Errorf("%q is no bundle: %w", dir, err)
	}
	if err != nil {
		return nil, nil, err
	}
	verdict, err := attest.Verify(data, policy)
	if err != nil {
		return nil, nil, named(bundle.ManifestName, err)
	}
	if verdict.Statement.PredicateType != bundle.PredicateType {
		return nil, nil, &bundle.Fault{Path: bundle.ManifestName, Cause: fmt.Sprintf("its predicate is %q, not that of a bundle", verdict.Statement.PredicateType)}
	}
	m, err := bundle.DecodeManifest(verdict.Statement.Predicate)
	if err != nil {
		return nil, nil, err
	}
	return m, verdict, nil
}

// named puts the file's name before an error that does not tell it.
func named(file string, err error) error {
	if err == nil || strings.Contains(err.Error(), file) {
		return err
	}
	return fmt.Errorf("check file %q: %w", file, err)
}

func listed(st *attest.Statement) ([]bundle.File, error) {
	var out []bundle.File
	for _, s := range st.Subjects {
		f := bundle.File{Path: s.Name}
		sum, err := hex.DecodeString(s.Digest["sha256"])
		if err != nil || len(sum) != len(f.SHA256) {
			return nil, &bundle.Fault{Path: bundle.ManifestName, Cause: fmt.Sprintf("it has no SHA-256 of the file %q", s.Name)}
		}
		copy(f.SHA256[:], sum)
		out = append(out, f)
	}
	return out, nil
}

func fault(path, format string, args ...any) error {
	return &bundle.Fault{Path: path, Cause: fmt.Sprintf(format, args...)}
}

// rootOf is the commitment that the manifest holds for a table.
func rootOf(t bundle.Table) (*commit.Root, error) {
	var root commit.Root
	if err := json.Unmarshal(t.Commitment, &root); err != nil {
		return nil, fault(bundle.ManifestName, "table %q has no commitment that can be read", t.Name)
	}
	if err := root.Check(); err != nil {
		return nil, named(bundle.ManifestName, err)
	}
	if root.Rows != t.Rows || root.Schema != t.Schema {
		return nil, fault(bundle.ManifestName, "table %q: rows and schema are not those of its commitment", t.Name)
	}
	return &root, nil
}

// checkTable derives what can be derived of a table and compares it.
func checkTable(ctx context.Context, held *bundle.Held, t bundle.Table, opt CheckOptions) (CheckedTable, error) {
	out := CheckedTable{Name: t.Name}
	root, err := rootOf(t)
	if err != nil {
		return out, err
	}
	o, err := openTable(ctx, held, t, opt.Identities)
	if err != nil {
		return out, err
	}
	defer o.close()
	rows, derived, err := o.derive(ctx, max(opt.Workers, 1), func(_ table.Batch, rows int64) error {
		if opt.Progress != nil {
			opt.Progress(t.Name, rows)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	if rows != t.Rows {
		return out, fault(t.File, "it has %d rows, the manifest says %d", rows, t.Rows)
	}
	if err := root.Compare(derived); err != nil {
		return out, err
	}
	out.Rows, out.Columns, out.Derived, out.Root = rows, len(root.Columns), len(derived.Columns), root.Table
	return out, nil
}
