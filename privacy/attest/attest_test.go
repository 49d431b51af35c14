package attest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

func signer(t testing.TB) *keys.Signer {
	t.Helper()
	s, err := keys.NewSigner(nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func statement() Statement {
	return Statement{
		Subjects:      []Subject{{"a.arrow", map[string]string{"sha256": "00ff"}}, {"b.arrow", map[string]string{"sha256": "11"}}},
		PredicateType: "https://example.org/v1",
		Predicate:     json.RawMessage(`{"z": 1.50, "a": ["x", null, true], "n": -0}`),
	}
}

func TestSignVerify(t *testing.T) {
	s, other := signer(t), signer(t)
	env, err := Sign(statement(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Policy{{}, {Signer: s.Public()}, {Fingerprint: s.Public().ID()}} {
		v, err := Verify(env, p)
		if err != nil {
			t.Fatalf("Verify(%+v) = %v", p, err)
		}
		if want := p != (Policy{}); v.Pinned != want {
			t.Errorf("Pinned = %v, want %v", v.Pinned, want)
		}
		want := statement()
		want.Predicate = json.RawMessage(`{"a":["x",null,true],"n":0,"z":1.5}`)
		if d := cmp.Diff(&want, v.Statement); d != "" {
			t.Errorf("statement (-want +got):\n%s", d)
		}
	}
	for _, p := range []Policy{{Signer: other.Public()}, {Fingerprint: other.Public().ID()}} {
		if _, err := Verify(env, p); !errors.Is(err, privacy.ErrNoKey) {
			t.Errorf("Verify with another signer = %v, want ErrNoKey", err)
		}
	}
}

// Every byte counts: flipped, doubled or left out, the envelope is refused.
func TestEveryByte(t *testing.T) {
	s := signer(t)
	env, err := Sign(statement(), s)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(env); i += stride {
		b := bytes.Clone(env)
		b[i] ^= 1 << (i % 8)
		if _, err := Verify(b, Policy{}); !errors.Is(err, privacy.ErrTampered) {
			t.Fatalf("Verify after a flip at %d = %v, want ErrTampered", i, err)
		}
	}
	for i := 0; i < len(env); i += 11 * stride {
		for name, b := range map[string][]byte{
			"drop":  append(bytes.Clone(env[:i]), env[i+1:]...),
			"space": append(append(bytes.Clone(env[:i]), ' '), env[i:]...),
			"cut":   env[:i],
		} {
			if _, err := Verify(b, Policy{}); !errors.Is(err, privacy.ErrTampered) {
				t.Fatalf("Verify after %s at %d = %v, want ErrTampered", name, i, err)
			}
		}
	}
}

// A signature of one scheme alone, or of another statement, is not enough.
func TestBothSignatures(t *testing.T) {
	s, other := signer(t), signer(t)
	a, err := Sign(statement(), s)
	if err != nil {
		t.Fatal(err)
	}
	st := statement()
	st.PredicateType = "https://example.org/v2"
	b, err := Sign(st, s)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Sign(statement(), other)
	if err != nil {
		t.Fatal(err)
	}
	read := func(b []byte) envelope {
		var e envelope
		if err := json.Unmarshal(b, &e); err != nil {
			t.Fatal(err)
		}
		return e
	}
	for name, change := range map[string]func(e *envelope){
		"no signature":         func(e *envelope) { e.Signatures = nil },
		"ed25519 alone":        func(e *envelope) { e.Signatures = e.Signatures[:1] },
		"ml-dsa alone":         func(e *envelope) { e.Signatures = e.Signatures[1:] },
		"swapped":              func(e *envelope) { e.Signatures[0], e.Signatures[1] = e.Signatures[1], e.Signatures[0] },
		"twice":                func(e *envelope) { e.Signatures = append(e.Signatures, e.Signatures[1]) },
		"ed25519 of another":   func(e *envelope) { e.Signatures[0].Sig = read(b).Signatures[0].Sig },
		"ml-dsa of another":    func(e *envelope) { e.Signatures[1].Sig = read(b).Signatures[1].Sig },
		"ml-dsa of other key":  func(e *envelope) { e.Signatures[1].Sig = read(c).Signatures[1].Sig },
		"key of other":         func(e *envelope) { e.Signatures[0].PublicKey = read(c).Signatures[0].PublicKey },
		"payload of another":   func(e *envelope) { e.Payload = read(b).Payload },
		"payload type changed": func(e *envelope) { e.PayloadType = "text/plain" },
	} {
		e := read(a)
		change(&e)
		data, err := privacy.Canonical(&e)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Verify(append(data, '\n'), Policy{}); !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: Verify = %v, want ErrTampered", name, err)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	s := signer(t)
	for name, st := range map[string]Statement{
		"no type":        {Subjects: statement().Subjects},
		"no digest":      {Subjects: []Subject{{Name: "a"}}, PredicateType: "t"},
		"twice":          {Subjects: []Subject{{"a", map[string]string{"sha256": "0"}}, {"a", map[string]string{"sha256": "1"}}}, PredicateType: "t"},
		"big integer":    {PredicateType: "t", Predicate: json.RawMessage(`9007199254740993`)},
		"member twice":   {PredicateType: "t", Predicate: json.RawMessage(`{"a":1,"a":2}`)},
		"no json at all": {PredicateType: "t", Predicate: json.RawMessage(`{`)},
	} {
		if _, err := Sign(st, s); err == nil {
			t.Errorf("%s: Sign succeeded", name)
		}
	}
}

// FuzzVerify: nothing but the envelope itself verifies under its signer. The
// envelope is a file, since the fuzzer's processes must agree on it.
func FuzzVerify(f *testing.F) {
	env, err := os.ReadFile("testdata/envelope.json")
	if err != nil {
		f.Fatal(err)
	}
	v, err := Verify(env, Policy{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(env)
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"payload":"","payloadType":"application/vnd.in-toto+json","signatures":[]}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Verify(b, Policy{Signer: v.Signer}); err == nil && !bytes.Equal(b, env) {
			t.Errorf("a second encoding verifies")
		}
	})
}

// TestEnvelopeOfVersion1 keeps an envelope of the first version readable.
func TestEnvelopeOfVersion1(t *testing.T) {
	env, err := os.ReadFile("testdata/envelope.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := Verify(env, Policy{})
	if err != nil || len(v.Statement.Subjects) == 0 {
		t.Errorf("Verify(testdata/envelope.json) = %+v, %v", v, err)
	}
}
