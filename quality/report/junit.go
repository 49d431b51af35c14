package report

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/verisim/verisim/quality/rule"
)

// The JUnit form that CI systems agree on (the schema of Jenkins' xUnit plugin,
// junit-10.xsd): a suite a table, a case a check. A warning is a case that passes and
// says so in its output; a check that could not be judged is an error.

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string      `xml:"name,attr"`
	Class   string      `xml:"classname,attr"`
	File    string      `xml:"file,attr,omitempty"`
	Line    int         `xml:"line,attr,omitempty"`
	Failure *junitFault `xml:"failure"`
	Error   *junitFault `xml:"error"`
	Skipped *junitFault `xml:"skipped"`
	Out     string      `xml:"system-out,omitempty"`
}

type junitFault struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func writeJUnit(w io.Writer, r *rule.Result, _ OutputOptions) error {
	out := junitSuites{Name: r.Suite}
	for _, t := range r.Tables {
		s := junitSuite{Name: t.Name}
		if s.Name == "" {
			s.Name = r.Suite
		}
		for _, c := range r.Checks {
			if c.Table != t.Name {
				continue
			}
			k := junitCase{Name: c.ID, Class: r.Suite + "." + s.Name, File: c.Source, Line: c.Line}
			fault := &junitFault{Message: message(c), Type: string(c.Level), Text: fmt.Sprintf("%s\nrows %v", c.Rule, c.Examples)}
			s.Tests++
			switch c.Status {
			case rule.Fail:
				s.Failures++
				k.Failure = fault
			case rule.Broken:
				s.Errors++
				k.Error = fault
			case rule.Learning:
				s.Skipped++
				k.Skipped = &junitFault{Message: message(c)}
			case rule.Warn:
				k.Out = "warning: " + message(c)
			}
			s.Cases = append(s.Cases, k)
		}
		out.Tests += s.Tests
		out.Failures += s.Failures
		out.Errors += s.Errors
		out.Suites = append(out.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
