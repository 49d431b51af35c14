package rule

import (
	"bytes"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
)

// member binds in_set and not_in_set: a list of values, or {file: PATH} with
// one value a line.
func (b *binder) member(in bool) error {
	nodes, err := b.listed()
	if err != nil {
		return err
	}
	switch b.kind() {
	case kindText:
		list := make([][]byte, len(nodes))
		for i, n := range nodes {
			list[i] = []byte(n.Text)
		}
		b.judge(newTexts(list).predicate(in))
	case kindInt, kindUint:
		keys := make([]int64, 0, len(nodes))
		for _, n := range nodes {
			r, err := b.constant(number(n))
			if err != nil {
				return err
			}
			unit, unsigned := step(b.field.Type), b.kind() == kindUint
			if below, above := outside(r, unit, unsigned); below || above {
				continue // no value can equal it
			}
			k := limit(r, unit, unsigned, true, false)
			if k == limit(r, unit, unsigned, false, false) { // else between two steps
				keys = append(keys, k)
			}
		}
		b.judge(newInts(keys).predicate(in))
	case kindFloat:
		set := make([]float64, 0, len(nodes))
		for _, n := range nodes {
			f, err := number(n).Float()
			if err != nil {
				return err
			}
			if valueType(b.field.Type).ID() == arrow.FLOAT32 { // as the column holds it
				f = float64(float32(f))
			}
			set = append(set, f)
		}
		slices.Sort(set)
		b.judge(func(c *column, pass bitmap) {
			each64(c.flt[:c.n], pass, func(v float64) bool {
				_, found := slices.BinarySearch(set, v)
				return (found && v == v) == in
			})
		})
	case kindBool:
		var has [2]bool
		for _, n := range nodes {
			if n.Kind != document.Bool {
				return n.Pos.Errorf("here stands %s, and column %q is bool", n.Kind, b.field.Name)
			}
			if n.Text == "true" {
				has[1] = true
			} else {
				has[0] = true
			}
		}
		b.judge(func(c *column, pass bitmap) {
			for w, word := range c.bits {
				var p uint64
				if has[1] == in {
					p |= word
				}
				if has[0] == in {
					p |= ^word
				}
				pass[w] = p
			}
		})
	default:
		return b.needs("a column of plain values")
	}
	return nil
}

// listed reads the values of a set.
func (b *binder) listed() ([]*document.Node, error) {
	if b.arg.Kind != document.Map {
		nodes, err := items(b.arg)
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			if err := scalar(n); err != nil {
				return nil, err
			}
		}
		return nodes, nil
	}
	var from struct {
		File string `yaml:"file"`
	}
	if err := b.arg.Decode(&from); err != nil {
		return nil, err
	}
	data, err := b.plan.opt.ReadFile(from.File)
	if err != nil {
		return nil, b.arg.Pos.Errorf("read set: %v", err)
	}
	var nodes []*document.Node
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) > 0 {
			nodes = append(nodes, &document.Node{Pos: b.arg.Pos, Kind: document.String, Text: string(line)})
		}
	}
	if len(nodes) == 0 {
		return nil, b.arg.Pos.Errorf("the file of the set has no lines")
	}
	return nodes, nil
}

// number reads text that came from a file as a number where it is one.
func number(n *document.Node) *document.Node {
	if n.Kind != document.String {
		return n
	}
	if p, err := document.Parse(n.Pos.Name, []byte(n.Text)); err == nil && (p.Kind == document.Int || p.Kind == document.Float) {
		p.Pos = n.Pos
		return p
	}
	return n
}

// ints is a set of keys with open addressing, at most a quarter full.
type ints struct {
	slots []int64
	used  bitmap
	shift uint
}

// fibonacci is 2^64 divided by the golden ratio: multiplying by it spreads
// neighbouring keys (Knuth, The Art of Computer Programming 3, section 6.4).
const fibonacci = 0x9E3779B97F4A7C15

func newInts(keys []int64) *ints {
	size, shift := 4, uint(62)
	for size < 4*len(keys) {
		size, shift = size*2, shift-1
	}
	s := &ints{slots: make([]int64, size), used: make(bitmap, words(size)), shift: shift}
	for _, k := range keys {
		i := int(uint64(k) * fibonacci >> shift)
		for s.used.get(i) && s.slots[i] != k {
			i = (i + 1) & (size - 1)
		}
		s.used.set(i)
		s.slots[i] = k
	}
	return s
}

func (s *ints) has(k int64) bool {
	i := int(uint64(k) * fibonacci >> s.shift)
	for s.used.get(i) {
		if s.slots[i] == k {
			return true
		}
		i = (i + 1) & (len(s.slots) - 1)
	}
	return false
}

func (s *ints) predicate(in bool) predicate {
	return func(c *column, pass bitmap) {
		each64(c.ints[:c.n], pass, func(v int64) bool { return s.has(v) == in })
	}
}

// eachText is a predicate over byte strings.
func eachText(f func([]byte) bool) predicate {
	return func(c *column, pass bitmap) {
		offs, data := c.offs[:c.n+1], c.data
		for w := range pass {
			var word uint64
			from := w * 64
			block := offs[from:min(from+65, len(offs))]
			at := block[0]
			for _, to := range block[1:] {
				word = word>>1 | bit(f(data[at:to]))<<63
				at = to
			}
			pass[w] = settle(word, len(block)-1)
		}
	}
}
