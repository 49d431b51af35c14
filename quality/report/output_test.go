package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/quality"
	"github.com/verisim/verisim/quality/rule"
)

func sampleResult() *rule.Result {
	seven := 7.5
	check := func(id, column string, level quality.Level, status rule.Status, failed int64) rule.Check {
		c := rule.Check{
			ID: id, Table: "t", Column: column, Kind: "between", Rule: `between: ["<a>", 2]`, Level: level, Dimension: quality.Validity,
			Status: status, Pass: status == rule.Pass, Rows: 10, Failed: failed, Share: 1 - float64(failed)/10, Mostly: 1,
			Message: "so & so", Line: 3, Source: "dir/suite #1.yaml",
		}
		if failed > 0 {
			c.Examples = []int64{4, 9}
		}
		return c
	}
	r := &rule.Result{
		Version: rule.Version, Suite: `a "suite"`, Status: rule.Fail, Rows: 10,
		Tables: []rule.Table{{Name: "t", Rows: 10, Quarantined: 2, Columns: 2, Fields: []string{"a int64", "b utf8"}}},
		Checks: []rule.Check{
			check("ok", "a", quality.Error, rule.Pass, 0), check("bad", "a", quality.Critical, rule.Fail, 2),
			check("soft", "b", quality.Info, rule.Warn, 1), check("none", "b", quality.Error, rule.Broken, 0), check("young", "", quality.Error, rule.Learning, 0),
		},
		Scores: rule.Scores{Overall: 59, Grade: "E", Coverage: 0.5, Covered: 2, Required: 4, Dimensions: []rule.DimensionScore{
			{Dimension: quality.Validity, Score: 88.5, Checks: 3, Covered: 2, Required: 2, MappedTo: rule.Standards(quality.Validity)},
		}},
	}
	r.Checks[0].Observed = &seven
	return r
}

func outputOf(t *testing.T, path string) []byte {
	t.Helper()
	o, err := OutputOf(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := o.Write(&b, sampleResult(), OutputOptions{Title: "t", Tool: "verisim 1"}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOutputsAgree(t *testing.T) {
	back, err := ReadResult(outputOf(t, "r.json"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampleResult(), back); diff != "" {
		t.Errorf("JSON there and back (-want +got):\n%s", diff)
	}

	var junit junitSuites
	if err = xml.Unmarshal(outputOf(t, "r.xml"), &junit); err != nil {
		t.Fatal(err)
	}
	if junit.Tests != 5 || junit.Failures != 1 || junit.Errors != 1 || junit.Suites[0].Skipped != 1 || len(junit.Suites[0].Cases) != 5 {
		t.Errorf("JUnit counts %d tests, %d failures, %d errors, %d skipped", junit.Tests, junit.Failures, junit.Errors, junit.Suites[0].Skipped)
	}

	// Jenkins' schema has no such attribute on the outermost element.
	if regexp.MustCompile(`<testsuites [^>]*skipped`).Match(outputOf(t, "r.xml")) {
		t.Error("JUnit's testsuites have an attribute skipped")
	}

	var sarif sarifLog
	if err = json.Unmarshal(outputOf(t, "r.sarif"), &sarif); err != nil {
		t.Fatal(err)
	}
	run := sarif.Runs[0]
	var levels []string
	for _, x := range run.Results {
		levels = append(levels, x.RuleID+" "+x.Level)
		if run.Tool.Driver.Rules[x.RuleIndex].ID != x.RuleID || x.Locations[0].Physical.Region.StartLine != 3 || x.Locations[0].Physical.Artifact.URI != "dir/suite%20%231.yaml" {
			t.Errorf("SARIF result %+v points to the wrong place", x)
		}
	}
	if diff := cmp.Diff([]string{"bad error", "soft note", "none error"}, levels); diff != "" || sarif.Version != "2.1.0" || len(run.Tool.Driver.Rules) != 5 {
		t.Errorf("SARIF results (-want +got):\n%s", diff)
	}

	metrics := string(outputOf(t, "r.prom"))
	line := regexp.MustCompile(`^(# (TYPE|HELP) verisim_[a-z_]+ .+|verisim_[a-z_]+\{suite="a \\"suite\\""(,[a-z]+="[^"]*")*\} [0-9.]+|# EOF)$`)
	for _, l := range strings.Split(strings.TrimSuffix(metrics, "\n"), "\n") {
		if !line.MatchString(l) {
			t.Errorf("OpenMetrics line %q", l)
		}
	}
	if !strings.HasSuffix(metrics, "# EOF\n") || !strings.Contains(metrics, `check="bad",level="critical",dimension="validity"} 2`) {
		t.Errorf("OpenMetrics lacks its end or a sample:\n%s", metrics)
	}

	var odcs odcsResults
	if err = json.Unmarshal(outputOf(t, "r.odcs"), &odcs); err != nil || len(odcs.Quality) != 5 || odcs.Quality[1].Dimension != "conformity" {
		t.Errorf("ODCS results: %v, %+v", err, odcs)
	}

	page := outputOf(t, "r.html")
	if len(page) > MaxBytes || bytes.Contains(page, []byte(`"<a>"`)) || !bytes.Contains(page, []byte("GB/T 36344")) {
		t.Errorf("the page has %d bytes, or shows a rule unescaped, or no scores", len(page))
	}
	text := string(outputOf(t, "r.txt"))
	if !strings.HasPrefix(text, "error error") || !strings.Contains(text, "8 passed and 2 quarantined") || !strings.Contains(text, "2 of 4 column sides") {
		t.Errorf("text:\n%s", text)
	}
	if _, err = OutputOf("r.pdf"); err == nil {
		t.Error("OutputOf(r.pdf): no error")
	}
	if _, err = ReadResult([]byte(`{"version": 9}`)); err == nil {
		t.Error("ReadResult of a later version: no error")
	}
}
