package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/catalog"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/proof"
)

const small = `
version: 1
name: small
seed: 3
source:
  simulate: finance
  options: {customers: 60, days: 10}
  only: [customers, cards, merchants, terminals, transactions]
clean:
  customers: [case: {to: upper, columns: [segment]}]
validate:
  suite: small
  tables:
    customers: {columns: {customer_id: {unique: true}, payday: {le: 20, level: error}}}
    transactions: {columns: {card_id: {foreign_key: cards.card_id}}}
`

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "recipe.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// run makes the small recipe and returns the bundle's place.
func run(t testing.TB, workers int) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "small")
	if _, err := Run(context.Background(), write(t, small), nil, Options{Out: out, Workers: workers, Tool: "test"}); err != nil {
		t.Fatal(err)
	}
	return out
}

// listFiles lists a bundle's files, relative to it.
func listFiles(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		out = append(out, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEveryChangeIsFound flips and cuts every file of a bundle; the check must
// name the file each time.
func TestEveryChangeIsFound(t *testing.T) {
	dir := run(t, 1)
	ctx := context.Background()
	got := listFiles(t, dir)
	for _, want := range []string{"manifest.json", "quality.json", "report.html", "tables/customers.arrow", "quarantine/customers.arrow", "audit/customers.arrow"} {
		if !strings.Contains(strings.Join(got, " "), want) {
			t.Fatalf("the bundle has %q, want %s among them", got, want)
		}
	}
	find := func(name, what string) {
		t.Helper()
		_, err := Check(ctx, dir, CheckOptions{})
		if err == nil || !errors.Is(err, formats.ErrCorrupt) && !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrVersion) {
			t.Errorf("Check after %s of %s = %v, want corrupt or tampered", what, name, err)
		} else if !strings.Contains(err.Error(), name) {
			t.Errorf("Check after %s of %s = %v, want the file named", what, name, err)
		}
	}
	for _, name := range got {
		path := filepath.Join(dir, filepath.FromSlash(name))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(data)/7)
		for at := 0; at < len(data); at += step {
			data[at] ^= 1
			put(t, path, data)
			find(name, "a flip")
			data[at] ^= 1
		}
		put(t, path, data[:len(data)-1])
		find(name, "a cut")
		put(t, path, append(bytes.Clone(data), 0))
		find(name, "an addition")
		if name != "manifest.json" {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			find(name, "a removal")
		}
		put(t, path, data)
	}
	put(t, filepath.Join(dir, "more"), nil)
	find("more", "an insertion")
	if err := os.Remove(filepath.Join(dir, "more")); err != nil {
		t.Fatal(err)
	}
	if _, err := Check(ctx, dir, CheckOptions{}); err != nil {
		t.Errorf("Check of the restored bundle = %v, want nil", err)
	}
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestResigned signs changed tables anew: a foreign signature is found where
// the signer is named, and the maker's own false manifest by the roots.
func TestResigned(t *testing.T) {
	ctx := context.Background()
	dir := run(t, 1)
	_, verdict, err := ReadManifest(dir, attest.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	forger, err := keys.NewSigner(nil)
	if err != nil {
		t.Fatal(err)
	}
	// The cards of another seed, under this manifest's roots.
	other := filepath.Join(t.TempDir(), "other")
	if _, err = Run(ctx, write(t, strings.Replace(small, "seed: 3", "seed: 4", 1)), nil, Options{Out: other, Tool: "test"}); err != nil {
		t.Fatal(err)
	}
	_, theirs, err := ReadManifest(other, attest.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(other, "tables", "merchants.arrow"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "tables", "merchants.arrow"), data)
	st := *verdict.Statement
	for i, s := range st.Subjects {
		if s.Name == "tables/merchants.arrow" {
			for _, o := range theirs.Statement.Subjects {
				if o.Name == s.Name {
					st.Subjects[i] = o
				}
			}
		}
	}
	forged, err := attest.Sign(st, forger)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "manifest.json"), forged)
	if _, err := Check(ctx, dir, CheckOptions{}); !errors.Is(err, formats.ErrCorrupt) && !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Check of a forged table = %v, want the roots to differ", err)
	}
	if _, err := Check(ctx, dir, CheckOptions{Policy: attest.Policy{Signer: verdict.Signer}}); !errors.Is(err, privacy.ErrNoKey) {
		t.Errorf("Check with the signer named = %v, want another signer to be found", err)
	}
}

// TestWorkers makes the bundle on one and on two workers: clear tables have the
// same bytes, and sealed ones the same rows.
func TestWorkers(t *testing.T) {
	a, b := run(t, 1), run(t, 2)
	for _, name := range []string{"merchants", "terminals", "transactions"} {
		x, y := read(t, a, name), read(t, b, name)
		if !bytes.Equal(x, y) {
			t.Errorf("table %s differs between 1 and 2 workers", name)
		}
	}
	x, y := opened(t, a), opened(t, b)
	if !bytes.Equal(x, y) {
		t.Error("the opened customers differ between 1 and 2 workers")
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "tables", name+".arrow"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func opened(t *testing.T, dir string) []byte {
	t.Helper()
	ids, err := keys.LoadIdentities(dir + ".key")
	if err != nil {
		t.Fatal(err)
	}
	codec, err := catalog.ByName("csv")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "clear")
	sink, err := catalog.CreateFolder(out, codec, formats.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Open(context.Background(), dir, sink, OpenOptions{Identities: ids}); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(out, "customers.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestInterruptLeavesNothing cancels a run while its third table is written.
func TestInterruptLeavesNothing(t *testing.T) {
	parent := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	opt := Options{Out: filepath.Join(parent, "small"), Tool: "test", Progress: func(name string, _ int64) {
		if name == "merchants" {
			cancel()
		}
	}}
	if _, err := Run(ctx, write(t, small), nil, opt); !errors.Is(err, context.Canceled) {
		t.Fatalf("Run = %v, want canceled", err)
	}
	left, err := os.ReadDir(parent)
	if err != nil || len(left) > 0 {
		t.Errorf("after the interrupt there are %v, want nothing", left)
	}
}

// TestFailedOpenLeavesNothing opens with a key that fits nothing.
func TestFailedOpenLeavesNothing(t *testing.T) {
	dir := run(t, 1)
	id, err := keys.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	codec, err := catalog.ByName("csv")
	if err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	sink, err := catalog.CreateFolder(filepath.Join(parent, "clear"), codec, formats.WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), dir, sink, OpenOptions{Identities: []*keys.Identity{id}}); !errors.Is(err, privacy.ErrNoKey) {
		t.Errorf("Open = %v, want no key", err)
	}
	if err := sink.Abort(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(parent); len(left) > 0 {
		t.Errorf("after the failed open there are %v, want nothing", left)
	}
}

const proving = `
version: 1
name: proving
seed: SEED
source:
  simulate: finance
  options: {customers: 40, days: 10}
  only: [customers]
validate:
  columns:
    income: {between: [0, 10000000], not_null: true}
    payday: {between: [1, 31]}
    email: {format: email}
prove:
  tables: {customers: {columns: {income: {decimal: 2}}}}
  statements: [sum: {column: income}]
`

// TestProof makes a bundle with a proof; a stranger verifies it, and a proof of
// other rows is refused though its maker signs it.
func TestProof(t *testing.T) {
	ctx := context.Background()
	recipe := func(seed string, bits int) string {
		return strings.Replace(strings.Replace(proving, "SEED", seed, 1), "prove:", fmt.Sprintf("prove:\n  bits: %d", bits), 1)
	}
	make := func(seed string, bits int) (string, *Checked) {
		out := filepath.Join(t.TempDir(), "proving")
		sum, err := Run(ctx, write(t, recipe(seed, bits)), nil, Options{Out: out, Tool: "test"})
		if err != nil {
			t.Fatal(err)
		}
		c, err := Check(ctx, out, CheckOptions{})
		if err != nil {
			t.Fatal(err)
		}
		// rows, range and nulls of the sealed income, and its sum; the rule on
		// the clear payday is for anybody to check, email's form cannot be proved.
		if len(sum.Proved) != 4 || len(c.Proved) != 4 || c.Proved[0].SoundnessBits < bits {
			t.Fatalf("proved %q, checked %v, want 4 statements", sum.Proved, c.Proved)
		}
		ids, err := keys.LoadIdentities(out + ".key")
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Check(ctx, out, CheckOptions{Identities: ids}); err != nil {
			t.Fatalf("Check with the key = %v, want the oracles to follow from the cells", err)
		}
		return out, c
	}
	a, _ := make("3", 100)
	b, _ := make("4", 128)
	if _, err := Run(ctx, write(t, recipe("5", 120)), nil, Options{Out: filepath.Join(t.TempDir(), "x"), Tool: "test"}); err == nil || !strings.Contains(err.Error(), "100 and 128 are offered") {
		t.Errorf("bits: 120 = %v, want an error that names what there is", err)
	}
	theirs, err := os.ReadFile(filepath.Join(b, "proofs", "proving.proof"))
	if err != nil {
		t.Fatal(err)
	}
	_, mine, err := ReadManifest(a, attest.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := ReadManifest(b, attest.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	st := *mine.Statement
	for i, s := range st.Subjects {
		if s.Name == "proofs/proving.proof" {
			st.Subjects[i] = other.Statement.Subjects[i]
		}
	}
	signer, err := keys.NewSigner(nil)
	if err != nil {
		t.Fatal(err)
	}
	forged, err := attest.Sign(st, signer)
	if err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(a, "proofs", "proving.proof"), theirs)
	put(t, filepath.Join(a, "manifest.json"), forged)
	if _, err = Check(ctx, a, CheckOptions{}); !errors.Is(err, privacy.ErrTampered) && !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Check with the proof of another table = %v, want it refused", err)
	}
}

func TestProofOfWhatDoesNotHold(t *testing.T) {
	text := strings.Replace(strings.Replace(proving, "SEED", "3", 1), "sum: {column: income}", "range: {column: income, min: 0, max: 10}", 1)
	parent := t.TempDir()
	_, err := Run(context.Background(), write(t, text), nil, Options{Out: filepath.Join(parent, "false"), Tool: "test"})
	if !errors.As(err, new(*proof.FalseError)) {
		t.Errorf("Run with a false statement = %v, want a FalseError", err)
	}
	if left, _ := os.ReadDir(parent); len(left) > 0 {
		t.Errorf("after it there are %v, want nothing", left)
	}
}
