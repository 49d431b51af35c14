package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/verisim/verisim/formats/document"
)

// arrange puts the flags of a command line before its arguments, because the
// flag parser underneath stops at the first argument. It knows each command's
// flags, so it also splits -n5, refuses unknown flags with the nearest known
// one, and leaves alone what follows "--". A single "-" is an argument.
func arrange(known []verb, args []string) ([]string, error) {
	var path, flags, rest []string
	level, set := known, flagSet(nil)
	open := true // whether the next word may still name a command
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "--" {
			rest = append(rest, args[i+1:]...)
			break
		}
		if len(word) < 2 || word[0] != '-' || isNumber(word) {
			if j := slices.IndexFunc(level, func(v verb) bool { return v.name == word }); open && j >= 0 {
				path = append(path, word)
				set = flagSet(&level[j])
				level = level[j].sub
				continue
			}
			open = false
			rest = append(rest, word)
			continue
		}
		parts, takesNext, err := set.split(word)
		if err != nil {
			return nil, err
		}
		flags = append(flags, parts...)
		if takesNext {
			if i+1 >= len(args) {
				return nil, usagef("flag %s needs a value", word)
			}
			i++
			// One word, so that a value such as -5 is not read as a flag.
			flags[len(flags)-1] += "=" + args[i]
		}
	}
	out := append(path, flags...)
	if len(rest) > 0 {
		out = append(out, "--")
	}
	return append(out, rest...), nil
}

func isNumber(word string) bool {
	return len(word) > 1 && word[0] == '-' && (word[1] == '.' || word[1] >= '0' && word[1] <= '9')
}

// flagNames maps every name of a command's flags to whether it takes a value.
type flagNames map[string]bool

func flagSet(v *verb) flagNames {
	set := flagNames{"help": false, "h": false}
	if v == nil {
		return set
	}
	for _, f := range append(slices.Clone(v.flags), common()...) {
		_, isBool := f.(*cli.BoolFlag)
		for _, n := range f.Names() {
			set[n] = !isBool
		}
	}
	return set
}

func (s flagNames) split(word string) (parts []string, takesNext bool, err error) {
	name := strings.TrimLeft(word, "-")
	name, value, hasValue := strings.Cut(name, "=")
	if takes, ok := s[name]; ok {
		if hasValue {
			if !takes && value != "true" && value != "false" {
				return nil, false, usagef("flag --%s takes no value", name)
			}
			return []string{dashes(name) + "=" + value}, false, nil
		}
		return []string{dashes(name)}, takes, nil
	}
	// -n5 and -xq, for single letters behind a single dash.
	if !strings.HasPrefix(word, "--") && len(name) > 1 && !hasValue {
		if takes, ok := s[name[:1]]; ok {
			if takes {
				return []string{"-" + name[:1] + "=" + name[1:]}, false, nil
			}
			more, next, err := s.split("-" + name[1:])
			return append([]string{"-" + name[:1]}, more...), next, err
		}
	}
	known := make([]string, 0, len(s))
	for n := range s {
		if len(n) > 1 {
			known = append(known, n)
		}
	}
	slices.Sort(known)
	e := usagef("there is no flag %s here", dashes(name))
	if near := document.Nearest(name, known); near != "" {
		return nil, false, hint(e, "did you mean --"+near+"?")
	}
	return nil, false, hint(e, "--help lists the flags")
}

func dashes(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
