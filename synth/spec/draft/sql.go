package draft

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sqlColumn and sqlTable are what a schema says.
type sqlColumn struct {
	name    string
	typ     string   // lower case, without arguments
	args    []string // of the type
	notNull bool
	key     bool
	unique  bool
	picks   []string // of an enum or CHECK ... IN
	ref     *sqlRef
}

type sqlRef struct{ table, column string }

type sqlTable struct {
	name    string
	columns []*sqlColumn
}

type sqlReader struct {
	tokens []token
	at     int
	tables []*sqlTable
	enums  map[string][]string
}

// defaultRows is how many rows a drafted table gets when nothing says it.
const defaultRows = 1000

// SQL drafts a spec from a schema: CREATE TABLE, ALTER TABLE ... ADD, CREATE
// TYPE ... AS ENUM, in the dialects of PostgreSQL, MySQL, SQLite and SQL Server
// as far as names, types, keys, refs and lists of values go. Other statements
// are passed over.
func SQL(src string) ([]Table, error) {
	tokens, err := lex(src)
	if err != nil {
		return nil, fmt.Errorf("read schema: %w", err)
	}
	r := &sqlReader{tokens: tokens, enums: map[string][]string{}}
	for r.at < len(r.tokens) {
		r.statement()
	}
	if len(r.tables) == 0 {
		return nil, fmt.Errorf("read schema: there is no CREATE TABLE in it")
	}
	return r.draft(), nil
}

func (r *sqlReader) peek() token {
	if r.at < len(r.tokens) {
		return r.tokens[r.at]
	}
	return token{text: ";"}
}

func (r *sqlReader) next() token {
	t := r.peek()
	r.at++
	return t
}

// take passes words if they stand next, all of them.
func (r *sqlReader) take(words ...string) bool {
	for i, w := range words {
		if r.at+i >= len(r.tokens) || !r.tokens[r.at+i].is(w) {
			return false
		}
	}
	r.at += len(words)
	return true
}

// name reads a name, without the schema in front of it.
func (r *sqlReader) name() string {
	t := r.next().text
	for r.peek().is(".") {
		r.next()
		t = r.next().text
	}
	return t
}

// list reads ( a, b, ... ) as the first words between the commas.
func (r *sqlReader) list() (out []string) {
	if !r.take("(") {
		return nil
	}
	depth, fresh := 1, true
	for r.at < len(r.tokens) {
		t := r.next()
		switch {
		case t.is("("):
			depth++
		case t.is(")"):
			if depth--; depth == 0 {
				return out
			}
		case t.is(","):
			fresh = depth == 1
		case fresh:
			out, fresh = append(out, t.text), false
		}
	}
	return out
}

func (r *sqlReader) statement() {
	defer func() { // to its end
		for r.at < len(r.tokens) && !r.next().is(";") {
		}
	}()
	switch {
	case r.take("CREATE", "TYPE"):
		name := r.name()
		if r.take("AS", "ENUM") {
			r.enums[strings.ToLower(name)] = r.list()
		}
	case r.take("ALTER", "TABLE"):
		r.take("ONLY")
		t := r.find(r.name())
		if t == nil {
			return
		}
		for r.take("ADD") || r.take(",", "ADD") {
			r.constraint(t)
		}
	case r.take("CREATE"):
		for r.take("TEMPORARY") || r.take("TEMP") || r.take("UNLOGGED") || r.take("GLOBAL") || r.take("LOCAL") {
		}
		if !r.take("TABLE") {
			return
		}
		r.take("IF", "NOT", "EXISTS")
		t := &sqlTable{name: r.name()}
		if r.take("(") {
			r.table(t)
			if len(t.columns) > 0 {
				r.tables = append(r.tables, t)
			}
		}
	}
}

func (r *sqlReader) find(name string) *sqlTable {
	for _, t := range r.tables {
		if strings.EqualFold(t.name, name) {
			return t
		}
	}
	return nil
}

func (t *sqlTable) find(name string) *sqlColumn {
	for _, c := range t.columns {
		if strings.EqualFold(c.name, name) {
			return c
		}
	}
	return nil
}

// table reads the lines between the parentheses of CREATE TABLE.
func (r *sqlReader) table(t *sqlTable) {
	for r.at < len(r.tokens) {
		if !r.peek().is(",", ")") && !r.constraint(t) {
			r.column(t)
		}
		for r.at < len(r.tokens) && !r.peek().is(",", ")") { // what was not understood
			if r.peek().is("(") {
				r.list()
			} else {
				r.next()
			}
		}
		if r.next().is(")") {
			return
		}
	}
}

// constraint reads a constraint of the table, if one stands next.
func (r *sqlReader) constraint(t *sqlTable) bool {
	from := r.at
	if r.take("CONSTRAINT") {
		r.name()
	}
	switch {
	case r.take("PRIMARY", "KEY"):
		r.take("CLUSTERED")
		if cols := r.list(); len(cols) == 1 {
			if c := t.find(cols[0]); c != nil {
				c.key, c.notNull = true, true
			}
		} else {
			for _, name := range cols {
				if c := t.find(name); c != nil {
					c.notNull = true
				}
			}
		}
	case r.take("UNIQUE"):
		_ = r.take("KEY") || r.take("INDEX")
		if !r.peek().is("(") {
			r.name()
		}
		if cols := r.list(); len(cols) == 1 {
			if c := t.find(cols[0]); c != nil {
				c.unique = true
			}
		}
	case r.take("FOREIGN", "KEY"):
		if !r.peek().is("(") {
			r.name()
		}
		cols := r.list()
		if r.take("REFERENCES") {
			ref := r.reference()
			if len(cols) == 1 {
				if c := t.find(cols[0]); c != nil {
					c.ref = ref
				}
			}
		}
	case r.take("CHECK"):
		r.check(t)
	case r.take("KEY") || r.take("INDEX") || r.take("FULLTEXT") || r.take("EXCLUDE"):
		if r.at < len(r.tokens) && !r.peek().is("(") && r.at == from+1 && sqlTypes[strings.ToLower(r.peek().text)] != "" {
			r.at = from // a column that is called key
			return false
		}
	default:
		r.at = from
		return false
	}
	return true
}

func (r *sqlReader) reference() *sqlRef {
	ref := &sqlRef{table: r.name()}
	if cols := r.list(); len(cols) == 1 {
		ref.column = cols[0]
	}
	return ref
}

// check reads ( column IN ('a', 'b') ) and passes other conditions over.
func (r *sqlReader) check(t *sqlTable) {
	from := r.at
	if !r.take("(") {
		return
	}
	for r.take("(") {
	}
	c := t.find(r.name())
	if c != nil && r.take("IN") {
		if values := r.list(); len(values) > 0 && r.tokens[r.at-2].str {
			c.picks = values
		}
	}
	r.at = from
	r.list()
}

func (r *sqlReader) column(t *sqlTable) {
	c := &sqlColumn{name: r.name()}
	t.columns = append(t.columns, c)
	if r.peek().is(",", ")") {
		return
	}
	c.typ = strings.ToLower(r.name())
	switch {
	case c.typ == "double" && r.take("precision"), c.typ == "character" && r.take("varying"):
	}
	c.args = r.list()
	if c.typ == "enum" {
		c.picks = c.args
	}
	for r.at < len(r.tokens) && !r.peek().is(",", ")") {
		switch {
		case r.take("NOT", "NULL"):
			c.notNull = true
		case r.take("PRIMARY", "KEY"):
			c.key, c.notNull = true, true
		case r.take("UNIQUE"):
			c.unique = true
		case r.take("REFERENCES"):
			c.ref = r.reference()
		case r.take("CHECK"):
			r.check(t)
		case r.peek().is("("):
			r.list()
		default:
			r.next()
		}
	}
}

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
