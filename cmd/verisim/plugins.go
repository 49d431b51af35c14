package main

import (
	"context"
	"errors"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/cmd/internal/plugin"
	"github.com/verisim/verisim/quality/rule"
)

func customFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "custom", Usage: "let a program judge the rows of checks custom: NAME, over Arrow streams: `NAME=COMMAND`, may be repeated"}
}

// plugins are the programs that judge rows.
type plugins []*plugin.Plugin

// openPlugins prepares the programs of --custom.
func openPlugins(ctx context.Context, e *env, c *cli.Context) (plugins, map[string]rule.Func, error) {
	var out plugins
	funcs := map[string]rule.Func{}
	for _, arg := range c.StringSlice("custom") {
		name, command, ok := strings.Cut(arg, "=")
		if _, twice := funcs[name]; !ok || name == "" || twice {
			return nil, nil, hint(usagef("--custom %q is not NAME=COMMAND with a name of its own", arg), "such as --custom 'house=python3 rules.py'")
		}
		p, err := plugin.New(ctx, name, command, e.err)
		if err != nil {
			return nil, nil, usagef("--custom: %v", err)
		}
		out = append(out, p)
		funcs[name] = p.Func()
	}
	return out, funcs, nil
}

func (p plugins) close() error {
	var errs []error
	for _, x := range p {
		errs = append(errs, x.Close())
	}
	return errors.Join(errs...)
}
