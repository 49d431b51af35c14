package keys

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/cloudflare/circl/abe/cpabe/tkn20"

	"github.com/verisim/verisim/privacy"
)

func TestPolicy(t *testing.T) {
	a := must(NewAuthority(nil))
	file := must(a.Format(time.Now()))
	lines := strings.Split(strings.TrimSpace(string(file)), "\n")
	a = must(ParseAuthority(lines[len(lines)-1]))
	pub := must(ParsePolicyPublic(a.Public().String()))
	const policy = "dept: 风控-fraud and (level: senior or level: lead)"
	ct := must(pub.Seal(nil, policy, []byte("secret")))
	for _, c := range []struct {
		attributes map[string]string
		opens      bool
	}{
		{map[string]string{"dept": "风控-fraud", "level": "lead"}, true},
		{map[string]string{"dept": "风控-fraud", "level": "senior", "site": "x.y"}, true},
		{map[string]string{"dept": "风控-fraud", "level": "junior"}, false},
		{map[string]string{"level": "lead"}, false}, // one half of an and-gate
		{map[string]string{"dept": "风控-fraud"}, false},
	} {
		k := must(ParseAttributeKey(must(a.Key(nil, c.attributes)).Secret()))
		got, err := k.Open(ct)
		if c.opens && (err != nil || string(got) != "secret") {
			t.Errorf("%v: Open = %q, %v", c.attributes, got, err)
		}
		if !c.opens && !errors.Is(err, privacy.ErrNoKey) {
			t.Errorf("%v: Open = %v, want ErrNoKey", c.attributes, err)
		}
	}
	k := must(a.Key(nil, map[string]string{"dept": "风控-fraud", "level": "lead"}))
	for n := 0; n < len(ct); n += 97 { // hostile text is an error, never a panic
		b := append([]byte(nil), ct...)
		b[n] ^= 0x55
		if _, err := k.Open(b); err == nil {
			t.Errorf("a text changed at byte %d opens", n)
		}
		if _, err := k.Open(ct[:n]); err == nil {
			t.Errorf("a text cut at byte %d opens", n)
		}
	}
}

func TestPolicyRefuses(t *testing.T) {
	for _, p := range []string{
		"", "dept", "dept:", ": x", "not dept: x", "(dept: x", "dept: x)", "dept: x and", "dept: x dept: y", "and: or",
		strings.Repeat("(", 40) + "a: b" + strings.Repeat(")", 40), strings.Repeat("a: b or ", 80) + "a: b", strings.Repeat(" ", 5000),
	} {
		if err := CheckPolicy(p); err == nil {
			t.Errorf("CheckPolicy(%.40q) accepts it", p)
		}
	}
	// circl seals under a policy that was never set; this package cannot.
	pk, _, err := tkn20.Setup(zeroReader{})
	if err == nil {
		if _, err := pk.Encrypt(zeroReader{}, tkn20.Policy{}, []byte("m")); err != nil {
			t.Logf("tkn20 refuses a zero policy now: %v", err)
		}
	}
	if _, err := (PolicyPublic{}).Seal(nil, "a: b", nil); err == nil {
		t.Error("a zero public key seals")
	}
	if _, err := must(NewAuthority(nil)).Key(nil, nil); err == nil {
		t.Error("a key without attributes is made")
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { clear(p); return len(p), os.ErrClosed }
