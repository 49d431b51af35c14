package expr

import (
	"strconv"
	"strings"
)

type nodeOp uint8

const (
	opNull nodeOp = iota
	opBool
	opInt
	opFloat
	opDuration // int: nanoseconds
	opString
	opColumn
	opList
	opUnary
	opBinary
	opIf
	opCall
)

// node is one node of the syntax tree.
type node struct {
	op     nodeOp
	quoted bool // a column in backquotes
	pos    int  // byte offset in the source
	depth  int
	text   string // the operator, name, or the literal as written
	int    int64
	float  float64
	kids   []*node
}

func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, k := range n.kids {
		k.walk(visit)
	}
}

// String writes the node with the fewest parentheses that keep its meaning.
func (n *node) String() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

// level is the node's binding strength, as in the parser's levels.
func (n *node) level() int {
	switch n.op {
	case opIf:
		return -1
	case opBinary:
		for i, ops := range levels {
			for _, op := range ops {
				if op == n.text {
					return i
				}
			}
		}
	case opUnary:
		return len(levels)
	}
	return len(levels) + 1
}

func (n *node) writeAt(b *strings.Builder, level int) {
	if n.level() >= level {
		n.write(b)
		return
	}
	b.WriteByte('(')
	n.write(b)
	b.WriteByte(')')
}

func (n *node) write(b *strings.Builder) {
	switch n.op {
	case opColumn:
		if plainName(n.text) && !n.quoted {
			b.WriteString(n.text)
			return
		}
		b.WriteString("`" + n.text + "`")
	case opString:
		b.WriteString(strconv.Quote(n.text))
	case opList:
		n.writeArguments(b, "[", "]")
	case opCall:
		b.WriteString(n.text)
		n.writeArguments(b, "(", ")")
	case opUnary:
		b.WriteString(n.text)
		kid := n.kids[0]
		// -(5) is an operator on a literal, -5 is a literal.
		if literal := kid.op == opInt || kid.op == opFloat || kid.op == opDuration; literal && n.text == "-" {
			b.WriteByte('(')
			kid.write(b)
			b.WriteByte(')')
			return
		}
		kid.writeAt(b, n.level())
	case opBinary:
		level := n.level()
		left := level
		if level == levelRelation {
			left++ // comparisons do not chain
		}
		n.kids[0].writeAt(b, left)
		b.WriteString(" " + n.text + " ")
		n.kids[1].writeAt(b, level+1)
	case opIf:
		n.kids[0].writeAt(b, 0)
		b.WriteString(" ? ")
		n.kids[1].writeAt(b, 0)
		b.WriteString(" : ")
		n.kids[2].writeAt(b, -1)
	default:
		b.WriteString(n.text)
	}
}

func (n *node) writeArguments(b *strings.Builder, opening, closing string) {
	b.WriteString(opening)
	for i, k := range n.kids {
		if i > 0 {
			b.WriteString(", ")
		}
		k.writeAt(b, -1)
	}
	b.WriteString(closing)
}

// plainName says whether a column's name needs no backquotes.
func plainName(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		l := lexer{src: part}
		t, err := l.next()
		if err != nil || t.kind != tokName || t.text != part {
			return false
		}
	}
	switch s {
	case "true", "false", "null", "in", "not", "NOT":
		return false
	}
	return true
}
