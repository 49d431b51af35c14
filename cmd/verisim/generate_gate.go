package main

import (
	"strings"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/quality/rule"
)

// ownGate holds what a spec makes against the rules that it declares. A nil
// gate lets everything pass.
type ownGate struct {
	gate   *rule.Gate
	tables map[string]bool // those that the rules name
}

// gate compiles the spec's rules, before the first row.
func (g *generation) gate() (*ownGate, error) {
	if g.check == nil {
		return &ownGate{}, nil
	}
	suite, err := rule.ParseNode(g.check)
	if err != nil {
		return nil, err
	}
	schemas := map[string]*arrow.Schema{}
	for _, t := range g.model.Tables() {
		schemas[t.Name] = t.Schema
	}
	plan, err := rule.Compile(suite, schemas, rule.Options{})
	if err != nil {
		return nil, err
	}
	o := &ownGate{tables: map[string]bool{}}
	for _, name := range plan.Tables() {
		o.tables[name] = true
	}
	o.gate, err = plan.Gate(rule.GateOptions{})
	return o, err
}

// watch judges a table's rows as they pass.
func (o *ownGate) watch(name string, st table.Stream) (table.Stream, error) {
	if !o.tables[name] {
		return st, nil
	}
	return o.gate.Stage(name)(st)
}

// verdict is an error if a rule was broken.
func (o *ownGate) verdict() error {
	if o.gate == nil {
		return nil
	}
	r, err := o.gate.Finish()
	if err != nil || r.OK() {
		return err
	}
	var broken []string
	for _, c := range r.Failed() {
		broken = append(broken, c.ID+" ("+c.Message+")")
	}
	return hint(findings("the rows break the spec's own rules, and were not kept: %s", strings.Join(broken, "; ")), "change the spec, or its check")
}

func (o *ownGate) close() {
	if o.gate != nil {
		o.gate.Close()
	}
}
