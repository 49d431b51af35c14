package seal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// A grant opens its cell, in its file, and nothing else.
func TestDisclose(t *testing.T) {
	id := identity(t)
	s, batches := sample(9, 4)
	opt := Options{
		Grants: []Grant{{Recipient: id.Recipient()}}, Columns: []string{"tags"}, Keyring: must(keys.NewKeyring(nil)), Subject: "id",
		Modes: map[string]Mode{"name": ModeCell, "income": ModeCell, "flag": ModeCell, "city": ModeSubject},
	}
	data, twin := sealed(t, s, batches, opt), sealed(t, s, batches, opt)
	r := must(Open(bytes.NewReader(data), int64(len(data)), []*keys.Identity{id}))
	ctx := context.Background()
	n := 0
	for _, name := range []string{"name", "income", "flag"} {
		for row := range int64(13) {
			batch, within := 0, int(row)
			if row >= 9 {
				batch, within = 1, int(row-9)
			}
			want := batches[batch].Column(s.FieldIndices(name)[0])
			g, err := r.Disclose(ctx, name, row)
			if want.IsNull(within) {
				if err == nil {
					t.Errorf("a null cell of %s is disclosed", name)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			g = must(ParseCellGrant(must(g.Format())))
			got, err := OpenCell(bytes.NewReader(data), int64(len(data)), g)
			if err != nil || got.ValueStr(0) != want.ValueStr(within) {
				t.Errorf("%s of row %d opens to %v, %v", name, row, got, err)
			}
			n++
			if _, err := OpenCell(bytes.NewReader(twin), int64(len(twin)), g); !errors.Is(err, privacy.ErrNoKey) {
				t.Errorf("OpenCell of another file = %v, want ErrNoKey", err)
			}
			for d := range int64(13) {
				if d == row {
					continue
				}
				other := *g
				other.Row = d
				if _, err := OpenCell(bytes.NewReader(data), int64(len(data)), &other); !errors.Is(err, privacy.ErrTampered) {
					t.Fatalf("the grant of row %d opens row %d of %s: %v", row, d, name, err)
				}
			}
		}
	}
	if n < 25 {
		t.Errorf("%d cells were disclosed, want at least 25", n)
	}
	for _, name := range []string{"tags", "city", "id"} {
		if _, err := r.Disclose(ctx, name, 0); !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("Disclose(%s) = %v, want ErrRefused", name, err)
		}
	}
	for _, row := range []int64{-1, 13} {
		if _, err := r.Disclose(ctx, "name", row); err == nil {
			t.Errorf("Disclose of row %d is accepted", row)
		}
	}
	whole := must(must(r.Disclose(ctx, "flag", 0)).Format())
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1
		g, err := ParseCellGrant(b)
		if err != nil {
			continue
		}
		if got, err := OpenCell(bytes.NewReader(data), int64(len(data)), g); err == nil {
			t.Errorf("byte %d changed: it opens to %s", i, fmt.Sprint(got))
		}
	}
}
