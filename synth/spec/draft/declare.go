package draft

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sqlTypes gives each type its kind: w whole, d decimal, f float, b bool, t text,
// u uuid, D date, T time.
var sqlTypes = func() map[string]string {
	out := map[string]string{}
	for kind, words := range map[string]string{
		"w": "int integer int2 int4 int8 bigint smallint tinyint mediumint serial bigserial smallserial serial4 serial8 number",
		"d": "numeric decimal dec money smallmoney",
		"f": "real float double float4 float8 binary_float binary_double",
		"b": "bool boolean bit",
		"t": "text varchar char character nvarchar nchar varchar2 nvarchar2 clob tinytext mediumtext longtext string citext bpchar",
		"u": "uuid uniqueidentifier",
		"D": "date",
		"T": "timestamp timestamptz datetime datetime2 datetimeoffset smalldatetime",
	} {
		for _, w := range strings.Fields(words) {
			out[w] = kind
		}
	}
	return out
}()

// draft orders nothing: a spec's tables may stand in any order. Refs that would
// go in a circle are left to the reader.
func (r *sqlReader) draft() []Table {
	tableNames, used := map[*sqlTable]string{}, names{}
	for _, t := range r.tables {
		tableNames[t], _ = used.of(t.name)
	}
	columns := map[*sqlColumn]string{}
	for _, t := range r.tables {
		n, hasKey := names{"who": true, "firm": true}, false
		for _, c := range t.columns {
			columns[c], _ = n.of(c.name)
			c.key = c.key && !hasKey // of two, the second is a mistake
			hasKey = hasKey || c.key
		}
	}
	edges := map[*sqlTable][]*sqlTable{}
	var reaches func(from, to *sqlTable) bool
	reaches = func(from, to *sqlTable) bool {
		return from == to || slices.ContainsFunc(edges[from], func(x *sqlTable) bool { return reaches(x, to) })
	}
	var out []Table
	for _, t := range r.tables {
		d := Table{Name: tableNames[t], Rows: defaultRows}
		for _, c := range t.columns {
			x := Column{Name: columns[c]}
			if columns[c] != c.name {
				x.Remark = fmt.Sprintf("the column was called %q", c.name)
			}
			if c.ref != nil {
				to := r.find(c.ref.table)
				var key *sqlColumn
				if to != nil {
					for _, k := range to.columns {
						if k.key && (c.ref.column == "" || strings.EqualFold(k.name, c.ref.column)) {
							key = k
						}
					}
				}
				switch {
				case key == nil:
					x.Remark = fmt.Sprintf("it refers to table %q, which has no such key here", c.ref.table)
				case to == t && c.key:
					x.Remark = "it is a key that refers to its own table"
				case to != t && reaches(to, t):
					x.Remark = fmt.Sprintf("it refers to table %q, which would go in a circle", c.ref.table)
				default:
					x.Decl = fmt.Sprintf("{ref: %s.%s}", tableNames[to], columns[key])
					edges[t] = append(edges[t], to)
				}
			}
			if x.Decl == "" {
				decl, remark := r.declare(t, c)
				if x.Decl = decl; x.Remark == "" {
					x.Remark = remark
				}
			}
			if !c.notNull && !c.key {
				x.Decl = with(x.Decl, "null: 5%")
			}
			d.Columns = append(d.Columns, x)
		}
		out = append(out, d)
	}
	return out
}

func (r *sqlReader) declare(t *sqlTable, c *sqlColumn) (decl, remark string) {
	kind := sqlTypes[c.typ]
	if picks := r.enums[c.typ]; picks != nil && c.picks == nil {
		c.picks = picks
	}
	if c.key {
		switch kind {
		case "w":
			return "{key: int}", ""
		case "u":
			return "{key: uuid}", ""
		case "t":
			if len(c.args) == 1 && c.args[0] == "36" {
				return "{key: uuid}", ""
			}
			return `{key: "[A-Z]{2}\\d{8}"}`, "the key's pattern"
		}
		return "{key: int}", "a key of type " + c.typ
	}
	if c.picks != nil {
		var out []string
		for _, v := range c.picks {
			out = append(out, quote(v))
		}
		return "{pick: [" + strings.Join(out, ", ") + "]}", ""
	}
	name := strings.ToLower(c.name)
	switch kind {
	case "w":
		switch {
		case c.unique:
			return "{int: [1, 1000000000], unique: true}", ""
		case strings.Contains(name, "year"):
			return "{int: [1990, 2025]}", ""
		case strings.Contains(name, "age"):
			return "{int: [18, 90]}", ""
		case strings.Contains(name, "quantity") || strings.Contains(name, "count") || strings.HasPrefix(name, "num"):
			return "{geometric: 3}", ""
		case len(c.args) == 1 && c.args[0] == "1":
			return "{bool: 50%}", ""
		}
		return "{int: [0, 1000]}", ""
	case "d":
		precision, scale := 18, 2
		if len(c.args) > 0 {
			precision, scale = number(c.args[0], 18), 0
		}
		if len(c.args) > 1 {
			scale = number(c.args[1], 2)
		}
		if precision < 1 || precision > 38 || scale > precision {
			return "{lognormal: [50, 1]}", "its precision is not possible"
		}
		if whole := precision - scale; whole < 3 { // it must fit
			return fmt.Sprintf("{uniform: [0, %d], type: %q}", max(whole*9, 0)+1-min(whole, 1), fmt.Sprintf("decimal(%d,%d)", precision, scale)), ""
		}
		return fmt.Sprintf("{lognormal: [50, 1], type: %q}", fmt.Sprintf("decimal(%d,%d)", precision, scale)), ""
	case "f":
		return "{normal: [0, 1]}", ""
	case "b":
		return "{bool: 50%}", ""
	case "u":
		return "{uuid: {}}", ""
	case "D":
		if strings.Contains(name, "birth") || name == "dob" {
			return "who.birth_date", ""
		}
		return "{date: {from: clock - 1000d, to: clock}}", ""
	case "T":
		return "{time: {from: clock - 1000d, to: clock}}", ""
	case "t":
		decl = byName(c.name, t.name)
		unique := ""
		if c.unique {
			if unique = "unique: true"; decl != "who.email" && decl != "who.username" {
				return `{pattern: "[A-Z0-9]{8}", unique: true}`, ""
			}
		}
		if decl != "" {
			return with(decl, unique), ""
		}
		if len(c.args) == 1 && number(c.args[0], 100) <= 12 {
			return fmt.Sprintf(`{pattern: "[A-Z]{%s}"}`, c.args[0]), ""
		}
		return "{words: 3}", ""
	}
	if c.typ == "" {
		return "{words: 2}", "it has no type"
	}
	return "{words: 2}", "type " + c.typ + " was not understood"
}

func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}
