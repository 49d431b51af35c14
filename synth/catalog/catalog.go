// Package catalog lists the models of the house by name, so that commands and
// recipes find them. A new simulator is one entry here.
package catalog

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/finance"
)

// Simulator is a model that is made from options.
type Simulator struct {
	Name  string
	About string // one line
	// Main is the table that a wish for a number of rows means.
	Main string
	// Options lists the keys that New takes.
	Options []string
	// New makes the model from a mapping of options; nil means all defaults.
	New func(*document.Node) (synth.Model, error)
}

// Simulators lists every simulator.
func Simulators() []Simulator {
	return []Simulator{{
		Name:    "finance",
		About:   "customers, cards, merchants and their transactions, with fraud",
		Main:    "transactions",
		Options: document.Keys(finance.Config{}),
		New: func(n *document.Node) (synth.Model, error) {
			cfg, err := finance.Decode(n)
			if err != nil {
				return nil, err
			}
			w, err := finance.New(cfg)
			if err != nil && n != nil {
				return nil, n.Pos.Errorf("%v", err)
			}
			if err != nil {
				return nil, err
			}
			return w, nil
		},
	}}
}

// IsSpec says whether an argument means a declared spec and not a simulator:
// the path of a YAML or JSON file.
func IsSpec(arg string) bool {
	switch filepath.Ext(arg) {
	case ".yaml", ".yml", ".json":
		return true
	}
	return false
}

// UnknownError says that there is no simulator of a name.
type UnknownError struct{ Name string }

func (e *UnknownError) Error() string {
	return fmt.Sprintf("there is no simulator %q among %s", e.Name, strings.Join(names(), ", "))
}

// Nearest is the simulator whose name looks most like the unknown one, or "".
func (e *UnknownError) Nearest() string { return document.Nearest(e.Name, names()) }

func names() []string {
	var out []string
	for _, s := range Simulators() {
		out = append(out, s.Name)
	}
	return out
}

// ByName finds a simulator.
func ByName(name string) (Simulator, error) {
	for _, s := range Simulators() {
		if s.Name == name {
			return s, nil
		}
	}
	return Simulator{}, &UnknownError{name}
}
