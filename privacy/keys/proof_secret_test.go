package keys

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/verisim/verisim/privacy"
)

func TestProofSecret(t *testing.T) {
	s, err := NewProofSecret(nil)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "proof.secret")
	if err = WriteSecret(path, FormatProofSecret(s, time.Time{})); err != nil {
		t.Fatal(err)
	}
	again, err := LoadProofSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, c := range [][2]string{{"a", "bc"}, {"ab", "c"}, {"", "abc"}, {"abc", ""}, {"a", "b"}} {
		one, err1 := s.Column(c[0], c[1])
		two, err2 := again.Column(c[0], c[1])
		if err1 != nil || err2 != nil || !bytes.Equal(one, two) || len(one) != 32 {
			t.Errorf("Column(%q) = %d bytes and %d, %v, %v", c, len(one), len(two), err1, err2)
		}
		if other, ok := seen[string(one)]; ok {
			t.Errorf("columns %q and %s have one secret", c, other)
		}
		seen[string(one)] = fmt.Sprint(c)
	}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%#v", s), fmt.Sprintf("%+v", s)} {
		if strings.Contains(text, s.Secret()) || !strings.Contains(text, s.ID()) {
			t.Errorf("printing a secret gives %q", text)
		}
	}
	if err = os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err = LoadProofSecret(path); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("LoadProofSecret of a file for everybody = %v, want refused", err)
	}
}

// TestProofSecretVector pins the text form and the derivation, which an HMAC and a
// SHA-256 of another library gave as well.
func TestProofSecretVector(t *testing.T) {
	s, err := NewProofSecret(bytes.NewReader(bytes.Repeat([]byte{7}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	column, err := s.Column("people", "age")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s %s %x", s.Secret(), s.ID(), column)
	const want = "VERISIM-PROOF-SECRET-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURS3EKMYD " +
		"4b204cb644d6205d3f2a885241e8c8c9 2379eb76a7de3423c371e2628cebebead48bd9a198f0d11dac5ea45b1651e883"
	if got != want {
		t.Errorf("secret, id, column = %s, want %s", got, want)
	}
}

func TestProofSecretRefuses(t *testing.T) {
	s, err := NewProofSecret(nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	line := s.Secret()
	for _, text := range []string{"", "x", line + "\n" + line, id.Secret(), line[:len(line)-1] + "X", strings.Repeat("A", maxKeyString+1), encodeBech32(prefixProofSecret, make([]byte, 31))} {
		path := filepath.Join(t.TempDir(), "s")
		if err := WriteSecret(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadProofSecret(path); err == nil || len(text) > 8 && strings.Contains(err.Error(), text) {
			t.Errorf("LoadProofSecret of %.20q = %v, want an error that does not show it", text, err)
		}
	}
}

func FuzzProofSecret(f *testing.F) {
	f.Add("VERISIM-PROOF-SECRET-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURS3EKMYD")
	f.Add("AGE-SECRET-KEY-1X")
	f.Fuzz(func(t *testing.T, line string) {
		s, err := ParseProofSecret(line)
		if err == nil && !strings.EqualFold(s.Secret(), strings.TrimSpace(line)) {
			t.Errorf("a secret has two forms")
		}
	})
}
