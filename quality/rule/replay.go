package rule

import (
	"errors"
	"fmt"
	"slices"
	"sort"
)

// Settled is what a first pass found out of checks that are settled when all
// rows are through: which rows broke them. With it a second pass can send rows
// to quarantine in bounded memory but for those rows, 8 bytes each.
type Settled struct {
	plan   *Plan
	result *Result
	rows   map[int][]int64 // by check: rows that broke it, sorted
	err    error           // of the first pass, beside its result
}

// Result is the verdict of the first pass.
func (x *Settled) Result() *Result { return x.result }

// Settles says whether some check of the plan compares rows with each other or
// with other tables, so that [Plan.Gate] would keep all keys in memory.
func (p *Plan) Settles() bool { return p.logs > 0 }

// Settle is Finish for a first pass of two.
func (s *State) Settle() (*Settled, error) {
	s.collect = map[int][]int64{}
	r, err := s.Finish()
	if r == nil {
		return nil, err
	}
	for _, rows := range s.collect {
		slices.Sort(rows)
	}
	return &Settled{plan: s.plan, result: r, rows: s.collect, err: err}, err
}

// Replay starts a gate over the same rows in the same order. Its verdict is
// that of the first pass; rows that differ from those are an error.
func (p *Plan) Replay(x *Settled, opt GateOptions) (*Gate, error) {
	if x.plan != p {
		return nil, errors.New("replay verdicts: they come from another plan")
	}
	return p.gate(opt, x)
}

// verdict of a replay: the first pass's, with the rows that were held back.
func (x *Settled) finish(s *State) (*Result, error) {
	for _, t := range s.tables {
		at := slices.IndexFunc(x.result.Tables, func(r Table) bool { return r.Name == t.plan.name })
		if x.result.Tables[at].Rows != t.rows {
			return nil, fmt.Errorf("judge %s: it had %d rows and now has %d: it changed while it was judged", called(t.plan.name), x.result.Tables[at].Rows, t.rows)
		}
		x.result.Tables[at].Quarantined = t.quarantined
	}
	s.Close()
	return x.result, x.err
}

// knownCell marks rows that the first pass found.
type knownCell struct {
	stateless
	keys *keyReader // takes rows without a key out of applies; may be nil
	rows []int64
}

func (c *knownCell) add(v *view, applies, fail bitmap) error {
	if c.keys != nil {
		if _, err := c.keys.open(v, applies); err != nil {
			return err
		}
	}
	end := v.first + int64(v.n)
	for i := sort.Search(len(c.rows), func(i int) bool { return c.rows[i] >= v.first }); i < len(c.rows) && c.rows[i] < end; i++ {
		fail.set(int(c.rows[i] - v.first))
	}
	return nil
}

// idleCell stands for checks of whole tables, which no row breaks.
type idleCell struct{ stateless }

func (idleCell) add(_ *view, applies, _ bitmap) error {
	applies.zero()
	return nil
}
