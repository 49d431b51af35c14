package expr

import (
	"math"
	"strconv"
	"strings"
)

func (p *parser) primary() (*node, error) {
	n, err := p.atom()
	if err != nil {
		return nil, err
	}
	for p.is(".") {
		if err = p.advance(); err != nil {
			return nil, err
		}
		if p.tok.kind != tokName {
			return nil, p.unexpected("a name")
		}
		name := p.tok
		if err = p.advance(); err != nil {
			return nil, err
		}
		switch {
		case p.is("("):
			n, err = p.call(name, n)
		case n.op == opColumn && !n.quoted:
			n.text += "." + name.text
		default:
			return nil, p.fail(name.pos, "", "%q is neither a function call nor part of a column's name", name.text)
		}
		if err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (p *parser) atom() (*node, error) {
	t := p.tok
	if t.kind == tokOp && t.text == "(" {
		if err := p.advance(); err != nil {
			return nil, err
		}
		n, err := p.expr()
		if err != nil {
			return nil, err
		}
		return n, p.expect(")")
	}
	n, err := p.literal(t)
	if err != nil {
		return nil, err
	}
	if err = p.advance(); err != nil {
		return nil, err
	}
	if t.kind == tokName && p.is("(") && n.op == opColumn {
		return p.call(t, nil)
	}
	return n, nil
}

func (p *parser) literal(t token) (*node, error) {
	n := &node{pos: t.pos, text: t.text}
	switch t.kind {
	case tokName:
		switch t.text {
		case "true", "false":
			n.op = opBool
		case "null":
			n.op = opNull
		case "in":
			return nil, p.unexpected("a value")
		case "not", "NOT":
			return nil, p.fail(t.pos, "write !x for not x", "%q is not a word of this language", t.text)
		default:
			n.op = opColumn
		}
	case tokQuoted:
		n.op, n.quoted = opColumn, true
	case tokString:
		n.op = opString
	case tokInt:
		base := 10 // a leading zero is no octal mark here
		if strings.ContainsAny(t.text, "xX") {
			base = 0
		}
		i, err := strconv.ParseInt(t.text, base, 64)
		if err != nil {
			return nil, p.fail(t.pos, "write "+t.text+".0 for a float", "integer is outside 64 bits")
		}
		n.op, n.int = opInt, i
	case tokFloat:
		f, err := strconv.ParseFloat(t.text, 64)
		if err != nil || math.IsInf(f, 0) {
			return nil, p.fail(t.pos, "", "number is outside the range of a float")
		}
		n.op, n.float = opFloat, f
	case tokDuration:
		d, ok := parseDuration(t.text)
		if !ok {
			return nil, p.fail(t.pos, "", "duration is outside 292 years or finer than a nanosecond")
		}
		n.op, n.int = opDuration, d
	default:
		return nil, p.unexpected("a value")
	}
	return n, nil
}

// call reads the arguments of a function; receiver is its first one, or nil.
func (p *parser) call(name token, receiver *node) (*node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.depth++; p.depth > MaxDepth {
		return nil, p.tooDeep(name.pos)
	}
	defer func() { p.depth-- }()
	kids, err := p.arguments(")")
	if err != nil {
		return nil, err
	}
	if receiver != nil {
		kids = append([]*node{receiver}, kids...)
	}
	if _, ok := functions[name.text]; !ok {
		hint := ""
		if near := nearest(name.text, functionNames()); near != "" {
			hint = "did you mean " + near + "?"
		}
		return nil, p.fail(name.pos, hint, "there is no function %q", name.text)
	}
	return p.grow(&node{op: opCall, text: name.text, pos: name.pos, kids: kids})
}
