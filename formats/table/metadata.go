package table

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
)

// Metadata keys. Field keys describe a column, schema keys the table.
const (
	KeyRole   = "verisim.role"   // field: a Role
	KeyOrigin = "verisim.origin" // field: an Origin
	KeyName   = "verisim.table"  // schema: the table's name
	KeyKey    = "verisim.key"    // schema: the key column's name
	KeyRefs   = "verisim.refs"   // schema: JSON list of Ref
)

// Role says what a column is.
type Role string

// The roles. Plain is the zero meaning: nothing special.
const (
	RolePlain     Role = "plain"
	RoleID        Role = "id"        // identifies the row, means nothing outside
	RoleDirect    Role = "direct"    // identifies a person by itself: name, card number
	RoleQuasi     Role = "quasi"     // identifies together with others: birth date, postcode
	RoleSensitive Role = "sensitive" // harms if known: income, diagnosis
	RoleLabel     Role = "label"     // what a model is to predict
	RoleTime      Role = "time"      // when the row happened
)

// Roles lists every role.
func Roles() []Role {
	return []Role{RoleID, RoleDirect, RoleQuasi, RoleSensitive, RoleLabel, RoleTime, RolePlain}
}

// ParseRole reads a role's name. The empty name is RolePlain.
func ParseRole(s string) (Role, error) {
	if s == "" {
		return RolePlain, nil
	}
	if r := Role(s); slices.Contains(Roles(), r) {
		return r, nil
	}
	return "", fmt.Errorf("parse role: %q is none of %v", s, Roles())
}

// Origin says where a column's values came from. It is a taint track: sources
// start real, engines and masks restate it, and a sink that leaves the house
// refuses a direct or sensitive column of real origin.
type Origin string

// The origins. An unmarked column is real.
const (
	OriginReal      Origin = "real"
	OriginMasked    Origin = "masked"
	OriginSynthetic Origin = "synthetic"
)

// Ref is a foreign key: Column of this table holds values of Key in Table.
type Ref struct {
	Column string `json:"column"`
	Table  string `json:"table"`
	Key    string `json:"key"`
}

// Label is what rides with a column.
type Label struct {
	Role   Role
	Origin Origin
}

// LabelOf reads a field's label; an unmarked field is plain and real.
func LabelOf(f arrow.Field) Label {
	l := Label{Role: RolePlain, Origin: OriginReal}
	if v, ok := f.Metadata.GetValue(KeyRole); ok {
		l.Role = Role(v)
	}
	if v, ok := f.Metadata.GetValue(KeyOrigin); ok {
		l.Origin = Origin(v)
	}
	return l
}

// WithLabel returns the field with the label set and its other metadata kept.
// Empty members of l leave what was there.
func WithLabel(f arrow.Field, l Label) arrow.Field {
	m := toMap(f.Metadata)
	if l.Role != "" {
		m[KeyRole] = string(l.Role)
	}
	if l.Origin != "" {
		m[KeyOrigin] = string(l.Origin)
	}
	f.Metadata = fromMap(m)
	return f
}

// WithOrigin returns the schema with every column's origin restated.
func WithOrigin(s *arrow.Schema, o Origin) *arrow.Schema {
	fields := slices.Clone(s.Fields())
	for i := range fields {
		fields[i] = WithLabel(fields[i], Label{Origin: o})
	}
	md := s.Metadata()
	return arrow.NewSchema(fields, &md)
}

// Facts is what rides with a table.
type Facts struct {
	Name string
	Key  string // the column that identifies a row, or empty
	Refs []Ref
}

// FactsOf reads a schema's facts. Malformed references are an error, since a
// file from outside may carry anything.
func FactsOf(s *arrow.Schema) (Facts, error) {
	md := s.Metadata()
	var f Facts
	if v, ok := md.GetValue(KeyName); ok {
		f.Name = v
	}
	if v, ok := md.GetValue(KeyKey); ok {
		f.Key = v
	}
	if v, ok := md.GetValue(KeyRefs); ok {
		if err := json.Unmarshal([]byte(v), &f.Refs); err != nil {
			return f, fmt.Errorf("read schema metadata %q: %w", KeyRefs, err)
		}
	}
	return f, nil
}

// WithFacts returns the schema with the table's facts set and its other
// metadata kept. Empty members remove their key.
func WithFacts(s *arrow.Schema, f Facts) *arrow.Schema {
	m := toMap(s.Metadata())
	set := func(k, v string) {
		if v == "" {
			delete(m, k)
			return
		}
		m[k] = v
	}
	set(KeyName, f.Name)
	set(KeyKey, f.Key)
	refs := ""
	if len(f.Refs) > 0 {
		b, err := json.Marshal(f.Refs)
		if err != nil {
			panic("table: marshal refs: " + err.Error()) // plain strings always marshal
		}
		refs = string(b)
	}
	set(KeyRefs, refs)
	md := fromMap(m)
	return arrow.NewSchema(s.Fields(), &md)
}

func toMap(md arrow.Metadata) map[string]string {
	m := make(map[string]string, md.Len()+2)
	for i, k := range md.Keys() {
		m[k] = md.Values()[i]
	}
	return m
}

// fromMap sorts the keys, so that equal facts give equal bytes.
func fromMap(m map[string]string) arrow.Metadata {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	vals := make([]string, len(keys))
	for i, k := range keys {
		vals[i] = m[k]
	}
	return arrow.NewMetadata(keys, vals)
}
