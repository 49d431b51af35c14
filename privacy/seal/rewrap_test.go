package seal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// fake is a Storage; writes beyond the budget are lost, as in a crash.
type fake struct {
	b      []byte
	budget int
}

func (m *fake) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(m.b).ReadAt(p, off)
}

var errCrash = errors.New("crash")

func (m *fake) WriteAt(p []byte, off int64) (int, error) {
	n := min(len(p), m.budget)
	copy(m.b[off:], p[:n])
	m.budget -= n
	if n < len(p) {
		return n, errCrash
	}
	return n, nil
}

func (m *fake) Sync() error { return nil }

var _ io.ReaderAt = (*fake)(nil)

func granted(t *testing.T, data []byte, id *keys.Identity) ([]string, error) {
	t.Helper()
	r, err := Open(bytes.NewReader(data), int64(len(data)), []*keys.Identity{id})
	if err != nil {
		return nil, err
	}
	return r.Granted(), nil
}

func TestRewrap(t *testing.T) {
	s := newSmall(t)
	vendor := identity(t)
	m := &fake{bytes.Clone(s.data), 1 << 30}
	info, err := Rewrap(m, int64(len(m.b)), with1(s.audit), Change{
		Remove: []string{"team"}, Add: []Grant{{Name: "vendor", Recipient: vendor.Recipient(), Columns: []string{"income"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(info.Holders) != 2 || info.Holders[1].Name != "vendor" {
		t.Errorf("holders = %+v", info.Holders)
	}
	if _, err := granted(t, m.b, s.team); !errors.Is(err, privacy.ErrNoKey) {
		t.Errorf("removed holder opens: %v", err)
	}
	if g, err := granted(t, m.b, vendor); err != nil || len(g) != 1 || g[0] != "income" {
		t.Errorf("new holder: %v, %v", g, err)
	}
	compare(t, s.schema, s.batches, must(readAll(m.b, with1(s.audit))))
	_, header := headerSpans(t, s.data)
	for i := range m.b {
		if m.b[i] != s.data[i] && !header(i) {
			t.Fatalf("byte %d changed, which is not of the header", i)
		}
	}
	// The old header in the new file, and the other way round, are refused.
	old, _ := headerSpans(t, s.data)
	at := bytes.Index(s.data, []byte(keyHeader))
	mixed := bytes.Clone(m.b)
	copy(mixed[at:at+old], s.data[at:at+old])
	refused(t, "old header in one place", mixed, with1(s.audit))
}

func TestRewrapRefuses(t *testing.T) {
	s := newSmall(t)
	new1 := identity(t)
	for name, x := range map[string]struct {
		u    Unlock
		c    Change
		kind error
	}{
		"stranger":      {with1(new1), Change{Remove: []string{"team"}}, privacy.ErrNoKey},
		"last holder":   {with1(s.audit), Change{Remove: []string{"audit"}}, privacy.ErrRefused},
		"no such":       {with1(s.audit), Change{Remove: []string{"tema"}}, nil},
		"more than own": {with1(s.team), Change{Add: []Grant{{Recipient: new1.Recipient(), Columns: []string{"tags"}}}}, privacy.ErrNoKey},
		"star":          {with1(s.team), Change{Add: []Grant{{Recipient: new1.Recipient()}}}, privacy.ErrNoKey},
		"clear column":  {with1(s.audit), Change{Add: []Grant{{Recipient: new1.Recipient(), Columns: []string{"id"}}}}, nil},
		"too many": {with1(s.audit), Change{Add: []Grant{
			{Recipient: new1.Recipient()},
			{Recipient: new1.Recipient()},
			{Recipient: new1.Recipient()},
			{Recipient: new1.Recipient()},
			{Recipient: new1.Recipient()},
			{Recipient: new1.Recipient()},
			{Recipient: new1.Recipient()},
			{Recipient: new1.Recipient()},
		}}, privacy.ErrRefused},
	} {
		m := &fake{bytes.Clone(s.data), 1 << 30}
		_, err := Rewrap(m, int64(len(m.b)), x.u, x.c)
		if err == nil || (x.kind != nil && !errors.Is(err, x.kind)) {
			t.Errorf("%s: Rewrap = %v, want %v", name, err, x.kind)
		}
		if !bytes.Equal(m.b, s.data) {
			t.Errorf("%s: a refused rewrap changed the file", name)
		}
	}
}

// A rewrap that stops after any number of bytes leaves a file that is refused
// or whole, and that the next rewrap repairs.
func TestRewrapInterrupted(t *testing.T) {
	s := newSmall(t)
	size, _ := headerSpans(t, s.data)
	c := Change{Remove: []string{"team"}}
	for budget := 0; budget <= 2*size; budget += 211 {
		m := &fake{bytes.Clone(s.data), budget}
		_, err := Rewrap(m, int64(len(m.b)), with1(s.audit), c)
		if (budget < 2*size) != errors.Is(err, errCrash) {
			t.Fatalf("budget %d: Rewrap = %v", budget, err)
		}
		if got, rerr := readAll(m.b, with1(s.audit)); rerr == nil {
			compare(t, s.schema, s.batches, got)
		} else if !errors.Is(rerr, privacy.ErrTampered) {
			t.Errorf("budget %d: open = %v, want ErrTampered", budget, rerr)
		}
		m.budget = 1 << 30
		_, err = Rewrap(m, int64(len(m.b)), with1(s.audit), Change{})
		if err != nil {
			t.Fatalf("budget %d: repair = %v", budget, err)
		}
		compare(t, s.schema, s.batches, must(readAll(m.b, with1(s.audit))))
	}
}

func TestRotate(t *testing.T) {
	s := newSmall(t)
	next := identity(t)
	r := must(Open(bytes.NewReader(s.data), int64(len(s.data)), []*keys.Identity{s.audit}))
	var out bytes.Buffer
	if _, err := Rotate(context.Background(), &out, r, Rotation{
		Columns: []string{"income"},
		Grants:  []Grant{{Name: "audit", Recipient: s.audit.Recipient()}, {Name: "next", Recipient: next.Recipient(), Columns: []string{"name"}}},
	}); err != nil {
		t.Fatal(err)
	}
	compare(t, s.schema, s.batches, must(readAll(out.Bytes(), with1(s.audit))))
	if _, err := granted(t, out.Bytes(), s.team); !errors.Is(err, privacy.ErrNoKey) {
		t.Errorf("former holder opens: %v", err)
	}
	n := must(Open(bytes.NewReader(out.Bytes()), int64(out.Len()), []*keys.Identity{s.audit}))
	if !bytes.Equal(n.CommitKey("name"), r.CommitKey("name")) {
		t.Error("a column that was not chosen has a new key")
	}
	if bytes.Equal(n.CommitKey("income"), r.CommitKey("income")) {
		t.Error("a chosen column kept its key")
	}
	part := must(Open(bytes.NewReader(s.data), int64(len(s.data)), []*keys.Identity{s.team}))
	if _, err := Rotate(context.Background(), io.Discard, part, Rotation{Grants: []Grant{{Recipient: next.Recipient()}}}); !errors.Is(err, privacy.ErrNoKey) {
		t.Errorf("Rotate with keys for a part = %v, want ErrNoKey", err)
	}
	if _, err := Rotate(context.Background(), io.Discard, r, Rotation{Grants: []Grant{{Recipient: next.Recipient(), Columns: []string{"id"}}}}); err == nil {
		t.Error("Rotate sealed a clear column")
	}
	// Grants of all columns mean all that are sealed, and seal no others.
	out.Reset()
	info, err := Rotate(context.Background(), &out, r, Rotation{Grants: []Grant{{Recipient: next.Recipient()}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(info.Holders[0].Columns), "[name income tags]"; got != want {
		t.Errorf("Rotate for all columns grants %s, want %s", got, want)
	}
	compare(t, s.schema, s.batches, must(readAll(out.Bytes(), with1(next))))
}
