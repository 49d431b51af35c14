package rule

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/formats/expr"
	"github.com/verisim/verisim/formats/table"
)

// Guess makes schemas that a suite could be meant for, from what its checks
// say: a type where one is named, else texts for checks of texts, times for
// checks of times, and numbers or texts by the values written. It serves trials
// of a suite without data; columns that only expressions name are float64.
func Guess(s *Suite) map[string]*arrow.Schema {
	types := map[string]map[string]arrow.DataType{}
	var order []string
	columns := map[string][]string{}
	set := func(tab, col string, t arrow.DataType, sure bool) {
		if types[tab] == nil {
			types[tab] = map[string]arrow.DataType{}
			order = append(order, tab)
		}
		if col == "" {
			return
		}
		have, known := types[tab][col]
		if !known {
			columns[tab] = append(columns[tab], col)
		}
		if !known || have == nil || sure {
			types[tab][col] = t
		}
	}
	for i := range s.Checks {
		c := &s.Checks[i]
		t, sure := guessType(c)
		set(c.Table, c.Column, t, sure)
		for _, col := range namedColumns(c) {
			set(c.Table, col, timeArgument(c, col), false)
		}
		if to, col, ok := otherTable(c); ok {
			set(to, col, types[c.Table][c.Column], false)
		}
	}
	out := map[string]*arrow.Schema{}
	for _, tab := range order {
		var fields []arrow.Field
		for _, col := range columns[tab] {
			t := types[tab][col]
			if t == nil {
				t = arrow.PrimitiveTypes.Float64
			}
			fields = append(fields, arrow.Field{Name: col, Type: t, Nullable: true})
		}
		out[tab] = arrow.NewSchema(fields, nil)
	}
	// Both ends of a key have one type.
	for i := range s.Checks {
		c := &s.Checks[i]
		if to, col, ok := otherTable(c); ok && c.Column != "" && out[to] != nil {
			from, errFrom := table.Column(out[c.Table], c.Column)
			at, errTo := table.Column(out[to], col)
			if errFrom == nil && errTo == nil {
				fields := slices.Clone(out[c.Table].Fields())
				fields[from].Type = out[to].Field(at).Type
				out[c.Table] = arrow.NewSchema(fields, nil)
			}
		}
	}
	return out
}

// guessType is what one check tells of its column's type.
func guessType(c *Spec) (t arrow.DataType, sure bool) {
	def := lookup(c.Kind, scopeOf(c.Column))
	switch {
	case c.Column == "" || def == nil:
		return nil, false
	case c.Kind == "type":
		n := c.Arg
		if n.Kind == document.List && len(n.Items) > 0 {
			n = n.Items[0]
		}
		t, err := table.ParseType(n.Text)
		return t, err == nil
	case c.Kind == "dictionary_in":
		return &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}, true
	case c.Kind == "coverage_of":
		for _, key := range []string{"values", "from", "of"} {
			if n := c.Arg.Get(key); n != nil && key == "of" {
				return arrow.PrimitiveTypes.Int64, false
			} else if n != nil {
				return guessValue(n)
			}
		}
		return guessValue(c.Arg)
	case c.Kind == "near_duplicates" || def.Family == "text" || def.Family == "format" || c.Kind == "not_blank" || c.Kind == "one_kind" || c.Kind == "no_near_duplicates" || c.Kind == "mode_in":
		return arrow.BinaryTypes.String, true
	case c.Kind == "sequence" || c.Kind == "references_per_key":
		return arrow.PrimitiveTypes.Int64, false
	case def.Family == "time" && c.Kind != "monotone" && c.Kind != "within_n_moving_sd":
		return stampType(), true
	case c.Kind == "finite" || c.Kind == "within_n_moving_sd" || def.Family == "aggregate" || def.Family == "distribution":
		return arrow.PrimitiveTypes.Float64, false
	case def.Family == "value":
		return guessValue(c.Arg)
	case c.Kind == "unique" || c.Kind == "foreign_key":
		return arrow.PrimitiveTypes.Int64, false
	}
	return nil, false
}

// guessValue tells a type by how values are written.
func guessValue(n *document.Node) (arrow.DataType, bool) {
	switch n.Kind {
	case document.Int:
		return arrow.PrimitiveTypes.Int64, false
	case document.Float:
		return arrow.PrimitiveTypes.Float64, true
	case document.String:
		if _, ok := parseTime(n.Text); ok {
			return stampType(), true
		}
		return arrow.BinaryTypes.String, true
	case document.List:
		var t arrow.DataType
		for _, item := range n.Items {
			u, sure := guessValue(item)
			if sure {
				return u, true
			}
			if u != nil {
				t = u
			}
		}
		return t, false
	case document.Map:
		return arrow.BinaryTypes.String, false // a set in a file
	}
	return arrow.PrimitiveTypes.Float64, false
}

// namedColumns are the columns that a check names in its argument.
func namedColumns(c *Spec) []string {
	var out []string
	var add func(n *document.Node)
	add = func(n *document.Node) {
		switch {
		case n == nil:
		case n.Kind == document.List:
			for _, item := range n.Items {
				add(item)
			}
		case n.Kind == document.String:
			out = append(out, n.Text)
		}
	}
	def := lookup(c.Kind, scopeOf(c.Column))
	if def != nil && c.Column == "" {
		switch c.Kind {
		case "expr", "never":
		case "unique", "primary_key", "rows_complete", "all_or_none", "distinct_within_row", "event_order", "columns", "columns_in_order", "has_columns", "extra_columns":
			add(c.Arg)
		case "reconcile":
			add(c.Arg.Get("key"))
			add(c.Arg.Get("columns"))
		case "no_fold_overlap":
			add(c.Arg.Get("fold"))
			add(c.Arg.Get("key"))
		case "metric":
		default:
			for _, key := range []string{"columns", "from", "to", "total", "of", "start", "end", "by"} {
				if key == "to" && (c.Kind == "foreign_key" || c.Kind == "not_in_table" || c.Kind == "matches_table") {
					continue
				}
				if c.Arg.Kind == document.Map {
					add(c.Arg.Get(key))
				}
			}
		}
	}
	if key := timeKeys()[c.Kind]; key != "" {
		add(c.Arg.Get(key))
	}
	texts := []string{c.Where}
	switch c.Kind {
	case "expr", "never", "required_if":
		texts = append(texts, c.Arg.Text)
	case "implies":
		for _, p := range c.Arg.Pairs {
			texts = append(texts, p.Value.Text)
		}
	case "metric":
		if n := c.Arg.Get("expr"); n != nil {
			texts = append(texts, n.Text)
		}
	}
	for _, src := range texts {
		if e, err := expr.Parse(src); err == nil && src != "" {
			out = append(out, e.Columns()...)
		}
	}
	return out
}

// timeKeys are the arguments of checks of a column that name a column of times.
func timeKeys() map[string]string {
	return map[string]string{"sla_by": "arrived", "within_n_moving_sd": "over"}
}

// timeArgument is a time for columns that a check takes as such, else nil.
func timeArgument(c *Spec, col string) arrow.DataType {
	for _, key := range []string{"start", "end"} {
		if n := c.Arg.Get(key); c.Kind == "no_overlap" && n != nil && n.Text == col {
			return stampType()
		}
	}
	if n := c.Arg.Get(timeKeys()[c.Kind]); c.Kind == "event_order" || n != nil && n.Text == col {
		return stampType()
	}
	return nil
}

func stampType() arrow.DataType {
	return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
}

// otherTable is the column of another table that a check of a column names.
func otherTable(c *Spec) (name, column string, ok bool) {
	arg := c.Arg
	if c.Kind == "coverage_of" {
		arg = c.Arg.Get("of")
	}
	if c.Column == "" || arg == nil || c.Kind != "foreign_key" && c.Kind != "not_in_table" && c.Kind != "coverage_of" {
		return "", "", false
	}
	b := &binder{}
	name, cols, err := b.target(arg)
	if err != nil {
		return "", "", false
	}
	return name, cols[0], true
}
