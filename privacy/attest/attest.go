// Package attest signs statements about files and checks them: a DSSE envelope
// (https://github.com/secure-systems-lab/dsse) that holds an in-toto Statement
// v1 (https://in-toto.io/Statement/v1), signed with Ed25519 and with ML-DSA-65
// (FIPS 204). Both signatures must be there and both must verify.
//
// # Guarantee
//
// [Verify] accepts exactly one encoding of an envelope, so any changed byte of
// it is found. With a pinned signer, what it returns was signed by the holder
// of that signer's key. Without one it only says that the envelope is
// consistent with the key that it carries; whoever can replace the file can
// replace that key too, and the verdict says so (Verdict.Pinned).
//
// A signature says who stands behind a statement, not that it is true.
package attest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

const (
	payloadType   = "application/vnd.in-toto+json"
	statementType = "https://in-toto.io/Statement/v1"
	context       = "verisim/attest/v1" // of the ML-DSA-65 signature
	suffixEd      = "#ed25519"
	suffixML      = "#ml-dsa-65"
	maxEnvelope   = 64 << 20 // bytes
)

// Subject is a thing that the statement is about, named by its digests.
type Subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"` // algorithm to hex, such as "sha256"
}

// Statement is what is signed.
type Statement struct {
	Subjects      []Subject
	PredicateType string // a URI
	Predicate     json.RawMessage
}

// wire is the statement as in-toto writes it.
type wire struct {
	Type          string          `json:"_type"`
	Predicate     json.RawMessage `json:"predicate"`
	PredicateType string          `json:"predicateType"`
	Subject       []Subject       `json:"subject"`
}

type envelope struct {
	Payload     string      `json:"payload"`
	PayloadType string      `json:"payloadType"`
	Signatures  []signature `json:"signatures"`
}

// signature is DSSE's, with the public key beside it: verifiers that pin no
// signer have to find it somewhere.
type signature struct {
	KeyID     string `json:"keyid"`
	PublicKey string `json:"publicKey,omitempty"`
	Sig       string `json:"sig"`
}

// Sign gives the envelope: canonical JSON (RFC 8785) and a line feed.
func Sign(st Statement, signer *keys.Signer) ([]byte, error) {
	if st.PredicateType == "" {
		return nil, fmt.Errorf("sign statement: the predicate has no type")
	}
	if err := checkSubjects(st.Subjects); err != nil {
		return nil, fmt.Errorf("sign statement: %w", err)
	}
	w := wire{statementType, st.Predicate, st.PredicateType, st.Subjects}
	if w.Predicate == nil {
		w.Predicate = json.RawMessage("{}")
	}
	payload, err := privacy.Canonical(&w)
	if err != nil {
		return nil, fmt.Errorf("sign statement: %w", err)
	}
	ed, ml, err := signer.Sign(preAuth(payload), []byte(context))
	if err != nil {
		return nil, err
	}
	pub := signer.Public()
	b64 := base64.StdEncoding.EncodeToString
	out, err := privacy.Canonical(&envelope{
		Payload: b64(payload), PayloadType: payloadType,
		Signatures: []signature{
			{KeyID: pub.ID() + suffixEd, PublicKey: pub.String(), Sig: b64(ed)},
			{KeyID: pub.ID() + suffixML, Sig: b64(ml)},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("sign statement: %w", err)
	}
	return append(out, '\n'), nil
}

// preAuth is DSSE's PAE: it makes type and payload one unambiguous message.
func preAuth(payload []byte) []byte {
	return fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(payloadType), payloadType, len(payload), payload)
}

// Policy says which signer to accept.
type Policy struct {
	// Signer is the only one accepted. Default any, which proves no more than
	// that the envelope was not damaged.
	Signer keys.PublicSigner
	// Fingerprint accepts the signer whose ID it is, for those who have that
	// and not the whole key. Default any.
	Fingerprint string
}

// Verdict says what was verified.
type Verdict struct {
	Statement *Statement
	Signer    keys.PublicSigner
	Pinned    bool // the policy named the signer
}

// Verify checks an envelope. The error matches privacy.ErrTampered if a byte of
// it was changed, and privacy.ErrNoKey if another signer than the policy's made
// it.
func Verify(data []byte, policy Policy) (*Verdict, error) {
	env, payload, err := parse(data)
	if err != nil {
		return nil, err
	}
	pub, err := keys.ParsePublicSigner(env.Signatures[0].PublicKey)
	if err != nil || pub.String() != env.Signatures[0].PublicKey {
		return nil, bad("the public key is malformed")
	}
	id := pub.ID()
	if env.Signatures[0].KeyID != id+suffixEd || env.Signatures[1].KeyID != id+suffixML {
		return nil, bad("the key ids are not those of the key")
	}
	pinned := !policy.Signer.IsZero() || policy.Fingerprint != ""
	if (!policy.Signer.IsZero() && policy.Signer != pub) || (policy.Fingerprint != "" && policy.Fingerprint != id) {
		return nil, &privacy.Error{
			Kind: privacy.ErrNoKey, Verb: "verify", Object: "signature",
			Cause: "it was made by " + id + ", which is not the signer asked for",
		}
	}
	ed, err := decode(env.Signatures[0].Sig)
	if err != nil {
		return nil, bad("the Ed25519 signature is malformed")
	}
	ml, err := decode(env.Signatures[1].Sig)
	if err != nil {
		return nil, bad("the ML-DSA-65 signature is malformed")
	}
	if err = pub.Verify(preAuth(payload), []byte(context), ed, ml); err != nil {
		return nil, err
	}
	st, err := decodeStatement(payload)
	if err != nil {
		return nil, err
	}
	return &Verdict{st, pub, pinned}, nil
}

func parse(data []byte) (*envelope, []byte, error) {
	if len(data) > maxEnvelope {
		return nil, nil, bad("it has %d bytes, at most %d", len(data), maxEnvelope)
	}
	body, ok := bytes.CutSuffix(data, []byte("\n"))
	if !ok {
		return nil, nil, bad("it was cut: the last line feed is missing")
	}
	env := new(envelope)
	if err := privacy.DecodeCanonical(body, env); err != nil {
		return nil, nil, bad("%v", err)
	}
	if env.PayloadType != payloadType {
		return nil, nil, bad("its payload is of type %q", env.PayloadType)
	}
	if len(env.Signatures) != 2 {
		return nil, nil, bad("it has %d signatures, want 2", len(env.Signatures))
	}
	payload, err := decode(env.Payload)
	if err != nil {
		return nil, nil, bad("its payload is malformed")
	}
	return env, payload, nil
}

func decode(s string) ([]byte, error) { return base64.StdEncoding.Strict().DecodeString(s) }

func bad(format string, args ...any) error {
	return privacy.Tampered("verify", "envelope", format, args...)
}

func decodeStatement(payload []byte) (*Statement, error) {
	var w wire
	if err := privacy.DecodeCanonical(payload, &w); err != nil {
		return nil, bad("its statement: %v", err)
	}
	if w.Type != statementType {
		return nil, bad("its statement is of type %q", w.Type)
	}
	if err := checkSubjects(w.Subject); err != nil {
		return nil, bad("%v", err)
	}
	return &Statement{w.Subject, w.PredicateType, w.Predicate}, nil
}

// checkSubjects refuses what could mean two things: a name that occurs twice,
// a subject without a digest.
func checkSubjects(subjects []Subject) error {
	var names []string
	for _, s := range subjects {
		if s.Name == "" || len(s.Digest) == 0 {
			return fmt.Errorf("subject %q: its name or its digest is missing", s.Name)
		}
		names = append(names, s.Name)
	}
	slices.Sort(names)
	for i := 1; i < len(names); i++ {
		if names[i] == names[i-1] {
			return fmt.Errorf("subject %q: it is there twice", names[i])
		}
	}
	return nil
}
