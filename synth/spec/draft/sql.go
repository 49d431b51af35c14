package draft

import (
	"fmt"
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
