package seal

import (
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// Grant lets one holder open some columns.
type Grant struct {
	// Name is how inspect calls the holder. It is public. Default none.
	Name string
	// Exactly one of the four ways to open the grant is required.

	// Recipient holds a key.
	Recipient keys.Recipient
	// Passphrase is stretched by Argon2id.
	Passphrase []byte
	// Trustees open it together.
	Trustees *Trustees
	// Policy is met by the attributes of a key that Authority made. It is not
	// post-quantum, and public.
	Policy    string
	Authority keys.PolicyPublic

	// Columns are the names that the holder may open. Default, or "*", all
	// sealed columns.
	Columns []string
}

func (g *Grant) all() bool { return len(g.Columns) == 0 || slices.Contains(g.Columns, "*") }

// Options say what to seal and for whom.
type Options struct {
	// Grants are who may open what. At least one is required, and every sealed
	// column must be in one.
	Grants []Grant
	// Columns are sealed beside those that the grants name. Default none; if no
	// name is given anywhere, all columns are sealed.
	Columns []string
	// Mode is how columns are sealed that Modes does not name. Default
	// ModeChunk. The column that names the subject stays in ModeChunk if this
	// is ModeSubject.
	Mode Mode
	// Modes says how a column is sealed, by name. A name that the grants leave
	// out is sealed too. Default none.
	Modes map[string]Mode
	// Subject is the column that says whose the cells of a row are. Required
	// for ModeSubject.
	Subject string
	// Keyring holds the subjects' keys. Required for ModeSubject.
	Keyring *keys.Keyring
	// InsecureAllowClassical lets classical grants (X25519, policies) stand
	// beside or instead of post-quantum ones. Without it they are refused, because one
	// classical grant undoes the others' protection against recording today and
	// decrypting later.
	InsecureAllowClassical bool
	// Rand is where keys come from. Default crypto/rand.
	Rand io.Reader
}

// choose finds the columns to seal and checks the grants.
func choose(s *arrow.Schema, opt *Options) ([]column, error) {
	if len(opt.Grants) == 0 {
		return nil, privacy.Refused("seal", "table", "no grant is given, so nobody could open it")
	}
	names := slices.Clone(opt.Columns)
	everything := len(names) == 0
	for i := range opt.Grants {
		g := &opt.Grants[i]
		if err := g.check(opt.InsecureAllowClassical); err != nil {
			return nil, err
		}
		if !g.all() {
			names = append(names, g.Columns...)
			everything = false
		}
	}
	for n := range opt.Modes {
		names = append(names, n)
	}
	want := map[int]bool{}
	for _, n := range names {
		if n == "*" {
			everything = true
			continue
		}
		i, err := table.Column(s, n)
		if err != nil {
			return nil, fmt.Errorf("seal: %w", err)
		}
		want[i] = true
	}
	var columns []column
	for i, f := range s.Fields() {
		if !everything && !want[i] {
			continue
		}
		if len(s.FieldIndices(f.Name)) != 1 {
			return nil, fmt.Errorf("seal column %q: two columns have that name", f.Name)
		}
		c := column{Field: i, Mode: opt.mode(f.Name), Name: f.Name}
		if err := c.checkMode(s, opt); err != nil {
			return nil, fmt.Errorf("seal column %q: %w", f.Name, err)
		}
		if !slices.ContainsFunc(opt.Grants, func(g Grant) bool { return g.all() || slices.Contains(g.Columns, f.Name) }) {
			return nil, privacy.Refused("seal", fmt.Sprintf("column %q", f.Name), "no grant opens it, so it would be lost")
		}
		columns = append(columns, c)
	}
	if len(columns) == 0 {
		return nil, privacy.Refused("seal", "table", "it has no column to seal")
	}
	return columns, nil
}

func (opt *Options) mode(name string) Mode {
	switch m := opt.Modes[name]; {
	case m != "":
		return m
	case opt.Mode == "" || opt.Mode == ModeSubject && name == opt.Subject:
		return ModeChunk
	}
	return opt.Mode
}

// checkMode holds a column's mode against its type and sets its subject.
func (c *column) checkMode(s *arrow.Schema, opt *Options) error {
	t := valueType(s.Field(c.Field).Type)
	switch c.Mode {
	case ModeChunk:
		return nil
	case ModeSubject:
		if opt.Keyring == nil || opt.Subject == "" {
			return fmt.Errorf("mode %q needs a keyring and a subject column", c.Mode)
		}
		i, err := table.Column(s, opt.Subject)
		if err != nil {
			return err
		}
		if i == c.Field || !namesSubjects(valueType(s.Field(i).Type)) || opt.mode(opt.Subject) != ModeChunk {
			return fmt.Errorf("column %q cannot name the subject: it must be text or integers, and clear or in mode %q", opt.Subject, ModeChunk)
		}
		c.Subject = opt.Subject
	case ModeCell:
	default:
		return fmt.Errorf("unknown mode %q", c.Mode)
	}
	if cellWidth(t) < 0 {
		return fmt.Errorf("type %v cannot be sealed by the cell", t)
	}
	return nil
}

func (g *Grant) check(classical bool) error {
	if len(g.Name) > maxNameSize {
		return fmt.Errorf("grant %q...: the name has %d bytes, at most %d", g.Name[:16], len(g.Name), maxNameSize)
	}
	object := fmt.Sprintf("%q", g.Name)
	ways := 0
	for _, given := range []bool{!g.Recipient.IsZero(), g.Passphrase != nil, g.Trustees != nil, g.Policy != ""} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return fmt.Errorf("grant %s: %d of recipient, passphrase, trustees and policy are given, want one", object, ways)
	}
	weak := ""
	switch {
	case g.Passphrase != nil && len(g.Passphrase) == 0:
		return privacy.Refused("grant", object, "the passphrase is empty")
	case g.Policy != "":
		if g.Authority.IsZero() {
			return fmt.Errorf("grant %s: the policy's authority is not given", object)
		}
		if err := keys.CheckPolicy(g.Policy); err != nil {
			return fmt.Errorf("grant %s: %w", object, err)
		}
		weak = "attribute policies rest on pairings"
	case g.Trustees != nil:
		if n := len(g.Trustees.Recipients); g.Trustees.Threshold < 2 || g.Trustees.Threshold > n || n > keys.MaxShares {
			return fmt.Errorf("grant %s: %d of %d trustees: want 2 <= threshold <= trustees <= %d", object, g.Trustees.Threshold, n, keys.MaxShares)
		}
		for i, r := range g.Trustees.Recipients {
			if slices.Contains(g.Trustees.Recipients[:i], r) {
				return privacy.Refused("grant", object, "trustee %d is there twice, and would count twice", i+1)
			}
			if !r.Suite().PostQuantum() {
				weak = fmt.Sprintf("the recipient of trustee %d is %s", i+1, r.Suite())
			}
		}
	case !g.Recipient.IsZero() && !g.Recipient.Suite().PostQuantum():
		weak = "its recipient is " + string(g.Recipient.Suite())
	}
	if weak != "" && !classical {
		return &privacy.Error{
			Kind: privacy.ErrRefused, Verb: "grant", Object: object,
			Cause: "it is not post-quantum (" + weak + "): what is recorded today could be opened by a quantum computer later",
			Hint:  "ask for a recipient that starts with age1pq1 (verisim keys new), or force it with --insecure-allow-classical",
		}
	}
	return nil
}

// fields lists the granted fields of the sealed columns.
func (g *Grant) fields(columns []column) []int {
	out := []int{}
	for _, c := range columns {
		if g.all() || slices.Contains(g.Columns, c.Name) {
			out = append(out, c.Field)
		}
	}
	return out
}
