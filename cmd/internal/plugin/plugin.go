// Package plugin lets a program of the user's own judge rows, as a check that a
// suite names custom: NAME. The program is a child process that speaks Arrow
// streams: on its standard input it gets the batches of a table, and for each it
// writes one batch back, with as many rows and one column of bools, and flushes.
// True says that the row keeps the rule, false that it breaks it, and null that
// the rule does not apply, which counts as kept.
//
// A program is started once for each table that it judges and sees the batches
// in any order, so it must judge each row by itself. Its standard error is the
// command's. No shell is involved: the command is split at spaces.
//
// It is for rules that need a language or a model of their own; every batch is
// copied twice through a pipe, and one program works on one processor. The
// program sees every value of the table, as it must to judge them.
package plugin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os/exec"
	"strings"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/rule"
)

// Plugin is a program that judges rows. Its check is safe for concurrent use;
// Close it when the run is over.
type Plugin struct {
	ctx      context.Context
	name     string
	command  []string
	stderr   io.Writer
	mu       sync.Mutex
	children map[string]*child // by schema
}

// child is the program at work on one table.
type child struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.ReadCloser
	writer table.Writer
	next   func() (table.Batch, error, bool)
	stop   func()
}

// New prepares a program; it is started when its first batch comes, and killed
// when ctx ends. The command is the program and its arguments.
func New(ctx context.Context, name, command string, stderr io.Writer) (*Plugin, error) {
	words := strings.Fields(command)
	if len(words) == 0 {
		return nil, fmt.Errorf("check %q has no command", name)
	}
	path, err := exec.LookPath(words[0])
	if err != nil {
		return nil, fmt.Errorf("check %q: %w", name, err)
	}
	words[0] = path
	return &Plugin{ctx: ctx, name: name, command: words, stderr: stderr, children: map[string]*child{}}, nil
}

// Func is the plugin as a check for [rule.Options].
func (p *Plugin) Func() rule.Func { return rule.Func{Judge: p.judge} }

func (p *Plugin) judge(b table.Batch, broken func(row int)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	of := b.Schema().String()
	c := p.children[of]
	if c == nil {
		var err error
		if c, err = p.start(b.Schema()); err != nil {
			return fmt.Errorf("start %q: %w", p.command[0], err)
		}
		p.children[of] = c
	}
	if err := p.ask(c, b, broken); err != nil {
		return fmt.Errorf("ask %q: %w", p.command[0], err)
	}
	return nil
}

func (p *Plugin) start(s *arrow.Schema) (*child, error) {
	c := &child{cmd: exec.CommandContext(p.ctx, p.command[0], p.command[1:]...)}
	c.cmd.Stderr = p.stderr
	var err error
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if c.out, err = c.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	if err = c.cmd.Start(); err != nil {
		return nil, err
	}
	codec, err := catalog.ByName("arrows")
	if err == nil {
		c.writer, err = codec.Create(c.in, s, formats.WriteOptions{})
	}
	if err != nil {
		_ = p.finish(c)
		return nil, err
	}
	return c, nil
}

// ask sends a batch and reads what the program makes of it.
func (p *Plugin) ask(c *child, b table.Batch, broken func(row int)) error {
	if err := c.writer.Write(b); err != nil {
		return err
	}
	if c.next == nil { // its header comes with its first batch
		codec, err := catalog.ByName("arrows")
		if err != nil {
			return err
		}
		answer, err := codec.Read(p.ctx, formats.Input{Name: "its answer", Reader: c.out}, formats.ReadOptions{})
		if err != nil {
			return p.fault(err)
		}
		if s := answer.Schema(); s.NumFields() != 1 || s.Field(0).Type.ID() != arrow.BOOL {
			return fmt.Errorf("its answer has the columns %s, want one of bools", s)
		}
		c.next, c.stop = iter.Pull2(answer.Batches(p.ctx))
	}
	a, err, ok := c.next()
	switch {
	case err != nil:
		return p.fault(err)
	case !ok:
		return errors.New("its answer ends before the rows do")
	case a.NumRows() != b.NumRows():
		return fmt.Errorf("its answer has %d rows to a batch of %d", a.NumRows(), b.NumRows())
	}
	kept := a.Column(0).(*array.Boolean)
	for i := range kept.Len() {
		if kept.IsValid(i) && !kept.Value(i) {
			broken(i)
		}
	}
	return nil
}

// fault is an error of the answer. It is the program's, so that nobody takes the
// table for corrupt.
func (p *Plugin) fault(err error) error {
	if ended := p.ctx.Err(); ended != nil {
		return ended
	}
	return errors.New(err.Error())
}

// finish ends the program's input and waits for it.
func (p *Plugin) finish(c *child) error {
	var errs []error
	if c.writer != nil {
		errs = append(errs, c.writer.Close())
	}
	_ = c.in.Close() // the writer's error tells more
	if c.stop != nil {
		c.stop()
	}
	_, _ = io.Copy(io.Discard, c.out) // so that it is not stuck on what nobody reads
	errs = append(errs, c.cmd.Wait())
	return errors.Join(errs...)
}

// Close ends the programs. One that fails at its end is an error, since what it
// did not say may matter.
func (p *Plugin) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var errs []error
	for of, c := range p.children {
		if err := p.finish(c); err != nil {
			errs = append(errs, fmt.Errorf("end %q: %w", p.command[0], err))
		}
		delete(p.children, of)
	}
	return errors.Join(errs...)
}
