package seal

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/privacy/keys"
)

// Info is what anybody sees of a sealed file without a key. It is
// unauthenticated until the file is opened.
type Info struct {
	Version int      `json:"version"`
	Suite   string   `json:"suite"`
	FileID  string   `json:"fileId"`
	Rows    int64    `json:"rows"`
	Batches int      `json:"batches"`
	Columns []Column `json:"columns"`
	Holders []Holder `json:"holders"`
	// Spare is how many bytes of header are free for more grants.
	Spare int `json:"spare"`
}

// Column is one column of the table.
type Column struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Sealed bool   `json:"sealed"`
	Mode   Mode   `json:"mode,omitempty"`
}

// Holder is one grant.
type Holder struct {
	Name        string   `json:"name,omitempty"`
	Kind        string   `json:"kind"`
	Recipient   string   `json:"recipient,omitempty"` // id of the key, hex
	Suite       string   `json:"suite"`
	PostQuantum bool     `json:"postQuantum"`
	Policy      string   `json:"policy,omitempty"`
	Trustees    []string `json:"trustees,omitempty"` // ids of their keys, hex
	Threshold   int      `json:"threshold,omitempty"`
	Columns     []string `json:"columns"`
}

// Inspect tells who may open what, without a key.
func Inspect(r io.ReaderAt, size int64) (Info, error) {
	f, err := readFile(r, size)
	if err != nil {
		return Info{}, err
	}
	return f.info(), nil
}

// IsSealed says whether an Arrow schema is that of a sealed file.
func IsSealed(s *arrow.Schema) bool {
	md := s.Metadata()
	return md.FindKey(keyHeader) >= 0
}

func (f *file) info() Info { return f.h.info(f.plain, len(f.blocks), f.total()) }

func (h *header) info(plain *arrow.Schema, batches int, rows int64) Info {
	i := Info{
		Version: h.Immutable.Version, Suite: h.Immutable.Suite, FileID: h.Immutable.FileID,
		Rows: rows, Batches: batches,
	}
	names := map[int]string{}
	for n, fd := range plain.Fields() {
		c := Column{Name: fd.Name, Type: fd.Type.String()}
		if k := slices.IndexFunc(h.Immutable.Columns, func(c column) bool { return c.Field == n }); k >= 0 {
			c.Sealed, c.Mode = true, h.Immutable.Columns[k].Mode
		}
		names[n] = fd.Name
		i.Columns = append(i.Columns, c)
	}
	for _, s := range h.Slots {
		o := Holder{Name: s.Name, Kind: s.Kind, Recipient: s.Recipient, Suite: s.Suite, Policy: s.Policy, Columns: []string{}}
		o.PostQuantum = s.Kind == kindPassphrase || s.Kind == kindTrustees || keys.Suite(s.Suite).PostQuantum()
		for _, t := range s.Shares {
			o.Trustees = append(o.Trustees, t.Recipient)
			o.PostQuantum = o.PostQuantum && keys.Suite(t.Suite).PostQuantum()
		}
		if n, err := s.threshold(); err == nil {
			o.Threshold = n
		}
		for _, c := range s.Columns {
			o.Columns = append(o.Columns, names[c])
		}
		i.Holders = append(i.Holders, o)
	}
	if b, err := h.encode(); err == nil {
		i.Spare = len(b) - len(strings.TrimRight(string(b), " "))
	}
	return i
}

// String is a short table for people.
func (i Info) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sealed Arrow, version %d, %d rows in %d batches\n", i.Version, i.Rows, i.Batches)
	for _, c := range i.Columns {
		state := "clear"
		if c.Sealed {
			state = "sealed (" + string(c.Mode) + ")"
		}
		fmt.Fprintf(&b, "  %-24s %-20s %s\n", c.Name, c.Type, state)
	}
	for _, h := range i.Holders {
		who := h.Name
		if who == "" {
			who = h.Recipient
		}
		note := ""
		if !h.PostQuantum {
			note = ", not post-quantum"
		}
		fmt.Fprintf(&b, "  %s (%s%s) opens %s\n", who, h.Kind, note, strings.Join(h.Columns, ", "))
	}
	return b.String()
}
