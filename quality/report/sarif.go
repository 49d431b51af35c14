package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"

	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/rule"
)

// The parts of SARIF 2.1.0 (OASIS, 2020) that code review shows: a rule a
// check, a result a broken check, placed at the line of the suite that asks for
// it; rows and columns are logical locations, since data has no lines.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Results     []sarifResult     `json:"results"`
	Invocations []sarifInvocation `json:"invocations"`
}

type sarifInvocation struct {
	Success bool `json:"executionSuccessful"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	Rules   []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID         string            `json:"id"`
	Short      sarifText         `json:"shortDescription"`
	Properties map[string]string `json:"properties"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Kind      string          `json:"kind,omitempty"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations,omitempty"`
}

type sarifLocation struct {
	Physical *sarifPhysical `json:"physicalLocation,omitempty"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact struct {
		URI string `json:"uri"`
	} `json:"artifactLocation"`
	Region struct {
		StartLine int `json:"startLine"`
	} `json:"region"`
}

type sarifLogical struct {
	Name      string `json:"name"`
	Qualified string `json:"fullyQualifiedName"`
	Kind      string `json:"kind"`
}

func writeSARIF(w io.Writer, r *rule.Result, opt OutputOptions) error {
	run := sarifRun{Results: []sarifResult{}, Invocations: []sarifInvocation{{true}}}
	run.Tool.Driver.Name, run.Tool.Driver.Version = "verisim", opt.Tool
	for i, c := range r.Checks {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{
			ID: c.ID, Short: sarifText{c.Rule},
			Properties: map[string]string{"dimension": string(c.Dimension), "level": string(c.Level)},
		})
		if c.Status == rule.Pass || c.Status == rule.Learning {
			continue
		}
		level := "error"
		if c.Status == rule.Warn {
			level = "warning"
			if c.Level == quality.Info {
				level = "note"
			}
		}
		var loc sarifLocation
		if c.Source != "" && c.Line > 0 {
			loc.Physical = &sarifPhysical{}
			loc.Physical.Artifact.URI = (&url.URL{Path: filepath.ToSlash(c.Source)}).String()
			loc.Physical.Region.StartLine = c.Line
		}
		place := c.Table
		if c.Column != "" {
			if place != "" {
				place += "."
			}
			place += c.Column
			loc.Logical = append(loc.Logical, sarifLogical{c.Column, place, "member"})
		}
		for _, row := range c.Examples {
			loc.Logical = append(loc.Logical, sarifLogical{fmt.Sprintf("row %d", row), fmt.Sprintf("%s[%d]", place, row), "element"})
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: c.ID, RuleIndex: i, Level: level, Kind: "fail",
			Message: sarifText{fmt.Sprintf("%s: %s", c.Rule, message(c))}, Locations: []sarifLocation{loc},
		})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(sarifLog{
		Schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	})
}
