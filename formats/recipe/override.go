package recipe

import (
	"regexp"
	"slices"
	"strings"

	"github.com/verisim/verisim/formats/document"
)

// setName stands for the document's name in positions of values that --set
// gave, so that a path in them is known to be relative to the caller.
const setName = "--set"

var reference = regexp.MustCompile(`\$\{([A-Za-z0-9_]+)\}`)

// override applies NAME=VALUE pairs and then replaces ${NAME} by the inputs'
// values everywhere in the tree.
func override(root *document.Node, set []string) error {
	inputs := root.Get("inputs")
	for _, s := range set {
		name, value, ok := strings.Cut(s, "=")
		at := document.Pos{Name: setName, Line: 1, Column: 1}
		if !ok || name == "" {
			return at.Errorf("%q is not NAME=VALUE", s)
		}
		n := scalar(value)
		target := find(root, inputs, name)
		if target == nil {
			err := at.Errorf("the recipe has no input and no value %q", name)
			if near := document.Nearest(name, names(inputs)); near != "" {
				err.Hint = "did you mean " + near + "?"
			} else if len(names(inputs)) > 0 {
				err.Hint = "its inputs are " + strings.Join(names(inputs), ", ")
			}
			return err
		}
		*target = *n
	}
	return expand(root, inputs, true)
}

func scalar(value string) *document.Node {
	n, err := document.Parse(setName, []byte(value))
	if err != nil || n.Kind == document.Null {
		// Any text is a value, also one that YAML would read as something odd.
		return &document.Node{Pos: document.Pos{Name: setName, Line: 1, Column: 1}, Kind: document.String, Text: value}
	}
	return n
}

func find(root, inputs *document.Node, name string) *document.Node {
	if inputs != nil {
		if n := inputs.Get(name); n != nil {
			return n
		}
	}
	n := root
	for part := range strings.SplitSeq(name, ".") {
		if n = n.Get(part); n == nil {
			return nil
		}
	}
	return n
}

func names(inputs *document.Node) []string {
	if inputs == nil {
		return nil
	}
	var out []string
	for _, p := range inputs.Pairs {
		out = append(out, p.Key)
	}
	slices.Sort(out)
	return out
}

func expand(n, inputs *document.Node, top bool) error {
	switch n.Kind {
	case document.List:
		for _, item := range n.Items {
			if err := expand(item, inputs, false); err != nil {
				return err
			}
		}
	case document.Map:
		for _, p := range n.Pairs {
			if top && p.Key == "inputs" {
				continue
			}
			if err := expand(p.Value, inputs, false); err != nil {
				return err
			}
		}
	case document.String:
		return substitute(n, inputs)
	}
	return nil
}

// substitute replaces a scalar that is one reference by the input itself, with
// its kind, and references inside a longer text by their text.
func substitute(n, inputs *document.Node) error {
	m := reference.FindAllStringSubmatchIndex(n.Text, -1)
	if m == nil {
		return nil
	}
	var out strings.Builder
	last := 0
	for _, loc := range m {
		name := n.Text[loc[2]:loc[3]]
		var in *document.Node
		if inputs != nil {
			in = inputs.Get(name)
		}
		if in == nil {
			err := n.Pos.Errorf("there is no input %q", name)
			if near := document.Nearest(name, names(inputs)); near != "" {
				err.Hint = "did you mean " + near + "?"
			}
			return err
		}
		if in.Kind == document.Null {
			err := n.Pos.Errorf("input %q has no value", name)
			err.Hint = "give one with --set " + name + "=VALUE"
			return err
		}
		if loc[0] == 0 && loc[1] == len(n.Text) {
			*n = *in
			return nil
		}
		if in.Kind == document.List || in.Kind == document.Map {
			return n.Pos.Errorf("input %q is no single value, so it must stand alone", name)
		}
		out.WriteString(n.Text[last:loc[0]])
		out.WriteString(in.Text)
		last = loc[1]
		if in.Pos.Name == setName {
			n.Pos.Name = setName
		}
	}
	out.WriteString(n.Text[last:])
	n.Text = out.String()
	return nil
}
