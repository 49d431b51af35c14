package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// completeName is the hidden command that the shell scripts call: it gets the
// words typed so far, the last one unfinished, and prints candidates.
const completeName = "__complete"

var completionScripts = map[string]string{
	"bash": `_verisim() {
  local IFS=$'\n'
  COMPREPLY=($(verisim __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [ ${#COMPREPLY[@]} -eq 0 ]; then compopt -o default; fi
}
complete -F _verisim verisim
`,
	"zsh": `#compdef verisim
_verisim() {
  local -a out
  out=("${(@f)$(verisim __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "${out[1]}" ]]; then compadd -- "${out[@]}"; else _files; fi
}
compdef _verisim verisim
`,
	"fish": `function __verisim_complete
  set -l words (commandline -opc) (commandline -ct)
  verisim __complete $words[2..-1] 2>/dev/null
end
complete -c verisim -a '(__verisim_complete)'
`,
}

func completionVerb() verb {
	return verb{
		name: "completion", usage: "print a completion script for a shell", args: "bash|zsh|fish", min: 1, max: 1,
		examples: []string{"source <(verisim completion bash)", "verisim completion fish | source"},
		run: func(_ context.Context, e *env, c *cli.Context) error {
			s, ok := completionScripts[c.Args().First()]
			if !ok {
				return hint(usagef("there is no completion for shell %q", c.Args().First()), "shells are bash, fish and zsh")
			}
			_, err := fmt.Fprint(e.out, s)
			return err
		},
	}
}

// complete prints what could stand for the last word, one a line.
func complete(e *env, words []string) {
	if len(words) == 0 {
		return
	}
	level, current := verbs(), (*verb)(nil)
	for _, w := range words[:len(words)-1] {
		if j := slices.IndexFunc(level, func(v verb) bool { return v.name == w }); j >= 0 {
			current, level = &level[j], level[j].sub
		}
	}
	last := words[len(words)-1]
	var out []string
	if strings.HasPrefix(last, "-") {
		for name := range flagSet(current) {
			if len(name) > 1 {
				out = append(out, "--"+name)
			}
		}
	} else {
		for _, v := range level {
			if !v.hidden {
				out = append(out, v.name)
			}
		}
		if current != nil && current.name == "completion" {
			out = append(out, "bash", "fish", "zsh")
		}
	}
	slices.Sort(out)
	for _, o := range out {
		if strings.HasPrefix(o, last) {
			fmt.Fprintln(e.out, o)
		}
	}
}
