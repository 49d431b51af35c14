package main

import (
	"bytes"
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/quality/suggest"
)

// suggestSuite proposes a suite for the tables and prints it.
func suggestSuite(ctx context.Context, e *env, c *cli.Context) error {
	for _, other := range []string{"suite", "good", "quarantine", "report", "reference", "history", "custom", "json"} {
		if c.IsSet(other) {
			return usagef("--suggest prints a suite and takes no --%s", other)
		}
	}
	opt := suggest.Options{}
	if c.Bool("private") {
		if c.Float64("epsilon") <= 0 {
			return usagef("--epsilon is %g; it must be above 0", c.Float64("epsilon"))
		}
		opt.Private = &suggest.Privacy{Epsilon: c.Float64("epsilon")}
	}
	ins, err := openInputs(ctx, e, c, openInput)
	if err != nil {
		return err
	}
	var makers []*suggest.Maker
	p := newProgress(e, "suggest")
	defer p.done()
	for _, in := range ins {
		defer in.Close()
		name := in.name
		if name == "" {
			name = tableName(in.path, in.Stream)
		}
		m := suggest.New(name, in.Stream.Schema(), opt)
		for b, err := range p.watch(in.Stream).Batches(ctx) {
			if err == nil {
				err = m.Add(b)
			}
			if err != nil {
				return err
			}
		}
		makers = append(makers, m)
	}
	name := "proposed"
	if len(ins) == 1 && tableName(ins[0].path, ins[0].Stream) != "" {
		name = tableName(ins[0].path, ins[0].Stream)
	}
	var b bytes.Buffer
	if err = suggest.Write(&b, name, makers); err != nil {
		return hint(&coded{fmt.Errorf("suggest: %w", err), exitFindings}, "more rows support more rules")
	}
	_, err = e.out.Write(b.Bytes())
	return err
}
