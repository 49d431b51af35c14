package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/attest"
	"github.com/verisim/verisim/privacy/keys"
)

// filesType names the predicate of a statement about files.
const filesType = "https://verisim.dev/files/v1"

const maxStatement = 64 << 20 // bytes

func attestVerb() verb {
	return verb{
		name:  "attest",
		usage: "sign a statement that files are the ones you stand behind",
		args:  "FILE...",
		min:   1, max: -1,
		about: `Writes a DSSE envelope with an in-toto statement: the SHA-256 of each file, signed
with Ed25519 and ML-DSA-65. "verisim verify" checks it, beside the files.`,
		examples: []string{"verisim attest cards.arrow --sign signer.key -o cards.json"},
		exits:    []int{exitRefused},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "sign", Required: true, Usage: "sign with the signer in `FILE`"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write the statement to `FILE`"},
		},
		run: attestFiles,
	}
}

func attestFiles(_ context.Context, e *env, c *cli.Context) error {
	signer, err := keys.LoadSigner(c.String("sign"))
	if err != nil {
		return err
	}
	predicate, err := json.Marshal(map[string]string{"time": time.Now().UTC().Format(time.RFC3339)})
	if err != nil {
		return err
	}
	st := attest.Statement{PredicateType: filesType, Predicate: predicate}
	for _, path := range c.Args().Slice() {
		var digest string
		if digest, err = fileDigest(path); err != nil {
			return err
		}
		st.Subjects = append(st.Subjects, attest.Subject{Name: filepath.Base(path), Digest: map[string]string{"sha256": digest}})
	}
	signed, err := attest.Sign(st, signer)
	if err != nil {
		return usagef("%v", err)
	}
	p, err := createPlace(c.String("output"), false, 0o644)
	if err != nil {
		return err
	}
	defer p.abort()
	if _, err := p.Write(signed); err != nil {
		return err
	}
	if err := p.commit(); err != nil {
		return err
	}
	if !e.quiet {
		fmt.Fprintf(e.err, "%s, signed by %s -> %s\n", counted(len(st.Subjects), "file"), signer, c.String("output"))
	}
	return nil
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %q: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// verifyStatement checks a signed statement: its signatures, and the files that
// it names, which are looked for beside it.
func verifyStatement(e *env, path string, policy attest.Policy) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxStatement))
	if err != nil {
		return err
	}
	verdict, err := attest.Verify(data, policy)
	if err != nil {
		return err
	}
	st := verdict.Statement
	words := ""
	switch st.PredicateType {
	case attest.ErasureType:
		r, err := attest.ErasureOf(st)
		if err != nil {
			return err
		}
		words = fmt.Sprintf("%s erased in keyring %s, by the signer's clock %s\n", counted(len(r.Tags), "subject"), r.Keyring, r.Time.Format(time.RFC3339))
	case filesType:
		for _, s := range st.Subjects {
			if err := checkFile(filepath.Join(filepath.Dir(path), s.Name), s); err != nil {
				return err
			}
		}
		words = counted(len(st.Subjects), "file") + " as signed\n"
	default:
		return &privacy.Error{Kind: privacy.ErrVersion, Verb: "verify", Object: "statement", Cause: fmt.Sprintf("its predicate is %q", st.PredicateType)}
	}
	fmt.Fprintf(e.out, "%s holds\n%s%s\n", path, words, signedBy(verdict.Signer.ID(), verdict.Pinned))
	return nil
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func signedBy(id string, pinned bool) string {
	if pinned {
		return "signed by " + id + ", whom you named"
	}
	return "signed by " + id + "; name the signer with --signer to know who that is"
}

func checkFile(path string, s attest.Subject) error {
	if filepath.Base(s.Name) != s.Name {
		return privacy.Tampered("verify", "statement", "subject %q is no file name", s.Name)
	}
	digest, err := fileDigest(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &coded{fmt.Errorf("verify file %q: it is not beside the statement", s.Name), exitCorrupt}
	}
	if err != nil {
		return err
	}
	if digest != s.Digest["sha256"] {
		return privacy.Tampered("verify", fmt.Sprintf("file %q", s.Name), "it is not the file that was signed")
	}
	return nil
}
