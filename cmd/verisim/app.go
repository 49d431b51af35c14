package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/document"
)

// env is the world outside, so that tests can stand in for it.
type env struct {
	in          io.Reader
	out, err    io.Writer
	outTerminal bool
	errTerminal bool
	getenv      func(string) string
	quiet       bool
}

// verb describes one command; the frame turns it into a cli.Command, checks
// the number of arguments, and writes its help.
type verb struct {
	name     string
	usage    string // one line, lower case, no full stop
	args     string // how the arguments are called in help, such as "DATA"
	min, max int    // how many arguments; max < 0 means any number
	about    string // a paragraph or two
	examples []string
	exits    []int // the exit codes that it can give beside 0, 1, 2 and 130
	flags    []cli.Flag
	sub      []verb
	hidden   bool
	run      func(ctx context.Context, e *env, c *cli.Context) error
}

// run is the whole program: arguments in, exit code out.
func run(ctx context.Context, args []string, e *env) int {
	if len(args) > 0 && args[0] == completeName {
		complete(e, args[1:])
		return exitDone
	}
	err := execute(ctx, args, e)
	if err == nil {
		return exitDone
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	code := exitCode(err)
	if !errors.As(err, new(silent)) {
		report(e, err)
	}
	return code
}

func execute(ctx context.Context, args []string, e *env) error {
	app := &cli.App{
		Name:                      "verisim",
		Usage:                     "make, judge, clean and protect data, with proof",
		Writer:                    e.out,
		ErrWriter:                 e.err,
		HideVersion:               true,
		HideHelpCommand:           true,
		DisableSliceFlagSeparator: true,
		CustomAppHelpTemplate:     appHelp,
		ExitErrHandler:            func(*cli.Context, error) {}, // run reports, once
		CommandNotFound:           nil,
		OnUsageError:              onUsageError,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c.Args().First(), verbs())
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, v := range verbs() {
		app.Commands = append(app.Commands, v.command(e, "verisim"))
	}
	ordered, err := arrange(verbs(), args)
	if err != nil {
		return err
	}
	err = app.RunContext(ctx, append([]string{"verisim"}, ordered...))
	// The parser has no type for this fault, only these words.
	if err != nil && strings.HasPrefix(err.Error(), "Required flag") {
		return hint(usagef("r%s", err.Error()[1:]), "--help lists the flags")
	}
	return err
}

func onUsageError(_ *cli.Context, err error, _ bool) error { return usagef("%s", err) }

func (v verb) command(e *env, path string) *cli.Command {
	path += " " + v.name
	c := &cli.Command{
		Name:                   v.name,
		Usage:                  v.usage,
		ArgsUsage:              v.args,
		Description:            v.about,
		Flags:                  append(slices.Clone(v.flags), common()...),
		Hidden:                 v.hidden,
		HideHelpCommand:        true,
		OnUsageError:           onUsageError,
		CustomHelpTemplate:     v.help(path),
		UseShortOptionHandling: false,
	}
	for _, f := range c.Flags {
		if b, ok := f.(*cli.BoolFlag); ok {
			b.DisableDefaultText = true // "(default: false)" tells nobody anything
		}
	}
	for _, s := range v.sub {
		c.Subcommands = append(c.Subcommands, s.command(e, path))
	}
	c.Action = func(ctx *cli.Context) error {
		n := ctx.Args().Len()
		if v.run == nil || (len(v.sub) > 0 && n > 0 && v.max == 0) {
			if n > 0 {
				return unknownCommand(ctx.Args().First(), v.sub)
			}
			return cli.ShowSubcommandHelp(ctx)
		}
		switch {
		case n < v.min:
			return hint(usagef("%s: %s is missing", path, nth(v.args, n)), "see "+path+" --help")
		case v.max >= 0 && n > v.max:
			return hint(usagef("%s: argument %q is one too many", path, ctx.Args().Get(v.max)), "see "+path+" --help")
		}
		if err := refuseEmpty(ctx, c.Flags); err != nil {
			return err
		}
		e.quiet = ctx.Bool("quiet")
		return v.run(ctx.Context, e, ctx)
	}
	return c
}

func nth(args string, n int) string {
	words := strings.Fields(args)
	if n < len(words) {
		return strings.Trim(words[n], "[].")
	}
	return "an argument"
}

// common are the flags that every command has.
func common() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "no progress and no summary on stderr"},
	}
}

func unknownCommand(name string, known []verb) error {
	var names []string
	for _, v := range known {
		if !v.hidden {
			names = append(names, v.name)
		}
	}
	err := usagef("there is no command %q", name)
	if near := document.Nearest(name, names); near != "" {
		return hint(err, "did you mean "+near+"?")
	}
	return hint(err, "commands are "+strings.Join(names, ", "))
}

const appHelp = `verisim - {{.Usage}}

Usage: verisim COMMAND [FLAGS] [ARGUMENTS]

Commands:
{{range .VisibleCommands}}  {{printf "%-12s" .Name}} {{.Usage}}
{{end}}
"verisim COMMAND --help" tells more. "-" is stdin or stdout. Data goes to
stdout, words for people to stderr. Flags may stand before or after arguments.

Exit codes: ` + "0 done, 1 bug or io, 2 usage, 3 findings, 4 guarantee or budget refused,\n5 tampered or corrupt, 6 no matching key, 130 interrupted.\n"

func (v verb) help(path string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s - %s\n\nUsage: %s", path, v.usage, path)
	if len(v.sub) > 0 {
		b.WriteString(" COMMAND")
	}
	b.WriteString(" [FLAGS]")
	if v.args != "" {
		b.WriteString(" " + v.args)
	}
	b.WriteString("\n")
	if v.about != "" {
		b.WriteString("\n" + strings.TrimSpace(v.about) + "\n")
	}
	if len(v.sub) > 0 {
		b.WriteString("\nCommands:\n")
		for _, s := range v.sub {
			fmt.Fprintf(&b, "  %-12s %s\n", s.name, s.usage)
		}
	}
	b.WriteString("\nFlags:\n{{range .VisibleFlags}}  {{.}}\n{{end}}")
	if len(v.examples) > 0 {
		b.WriteString("\nExamples:\n")
		for _, x := range v.examples {
			b.WriteString("  " + x + "\n")
		}
	}
	b.WriteString("\nExit codes: " + exitText(v.exits) + "\n")
	return b.String()
}
