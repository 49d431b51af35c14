package pattern

import (
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"
)

// automaton is a deterministic automaton over runes. Each state has a row of
// 256 entries: for an ASCII byte the next state, for any other byte a mark
// that the rune must be decoded and looked up by its class.
type automaton struct {
	next    []uint16 // state*128 + byte, for bytes below 0x80
	wide    []uint16 // state*classes + class
	atEnd   []bool   // whether the state accepts at the end of the text
	ranges  []rune   // start of each interval of runes
	class   []uint16 // class of each interval
	classes int
	start   uint16
}

// The first two states are sinks.
const (
	dead     = 0 // nothing can match any more
	accepted = 1 // a match was found
)

// match runs the automaton. Both sinks are below 2, so one comparison leaves
// the loop.
func (a *automaton) match(b []byte) bool {
	s := a.start
	for i := 0; i < len(b); {
		c := b[i]
		if c < utf8.RuneSelf {
			s = a.next[int(s)<<7|int(c)]
			i++
		} else {
			r, size := utf8.DecodeRune(b[i:])
			s = a.wide[int(s)*a.classes+a.classOf(r)]
			i += size
		}
		if s <= accepted {
			return s == accepted
		}
	}
	return a.atEnd[s]
}

func (a *automaton) classOf(r rune) int {
	i, found := slices.BinarySearch(a.ranges, r)
	if !found {
		i--
	}
	return int(a.class[i])
}

// builder makes an automaton of a program by the subset construction.
type builder struct {
	prog   *syntax.Prog
	reps   []rune // one rune of each interval
	states map[string]uint16
	sets   [][]uint32 // by state: sorted program counters before following empty arrows
	prev   []rune     // by state: a rune that stands for what was read last, -1 at the start
	mark   []bool
	stack  []uint32
}

// build returns nil where the automaton would have more than limit states.
func build(prog *syntax.Prog, limit int) *automaton {
	b := &builder{prog: prog, states: map[string]uint16{}, mark: make([]bool, len(prog.Inst))}
	a := &automaton{}
	a.ranges = b.intervals()
	b.reps = a.ranges
	// dead and accepted come first.
	b.sets, b.prev = make([][]uint32, 2), make([]rune, 2)
	a.atEnd = []bool{false, true}
	start, ok := b.state([]uint32{uint32(prog.Start)}, -1, limit)
	if !ok {
		return nil
	}
	a.start = start
	// rows holds, by state and interval, the next state.
	rows := [][]uint16{make([]uint16, len(b.reps)), make([]uint16, len(b.reps))}
	for i := range rows[accepted] {
		rows[accepted][i] = accepted
	}
	for s := 2; s < len(b.sets); s++ {
		row := make([]uint16, len(b.reps))
		for i, r := range b.reps {
			next, ok := b.step(s, r, limit)
			if !ok {
				return nil
			}
			row[i] = next
		}
		rows = append(rows, row)
		_, match := b.closure(b.sets[s], b.prev[s], -1)
		a.atEnd = append(a.atEnd, match)
	}
	a.compress(rows)
	return a
}

// compress joins intervals that every state treats alike, and lays out ASCII.
func (a *automaton) compress(rows [][]uint16) {
	classes := map[string]uint16{}
	a.class = make([]uint16, len(a.ranges))
	var columns []int // an interval of each class
	key := make([]byte, 2*len(rows))
	for i := range a.ranges {
		for s, row := range rows {
			key[2*s], key[2*s+1] = byte(row[i]), byte(row[i]>>8)
		}
		c, ok := classes[string(key)]
		if !ok {
			c = uint16(len(columns))
			classes[string(key)] = c
			columns = append(columns, i)
		}
		a.class[i] = c
	}
	a.classes = len(columns)
	a.next = make([]uint16, len(rows)*128)
	a.wide = make([]uint16, len(rows)*a.classes)
	for s, row := range rows {
		for c := range 128 {
			a.next[s<<7|c] = row[columns[a.classOf(rune(c))]]
		}
		for k, i := range columns {
			a.wide[s*a.classes+k] = row[i]
		}
	}
}

// intervals cuts the runes so that no instruction tells two runes of one
// interval apart.
func (b *builder) intervals() []rune {
	cuts := []rune{0}
	add := func(lo, hi rune) { cuts = append(cuts, lo, hi+1) }
	for i := range b.prog.Inst {
		in := &b.prog.Inst[i]
		switch in.Op {
		case syntax.InstRune, syntax.InstRune1:
			if len(in.Rune) == 1 {
				add(in.Rune[0], in.Rune[0])
				if syntax.Flags(in.Arg)&syntax.FoldCase != 0 {
					for r := unicode.SimpleFold(in.Rune[0]); r != in.Rune[0]; r = unicode.SimpleFold(r) {
						add(r, r)
					}
				}
				continue
			}
			for k := 0; k+1 < len(in.Rune); k += 2 {
				add(in.Rune[k], in.Rune[k+1])
			}
		case syntax.InstRuneAnyNotNL:
			add('\n', '\n')
		case syntax.InstEmptyWidth:
			add('\n', '\n')
			add('0', '9')
			add('A', 'Z')
			add('_', '_')
			add('a', 'z')
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for len(cuts) > 0 && cuts[len(cuts)-1] > unicode.MaxRune {
		cuts = cuts[:len(cuts)-1]
	}
	return cuts
}

// closure follows the empty arrows that the position between two runes opens
// and returns the instructions that read a rune, sorted, and whether one of
// them is a match.
func (b *builder) closure(from []uint32, before, after rune) ([]uint32, bool) {
	flags := syntax.EmptyOpContext(before, after)
	clear(b.mark)
	b.stack = append(b.stack[:0], from...)
	var out []uint32
	match := false
	for len(b.stack) > 0 {
		pc := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		if b.mark[pc] {
			continue
		}
		b.mark[pc] = true
		in := &b.prog.Inst[pc]
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			b.stack = append(b.stack, in.Out, in.Arg)
		case syntax.InstCapture, syntax.InstNop:
			b.stack = append(b.stack, in.Out)
		case syntax.InstEmptyWidth:
			if syntax.EmptyOp(in.Arg)&^flags == 0 {
				b.stack = append(b.stack, in.Out)
			}
		case syntax.InstMatch:
			match = true
		case syntax.InstFail:
		default:
			out = append(out, pc)
		}
	}
	slices.Sort(out)
	return out, match
}

// step reads one rune.
func (b *builder) step(s int, r rune, limit int) (uint16, bool) {
	ready, match := b.closure(b.sets[s], b.prev[s], r)
	if match {
		return accepted, true
	}
	var next []uint32
	for _, pc := range ready {
		if in := &b.prog.Inst[pc]; in.MatchRune(r) {
			next = append(next, in.Out)
		}
	}
	// A match may start anywhere, unless the program says otherwise.
	if b.prog.StartCond()&syntax.EmptyBeginText == 0 {
		next = append(next, uint32(b.prog.Start))
	}
	slices.Sort(next)
	return b.state(slices.Compact(next), r, limit)
}

// state finds or makes the state for a set of instructions after a rune. Only
// what later assertions can see of the rune is part of the state.
func (b *builder) state(set []uint32, prev rune, limit int) (uint16, bool) {
	if len(set) == 0 {
		return dead, true
	}
	prev = b.seen(prev)
	key := make([]byte, 0, 4*len(set)+1)
	key = append(key, byte(prev+1))
	for _, pc := range set {
		key = append(key, byte(pc), byte(pc>>8), byte(pc>>16), byte(pc>>24))
	}
	if s, ok := b.states[string(key)]; ok {
		return s, true
	}
	if len(b.sets) >= limit {
		return 0, false
	}
	s := uint16(len(b.sets))
	b.states[string(key)] = s
	b.sets = append(b.sets, set)
	b.prev = append(b.prev, prev)
	return s, true
}

// seen reduces a rune to what empty-width assertions tell apart: the start of
// the text, a line feed, a word character, anything else.
func (b *builder) seen(r rune) rune {
	switch {
	case r < 0:
		return -1
	case !slices.ContainsFunc(b.prog.Inst, func(in syntax.Inst) bool { return in.Op == syntax.InstEmptyWidth }):
		return ' '
	case r == '\n':
		return '\n'
	case syntax.IsWordChar(r):
		return 'a'
	}
	return ' '
}
