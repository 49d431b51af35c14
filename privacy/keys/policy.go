package keys

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/cloudflare/circl/abe/cpabe/tkn20"

	"github.com/verisim/verisim/privacy"
)

// Attribute-based encryption (Tomida, Kawahara, Nishimaki, PKC 2020): a secret
// is sealed under a policy such as "(dept: fraud) and (level: senior or level:
// lead)", and opens for whoever holds a key for attributes that meet it. It
// rests on pairings, so it is not post-quantum; the policy is public; there is
// no revocation (put an epoch among the attributes); and the authority can open
// everything.

const (
	prefixABEPublic  = "verisimabe"
	prefixABEMaster  = "VERISIM-ABE-MASTER-"
	prefixABEKey     = "VERISIM-ABE-KEY-"
	maxABEText       = 1 << 20
	maxPolicy        = 4 << 10
	maxPolicyTerms   = 64
	attributeHexSize = 16
)

// Authority makes attribute keys. It can open everything sealed for its public
// half.
type Authority struct {
	public PolicyPublic
	master tkn20.SystemSecretKey
}

// PolicyPublic seals secrets under policies.
type PolicyPublic struct {
	key tkn20.PublicKey
	raw string
}

// AttributeKey opens what was sealed under a policy that its attributes meet.
type AttributeKey struct {
	key tkn20.AttributeKey
	raw []byte
}

// NewAuthority makes an authority. A nil random is crypto/rand.
func NewAuthority(random io.Reader) (*Authority, error) {
	if random == nil {
		random = rand.Reader
	}
	a := new(Authority)
	err := guard(func() (err error) {
		a.public.key, a.master, err = tkn20.Setup(random)
		if err != nil {
			return err
		}
		raw, err := a.public.key.MarshalBinary()
		a.public.raw = string(raw)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make authority: %w", err)
	}
	return a, nil
}

// Public is what seals under policies.
func (a *Authority) Public() PolicyPublic { return a.public }

// IsZero says whether this is no key at all.
func (p PolicyPublic) IsZero() bool { return p.raw == "" }

// String is the text form that ParsePolicyPublic reads.
func (p PolicyPublic) String() string { return encodeBech32(prefixABEPublic, []byte(p.raw)) }

// ParsePolicyPublic reads the public half of an authority.
func ParsePolicyPublic(s string) (PolicyPublic, error) {
	raw, err := readABE(s, prefixABEPublic)
	if err != nil {
		return PolicyPublic{}, err
	}
	p := PolicyPublic{raw: string(raw)}
	if err := guard(func() (err error) { return p.key.UnmarshalBinary(raw) }); err != nil {
		return PolicyPublic{}, fmt.Errorf("read authority: %w", err)
	}
	return p, nil
}

func readABE(s, want string) ([]byte, error) {
	s = strings.TrimSpace(s)
	if len(s) > maxABEText {
		return nil, fmt.Errorf("read attribute key: %d characters are too many", len(s))
	}
	prefix, raw, err := decodeBech32(s)
	if err != nil {
		return nil, fmt.Errorf("read attribute key: %w", err)
	}
	if prefix != want {
		return nil, fmt.Errorf("read attribute key: kind %q is not %q", prefix, want)
	}
	return raw, nil
}

// Format writes the authority's file. It is secret.
func (a *Authority) Format(created time.Time) ([]byte, error) {
	raw, err := a.master.MarshalBinary()
	if err != nil {
		return nil, err
	}
	both := be32(len(a.public.raw))
	both = append(append(both, a.public.raw...), raw...)
	return fmt.Appendf(nil, "# created: %s\n# public authority: %s\n%s\n",
		created.UTC().Format(time.RFC3339), a.public, encodeBech32(prefixABEMaster, both)), nil
}

func be32(n int) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }

// ParseAuthority reads the secret line of an authority's file.
func ParseAuthority(line string) (*Authority, error) {
	raw, err := readABE(line, prefixABEMaster)
	if err != nil {
		return nil, err
	}
	if len(raw) < 4 {
		return nil, fmt.Errorf("read authority: it is too short")
	}
	n := int(raw[0])<<24 | int(raw[1])<<16 | int(raw[2])<<8 | int(raw[3])
	if n > len(raw)-4 {
		return nil, fmt.Errorf("read authority: it is too short")
	}
	a := new(Authority)
	a.public.raw = string(raw[4 : 4+n])
	err = guard(func() (err error) {
		if err = a.public.key.UnmarshalBinary([]byte(a.public.raw)); err != nil {
			return err
		}
		return a.master.UnmarshalBinary(raw[4+n:])
	})
	if err != nil {
		return nil, fmt.Errorf("read authority: %w", err)
	}
	return a, nil
}

// Key makes a key for attributes, such as {"dept": "fraud"}.
func (a *Authority) Key(random io.Reader, attributes map[string]string) (*AttributeKey, error) {
	if len(attributes) == 0 {
		return nil, fmt.Errorf("make attribute key: no attribute is given")
	}
	if random == nil {
		random = rand.Reader
	}
	mapped := map[string]string{}
	for k, v := range attributes {
		mapped[mapName("key", k)] = mapName("value", v)
	}
	var at tkn20.Attributes
	at.FromMap(mapped)
	k := new(AttributeKey)
	err := guard(func() (err error) {
		if k.key, err = a.master.KeyGen(random, at); err != nil {
			return err
		}
		k.raw, err = k.key.MarshalBinary()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("make attribute key: %w", err)
	}
	return k, nil
}

// Secret is the text form that ParseAttributeKey reads.
func (k *AttributeKey) Secret() string { return encodeBech32(prefixABEKey, k.raw) }

// ParseAttributeKey reads the secret line of an attribute key.
func ParseAttributeKey(line string) (*AttributeKey, error) {
	raw, err := readABE(line, prefixABEKey)
	if err != nil {
		return nil, err
	}
	k := &AttributeKey{raw: raw}
	if err := guard(func() (err error) { return k.key.UnmarshalBinary(raw) }); err != nil {
		return nil, fmt.Errorf("read attribute key: %w", err)
	}
	return k, nil
}

// mapName turns any text into the ASCII words that circl's policies know. The
// library has no quotes, and would refuse or confuse anything else.
func mapName(kind, s string) string {
	sum := sha256.Sum256([]byte("verisim/abe/v1/" + kind + "\x00" + s))
	return kind[:1] + hex.EncodeToString(sum[:attributeHexSize])
}

// CheckPolicy says whether a policy can be used. A policy is terms "name:
// value" joined by "and" and "or", with parentheses; "and" binds closer. There
// is no "not": in this scheme it would need the key to have the attribute.
func CheckPolicy(policy string) error {
	_, err := mapPolicy(policy)
	return err
}

func mapPolicy(policy string) (string, error) {
	if len(policy) > maxPolicy {
		return "", fmt.Errorf("read policy: %d bytes, at most %d", len(policy), maxPolicy)
	}
	p := policyParser{tokens: policyTokens(policy)}
	out, err := p.or(0)
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("unexpected %q", p.tokens[0])
	}
	if err != nil {
		return "", fmt.Errorf("read policy %q: %w", policy, err)
	}
	return out, nil
}

// policyTokens splits at parentheses, colons and white space.
func policyTokens(s string) []string {
	var out []string
	word := strings.Builder{}
	flush := func() {
		if word.Len() > 0 {
			out = append(out, word.String())
			word.Reset()
		}
	}
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == ':':
			flush()
			out = append(out, string(r))
		case unicode.IsSpace(r):
			flush()
		default:
			word.WriteRune(r)
		}
	}
	flush()
	return out
}

type policyParser struct {
	tokens []string
	terms  int
}

func (p *policyParser) next(want string) bool {
	if len(p.tokens) > 0 && p.tokens[0] == want {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *policyParser) or(depth int) (string, error) { return p.joined("or", depth, p.and) }

func (p *policyParser) and(depth int) (string, error) { return p.joined("and", depth, p.term) }

func (p *policyParser) joined(word string, depth int, part func(int) (string, error)) (string, error) {
	left, err := part(depth)
	for err == nil && p.next(word) {
		var right string
		right, err = part(depth)
		left = "(" + left + " " + word + " " + right + ")"
	}
	return left, err
}

func (p *policyParser) term(depth int) (string, error) {
	if depth > 16 {
		return "", fmt.Errorf("nested deeper than 16")
	}
	if p.next("(") {
		inner, err := p.or(depth + 1)
		if err == nil && !p.next(")") {
			err = fmt.Errorf("a parenthesis is not closed")
		}
		return inner, err
	}
	if len(p.tokens) < 3 || p.tokens[1] != ":" || slices.ContainsFunc([]string{p.tokens[0], p.tokens[2]}, reserved) {
		return "", fmt.Errorf("want a term such as dept: fraud")
	}
	if p.terms++; p.terms > maxPolicyTerms {
		return "", fmt.Errorf("more than %d terms", maxPolicyTerms)
	}
	out := "(" + mapName("key", p.tokens[0]) + ": " + mapName("value", p.tokens[2]) + ")"
	p.tokens = p.tokens[3:]
	return out, nil
}

func reserved(word string) bool {
	return slices.Contains([]string{"(", ")", ":", "and", "or", "not"}, word)
}

// Seal encrypts a small secret under a policy.
func (p PolicyPublic) Seal(random io.Reader, policy string, secret []byte) (ct []byte, err error) {
	mapped, err := mapPolicy(policy)
	if err != nil {
		return nil, err
	}
	if random == nil {
		random = rand.Reader
	}
	err = guard(func() (err error) {
		var tp tkn20.Policy // a zero policy would encrypt without an error
		if err = tp.FromString(mapped); err != nil {
			return err
		}
		ct, err = p.key.Encrypt(random, tp, secret)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("seal under policy: %w", err)
	}
	return ct, nil
}

// Open decrypts what Seal made. The error matches privacy.ErrNoKey if the
// attributes do not meet the policy; a damaged text cannot be told from that.
func (k *AttributeKey) Open(ct []byte) (secret []byte, err error) {
	err = guard(func() (err error) {
		secret, err = k.key.Decrypt(ct)
		return err
	})
	if err != nil {
		return nil, privacy.NoKey("open", "policy", "the attributes do not meet it")
	}
	return secret, nil
}

// ParseAttributeKeys reads the attribute keys of a key file.
func ParseAttributeKeys(r io.Reader) ([]*AttributeKey, error) {
	var out []*AttributeKey
	err := keyLines(r, func(line string) error {
		k, err := ParseAttributeKey(line)
		out = append(out, k)
		return err
	})
	return out, err
}

// LoadAttributeKeys reads a file of attribute keys, which only its owner may
// read.
func LoadAttributeKeys(path string) ([]*AttributeKey, error) {
	f, err := openSecret(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out, err := ParseAttributeKeys(f)
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("read attribute key: the file has no key line")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// LoadAuthority reads the file of an authority, which only its owner may read.
func LoadAuthority(path string) (*Authority, error) {
	f, err := openSecret(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var found *Authority
	err = keyLines(f, func(line string) (err error) {
		found, err = ParseAuthority(line)
		return err
	})
	if err == nil && found == nil {
		err = fmt.Errorf("read authority: the file has no key line")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}
