// Package sql writes tables as SQL text: CREATE TABLE with keys and references,
// and INSERTs of many rows each, in one transaction. PostgreSQL and SQLite both
// read it; names are quoted, so any column name is possible.
//
// It also says how columns are declared, for the packages that write straight
// into a database.
//
// What a column cannot hold is an error that names column and row: NaN and
// infinities, which neither database takes as a number; NUL and bytes that are
// not UTF-8 in a text; nested types. SQLite keeps a NUMERIC as a double where it
// has up to 15 digits.
package sql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// Quote writes a name as SQL does.
func Quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// CheckName refuses what cannot be a name.
func CheckName(name string) error {
	if name == "" || strings.ContainsRune(name, 0) || len(name) > 63 {
		return fmt.Errorf("write sql: a name has 1 to 63 bytes, without NUL") // 63: PostgreSQL's NAMEDATALEN
	}
	return nil
}

// TypeOf is the SQL type of a column.
func TypeOf(t arrow.DataType) (string, error) {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return TypeOf(t.ValueType)
	case *arrow.Decimal128Type:
		return fmt.Sprintf("NUMERIC(%d,%d)", t.Precision, t.Scale), nil
	case *arrow.TimestampType:
		if t.Unit == arrow.Nanosecond {
			return "", fmt.Errorf("nanoseconds are finer than a database's times")
		}
		if t.TimeZone == "" {
			return "TIMESTAMP", nil
		}
		return "TIMESTAMP WITH TIME ZONE", nil
	}
	switch t.ID() {
	case arrow.BOOL:
		return "BOOLEAN", nil
	case arrow.INT8, arrow.INT16, arrow.UINT8:
		return "SMALLINT", nil
	case arrow.INT32, arrow.UINT16:
		return "INTEGER", nil
	case arrow.INT64, arrow.UINT32:
		return "BIGINT", nil
	case arrow.UINT64:
		return "NUMERIC(20,0)", nil
	case arrow.FLOAT32:
		return "REAL", nil
	case arrow.FLOAT64:
		return "DOUBLE PRECISION", nil
	case arrow.STRING, arrow.LARGE_STRING:
		return "TEXT", nil
	case arrow.DATE32:
		return "DATE", nil
	}
	return "", fmt.Errorf("type %s has no column in a database", t)
}

// CreateTable is the statement that makes a table: its key is the primary key,
// its references go to tables that are there already, or to itself. typeOf says
// the columns' types; see TypeOf.
func CreateTable(name string, s *arrow.Schema, there []string, typeOf func(arrow.DataType) (string, error)) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	facts, err := table.FactsOf(s)
	if err != nil {
		return "", err
	}
	var lines []string
	seen := map[string]bool{}
	for _, f := range s.Fields() {
		if err := CheckName(f.Name); err != nil {
			return "", err
		}
		if seen[f.Name] {
			return "", fmt.Errorf("write sql: column %q is there twice; rename one", f.Name)
		}
		seen[f.Name] = true
		t, err := typeOf(f.Type)
		if err != nil {
			return "", fmt.Errorf("write sql: column %q: %w", f.Name, err)
		}
		line := Quote(f.Name) + " " + t
		if !f.Nullable {
			line += " NOT NULL"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return "", fmt.Errorf("write sql: the table has no columns")
	}
	if facts.Key != "" && seen[facts.Key] {
		lines = append(lines, "PRIMARY KEY ("+Quote(facts.Key)+")")
	}
	for _, r := range facts.Refs {
		if seen[r.Column] && (r.Table == name || slices.Contains(there, r.Table)) {
			lines = append(lines, fmt.Sprintf("FOREIGN KEY (%s) REFERENCES %s (%s)", Quote(r.Column), Quote(r.Table), Quote(r.Key)))
		}
	}
	return "CREATE TABLE " + Quote(name) + " (\n  " + strings.Join(lines, ",\n  ") + "\n)", nil
}
