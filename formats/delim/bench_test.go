package delim_test

import (
	"testing"

	"github.com/verisim/verisim/formats/delim"
	"github.com/verisim/verisim/formats/formatstest"
)

func BenchmarkWrite(b *testing.B) { formatstest.BenchmarkWrite(b, delim.Codec{}) }

func BenchmarkRead(b *testing.B) { formatstest.BenchmarkRead(b, delim.Codec{}) }
