package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/privacy/keys"
	"github.com/verisim/verisim/privacy/seal"
)

// policyFile is what --policy reads.
type policyFile struct {
	Policies []policyGrant `yaml:"policies"`
}

type policyGrant struct {
	At        document.Pos
	Name      string   `yaml:"name"`
	Authority string   `yaml:"authority"` // public text, or @FILE
	Policy    string   `yaml:"policy"`
	Columns   []string `yaml:"columns"`
}

// readPolicies reads grants to whoever has the right attributes.
func readPolicies(path string) ([]seal.Grant, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file policyFile
	if err = document.Decode(path, data, &file); err != nil {
		return nil, err
	}
	if len(file.Policies) == 0 {
		return nil, usagef("%s: it has no policies", path)
	}
	var out []seal.Grant
	for _, p := range file.Policies {
		text := p.Authority
		if from, ok := strings.CutPrefix(text, "@"); ok {
			if text, err = firstLine(from); err != nil {
				return nil, p.At.Errorf("policy %q: %v", p.Name, err)
			}
		}
		g := seal.Grant{Name: p.Name, Policy: p.Policy, Columns: p.Columns}
		if g.Authority, err = keys.ParsePolicyPublic(text); err != nil {
			return nil, p.At.Errorf("policy %q: %v; give what \"keys new --authority\" printed", p.Name, err)
		}
		if err = keys.CheckPolicy(p.Policy); err != nil {
			return nil, p.At.Errorf("policy %q: %v", p.Name, err)
		}
		out = append(out, g)
	}
	return out, nil
}

func keysIssueVerb() verb {
	return verb{
		name:  "issue",
		usage: "make a key for attributes, as their authority",
		args:  "AUTHORITY",
		min:   1, max: 1,
		about: `The key opens what was sealed under a policy that its attributes meet (verisim
seal --policy). It cannot be called back: put a period among the attributes. The
authority can open everything sealed for it, and none of this is post-quantum.`,
		examples: []string{"verisim keys issue bank.authority --attribute dept=fraud --attribute period=2026-q4 -o bo.attributes"},
		exits:    []int{exitRefused},
		flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "attribute", Required: true, Usage: "`NAME=VALUE`, may be repeated"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Required: true, Usage: "write the key to `FILE`, mode 0600"},
		},
		run: keysIssue,
	}
}

func keysIssue(_ context.Context, _ *env, c *cli.Context) error {
	attributes := map[string]string{}
	for _, text := range c.StringSlice("attribute") {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return usagef("--attribute %q is not NAME=VALUE", text)
		}
		if _, twice := attributes[name]; twice {
			return usagef("--attribute %s is given twice; a key has one value of each", name)
		}
		if err := keys.CheckPolicy(name + ": " + value); err != nil {
			return usagef("--attribute %q: names and values are single words, as a policy writes them", text)
		}
		attributes[name] = value
	}
	authority, err := keys.LoadAuthority(c.Args().First())
	if err != nil {
		return err
	}
	key, err := authority.Key(nil, attributes)
	if err != nil {
		return err
	}
	content := fmt.Appendf(nil, "# created: %s\n# attributes: %s\n%s\n",
		time.Now().UTC().Format(time.RFC3339), strings.Join(c.StringSlice("attribute"), " "), key.Secret())
	return keys.WriteSecret(c.String("output"), content)
}
