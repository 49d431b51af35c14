package expr

import (
	"fmt"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// Program is an expression bound to a schema. It may be used from several
// goroutines at once: its methods take scratch memory from a pool. A loop over
// many batches holds its own with NewState.
type Program struct {
	expr  *Expr
	typ   typ
	code  code
	slots []slot
	pool  sync.Pool // of *State
}

// code is what a frame runs: registers, and instructions in order.
type code struct {
	banks []bank
	setup []instr // on constants alone: once a frame
	body  []instr // once a block
	dicts []dictCode
	out   int
}

// prune drops the instructions whose result nothing reads.
func (c *code) prune() {
	read := make([]bool, len(c.banks))
	read[c.out] = true
	for _, list := range []*[]instr{&c.body, &c.setup} {
		for i := len(*list) - 1; i >= 0; i-- {
			in := (*list)[i]
			if !read[in.dst] {
				*list = slices.Delete(*list, i, i+1)
				continue
			}
			for _, r := range in.args {
				read[r] = true
			}
		}
	}
}

type instr struct {
	run    kernel
	dst    int
	args   []int
	strict bool // null where an argument is
	bits   bool // the result is boolean: zero its null rows
}

// Expr is the source of the program.
func (p *Program) Expr() *Expr { return p.expr }

// Type is the Arrow type of the result.
func (p *Program) Type() arrow.DataType { return p.typ.arrow() }

// Eval computes the expression for every row. The caller releases the array.
func (p *Program) Eval(batch table.Batch, mem memory.Allocator) (arrow.Array, error) {
	s := p.take()
	defer p.pool.Put(s)
	return s.Eval(batch, mem)
}

// Select sets the bit of every row for which a boolean program is true, and
// clears the others: bit i%8 of dst[i/8], as in an Arrow bitmap. It returns the
// number of bits set. dst has room for the batch's rows.
func (p *Program) Select(batch table.Batch, dst []byte) (int, error) {
	s := p.take()
	defer p.pool.Put(s)
	return s.Select(batch, dst)
}

// Judge sets in yes the bit of every row for which a boolean program is true,
// and in no of every row for which it is false; where it is null, in neither.
// Both have room for the batch's rows.
func (p *Program) Judge(batch table.Batch, yes, no []byte) error {
	s := p.take()
	defer p.pool.Put(s)
	return s.Judge(batch, yes, no)
}

func (p *Program) take() *State {
	if s, ok := p.pool.Get().(*State); ok {
		return s
	}
	return p.NewState()
}

// NewState makes scratch memory for one goroutine.
func (p *Program) NewState() *State {
	s := &State{prog: p, cols: make([]column, len(p.slots))}
	s.frame = newFrame(&p.code, s.cols)
	return s
}

// State runs a program on one goroutine.
type State struct {
	prog  *Program
	cols  []column
	frame *frame
}

// frame is the memory that code runs in.
type frame struct {
	code  *code
	regs  []vec
	args  [][]*vec // of each body instruction
	cols  []column
	dicts []dictState
	arena arena
	lo    int   // first row of the block
	err   error // a column's data was not what its type says
}

func newFrame(c *code, cols []column) *frame {
	f := &frame{code: c, regs: make([]vec, len(c.banks)), cols: cols, dicts: make([]dictState, len(c.dicts))}
	for i, b := range c.banks {
		f.regs[i] = newVec(b)
	}
	point := func(in instr) []*vec {
		args := make([]*vec, len(in.args))
		for k, r := range in.args {
			args[k] = &f.regs[r]
		}
		return args
	}
	for _, in := range c.setup {
		f.step(&in, point(in), blockRows)
	}
	f.arena = arena{} // strings made by the setup stay where they are
	for _, in := range c.body {
		f.args = append(f.args, point(in))
	}
	for i := range f.dicts {
		f.dicts[i].init(&c.dicts[i])
	}
	return f
}

func (f *frame) step(in *instr, args []*vec, n int) {
	d := &f.regs[in.dst]
	if in.strict {
		d.join(args, n)
	}
	in.run(f, d, args, n)
	if in.bits && in.strict && d.nulls {
		for i := range words(n) {
			d.bits[i] &= d.valid[i]
		}
	}
}

// block runs the body on n rows from row lo and returns the result.
func (f *frame) block(lo, n int) (*vec, error) {
	f.lo = lo
	f.arena.buf = f.arena.buf[:0]
	for i := range f.code.body {
		f.step(&f.code.body[i], f.args[i], n)
	}
	return &f.regs[f.code.out], f.err
}

// begin points the state at a batch's columns.
func (s *State) begin(batch table.Batch) error {
	s.frame.err = nil
	for i := range s.cols {
		if err := s.cols[i].attach(&s.prog.slots[i], batch); err != nil {
			return err
		}
	}
	for i := range s.frame.dicts {
		if err := s.frame.dicts[i].attach(&s.cols[s.prog.code.dicts[i].slot]); err != nil {
			return err
		}
	}
	return nil
}

// end forgets the batch, so that a pooled state does not keep it alive.
func (s *State) end() {
	for i := range s.cols {
		s.cols[i].detach()
	}
}

// Select is Program.Select with this state's memory.
func (s *State) Select(batch table.Batch, dst []byte) (int, error) {
	return s.judge(batch, dst, nil)
}

// Judge is Program.Judge with this state's memory.
func (s *State) Judge(batch table.Batch, yes, no []byte) error {
	if len(yes) != len(no) {
		return fmt.Errorf("judge rows: bitmaps have %d and %d bytes", len(yes), len(no))
	}
	_, err := s.judge(batch, yes, no)
	return err
}

// judge counts the rows that are true; no may be nil.
func (s *State) judge(batch table.Batch, yes, no []byte) (int, error) {
	if k := s.prog.typ.kind; k != kBool && k != kNull {
		return 0, fmt.Errorf("select rows: expression %q is of type %v, not bool", s.prog.expr.src, s.prog.typ)
	}
	rows := int(batch.NumRows())
	if need := (rows + 7) / 8; len(yes) < need {
		return 0, fmt.Errorf("select rows: bitmap has %d bytes, %d rows take %d", len(yes), rows, need)
	}
	if err := s.begin(batch); err != nil {
		return 0, err
	}
	defer s.end()
	ones := 0
	var flipped [blockWords]uint64
	for lo := 0; lo < rows; lo += blockRows {
		n := min(blockRows, rows-lo)
		v, err := s.frame.block(lo, n)
		if err != nil {
			return 0, err
		}
		ones += storeBits(yes[lo/8:], v.bits, n)
		if no != nil {
			for i := range words(n) {
				flipped[i] = v.validWord(i) &^ v.bits[i]
			}
			storeBits(no[lo/8:], flipped[:], n)
		}
	}
	return ones, nil
}
