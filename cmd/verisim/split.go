package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/rule"
)

// split judges the tables while their rows leave.
func (v *validation) split(ctx context.Context, streams []table.Stream) (r *rule.Result, err error) {
	opt := rule.GateOptions{InsecureClear: v.c.Bool("insecure-clear")}
	for _, path := range v.bad {
		if path == "" {
			continue
		}
		codec, unknown := outputCodec(v.c, path, "")
		if unknown != nil {
			return nil, unknown
		}
		opt.JoinRules = opt.JoinRules || !codec.Binary() // text formats have no lists
	}
	made := &splitOutputs{v: v}
	defer func() {
		if err != nil && !errors.Is(err, quality.ErrNothingJudged) {
			made.abort() // the first error is the one that matters
		}
	}()
	held := make([]table.Writer, len(v.inputs))
	opt.Quarantine = func(name string, _ *arrow.Schema) (table.Writer, error) {
		return unclosed{held[v.inputOf(name)]}, nil
	}
	g, streams, err := v.gate(ctx, streams, opt)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	passed := make([]int64, len(v.inputs))
	for _, name := range v.plan.Tables() { // parents first
		i := v.inputOf(name)
		s, schemaErr := g.QuarantineSchema(name)
		if schemaErr != nil {
			return nil, schemaErr
		}
		if held[i], err = made.create(v.bad, i, s); err != nil {
			return nil, err
		}
		st, stageErr := g.Stage(name)(streams[i])
		if stageErr != nil {
			return nil, stageErr
		}
		good, createErr := made.create(v.good, i, st.Schema())
		if createErr != nil {
			return nil, createErr
		}
		if passed[i], err = table.Copy(ctx, good, st); err != nil {
			return nil, err
		}
	}
	r, err = g.Finish()
	if r == nil {
		return nil, err
	}
	for _, t := range r.Tables {
		if p := passed[v.inputOf(t.Name)]; p+t.Quarantined != t.Rows {
			panic(fmt.Sprintf("validate: %d passed and %d quarantined of %d rows", p, t.Quarantined, t.Rows))
		}
	}
	if closing := made.close(); closing != nil {
		return nil, closing
	}
	return r, err
}

// inputOf is the input that a table of the plan was read from.
func (v *validation) inputOf(name string) int {
	if i := slices.IndexFunc(v.inputs[:v.tables], func(in *input) bool { return in.name == name }); i >= 0 {
		return i
	}
	return 0 // a lone table is called as the suite likes
}

// splitOutputs are the files that a split has begun.
type splitOutputs struct {
	v       *validation
	made    []output
	folders []string // that were not there before
}

// create begins the file of an input, or takes the rows that nobody wants.
func (o *splitOutputs) create(places []string, i int, s *arrow.Schema) (output, error) {
	if places == nil || places[i] == "" {
		return discard{}, nil
	}
	path := places[i]
	if dir := filepath.Dir(path); path != "-" && slices.Contains(o.v.folder, dir) {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			if err = os.Mkdir(dir, 0o777); err != nil {
				return nil, err
			}
			o.folders = append(o.folders, dir)
		}
	}
	out, err := createOutput(o.v.e, o.v.c, path, "", s)
	if err != nil {
		return nil, err
	}
	o.made = append(o.made, out)
	return out, nil
}

func (o *splitOutputs) close() error {
	for len(o.made) > 0 {
		if err := o.made[0].Close(); err != nil {
			return err
		}
		o.made = o.made[1:]
	}
	return nil
}

// abort takes back what has begun; a folder goes if nothing else is in it.
func (o *splitOutputs) abort() {
	for _, out := range o.made {
		_ = out.Abort()
	}
	for _, dir := range o.folders {
		_ = os.Remove(dir)
	}
}

// gate starts the gate that rows pass. Where checks compare rows with each other
// and the inputs can be read twice, a first pass settles them, so that memory
// does not grow with the keys.
func (v *validation) gate(ctx context.Context, streams []table.Stream, opt rule.GateOptions) (*rule.Gate, []table.Stream, error) {
	once := slices.ContainsFunc(v.inputs, func(in *input) bool { return in.path == "-" })
	if once || !v.plan.Settles() {
		g, err := v.plan.Gate(opt)
		return g, streams, err
	}
	n, err := workers(v.c)
	if err != nil {
		return nil, nil, err
	}
	s := v.plan.New()
	defer s.Close()
	for i, in := range v.inputs {
		if err = s.AddStream(ctx, in.name, streams[i], n); err != nil {
			return nil, nil, err
		}
	}
	x, err := s.Settle()
	if err != nil && !errors.Is(err, quality.ErrNothingJudged) {
		return nil, nil, err
	}
	again := make([]table.Stream, v.tables)
	for i, in := range v.inputs[:v.tables] {
		opened, openErr := openInput(ctx, v.e, v.c, in.path)
		if openErr != nil {
			return nil, nil, openErr
		}
		v.inputs = append(v.inputs, &input{path: in.path, Opened: opened}) // to be closed
		again[i] = opened.Stream
	}
	g, err := v.plan.Replay(x, opt)
	return g, again, err
}

// discard takes rows that nobody wants.
type discard struct{}

func (discard) Write(table.Batch) error { return nil }
func (discard) Close() error            { return nil }
func (discard) Abort() error            { return nil }
