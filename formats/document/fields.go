package document

import (
	"errors"
	"reflect"
	"slices"
	"strings"
)

// Keys lists the keys that a struct takes, in the order of its fields.
func Keys(structure any) []string {
	t := reflect.TypeOf(structure)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var names []string
	for _, f := range fieldsOf(t, nil) {
		names = append(names, f.name)
	}
	return names
}

type field struct {
	name  string
	index []int
}

func fieldsOf(t reflect.Type, prefix []int) []field {
	var out []field
	for i := range t.NumField() {
		f := t.Field(i)
		tag, ok := f.Tag.Lookup("yaml")
		if !ok || !f.IsExported() {
			continue
		}
		name, opt, _ := strings.Cut(tag, ",")
		index := append(slices.Clone(prefix), i)
		if opt == "inline" {
			out = append(out, fieldsOf(f.Type, index)...)
			continue
		}
		if name != "" && name != "-" {
			out = append(out, field{name, index})
		}
	}
	return out
}

func (n *Node) decodeStruct(v reflect.Value) error {
	if n.Kind != Map {
		return n.want("a mapping")
	}
	n.place(v)
	fields := fieldsOf(v.Type(), nil)
	var errs []error
	for _, p := range n.Pairs {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == p.Key })
		if i < 0 {
			errs = append(errs, UnknownKey(p, fieldNames(fields)))
			continue
		}
		if err := p.Value.decode(v.FieldByIndex(fields[i].index)); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// place fills the fields of type Pos, in the struct and in what it inlines.
func (n *Node) place(v reflect.Value) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case f.Type == posType && f.IsExported():
			v.Field(i).Set(reflect.ValueOf(n.Pos))
		case strings.HasSuffix(f.Tag.Get("yaml"), ",inline") && f.Type.Kind() == reflect.Struct:
			n.place(v.Field(i))
		}
	}
}

func fieldNames(fields []field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.name
	}
	return out
}

// UnknownKey is the error for a key that is none of the known ones.
func UnknownKey(p Pair, known []string) error {
	err := p.At.Errorf("key %q is not known here", p.Key)
	if near := Nearest(p.Key, known); near != "" {
		err.Hint = "did you mean " + near + "?"
		err.Cause += "; did you mean \"" + near + "\"?"
	} else {
		err.Cause += "; known are " + strings.Join(known, ", ")
	}
	return err
}
