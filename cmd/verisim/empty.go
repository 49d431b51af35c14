package main

import (
	"slices"

	"github.com/urfave/cli/v2"
)

// emptyMeans are the flags whose empty text says something.
func emptyMeans() []string { return []string{"for"} }

// refuseEmpty refuses a flag that was given without a text, as by a shell variable
// that is not set: passed over, --signer would accept anybody, --max would check
// nothing, and --columns would show all.
func refuseEmpty(c *cli.Context, flags []cli.Flag) error {
	for _, f := range flags {
		s, ok := f.(*cli.StringFlag)
		if ok && c.IsSet(s.Name) && c.String(s.Name) == "" && !slices.Contains(emptyMeans(), s.Name) {
			return hint(usagef("--%s is empty", s.Name), "leave it out, or is a shell variable not set?")
		}
	}
	return nil
}
