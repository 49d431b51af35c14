package expr

import (
	"math"
	"strings"
	"unicode/utf8"
)

// naive evaluates one row of a syntax tree: the meaning of the language written
// down once more, without columns, registers or types. Null is nil.
func naive(n *node, row map[string]any) any {
	switch n.op {
	case opNull:
		return nil
	case opBool:
		return n.text == "true"
	case opInt:
		return n.int
	case opFloat:
		return n.float
	case opString:
		return n.text
	case opColumn:
		return row[n.text]
	case opIf:
		cond := naive(n.kids[0], row)
		yes, no := widen(naive(n.kids[1], row), naive(n.kids[2], row))
		switch cond {
		case nil:
			return nil
		case true:
			return yes
		}
		return no
	case opUnary:
		switch v := naive(n.kids[0], row).(type) {
		case bool:
			return !v
		case int64:
			if v == math.MinInt64 {
				return nil
			}
			return -v
		case float64:
			return -v
		}
		return nil
	case opCall:
		return naiveCall(n, row)
	}
	x := naive(n.kids[0], row)
	if n.text == "in" {
		out := any(false)
		for _, k := range n.kids[1].kids {
			out = kleeneOr(out, naiveCompare("==", x, naive(k, row)))
		}
		if x == nil {
			return nil
		}
		return out
	}
	y := naive(n.kids[1], row)
	switch n.text {
	case "&&":
		if x == false || y == false {
			return false
		}
		if x == nil || y == nil {
			return nil
		}
		return true
	case "||":
		return kleeneOr(x, y)
	case "+", "-", "*", "/", "%":
		return naiveArithmetic(n.text, x, y)
	}
	return naiveCompare(n.text, x, y)
}

func kleeneOr(x, y any) any {
	if x == true || y == true {
		return true
	}
	if x == nil || y == nil {
		return nil
	}
	return false
}

func widen(x, y any) (any, any) {
	if i, ok := x.(int64); ok {
		if _, float := y.(float64); float {
			x = float64(i)
		}
	}
	if i, ok := y.(int64); ok {
		if _, float := x.(float64); float {
			y = float64(i)
		}
	}
	return x, y
}

func naiveCompare(op string, x, y any) any {
	if x == nil || y == nil {
		return nil
	}
	x, y = widen(x, y)
	order := func(less, same bool) any {
		switch op {
		case "==":
			return same
		case "!=":
			return !same
		case "<":
			return less
		case "<=":
			return less || same
		}
		return nil
	}
	if op == ">" || op == ">=" {
		x, y = y, x
		op = strings.Replace(op, ">", "<", 1)
	}
	switch v := x.(type) {
	case int64:
		return order(v < y.(int64), v == y.(int64))
	case float64:
		return order(v < y.(float64), v == y.(float64))
	case string:
		return order(v < y.(string), v == y.(string))
	case bool:
		return order(false, v == y.(bool))
	}
	return nil
}

func naiveArithmetic(op string, x, y any) any {
	if x == nil || y == nil {
		return nil
	}
	x, y = widen(x, y)
	switch v := x.(type) {
	case string:
		return v + y.(string)
	case float64:
		w := y.(float64)
		return map[string]float64{"+": v + w, "-": v - w, "*": v * w, "/": v / w}[op]
	}
	v, w := x.(int64), y.(int64)
	switch op {
	case "+":
		if s := v + w; (s > v) == (w > 0) {
			return s
		}
	case "-":
		if s := v - w; (s < v) == (w > 0) {
			return s
		}
	case "*":
		if v == 0 || w == 0 {
			return int64(0)
		}
		if s := v * w; s/w == v && !(v == -1 && w == math.MinInt64) && !(w == -1 && v == math.MinInt64) {
			return s
		}
	case "/":
		if w != 0 && !(v == math.MinInt64 && w == -1) {
			return v / w
		}
	case "%":
		if w == -1 {
			return int64(0)
		}
		if w != 0 {
			return v % w
		}
	}
	return nil
}

func naiveCall(n *node, row map[string]any) any {
	args := make([]any, len(n.kids))
	for i, k := range n.kids {
		args[i] = naive(k, row)
	}
	switch n.text {
	case "isNull":
		return args[0] == nil
	case "coalesce":
		x, y := widen(args[0], args[1])
		if x == nil {
			return y
		}
		return x
	}
	for _, a := range args {
		if a == nil {
			return nil
		}
	}
	switch n.text {
	case "size":
		return int64(utf8.RuneCountInString(args[0].(string)))
	case "upper":
		return strings.ToUpper(args[0].(string))
	case "contains":
		return strings.Contains(args[0].(string), args[1].(string))
	case "abs":
		if v, ok := args[0].(int64); ok {
			if v == math.MinInt64 {
				return nil
			}
			return max(v, -v)
		}
		return math.Abs(args[0].(float64))
	case "min":
		x, y := widen(args[0], args[1])
		if v, ok := x.(int64); ok {
			return min(v, y.(int64))
		}
		return min(x.(float64), y.(float64))
	}
	panic("naive evaluator has no " + n.text)
}
