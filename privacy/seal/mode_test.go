package seal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestCellMode(t *testing.T) {
	id := must(keys.NewClassical(nil)) // for its speed
	s, batches := sample(9, 1, 4)
	opt := Options{
		InsecureAllowClassical: true,
		Grants:                 []Grant{{Recipient: id.Recipient()}},
		Modes:                  map[string]Mode{"name": ModeCell, "city": ModeCell, "income": ModeCell, "flag": ModeCell, "land": ModeCell},
	}
	data := sealed(t, s, batches, opt)
	got, err := readAll(data, with1(id))
	if err != nil {
		t.Fatal(err)
	}
	compare(t, s, batches, got)
	b := bytes.Clone(data)
	_, header := headerSpans(t, data)
	for i := 0; i < len(b); i += 3 * stride {
		if header(i) {
			continue
		}
		b[i] ^= 4
		refused(t, fmt.Sprintf("flip at %d", i), b, with1(id))
		b[i] = data[i]
	}
	if _, err := Create(new(bytes.Buffer), s, Options{Grants: opt.Grants, Modes: map[string]Mode{"tags": ModeCell}}); err == nil {
		t.Error("a list was sealed by the cell")
	}
}

func TestSubjectMode(t *testing.T) {
	id := identity(t)
	s, batches := sample(40, 30)
	ring := must(keys.NewKeyring(nil))
	for _, subject := range []string{"id", "city"} {
		opt := Options{
			Grants: []Grant{{Recipient: id.Recipient()}}, Keyring: ring, Subject: subject,
			Modes: map[string]Mode{"name": ModeSubject, "income": ModeSubject, "id": ModeChunk},
		}
		if subject == "city" {
			// The sample's city has no nulls, so every row has a subject.
			opt.Columns = []string{"city"}
		}
		data := sealed(t, s, batches, opt)
		u := with1(id)
		r := must(OpenWith(bytes.NewReader(data), int64(len(data)), u))
		if _, err := r.Stream([]string{"name"}); !errors.Is(err, privacy.ErrNoKey) {
			t.Errorf("open without the keyring = %v, want ErrNoKey", err)
		}
		u.Keyring = must(keys.NewKeyring(nil))
		if _, err := must(OpenWith(bytes.NewReader(data), int64(len(data)), u)).Stream([]string{"name"}); !errors.Is(err, privacy.ErrNoKey) {
			t.Errorf("open with another keyring = %v, want ErrNoKey", err)
		}
		u.Keyring = ring
		compare(t, s, batches, must(readAll(data, u)))
	}
}

// Erasing a customer leaves his cells unreadable in a copy made before, and
// everybody else's as they were.
func TestErasure(t *testing.T) {
	id := identity(t)
	s, batches := sample(40, 30)
	ring := must(keys.NewKeyring(nil))
	data := sealed(t, s, batches, Options{
		Grants: []Grant{{Recipient: id.Recipient()}}, Keyring: ring, Subject: "id",
		Modes: map[string]Mode{"income": ModeSubject, "name": ModeSubject},
	})
	erased := []byte("33")
	if !ring.Erase(erased) {
		t.Fatal("Erase = false")
	}
	got := must(readAll(data, Unlock{Identities: []*keys.Identity{id}, Keyring: ring}))
	row := int64(0)
	for i, b := range got {
		for j := range int(b.NumRows()) {
			for _, c := range []int{1, 3} {
				want, have := batches[i].Column(c), b.Column(c)
				switch {
				case row == 33 && !have.IsNull(j):
					t.Errorf("column %d of the erased customer is readable", c)
				case row != 33 && want.ValueStr(j) != have.ValueStr(j):
					t.Errorf("row %d column %d = %s, want %s", row, c, have.ValueStr(j), want.ValueStr(j))
				}
			}
			row++
		}
	}
	// The erased subject cannot be sealed again under this keyring.
	w := must(Create(new(bytes.Buffer), s, Options{
		Grants: []Grant{{Recipient: id.Recipient()}}, Keyring: ring, Subject: "id", Modes: map[string]Mode{"income": ModeSubject, "name": ModeChunk},
	}))
	if err := w.Write(batches[0]); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err == nil {
		t.Error("an erased subject was sealed again")
	}
}

func TestGrantKinds(t *testing.T) {
	s, batches := sample(9, 4)
	owner, a, b, c := identity(t), identity(t), identity(t), identity(t)
	authority := must(keys.NewAuthority(nil))
	opt := Options{InsecureAllowClassical: true, Grants: []Grant{
		{Name: "owner", Recipient: owner.Recipient()},
		{Name: "pass", Passphrase: []byte("correct horse"), Columns: []string{"name"}},
		{Name: "board", Trustees: &Trustees{2, []keys.Recipient{a.Recipient(), b.Recipient(), c.Recipient()}}, Columns: []string{"name", "income"}},
		{Name: "analysts", Policy: "dept: fraud and level: lead", Authority: authority.Public(), Columns: []string{"income"}},
	}}
	data := sealed(t, s, batches, opt)
	attrs := func(m map[string]string) Unlock {
		return Unlock{AttributeKeys: []*keys.AttributeKey{must(authority.Key(nil, m))}}
	}
	for name, x := range map[string]struct {
		u    Unlock
		want string // the granted columns, or "" for ErrNoKey
	}{
		"owner":           {with1(owner), "[name income]"},
		"passphrase":      {Unlock{Passphrase: []byte("correct horse")}, "[name]"},
		"wrong pass":      {Unlock{Passphrase: []byte("battery staple")}, ""},
		"one trustee":     {with1(b), ""},
		"twice one":       {with1(b, b), ""},
		"two trustees":    {with1(c, a), "[name income]"},
		"three trustees":  {with1(a, b, c), "[name income]"},
		"attributes":      {attrs(map[string]string{"dept": "fraud", "level": "lead"}), "[income]"},
		"less attributes": {attrs(map[string]string{"dept": "fraud"}), ""},
		"nothing":         {Unlock{}, ""},
	} {
		r, err := OpenWith(bytes.NewReader(data), int64(len(data)), x.u)
		if x.want == "" {
			if !errors.Is(err, privacy.ErrNoKey) {
				t.Errorf("%s: open = %v, want ErrNoKey", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: open = %v", name, err)
			continue
		}
		if got := fmt.Sprint(r.Granted()); got != x.want {
			t.Errorf("%s: granted %s, want %s", name, got, x.want)
		}
		st := must(r.Stream(nil))
		if _, err := table.Collect(context.Background(), st); err != nil {
			t.Errorf("%s: read = %v", name, err)
		}
	}
	info := must(Inspect(bytes.NewReader(data), int64(len(data))))
	var pq []bool
	for _, h := range info.Holders {
		pq = append(pq, h.PostQuantum)
	}
	if want := "[true true true false]"; fmt.Sprint(pq) != want {
		t.Errorf("post-quantum holders = %v, want %s", pq, want)
	}
}

func TestRefusals(t *testing.T) {
	s, _ := sample()
	id := identity(t)
	old := must(keys.NewClassical(nil))
	pub := must(keys.NewAuthority(nil)).Public()
	r := id.Recipient()
	for name, x := range map[string]struct {
		opt  Options
		kind error
	}{
		"nobody":           {Options{}, privacy.ErrRefused},
		"classical":        {Options{Grants: []Grant{{Recipient: r}, {Recipient: old.Recipient()}}}, privacy.ErrRefused},
		"policy":           {Options{Grants: []Grant{{Policy: "a: b", Authority: pub}}}, privacy.ErrRefused},
		"classic trustee":  {Options{Grants: []Grant{{Trustees: &Trustees{2, []keys.Recipient{r, old.Recipient()}}}}}, privacy.ErrRefused},
		"doubled trustee":  {Options{Grants: []Grant{{Trustees: &Trustees{2, []keys.Recipient{r, r}}}}}, privacy.ErrRefused},
		"empty passphrase": {Options{Grants: []Grant{{Passphrase: []byte{}}}}, privacy.ErrRefused},
		"lost column":      {Options{Grants: []Grant{{Recipient: r, Columns: []string{"name"}}}, Columns: []string{"id"}}, privacy.ErrRefused},
		"two ways":         {Options{Grants: []Grant{{Recipient: r, Passphrase: []byte("x")}}}, nil},
		"no way":           {Options{Grants: []Grant{{}}}, nil},
		"one trustee":      {Options{Grants: []Grant{{Trustees: &Trustees{1, []keys.Recipient{r}}}}}, nil},
		"no such column":   {Options{Grants: []Grant{{Recipient: r, Columns: []string{"nam"}}}}, nil},
		"unknown mode":     {Options{Grants: []Grant{{Recipient: r}}, Modes: map[string]Mode{"name": "rot13"}}, nil},
		"no keyring":       {Options{Grants: []Grant{{Recipient: r}}, Modes: map[string]Mode{"name": ModeSubject}, Subject: "id"}, nil},
		"own subject": {Options{
			Grants: []Grant{{Recipient: r}}, Modes: map[string]Mode{"name": ModeSubject}, Subject: "name",
			Keyring: must(keys.NewKeyring(nil)),
		}, nil},
	} {
		_, err := Create(new(bytes.Buffer), s, x.opt)
		if err == nil || (x.kind != nil && !errors.Is(err, x.kind)) {
			t.Errorf("%s: Create = %v, want %v", name, err, x.kind)
		}
	}
}

// The commitment key of a column is the same for the writer and for every
// holder of the column, and nil for everybody else.
func TestCommitKey(t *testing.T) {
	team, audit := identity(t), identity(t)
	s, batches := sample(3)
	var buf bytes.Buffer
	w := must(Create(&buf, s, Options{Grants: []Grant{{Recipient: team.Recipient(), Columns: []string{"name"}}, {Recipient: audit.Recipient()}}, Columns: []string{"tags"}}))
	name, tags := w.CommitKey("name"), w.CommitKey("tags")
	if len(name) != 32 || bytes.Equal(name, tags) || w.CommitKey("id") != nil {
		t.Errorf("CommitKey: name %x, tags %x, id %x", name, tags, w.CommitKey("id"))
	}
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		id         *keys.Identity
		name, tags []byte
	}{{team, name, nil}, {audit, name, tags}} {
		r := must(Open(bytes.NewReader(buf.Bytes()), int64(buf.Len()), []*keys.Identity{x.id}))
		if !bytes.Equal(r.CommitKey("name"), x.name) || !bytes.Equal(r.CommitKey("tags"), x.tags) || r.CommitKey("id") != nil {
			t.Error("the reader's CommitKey is not the writer's")
		}
	}
}

// A value that is sealed may be a slice of larger arrays, with an offset.
func TestSlices(t *testing.T) {
	id := identity(t)
	s, batches := sample(100)
	part := batches[0].NewSlice(13, 77)
	for _, mode := range []Mode{ModeChunk, ModeCell} {
		data := sealed(t, s, []arrow.Record{part}, Options{
			Grants: []Grant{{Recipient: id.Recipient()}},
			Modes:  map[string]Mode{"name": mode, "income": mode, "flag": mode, "city": mode},
		})
		got := must(readAll(data, with1(id)))
		for c := range s.NumFields() {
			if !array.Equal(plainColumn(t, part.Column(c)), plainColumn(t, got[0].Column(c))) {
				t.Errorf("mode %s: column %d differs", mode, c)
			}
		}
	}
}
