package jsonl_test

import (
	"testing"

	"github.com/verisim/verisim/formats/formatstest"
	"github.com/verisim/verisim/formats/jsonl"
)

func BenchmarkWrite(b *testing.B) { formatstest.BenchmarkWrite(b, jsonl.Codec{}) }

func BenchmarkRead(b *testing.B) { formatstest.BenchmarkRead(b, jsonl.Codec{}) }
