package keys

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/verisim/verisim/privacy"
)

// A key file is text: comment lines start with #, empty lines do not count,
// every other line is a key.

const maxKeyFile = 1 << 20 // bytes; a key line has under 4 KiB

// FormatIdentity writes the file of an identity: when it was made, its
// recipient, the secret line.
func FormatIdentity(i *Identity, created time.Time) []byte {
	return fmt.Appendf(nil, "# created: %s\n# public key: %s\n%s\n",
		created.UTC().Format(time.RFC3339), i.Recipient(), i.Secret())
}

// FormatSigner writes the file of a signer.
func FormatSigner(s *Signer, created time.Time) []byte {
	return fmt.Appendf(nil, "# created: %s\n# fingerprint: %s\n# public signer: %s\n%s\n",
		created.UTC().Format(time.RFC3339), s.Public().ID(), s.Public(), s.Secret())
}

// ParseIdentities reads the identities of a key file. A file without any is an
// error.
func ParseIdentities(r io.Reader) ([]*Identity, error) {
	var ids []*Identity
	err := keyLines(r, func(line string) error {
		id, err := ParseIdentity(line)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("read identities: the file has no key line")
	}
	return ids, nil
}

// ParseRecipients reads a file of recipients, one a line.
func ParseRecipients(r io.Reader) ([]Recipient, error) {
	var out []Recipient
	err := keyLines(r, func(line string) error {
		one, err := ParseRecipient(line)
		out = append(out, one)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("read recipients: the file has no key line")
	}
	return out, nil
}

// keyLines calls f for each line that is no comment. Errors name the line and
// never show it.
func keyLines(r io.Reader, f func(string) error) error {
	sc := bufio.NewScanner(io.LimitReader(r, maxKeyFile))
	sc.Buffer(nil, maxABEText)
	n := 0
	for sc.Scan() {
		n++
		line := strings.TrimSpace(sc.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := f(line); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := sc.Err(); err != nil {
		return fmt.Errorf("read key file: after line %d: %w", n, err)
	}
	return nil
}

// LoadIdentities reads an identity file. A regular file that others than its
// owner may read is refused.
func LoadIdentities(path string) ([]*Identity, error) {
	f, err := openSecret(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	ids, err := ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return ids, nil
}

// LoadSigner reads a file with one secret signer.
func LoadSigner(path string) (*Signer, error) {
	f, err := openSecret(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var found *Signer
	err = keyLines(f, func(line string) (err error) {
		s, err := ParseSigner(line)
		if err == nil && found != nil {
			err = fmt.Errorf("read signer: the file holds more than one")
		}
		found = s
		return err
	})
	if err == nil && found == nil {
		err = fmt.Errorf("read signer: the file has no key line")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

// ReadSecret reads a small file of secrets. A regular file that others than its
// owner may read is refused.
func ReadSecret(path string) ([]byte, error) {
	f, err := openSecret(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxKeyFile))
}

func openSecret(path string) (*os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	st, err := f.Stat()
	if err == nil {
		err = checkMode(path, st.Mode())
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func checkMode(path string, m fs.FileMode) error {
	if runtime.GOOS == "windows" || !m.IsRegular() || m.Perm()&0o077 == 0 {
		return nil
	}
	return &privacy.Error{
		Kind: privacy.ErrRefused, Verb: "read key file", Object: path,
		Cause: fmt.Sprintf("mode %#o lets others than its owner at the secret", m.Perm()),
		Hint:  "chmod 600 " + path,
	}
}

// WriteSecret writes a new file that only its owner may read. An existing file
// is never replaced.
func WriteSecret(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}
