package finance_test

import (
	"context"
	"os"
	"strconv"
	"testing"

	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/finance"
	"github.com/verisim/verisim/synth/synthtest"
)

func world(t testing.TB, cfg finance.Config) *finance.World {
	t.Helper()
	w, err := finance.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestModel(t *testing.T) {
	for _, preset := range finance.Presets() {
		t.Run(preset, func(t *testing.T) {
			synthtest.Model(t, world(t, finance.Config{Preset: preset, Customers: 400, Days: 60}))
		})
	}
}

// worldSeed is the seed of the worlds that are judged: $VERISIM_SEED, else 1.
func worldSeed(b *testing.B) synth.Seed {
	b.Helper()
	text := os.Getenv("VERISIM_SEED")
	if text == "" {
		return 1
	}
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return synth.Seed(v)
}

func BenchmarkTransactions(b *testing.B) {
	w := world(b, finance.Config{Customers: 10_000})
	rows := int64(0)
	first := true
	for b.Loop() {
		st, err := w.Stream("transactions", 1, 1)
		if err != nil {
			b.Fatal(err)
		}
		if first { // the world is built once
			first = false
			b.ResetTimer()
		}
		for batch, err := range st.Batches(context.Background()) {
			if err != nil {
				b.Fatal(err)
			}
			rows += batch.NumRows()
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	_ = synth.Seed(1)
}
