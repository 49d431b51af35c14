package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/privacy/keys"
)

func keysVerb() verb {
	return verb{
		name:  "keys",
		usage: "make keys, show their public halves, share them among people",
		about: `An identity opens what was sealed for its recipient. A signer vouches for data.
They are never the same key. Identities are X-Wing (ML-KEM-768 with X25519), in
the text form of age's post-quantum keys, so one key works with both tools.`,
		exits: []int{exitRefused, exitCorrupt, exitNoKey},
		sub:   []verb{keysNewVerb(), keysShowVerb(), keysSplitVerb(), keysCombineVerb(), keysIssueVerb()},
	}
}

func keysNewVerb() verb {
	return verb{
		name:  "new",
		usage: "make a key file that only you may read",
		about: `Without -o the key goes to stdout. The public half is in the file and, with -o,
on stdout. An existing file is never replaced.`,
		examples: []string{"verisim keys new -o me.key", "verisim keys new --sign -o signer.key", "verisim keys new --keyring -o ring.key"},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the key to `FILE`, mode 0600"},
			&cli.BoolFlag{Name: "sign", Usage: "make a signer (Ed25519 and ML-DSA-65) instead of an identity"},
			&cli.BoolFlag{Name: "keyring", Usage: "make a keyring of subjects' keys, for seal --subject and erase"},
			&cli.BoolFlag{Name: "proof", Usage: "make a secret of proofs, for prove --secret"},
			&cli.BoolFlag{Name: "authority", Usage: "make an authority of attributes, for seal --policy and keys issue"},
			&cli.BoolFlag{Name: "insecure-classical", Usage: "make an X25519 identity, for readers that know no better"},
		},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			content, public, err := newKey(c)
			if err != nil {
				return err
			}
			path := c.String("output")
			if path == "" || path == "-" {
				_, err = e.out.Write(content)
				return err
			}
			if err = keys.WriteSecret(path, content); err != nil {
				return err
			}
			_, err = fmt.Fprintln(e.out, public)
			return err
		},
	}
}

func newKey(c *cli.Context) (content []byte, public string, err error) {
	classical := c.Bool("insecure-classical")
	kinds := 0
	for _, name := range []string{"sign", "keyring", "proof", "authority", "insecure-classical"} {
		if c.Bool(name) {
			kinds++
		}
	}
	if kinds > 1 {
		return nil, "", usagef("--sign, --keyring, --proof, --authority and --insecure-classical exclude each other: one file holds one kind of key")
	}
	if c.Bool("keyring") {
		var k *keys.Keyring
		if k, err = keys.NewKeyring(nil); err != nil {
			return nil, "", err
		}
		content, err = k.Format()
		return content, "keyring " + k.ID(), err
	}
	if c.Bool("proof") {
		var s *keys.ProofSecret
		if s, err = keys.NewProofSecret(nil); err != nil {
			return nil, "", err
		}
		return keys.FormatProofSecret(s, time.Now()), s.String(), nil
	}
	if c.Bool("authority") {
		var a *keys.Authority
		if a, err = keys.NewAuthority(nil); err != nil {
			return nil, "", err
		}
		content, err = a.Format(time.Now())
		return content, a.Public().String(), err
	}
	if c.Bool("sign") {
		var s *keys.Signer
		s, err = keys.NewSigner(nil)
		if err != nil {
			return nil, "", err
		}
		return keys.FormatSigner(s, time.Now()), s.Public().String(), nil
	}
	make := keys.New
	if classical {
		make = keys.NewClassical
	}
	id, err := make(nil)
	if err != nil {
		return nil, "", err
	}
	return keys.FormatIdentity(id, time.Now()), id.Recipient().String(), nil
}

// shownKey is one public half, for --json.
type shownKey struct {
	Kind        string `json:"kind"` // identity, signer, proof secret, authority or keyring
	Public      string `json:"public"`
	ID          string `json:"id"`
	PostQuantum bool   `json:"postQuantum"`
}

func keysShowVerb() verb {
	return verb{
		name:     "show",
		usage:    "print the public halves of a key file",
		args:     "FILE",
		min:      1,
		max:      1,
		examples: []string{"verisim keys show me.key > me.pub", "verisim keys show --json signer.key"},
		flags:    []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print a JSON array"}},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			shown, err := showKeys(e, c.Args().First())
			if err != nil {
				return err
			}
			if c.Bool("json") {
				enc := json.NewEncoder(e.out)
				enc.SetIndent("", "  ")
				return enc.Encode(shown)
			}
			for _, k := range shown {
				if _, err := fmt.Fprintln(e.out, k.Public); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

func showKeys(e *env, path string) ([]shownKey, error) {
	ids, idErr := loadIdentities(e, path)
	if idErr == nil {
		var out []shownKey
		for _, id := range ids {
			r := id.Recipient()
			out = append(out, shownKey{"identity", r.String(), fmt.Sprintf("%x", r.ID()), r.Suite().PostQuantum()})
		}
		return out, nil
	}
	if path == "-" {
		return nil, idErr
	}
	if s, err := keys.LoadSigner(path); err == nil {
		return []shownKey{{"signer", s.Public().String(), s.Public().ID(), true}}, nil
	}
	if s, err := keys.LoadProofSecret(path); err == nil {
		return []shownKey{{"proof secret", s.String(), s.ID(), true}}, nil
	}
	if a, err := keys.LoadAuthority(path); err == nil {
		return []shownKey{{Kind: "authority", Public: a.Public().String()}}, nil
	}
	if k, err := keys.LoadKeyring(path); err == nil {
		return []shownKey{{"keyring", fmt.Sprintf("keyring %s, %d erased", k.ID(), k.Erased()), k.ID(), true}}, nil
	}
	return nil, idErr
}

// loadIdentities reads an identity file, or stdin for "-".
func loadIdentities(e *env, path string) ([]*keys.Identity, error) {
	if path == "-" {
		return keys.ParseIdentities(e.in)
	}
	return keys.LoadIdentities(path)
}

func keysSplitVerb() verb {
	return verb{
		name:  "split",
		usage: "share an identity among people, of whom some are needed",
		args:  "FILE",
		min:   1,
		max:   1,
		about: `Writes share-1.key, share-2.key and so on. Any --threshold of them give the
identity back; fewer tell nothing about it. Each share can be verified by itself
(Shamir's sharing with Feldman's commitments over Ristretto255). The key file
stays; delete it yourself when the shares are handed out.`,
		examples: []string{"verisim keys split --threshold 3 --shares 5 -o shares/ me.key"},
		exits:    []int{exitRefused},
		flags: []cli.Flag{
			&cli.IntFlag{Name: "threshold", Aliases: []string{"t"}, Required: true, Usage: "`N` shares are needed, at least 2"},
			&cli.IntFlag{Name: "shares", Aliases: []string{"n"}, Required: true, Usage: "`N` shares are made, at most 255"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Value: ".", Usage: "write them into `DIR`"},
		},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			ids, err := loadIdentities(e, c.Args().First())
			if err != nil {
				return err
			}
			if len(ids) != 1 {
				return usagef("%s holds %d identities; split takes one", c.Args().First(), len(ids))
			}
			shares, err := keys.Split(nil, ids[0], c.Int("threshold"), c.Int("shares"))
			if err != nil {
				return usagef("%v", err)
			}
			var written []string
			for i := range shares {
				path := filepath.Join(c.String("output"), fmt.Sprintf("share-%d.key", i+1))
				if err = keys.WriteSecret(path, keys.FormatShare(&shares[i], i+1, ids[0].Recipient())); err != nil {
					for _, p := range written {
						os.Remove(p)
					}
					return err
				}
				written = append(written, path)
			}
			_, err = fmt.Fprintln(e.out, strings.Join(written, "\n"))
			return err
		},
	}
}

func keysCombineVerb() verb {
	return verb{
		name:     "combine",
		usage:    "give an identity back from enough of its shares",
		args:     "SHARE...",
		min:      1,
		max:      -1,
		examples: []string{"verisim keys combine -o me.key share-1.key share-4.key share-5.key"},
		exits:    []int{exitRefused, exitCorrupt, exitNoKey},
		flags: []cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write the key to `FILE`, mode 0600"},
		},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			var all []keys.IdentityShare
			for _, path := range c.Args().Slice() {
				shares, err := readShares(e, path)
				if err != nil {
					return fmt.Errorf("%s: %w", path, err)
				}
				all = append(all, shares...)
			}
			if len(all) == 0 {
				return usagef("the files hold no share")
			}
			id, err := keys.Combine(all)
			if err != nil {
				return err
			}
			content := keys.FormatIdentity(id, time.Now())
			if path := c.String("output"); path != "" && path != "-" {
				if err = keys.WriteSecret(path, content); err != nil {
					return err
				}
				_, err = fmt.Fprintln(e.out, id.Recipient())
				return err
			}
			_, err = e.out.Write(content)
			return err
		},
	}
}

func readShares(e *env, path string) ([]keys.IdentityShare, error) {
	in := e.in
	if path != "-" {
		b, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		in = bytes.NewReader(b)
	}
	return keys.ParseShares(io.LimitReader(in, 1<<20))
}
