package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/rule"
)

// split judges the one table while its rows leave.
func (v *validation) split(ctx context.Context, in table.Stream) (r *rule.Result, err error) {
	good, bad := v.c.String("good"), v.c.String("quarantine")
	for _, path := range []string{good, bad} {
		if err = notSame(v.inputs[0].path, path); path != "" && err != nil {
			return nil, err
		}
	}
	opt := rule.GateOptions{InsecureClear: v.c.Bool("insecure-clear")}
	if bad != "" {
		codec, unknown := outputCodec(v.c, bad, "")
		if unknown != nil {
			return nil, unknown
		}
		opt.JoinRules = !codec.Binary() // text formats have no lists
	}
	var made []output
	defer func() {
		if err != nil && !errors.Is(err, quality.ErrNothingJudged) {
			for _, o := range made {
				_ = o.Abort() // the first error is the one that matters
			}
		}
	}()
	opt.Quarantine = func(string, *arrow.Schema) (table.Writer, error) {
		if bad == "" {
			return discard{}, nil
		}
		return v.bad, nil
	}
	g, in, err := v.gate(ctx, in, opt)
	if err != nil {
		return nil, err
	}
	defer g.Close()
	if bad != "" {
		s, schemaErr := g.QuarantineSchema("")
		if schemaErr != nil {
			return nil, schemaErr
		}
		if v.bad, err = createOutput(v.e, v.c, bad, "", s); err != nil {
			return nil, err
		}
		made = append(made, v.bad)
	}
	st, err := g.Stage("")(in)
	if err != nil {
		return nil, err
	}
	v.good = discard{}
	if good != "" {
		if v.good, err = createOutput(v.e, v.c, good, "", st.Schema()); err != nil {
			return nil, err
		}
		made = append(made, v.good)
	}
	passed, err := table.Copy(ctx, v.good, st)
	if err != nil {
		return nil, err
	}
	r, err = g.Finish()
	if r == nil {
		return nil, err
	}
	if t := r.Tables[0]; passed+t.Quarantined != t.Rows {
		panic(fmt.Sprintf("validate: %d passed and %d quarantined of %d rows", passed, t.Quarantined, t.Rows))
	}
	for _, o := range made {
		if closing := o.Close(); closing != nil {
			return nil, closing
		}
	}
	return r, err
}

// gate starts the gate that rows pass. Where checks compare rows with each other
// and the input can be read twice, a first pass settles them, so that memory
// does not grow with the keys.
func (v *validation) gate(ctx context.Context, in table.Stream, opt rule.GateOptions) (*rule.Gate, table.Stream, error) {
	path := v.inputs[0].path
	if path == "-" || !v.plan.Settles() {
		g, err := v.plan.Gate(opt)
		return g, in, err
	}
	n, err := workers(v.c)
	if err != nil {
		return nil, nil, err
	}
	s := v.plan.New()
	defer s.Close()
	if err = s.AddStream(ctx, "", in, n); err != nil {
		return nil, nil, err
	}
	x, err := s.Settle()
	if err != nil && !errors.Is(err, quality.ErrNothingJudged) {
		return nil, nil, err
	}
	again, err := openInput(ctx, v.e, v.c, path)
	if err != nil {
		return nil, nil, err
	}
	v.inputs = append(v.inputs, &input{path: path, Opened: again}) // to be closed
	g, err := v.plan.Replay(x, opt)
	return g, again.Stream, err
}

// discard takes rows that nobody wants.
type discard struct{}

func (discard) Write(table.Batch) error { return nil }
func (discard) Close() error            { return nil }
func (discard) Abort() error            { return nil }
