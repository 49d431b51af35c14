package seal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// Rotation says what Rotate gives new keys, and for whom.
type Rotation struct {
	// Columns get new keys. Default all sealed columns.
	Columns []string
	// Grants are who may open what afterwards; all former grants end. At least
	// one is required.
	Grants []Grant
	// InsecureAllowClassical is Options.InsecureAllowClassical.
	InsecureAllowClassical bool
	// Rand is where keys come from. Default crypto/rand.
	Rand io.Reader
}

// RotateLimit is what a rotation does not do, in a sentence for people.
const RotateLimit = "whoever could open the old file keeps what he read, and every copy of the old file still opens with the old keys; destroy those copies"

// Rotate writes the table to w anew: the same columns sealed, chosen ones under
// new keys, with a new header key and a new list of grants. Columns that are
// not chosen keep their keys, and with them their commitment keys. The reader's
// keys must open every sealed column; all of it is authenticated on the way.
// Cells of erased subjects become null.
//
// It keeps former holders out of what is in the new file only; see RotateLimit.
func Rotate(ctx context.Context, w io.Writer, r *Reader, rot Rotation) (Info, error) {
	columns := r.f.h.Immutable.Columns
	for _, n := range rot.Columns {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.Name == n }) {
			return Info{}, fmt.Errorf("rotate column %q: it is not sealed in this file", n)
		}
	}
	opt := Options{
		Grants: rot.Grants, Keyring: r.ring, Modes: map[string]Mode{},
		InsecureAllowClassical: rot.InsecureAllowClassical, Rand: orRandom(rot.Rand),
	}
	k := &keySet{columns: map[int][]byte{}}
	var err error
	if k.header, err = randomKey(opt.Rand); err != nil {
		return Info{}, err
	}
	for _, c := range columns {
		if !r.opens(c) {
			return Info{}, privacy.NoKey("rotate", fmt.Sprintf("column %q", c.Name), "the given keys do not open it")
		}
		k.columns[c.Field] = bytes.Clone(r.keys.columns[c.Field])
		if len(rot.Columns) == 0 || slices.Contains(rot.Columns, c.Name) {
			if k.columns[c.Field], err = randomKey(opt.Rand); err != nil {
				return Info{}, err
			}
		}
		opt.Columns = append(opt.Columns, c.Name) // those and no others
		opt.Modes[c.Name] = c.Mode
		if c.Subject != "" {
			opt.Subject = c.Subject
		}
	}
	for i := range rot.Grants { // a grant that names a clear column would seal it
		if _, err = r.f.granted(&rot.Grants[i], k); err != nil {
			return Info{}, err
		}
	}
	chosen, err := choose(r.f.plain, &opt)
	if err != nil {
		return Info{}, err
	}
	out, err := create(w, r.f.plain, chosen, opt, k)
	if err != nil {
		return Info{}, err
	}
	st, err := r.Stream(nil)
	if err != nil {
		return Info{}, err
	}
	if _, err = table.Copy(ctx, out, st); err != nil {
		return Info{}, err
	}
	err = out.Close()
	return out.Info(), err
}
