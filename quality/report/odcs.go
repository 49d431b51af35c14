package report

import (
	"encoding/json"
	"io"

	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/rule"
)

// The results of a contract's quality rules in the words of the Open Data
// Contract Standard 3.1 (Bitol): dimension and severity are its own, a rule is
// found by schema object, property and id.

type odcsResults struct {
	Kind       string       `json:"kind"`
	APIVersion string       `json:"apiVersion"`
	Contract   string       `json:"contract"`
	Tool       string       `json:"tool,omitempty"`
	Result     string       `json:"result"`
	Quality    []odcsResult `json:"quality"`
}

type odcsResult struct {
	ID        string   `json:"id"`
	Schema    string   `json:"schema"`
	Property  string   `json:"property,omitempty"`
	Type      string   `json:"type"`
	Engine    string   `json:"engine"`
	Rule      string   `json:"implementation"`
	Dimension string   `json:"dimension"`
	Severity  string   `json:"severity"`
	Result    string   `json:"result"`
	Rows      int64    `json:"rowsChecked"`
	Failed    int64    `json:"rowsFailed"`
	Observed  *float64 `json:"observed,omitempty"`
	Message   string   `json:"message"`
}

// odcsDimension is the contract standard's name of a dimension.
func odcsDimension(d quality.Dimension) string {
	if d == quality.Validity {
		return "conformity"
	}
	return string(d)
}

func writeODCSResults(w io.Writer, r *rule.Result, opt OutputOptions) error {
	out := odcsResults{Kind: "DataContractResults", APIVersion: "v3.1.0", Contract: r.Suite, Tool: opt.Tool, Result: string(r.Status), Quality: []odcsResult{}}
	for _, c := range r.Checks {
		out.Quality = append(out.Quality, odcsResult{
			ID: c.ID, Schema: c.Table, Property: c.Column, Type: "custom", Engine: "verisim", Rule: c.Rule,
			Dimension: odcsDimension(c.Dimension), Severity: string(c.Level), Result: string(c.Status),
			Rows: c.Rows, Failed: c.Failed, Observed: c.Observed, Message: message(c),
		})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
