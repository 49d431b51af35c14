package commit

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/privacy"
)

// Root is a commitment to a table. Hashes are lower-case hexadecimal.
type Root struct {
	Version int      `json:"version"`
	Rows    int64    `json:"rows"`
	Schema  string   `json:"schema"`
	Columns []Column `json:"columns"`
	Table   string   `json:"table"`
}

// Column is a commitment to a column.
type Column struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Salted bool   `json:"salted"`
	Root   string `json:"root"`
}

// Hex writes a hash as roots hold it.
func Hex(h Hash) string { return hex.EncodeToString(h[:]) }

func parseHex(s string) (h Hash, ok bool) {
	if len(s) != 2*len(h) || strings.ToLower(s) != s {
		return h, false
	}
	n, err := hex.Decode(h[:], []byte(s))
	return h, err == nil && n == len(h)
}

// table derives the table's root from the other members.
func (r *Root) table() Hash {
	schema, _ := parseHex(r.Schema)
	var f frontier
	head := append([]byte{0}, "verisim/commit/v1"...)
	head = binary.BigEndian.AppendUint64(head, uint64(r.Rows))
	head = binary.BigEndian.AppendUint64(head, uint64(len(r.Columns)))
	f.push(sha256.Sum256(append(head, schema[:]...)))
	for _, c := range r.Columns {
		m := text(text([]byte{0}, c.Name), c.Type)
		m = append(m, bit(c.Salted))
		root, _ := parseHex(c.Root)
		f.push(sha256.Sum256(append(m, root[:]...)))
	}
	return f.root()
}

// Check says whether the root is well formed and its table root follows from
// the rest. An error matches privacy.ErrTampered or privacy.ErrVersion.
func (r *Root) Check() error {
	if r.Version != Version {
		return &privacy.Error{Kind: privacy.ErrVersion, Verb: "check", Object: "commitment", Cause: fmt.Sprintf("version is %d, this program knows %d", r.Version, Version)}
	}
	bad := func(format string, args ...any) error {
		return privacy.Tampered("check", "commitment", format, args...)
	}
	if _, ok := parseHex(r.Schema); !ok || r.Rows < 0 {
		return bad("its schema digest or its number of rows is malformed")
	}
	seen := map[string]bool{}
	for _, c := range r.Columns {
		if _, ok := parseHex(c.Root); !ok || seen[c.Name] {
			return bad("column %q is malformed, or there twice", c.Name)
		}
		seen[c.Name] = true
	}
	if want, ok := parseHex(r.Table); !ok || want != r.table() {
		return bad("the table's root does not follow from its columns")
	}
	return nil
}

// Compare says whether a re-derived root has the same rows and, for the
// columns that it has, the same names, types and roots. The error names the
// first column that differs and matches privacy.ErrTampered.
func (r *Root) Compare(derived *Root) error {
	if r.Rows != derived.Rows {
		return privacy.Tampered("check", "commitment", "the table has %d rows, its maker committed to %d", derived.Rows, r.Rows)
	}
	for _, d := range derived.Columns {
		i := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == d.Name })
		if i < 0 {
			return privacy.Tampered("check", "commitment", "column %q is not among those that were committed to", d.Name)
		}
		c := r.Columns[i]
		if c.Type != d.Type || c.Salted != d.Salted {
			return privacy.Tampered("check", "commitment", "column %q is %s, its maker committed to %s", d.Name, d.Type, c.Type)
		}
		if c.Root != d.Root {
			return privacy.Tampered("check", "commitment", "the cells of column %q are not those that its maker committed to", d.Name)
		}
	}
	return nil
}

// typeName is Arrow's name of the value type.
func typeName(t arrow.DataType) string {
	if d, ok := t.(*arrow.DictionaryType); ok {
		t = d.ValueType
	}
	return t.String()
}

// SchemaDigest is the hash of a schema as COMMIT.md writes it.
func SchemaDigest(s *arrow.Schema) Hash {
	m := binary.BigEndian.AppendUint64(nil, uint64(s.NumFields()))
	for _, f := range s.Fields() {
		m = text(text(m, f.Name), typeName(f.Type))
		m = metadata(append(m, bit(f.Nullable)), f.Metadata)
	}
	return sha256.Sum256(metadata(m, s.Metadata()))
}

func metadata(dst []byte, md arrow.Metadata) []byte {
	type pair struct{ key, value string }
	var ours []pair
	for i, k := range md.Keys() {
		if strings.HasPrefix(k, "verisim.") {
			ours = append(ours, pair{k, md.Values()[i]})
		}
	}
	slices.SortFunc(ours, func(a, b pair) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.value, b.value)) })
	dst = binary.BigEndian.AppendUint64(dst, uint64(len(ours)))
	for _, p := range ours {
		dst = text(text(dst, p.key), p.value)
	}
	return dst
}

func text(dst []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint64(dst, uint64(len(s))), s...)
}

func bit(b bool) byte {
	if b {
		return 1
	}
	return 0
}
