package attest

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/keys"
)

// ErasureType names the predicate of an [Erasure].
const ErasureType = "https://verisim.dev/erasure/v1"

const tagAlgorithm = "verisimErasureTag"

// Erasure records that subjects' keys were destroyed in a keyring. It names the
// subjects by their tags: whoever holds the keyring can compute the tag of a
// subject, and nobody else can guess the subject from it. A record is its
// signer's word; copies of the keyring from before know nothing of it.
type Erasure struct {
	Keyring string    // the keyring's id
	Tags    []string  // of the erased subjects, as keys.Keyring.Tag gives them
	Erased  int64     // erasures that the keyring had seen in all afterwards
	Time    time.Time // as the signer's clock showed it, to the second
}

type erasurePredicate struct {
	Erased  int64  `json:"erased"`
	Keyring string `json:"keyring"`
	Time    string `json:"time"`
}

// Sign gives the signed record, an envelope as [Sign] makes it.
func (r *Erasure) Sign(signer *keys.Signer) ([]byte, error) {
	if len(r.Tags) == 0 {
		return nil, fmt.Errorf("sign erasure: no subject is named")
	}
	p, err := json.Marshal(erasurePredicate{r.Erased, r.Keyring, r.Time.UTC().Format(time.RFC3339)})
	if err != nil {
		return nil, fmt.Errorf("sign erasure: %w", err)
	}
	st := Statement{PredicateType: ErasureType, Predicate: p}
	for i, tag := range r.Tags {
		st.Subjects = append(st.Subjects, Subject{Name: fmt.Sprintf("subject-%d", i+1), Digest: map[string]string{tagAlgorithm: tag}})
	}
	return Sign(st, signer)
}

// ErasureOf reads the record from a statement that was verified.
func ErasureOf(st *Statement) (*Erasure, error) {
	wrong := func(cause string) (*Erasure, error) { return nil, privacy.Tampered("read", "erasure", "%s", cause) }
	if st.PredicateType != ErasureType {
		return wrong(fmt.Sprintf("the predicate is %q", st.PredicateType))
	}
	var p erasurePredicate
	if err := privacy.DecodeCanonical(st.Predicate, &p); err != nil {
		return wrong(err.Error())
	}
	at, err := time.Parse(time.RFC3339, p.Time)
	if err != nil {
		return wrong("its time is malformed")
	}
	out := &Erasure{Keyring: p.Keyring, Erased: p.Erased, Time: at}
	for _, s := range st.Subjects {
		tag := s.Digest[tagAlgorithm]
		if len(s.Digest) != 1 || tag == "" {
			return wrong("a subject has no tag")
		}
		out.Tags = append(out.Tags, tag)
	}
	return out, nil
}
