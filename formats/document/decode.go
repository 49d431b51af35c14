package document

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Unmarshaler is implemented by types that read themselves from a node.
type Unmarshaler interface {
	UnmarshalNode(*Node) error
}

var (
	posType      = reflect.TypeFor[Pos]()
	nodeType     = reflect.TypeFor[Node]()
	durationType = reflect.TypeFor[time.Duration]()
)

// Decode stores the node in the value that into points to. Structs take
// mappings by their fields' `yaml:"name"` tags (a field without a tag is not
// read; `yaml:",inline"` takes the keys of an embedded struct; a field of type
// [Pos] gets the place), maps take mappings, slices take lists, pointers are
// made as needed, [Node] and *Node take the tree itself, time.Duration takes
// Go's notation, encoding.TextUnmarshaler takes scalars. null leaves the zero
// value.
func (n *Node) Decode(into any) error {
	v := reflect.ValueOf(into)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return fmt.Errorf("decode document: need a pointer, got %T", into)
	}
	return n.decode(v.Elem())
}

func (n *Node) decode(v reflect.Value) error {
	if v.CanAddr() {
		if u, ok := v.Addr().Interface().(Unmarshaler); ok {
			return n.placed(u.UnmarshalNode(n))
		}
	}
	if v.Type() == nodeType {
		v.Set(reflect.ValueOf(*n))
		return nil
	}
	if v.Kind() == reflect.Pointer {
		if v.Type().Elem() == nodeType {
			v.Set(reflect.ValueOf(n))
			return nil
		}
		if n.Kind == Null {
			v.SetZero()
			return nil
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
		}
		return n.decode(v.Elem())
	}
	if n.Kind == Null {
		return nil
	}
	if v.CanAddr() {
		if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
			if n.Kind == List || n.Kind == Map {
				return n.want("a word")
			}
			return n.placed(u.UnmarshalText([]byte(n.Text)))
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		return n.decodeStruct(v)
	case reflect.Map:
		return n.decodeMap(v)
	case reflect.Slice:
		return n.decodeSlice(v)
	case reflect.Interface:
		if v.NumMethod() > 0 {
			return fmt.Errorf("decode document: cannot fill a %s", v.Type())
		}
		v.Set(reflect.ValueOf(n.Value()))
		return nil
	default:
		return n.decodeScalar(v)
	}
}

// placed gives an error without a place this node's.
func (n *Node) placed(err error) error {
	if err == nil || len(All(err)) > 0 {
		return err
	}
	return n.Pos.Errorf("%v", err)
}

func (n *Node) want(what string) error {
	return n.Pos.Errorf("here stands %s, expected %s", n.Kind, what)
}

// Value returns the node as plain Go values: nil, bool, int64, float64, string,
// []any or map[string]any.
func (n *Node) Value() any {
	switch n.Kind {
	case Bool:
		return n.Text == "true"
	case Int:
		if i, err := n.Int(); err == nil {
			return i
		}
		f, _ := n.Float()
		return f
	case Float:
		f, _ := n.Float()
		return f
	case String:
		return n.Text
	case List:
		out := make([]any, len(n.Items))
		for i, item := range n.Items {
			out[i] = item.Value()
		}
		return out
	case Map:
		out := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			out[p.Key] = p.Value.Value()
		}
		return out
	}
	return nil
}

// Int reads a whole number: decimal, 0x, 0o, 0b, with underscores.
func (n *Node) Int() (int64, error) {
	if n.Kind != Int {
		return 0, n.want("a whole number")
	}
	text := strings.ReplaceAll(n.Text, "_", "")
	// 010 is ten to people and to YAML 1.2's core schema; Go reads it as eight.
	i, err := strconv.ParseInt(text, 10, 64)
	if errors.Is(err, strconv.ErrSyntax) {
		i, err = strconv.ParseInt(text, 0, 64)
	}
	if err != nil {
		return 0, n.Pos.Errorf("the number does not fit 64 bits")
	}
	return i, nil
}

// Float reads a number; .inf and .nan are read as YAML writes them.
func (n *Node) Float() (float64, error) {
	if n.Kind != Float && n.Kind != Int {
		return 0, n.want("a number")
	}
	text := strings.ToLower(strings.ReplaceAll(n.Text, "_", ""))
	switch strings.TrimLeft(text, "+-") {
	case ".inf":
		if strings.HasPrefix(text, "-") {
			return math.Inf(-1), nil
		}
		return math.Inf(1), nil
	case ".nan":
		return math.NaN(), nil
	}
	if n.Kind == Int {
		if i, err := n.Int(); err == nil {
			return float64(i), nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, n.Pos.Errorf("this is no number that 64 bits hold")
	}
	return f, nil
}

func (n *Node) decodeScalar(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Bool:
		if n.Kind != Bool {
			return n.want("true or false")
		}
		v.SetBool(n.Text == "true")
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if v.Type() == durationType {
			d, err := time.ParseDuration(n.Text)
			if err != nil || n.Kind != String {
				return n.Pos.Errorf("expected a duration such as 90s, 15m or 24h")
			}
			v.SetInt(int64(d))
			return nil
		}
		i, err := n.Int()
		if err != nil {
			return err
		}
		if v.OverflowInt(i) {
			return n.Pos.Errorf("the number does not fit %s", v.Type())
		}
		v.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if n.Kind != Int {
			return n.want("a whole number")
		}
		u, err := strconv.ParseUint(strings.ReplaceAll(n.Text, "_", ""), 0, 64)
		if err != nil || v.OverflowUint(u) {
			return n.Pos.Errorf("expected a whole number from 0 that fits %s", v.Type())
		}
		v.SetUint(u)
	case reflect.Float32, reflect.Float64:
		f, err := n.Float()
		if err != nil {
			return err
		}
		v.SetFloat(f)
	case reflect.String:
		if n.Kind == List || n.Kind == Map {
			return n.want("a word")
		}
		v.SetString(n.Text)
	default:
		return fmt.Errorf("decode document: cannot fill a %s", v.Type())
	}
	return nil
}

func (n *Node) decodeSlice(v reflect.Value) error {
	if n.Kind != List {
		return n.want("a list")
	}
	out := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	var errs []error
	for i, item := range n.Items {
		if err := item.decode(out.Index(i)); err != nil {
			errs = append(errs, err)
		}
	}
	v.Set(out)
	return errors.Join(errs...)
}

func (n *Node) decodeMap(v reflect.Value) error {
	if n.Kind != Map {
		return n.want("a mapping")
	}
	if v.Type().Key().Kind() != reflect.String {
		return fmt.Errorf("decode document: cannot fill a %s", v.Type())
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n.Pairs))
	var errs []error
	for _, p := range n.Pairs {
		val := reflect.New(v.Type().Elem()).Elem()
		if err := p.Value.decode(val); err != nil {
			errs = append(errs, err)
		}
		out.SetMapIndex(reflect.ValueOf(p.Key).Convert(v.Type().Key()), val)
	}
	v.Set(out)
	return errors.Join(errs...)
}
