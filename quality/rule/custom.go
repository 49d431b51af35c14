package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/table"
)

// Func is a check of the caller's own, which a suite names as custom: NAME.
type Func struct {
	// Needs says whether the check can judge such a table; its error is the
	// suite's, with the line. Default none: every table will do.
	Needs func(s *arrow.Schema) error
	// Judge calls broken with each row of a batch, from 0, that breaks the check.
	// Required. It must not keep the batch, must not depend on how rows were
	// split into batches, and is called by several goroutines at once.
	Judge func(b table.Batch, broken func(row int)) error
}

// custom binds custom: the name of one of Options.Funcs.
func (b *binder) custom() error {
	if err := scalar(b.arg); err != nil {
		return err
	}
	f, ok := b.plan.opt.Funcs[b.arg.Text]
	if !ok {
		names := slices.Sorted(maps.Keys(b.plan.opt.Funcs))
		err := b.arg.Pos.Errorf("there is no check of one's own called %q", b.arg.Text)
		switch near := document.Nearest(b.arg.Text, names); {
		case near != "":
			err.Hint = "did you mean " + near + "?"
		case len(names) > 0:
			err.Hint = "there are " + strings.Join(names, ", ")
		default:
			err.Hint = "such checks are given from Go, in Options.Funcs, or to the command by --custom"
		}
		return err
	}
	if f.Judge == nil {
		return b.arg.Pos.Errorf("the check %q judges nothing", b.arg.Text)
	}
	if f.Needs != nil {
		if err := f.Needs(b.table.schema); err != nil {
			return b.arg.Pos.Errorf("custom %s: %v", b.arg.Text, err)
		}
	}
	name := b.arg.Text
	b.check.make = func(*State, bool) (cell, error) { return &customCell{name: name, judge: f.Judge}, nil }
	return nil
}

type customCell struct {
	stateless
	name  string
	judge func(b table.Batch, broken func(row int)) error
}

func (c *customCell) add(v *view, applies, fail bitmap) error {
	outside, odd := 0, false
	err := c.judge(v.batch, func(row int) {
		if row < 0 || row >= v.n {
			outside, odd = row, true
			return
		}
		fail.set(row)
	})
	if err == nil && odd {
		err = fmt.Errorf("it marks row %d of a batch of %d", outside, v.n)
	}
	if err != nil {
		return fmt.Errorf("custom %s: %w", c.name, err)
	}
	fail.and(applies)
	return nil
}
