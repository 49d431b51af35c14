package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/bundle"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/recipe"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
	models "github.com/verisim/verisim/synth/catalog"
	"github.com/verisim/verisim/synth/spec"
)

// source is where a job's tables come from, and what must be closed after.
type source struct {
	table.Source
	seeded bool
	seed   synth.Seed
	check  *document.Node // rules that a spec declares for itself, or nil
	files  []bundle.Source
	closes []func() error
}

func (s *source) Close() error {
	var first error
	for _, c := range s.closes {
		if err := c(); err != nil && first == nil {
			first = err
		}
	}
	s.closes = nil
	return first
}

// bindSource binds the recipe's source; all its mistakes are found here.
func bindSource(ctx context.Context, r *recipe.Recipe, opt Options) (*source, error) {
	if len(r.Source.Files) > 0 {
		return openFiles(ctx, r, opt)
	}
	out := &source{seeded: true, seed: 1}
	var model synth.Model
	if r.Source.Spec != nil {
		s, err := spec.Load(string(*r.Source.Spec), spec.Options{})
		if err != nil {
			return nil, err
		}
		model, out.seed, out.check = s, s.Seed(), s.Check()
	} else {
		var err error
		if model, err = bindSimulator(r.Source); err != nil {
			return nil, err
		}
	}
	if r.Seed != nil {
		out.seed = synth.Seed(*r.Seed)
	}
	out.Source = synth.NewSource(model, out.seed, opt.Workers)
	if len(r.Source.Only) > 0 {
		var err error
		if out.Source, err = only(out.Source, r.Source); err != nil {
			return nil, err
		}
	}
	return out, checkDeclared(r, out.Tables())
}

func bindSimulator(s recipe.Source) (synth.Model, error) {
	sim, err := models.ByName(s.Simulate)
	if u := (*models.UnknownError)(nil); errors.As(err, &u) {
		e := s.At.Errorf("%v", err)
		if near := u.Nearest(); near != "" {
			e.Hint = "did you mean " + near + "?"
		}
		return nil, e
	}
	if err != nil {
		return nil, err
	}
	return sim.New(s.Options)
}

// checkDeclared finds declarations for tables that the source does not have.
func checkDeclared(r *recipe.Recipe, tables []string) error {
	for name, t := range r.Tables {
		if !slices.Contains(tables, name) {
			return noTable(t.At, name, tables)
		}
	}
	for name, n := range r.Clean {
		if !slices.Contains(tables, name) {
			return noTable(n.Pos, name, tables)
		}
	}
	for name := range r.Protect.Columns {
		if !slices.Contains(tables, name) {
			return noTable(r.Protect.At, name, tables)
		}
	}
	for name := range r.Protect.Clear {
		if !slices.Contains(tables, name) {
			return noTable(r.Protect.At, name, tables)
		}
	}
	return nil
}

func noTable(at document.Pos, name string, tables []string) error {
	err := at.Errorf("there is no table %q; the source has %q", name, tables)
	if near := document.Nearest(name, tables); near != "" {
		err.Hint = "did you mean " + near + "?"
	}
	return err
}

// only keeps the named tables of a source, in its order.
func only(s table.Source, r recipe.Source) (table.Source, error) {
	for _, name := range r.Only {
		if !slices.Contains(s.Tables(), name) {
			return nil, noTable(r.At, name, s.Tables())
		}
	}
	return &subset{s, r.Only}, nil
}

type subset struct {
	table.Source
	keep []string
}

func (s *subset) Tables() []string {
	return slices.DeleteFunc(slices.Clone(s.Source.Tables()), func(n string) bool { return !slices.Contains(s.keep, n) })
}

// files is a source over the recipe's files, parents before children.
type files struct {
	names  []string
	opened map[string]*catalog.Opened
	schema map[string]*arrow.Schema
}

func (f *files) Tables() []string { return f.names }

func (f *files) Open(_ context.Context, name string) (table.Stream, error) {
	o, ok := f.opened[name]
	if !ok {
		return nil, fmt.Errorf("open table %q: there is none", name)
	}
	return table.Relabel(o.Stream, f.schema[name])
}

func openFiles(ctx context.Context, r *recipe.Recipe, opt Options) (*source, error) {
	f := &files{opened: map[string]*catalog.Opened{}, schema: map[string]*arrow.Schema{}}
	out := &source{Source: f}
	names := make([]string, len(r.Source.Files))
	for i, file := range r.Source.Files {
		names[i] = file.Table
	}
	if err := checkDeclared(r, names); err != nil {
		return nil, err
	}
	for _, file := range r.Source.Files {
		declared := r.Tables[file.Table]
		read, err := readOptions(declared)
		if err != nil {
			return nil, closing(out, err)
		}
		o, err := catalog.Open(ctx, catalog.OpenOptions{Path: string(file.Path), Stdin: opt.Stdin, Read: read})
		if err != nil {
			return nil, closing(out, fmt.Errorf("table %q: %w", file.Table, err))
		}
		out.closes = append(out.closes, o.Close)
		f.opened[file.Table] = o
		if f.schema[file.Table], err = declare(o.Stream.Schema(), file.Table, declared); err != nil {
			return nil, closing(out, err)
		}
		src, err := digest(file)
		if err != nil {
			return nil, closing(out, err)
		}
		out.files = append(out.files, src)
	}
	var err error
	if f.names, err = parentsFirst(names, r.Tables); err != nil {
		return nil, closing(out, err)
	}
	return out, nil
}

func closing(s *source, err error) error {
	_ = s.Close() // the first error is the one that matters
	return err
}

func digest(file recipe.File) (bundle.Source, error) {
	path := string(file.Path)
	if path == "-" {
		return bundle.Source{Name: "-"}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return bundle.Source{}, fmt.Errorf("read source: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return bundle.Source{}, fmt.Errorf("read source: %w", err)
	}
	return bundle.Source{Name: filepath.Base(path), Bytes: n, SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

func readOptions(t recipe.Table) (formats.ReadOptions, error) {
	opt := formats.ReadOptions{Nulls: t.Nulls}
	if len(t.Types) == 0 {
		return opt, nil
	}
	var fields []arrow.Field
	for name, typ := range t.Types {
		dt, err := table.ParseType(typ)
		if err != nil {
			return opt, t.At.Errorf("column %q: %v", name, err)
		}
		fields = append(fields, arrow.Field{Name: name, Type: dt, Nullable: true})
	}
	slices.SortFunc(fields, func(a, b arrow.Field) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	opt.Schema = arrow.NewSchema(fields, nil)
	return opt, nil
}

// declare puts the recipe's words on a file's schema.
func declare(s *arrow.Schema, name string, t recipe.Table) (*arrow.Schema, error) {
	facts, err := table.FactsOf(s)
	if err != nil {
		return nil, fmt.Errorf("table %q: %w", name, err)
	}
	facts.Name = name
	if t.Key != "" {
		facts.Key = t.Key
	}
	for _, r := range t.Refs {
		facts.Refs = append(facts.Refs, table.Ref{Column: r.Column, Table: r.Table, Key: r.Key})
		if _, err := table.Column(s, r.Column); err != nil {
			return nil, r.At.Errorf("%v", err)
		}
	}
	if facts.Key != "" {
		if _, err := table.Column(s, facts.Key); err != nil {
			return nil, t.At.Errorf("%v", err)
		}
	}
	fields := slices.Clone(s.Fields())
	for column, role := range t.Roles {
		i, err := table.Column(s, column)
		if err != nil {
			return nil, t.At.Errorf("%v", err)
		}
		r, err := table.ParseRole(role)
		if err != nil {
			return nil, t.At.Errorf("%v", err)
		}
		fields[i] = table.WithLabel(fields[i], table.Label{Role: r})
	}
	for i := range fields {
		fields[i] = table.WithLabel(fields[i], table.LabelOf(fields[i])) // real, unless the file says otherwise
	}
	md := s.Metadata()
	return table.WithFacts(arrow.NewSchema(fields, &md), facts), nil
}

// parentsFirst orders tables so that a referenced table comes before those
// that refer to it; otherwise the recipe's order stays.
func parentsFirst(names []string, tables map[string]recipe.Table) ([]string, error) {
	var out []string
	state := map[string]int{} // 1 on the way, 2 done
	var visit func(string) error
	visit = func(name string) error {
		switch state[name] {
		case 1:
			return tables[name].At.Errorf("table %q refers to itself through other tables", name)
		case 2:
			return nil
		}
		state[name] = 1
		for _, r := range tables[name].Refs {
			if r.Table == name {
				continue
			}
			if !slices.Contains(names, r.Table) {
				return noTable(r.At, r.Table, names)
			}
			if err := visit(r.Table); err != nil {
				return err
			}
		}
		state[name] = 2
		out = append(out, name)
		return nil
	}
	for _, n := range names {
		if err := visit(n); err != nil {
			return nil, err
		}
	}
	return out, nil
}
