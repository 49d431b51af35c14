package job

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/recipe"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/proof"
	"github.com/verisim/verisim/privacy/seal"
	"github.com/verisim/verisim/quality/clean"
	"github.com/verisim/verisim/quality/rule"
)

// uniqueMemory bounds what the rules keep in memory before they spill, so that
// a run stays flat in rows.
const uniqueMemory = 192 << 20

// bound is a job in which every name is known and no row was touched.
type bound struct {
	recipe *recipe.Recipe
	opt    Options
	source *source
	tables []*boundTable
	plan   *rule.Plan // nil where nothing is validated
	// proves are the statements to prove, nil for none; unproved the rules that
	// were asked for and are none.
	proves   *proof.Document
	unproved []Unproved
	signer   *keys.Signer
	key      *freshKey // nil where the recipe names recipients, or nothing is sealed
}

// boundTable is one table on its way.
type boundTable struct {
	name   string
	stream table.Stream // as the source gives it
	clean  *clean.Plan  // nil where nothing is repaired
	schema *arrow.Schema
	sealed []string
	grants []seal.Grant
	judged bool
	// auditTo starts the file of the repairs; the bundle sets it.
	auditTo func(name string, s *arrow.Schema) (table.Writer, error)
}

func (t *boundTable) auditWriter(s *arrow.Schema) (table.Writer, error) { return t.auditTo(t.name, s) }

// freshKey is an identity that the run made, or found from a former run.
type freshKey struct {
	path     string
	identity *keys.Identity
	fresh    bool
}

func bind(ctx context.Context, path string, set []string, opt Options) (*bound, error) {
	r, err := recipe.Load(path, set)
	if err != nil {
		return nil, err
	}
	b := &bound{recipe: r, opt: opt, signer: opt.Signer}
	if b.source, err = bindSource(ctx, r, opt); err != nil {
		return nil, err
	}
	if err = b.bindTables(ctx, path); err != nil {
		b.close()
		return nil, err
	}
	if b.signer == nil {
		if b.signer, err = keys.NewSigner(nil); err != nil {
			b.close()
			return nil, err
		}
	}
	return b, nil
}

func (b *bound) close() { _ = b.source.Close() } // files were only read

func (b *bound) bindTables(ctx context.Context, path string) error {
	schemas := map[string]*arrow.Schema{}
	for _, name := range b.source.Tables() {
		t := &boundTable{name: name}
		var err error
		if t.stream, err = b.source.Open(ctx, name); err != nil {
			return err
		}
		t.schema = t.stream.Schema()
		if n := b.recipe.Clean[name]; n != nil {
			if err := b.bindClean(t, n); err != nil {
				return err
			}
		}
		schemas[name] = t.schema
		b.tables = append(b.tables, t)
	}
	suite, err := b.bindSuite(path, schemas)
	if err != nil {
		return err
	}
	if err := b.bindProtection(); err != nil {
		return err
	}
	return b.bindProofs(suite)
}

func (b *bound) bindClean(t *boundTable, n *document.Node) error {
	steps, err := clean.ParseNode(n)
	if err != nil {
		return err
	}
	t.clean, err = clean.Compile(steps, t.schema, clean.Options{Table: t.name, Audit: t.auditWriter})
	if err != nil {
		return err
	}
	t.schema = t.clean.Schema()
	return nil
}

// removeKey takes back a key whose bundle never came to be.
func removeKey(path string) { _ = os.Remove(path) }

// bindSuite compiles the rules: validate is a suite, or the path of one; a spec
// has rules of its own where the recipe gives none.
func (b *bound) bindSuite(path string, schemas map[string]*arrow.Schema) (*rule.Suite, error) {
	n := b.recipe.Validate
	if n == nil {
		n = b.source.check
	}
	if n == nil {
		return nil, nil
	}
	var suite *rule.Suite
	var err error
	if n.Kind == document.String {
		file := n.Text
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(path), file)
		}
		data, readErr := os.ReadFile(file)
		if readErr != nil {
			return nil, n.Pos.Errorf("validate: %v", readErr)
		}
		suite, err = rule.Parse(file, data)
	} else {
		suite, err = rule.ParseNode(n)
	}
	if err != nil {
		return nil, err
	}
	if b.plan, err = rule.Compile(suite, schemas, rule.Options{Now: time.Now(), MemoryBytes: uniqueMemory}); err != nil {
		return nil, err
	}
	for _, t := range b.tables {
		t.judged = slices.Contains(b.plan.Tables(), t.name)
	}
	return suite, nil
}

// bindProtection says what is sealed for whom, and that nothing real and
// personal leaves in clear.
func (b *bound) bindProtection() error {
	rs, err := bindRecipients(b.recipe)
	if err != nil {
		return err
	}
	any := false
	for _, t := range b.tables {
		if t.sealed, err = sealedColumns(b.recipe.Protect, t.name, t.schema); err != nil {
			return err
		}
		any = any || len(t.sealed) > 0
	}
	if any && len(rs) == 0 {
		if b.key, err = b.ownKey(); err != nil {
			return err
		}
		rs = []recipient{{name: "owner", key: b.key.identity.Recipient(), columns: []string{"*"}}}
	}
	for _, t := range b.tables {
		t.grants = grants(rs, t.name, t.sealed)
		if err := checkGranted(t.name, t.sealed, t.grants); err != nil {
			return err
		}
		if err := checkOrigin(t.name, t.schema, t.sealed, b.opt.InsecureAllowRaw); err != nil {
			return err
		}
	}
	return nil
}

// ownKey is the identity beside the bundle: that of a former run, or a fresh
// one, which is written only when the bundle is whole.
func (b *bound) ownKey() (*freshKey, error) {
	path := filepath.Clean(b.opt.Out) + ".key"
	if _, err := os.Lstat(path); err == nil {
		ids, err := keys.LoadIdentities(path)
		if err != nil {
			return nil, fmt.Errorf("use the key beside the bundle: %w", err)
		}
		return &freshKey{path: path, identity: ids[0]}, nil
	}
	id, err := keys.New(nil)
	if err != nil {
		return nil, err
	}
	return &freshKey{path: path, identity: id, fresh: true}, nil
}
