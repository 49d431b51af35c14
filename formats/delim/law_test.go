package delim_test

import (
	"testing"

	"github.com/verisim/verisim/formats/delim"
	"github.com/verisim/verisim/formats/formatstest"
)

// TestLaws also states what delimited text cannot hold: nested columns.
func TestLaws(t *testing.T) {
	traits := formatstest.Traits{
		NoSchema: true, CutReadsShorter: true, CutTearsCell: true,
		Lacks: []string{"list", "list(string)", "list(list)", "struct", "list(struct)", "struct(list)"},
	}
	for _, c := range []delim.Codec{{}, {Tabs: true}} {
		t.Run(c.Name(), func(t *testing.T) { formatstest.Run(t, c, traits) })
	}
}
