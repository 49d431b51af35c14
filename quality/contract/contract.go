// Package contract reads and writes data contracts of the Open Data Contract
// Standard 3.1 (Bitol, Linux Foundation): a contract's quality rules become a
// suite, and a suite becomes the quality part of a contract.
//
// What the standard has a word for is written in its words: required, unique,
// primaryKey, logicalTypeOptions, relationships, the library metrics nullValues,
// duplicateValues, invalidValues and rowCount with their operators, and
// latency as freshness. Everything else is a rule of type custom with engine
// verisim, whose implementation is the check as a suite writes it; so a suite
// that was written as a contract reads as the same checks.
//
// Rules of other engines and of type sql or text cannot be judged here: reading
// lists them and never passes them over in silence.
//
// The standard's operator mustBeBetween leaves both ends out (its definition
// says "between", and its examples are strict); [Read] takes it so.
//
// It imports quality/rule for suites.
package contract

import (
	"errors"
	"fmt"
	"strings"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/rule"
)

// Version is the version of the standard that is written.
const Version = "v3.1.0"

// Read turns a contract into the text of a suite. skipped lists rules that no
// check can stand for, with their place.
func Read(name string, data []byte) (suite string, skipped []string, err error) {
	n, err := document.Parse(name, data)
	if err != nil {
		return "", nil, err
	}
	if k := n.Get("kind"); k == nil || k.Text != "DataContract" {
		return "", nil, n.Pos.Errorf("this is no data contract: kind is not DataContract")
	}
	if v := n.Get("apiVersion"); v == nil || !strings.HasPrefix(v.Text, "v3.") {
		return "", nil, n.Pos.Errorf("the contract's apiVersion is not v3; v3.0 and v3.1 are known")
	}
	tables := n.Get("schema")
	if tables == nil || tables.Kind != document.List || len(tables.Items) == 0 {
		return "", nil, n.Pos.Errorf("the contract has no schema, so there is nothing to check")
	}
	r := &reader{}
	for _, t := range tables.Items {
		r.table(t)
	}
	r.service(n)
	if err := errors.Join(r.errs...); err != nil {
		return "", nil, err
	}
	title := strings.TrimSuffix(name, ".yaml")
	for _, key := range []string{"id", "name"} {
		if v := n.Get(key); v != nil && v.Text != "" {
			title = v.Text
		}
	}
	text := r.text(title)
	if _, err := rule.Parse(name, []byte(text)); err != nil {
		return "", r.skipped, fmt.Errorf("the contract makes no suite: %w", err)
	}
	return text, r.skipped, nil
}

// severity is the level of a contract's severity or business impact.
func severity(n *document.Node) quality.Level {
	if s := n.Get("severity"); s != nil {
		switch l := quality.Level(strings.ToLower(s.Text)); l {
		case quality.Critical, quality.Error, quality.Warning, quality.Info:
			return l
		}
	}
	return quality.Error
}

// dimension turns the standard's word into ours; its coverage is completeness.
func dimension(word string) quality.Dimension {
	switch word {
	case "conformity", "cf":
		return quality.Validity
	case "coverage", "cv":
		return quality.Completeness
	}
	for _, d := range quality.Dimensions() {
		if string(d) == word {
			return d
		}
	}
	return ""
}

func dimensionWord(d quality.Dimension) string {
	if d == quality.Validity {
		return "conformity"
	}
	return string(d)
}
