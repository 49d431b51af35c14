package ipc_test

import (
	"testing"

	"github.com/verisim/verisim/formats/formatstest"
	"github.com/verisim/verisim/formats/ipc"
)

func TestLaws(t *testing.T) {
	compressions := []string{"", "lz4", "zstd"}
	t.Run("File", func(t *testing.T) {
		formatstest.Run(t, ipc.File{}, formatstest.Traits{Compressions: compressions, OneDictionary: true})
	})
	t.Run("Stream", func(t *testing.T) {
		formatstest.Run(t, ipc.Stream{}, formatstest.Traits{Compressions: compressions, CutReadsShorter: true})
	})
}
