package jsonl_test

import (
	"testing"

	"github.com/verisim/verisim/formats/formatstest"
	"github.com/verisim/verisim/formats/jsonl"
)

func TestLaws(t *testing.T) {
	formatstest.Run(t, jsonl.Codec{}, formatstest.Traits{NoSchema: true, CutReadsShorter: true})
}
