package parquet_test

import (
	"testing"

	"github.com/verisim/verisim/formats/formatstest"
	"github.com/verisim/verisim/formats/parquet"
)

func TestLaws(t *testing.T) {
	formatstest.Run(t, parquet.Codec{}, formatstest.Traits{Compressions: []string{"", "zstd", "none"}, GoMemory: true})
}
