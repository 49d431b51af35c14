package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/seal"
)

// grantFlags are the flags of commands that let holders open columns.
func grantFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "for", Usage: "let somebody open columns: `NAME=KEY[,columns=A,B]`; KEY is age1pq1... or @FILE, all sealed columns by default; may be repeated"},
		&cli.StringSliceFlag{Name: "trustees", Usage: "let people open columns together: `N=KEY,KEY,KEY[,columns=A,B]`, any N of them"},
		&cli.StringFlag{Name: "policy", Usage: "let people with attributes open columns, as `FILE` says: policies: [{name, authority: @FILE, policy: \"dept: fraud and level: lead\", columns}]"},
		&cli.BoolFlag{Name: "insecure-allow-classical", Usage: "allow keys that a quantum computer will break (age1..., policies)"},
	}
}

// readGrants reads the flags of grantFlags.
func readGrants(c *cli.Context) ([]seal.Grant, error) {
	var out []seal.Grant
	for _, text := range c.StringSlice("for") {
		name, key, columns, err := splitGrant("--for", text)
		if err != nil {
			return nil, err
		}
		g := seal.Grant{Name: name, Columns: columns}
		if g.Recipient, err = readRecipient("--for "+name, key); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	for _, text := range c.StringSlice("trustees") {
		threshold, list, columns, err := splitGrant("--trustees", text)
		if err != nil {
			return nil, err
		}
		g := seal.Grant{Name: "trustees", Columns: columns, Trustees: new(seal.Trustees)}
		if g.Trustees.Threshold, err = strconv.Atoi(threshold); err != nil {
			return nil, usagef("--trustees %q starts with no number", short(text))
		}
		for _, key := range names(list) {
			r, err := readRecipient("--trustees", key)
			if err != nil {
				return nil, err
			}
			g.Trustees.Recipients = append(g.Trustees.Recipients, r)
		}
		out = append(out, g)
	}
	policies, err := readPolicies(c.String("policy"))
	return append(out, policies...), err
}

// splitGrant takes NAME=KEYS[,columns=A,B] apart.
func splitGrant(flag, text string) (name, keys string, columns []string, err error) {
	name, keys, ok := strings.Cut(text, "=")
	if !ok || name == "" || keys == "" {
		return "", "", nil, hint(usagef("%s %q is not NAME=KEY", flag, short(text)), "for example --for audit=@audit.pub,columns=card,name")
	}
	keys, list, ok := strings.Cut(keys, ",columns=")
	if ok {
		columns = names(list)
		if slices.Contains(columns, "") {
			return "", "", nil, usagef("%s %s: a column has no name", flag, name)
		}
	}
	return name, keys, columns, nil
}

// short keeps keys out of messages' way.
func short(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}

func readRecipient(where, text string) (keys.Recipient, error) {
	if path, ok := strings.CutPrefix(text, "@"); ok {
		line, err := firstLine(path)
		if err != nil {
			return keys.Recipient{}, err
		}
		text = line
	}
	r, err := keys.ParseRecipient(text)
	if err != nil {
		return r, hint(usagef("%s: %v", where, err), "give what \"verisim keys show\" prints, or @FILE with it")
	}
	return r, nil
}

// passphraseFlags are the flags of commands that know a passphrase.
func passphraseFlags(purpose string) []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "passphrase", Usage: purpose + ", asked for on the terminal"},
		&cli.StringFlag{Name: "passphrase-file", Usage: purpose + ", the first line of `FILE`"},
	}
}

// readPassphrase gives the passphrase, or nil if none is wanted.
func readPassphrase(c *cli.Context, twice bool) ([]byte, error) {
	path := c.String("passphrase-file")
	if path == "" && !c.Bool("passphrase") {
		return nil, nil
	}
	if path != "" {
		if c.Bool("passphrase") {
			return nil, usagef("--passphrase and --passphrase-file exclude each other")
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		line, _, _ := strings.Cut(string(data), "\n")
		return []byte(strings.TrimSuffix(line, "\r")), nil
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, hint(usagef("--passphrase: there is no terminal to ask on"), "use --passphrase-file")
	}
	defer tty.Close()
	ask := func(prompt string) ([]byte, error) {
		fmt.Fprint(tty, prompt)
		b, rerr := term.ReadPassword(int(tty.Fd()))
		fmt.Fprintln(tty)
		return b, rerr
	}
	first, err := ask("passphrase: ")
	if err != nil || !twice {
		return first, err
	}
	again, err := ask("once more: ")
	if err == nil && string(again) != string(first) {
		err = usagef("the passphrases differ")
	}
	return first, err
}

// unlockFlags are the flags of commands that open sealed files.
func unlockFlags() []cli.Flag {
	return append([]cli.Flag{
		&cli.StringSliceFlag{Name: "identity", Aliases: []string{"i"}, Usage: "open with the identities in `FILE`, may be repeated"},
		&cli.StringSliceFlag{Name: "attributes", Usage: "open with the attribute keys in `FILE` (verisim keys issue), may be repeated"},
		&cli.StringFlag{Name: "keyring", Usage: "open cells of subjects that were not erased with the keyring in `FILE`"},
	}, passphraseFlags("open with a passphrase")...)
}

// readUnlock reads the flags of unlockFlags.
func readUnlock(e *env, c *cli.Context) (seal.Unlock, error) {
	var u seal.Unlock
	var err error
	if u.Identities, err = identities(e, c.StringSlice("identity")); err != nil {
		return u, err
	}
	if u.Passphrase, err = readPassphrase(c, false); err != nil {
		return u, err
	}
	for _, path := range c.StringSlice("attributes") {
		var more []*keys.AttributeKey
		if more, err = keys.LoadAttributeKeys(path); err != nil {
			return u, err
		}
		u.AttributeKeys = append(u.AttributeKeys, more...)
	}
	if path := c.String("keyring"); path != "" {
		if u.Keyring, err = keys.LoadKeyring(path); err != nil {
			return u, err
		}
	}
	return u, nil
}

// nameKey tells what to do if nobody said with what to open a file.
func nameKey(err error, u seal.Unlock) error {
	if exitCode(err) == exitNoKey && len(u.Identities) == 0 && u.Passphrase == nil && u.AttributeKeys == nil {
		return hint(err, "name a key file with -i")
	}
	return err
}
