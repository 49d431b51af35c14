package finance_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/verisim/verisim/quality/realism"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/finance"
)

// own are the targets that a preset sets itself.
func own(cfg finance.Config) []realism.Target {
	return []realism.Target{
		realism.Around("r11.bp.number", *cfg.FraudByNumber, .05, "preset"),
		realism.Around("r11.ticket", *cfg.FraudTicket, .05, "preset"),
		realism.Around("r11.cnp", *cfg.FraudCNP, .05, "preset"),
		realism.Around("r11.crossborder", *cfg.FraudCross, .05, "preset"),
	}
}

// bands leaves out the targets that need what a world does not have.
func bands(cfg finance.Config) []realism.Target {
	out := own(cfg)
	for _, t := range realism.CardTargets() {
		switch t.ID {
		case "r9.breaks": // cards keep no ledger; transfers do
			continue
		case "r2.logistic.auc", "r2.logistic.ap", "r2.trees.auc", "r2.trees.ap", "r2.cards100":
			// The bands are those of an e-commerce stream with 25 bp of fraud.
			if cfg.Preset != "ecom" {
				continue
			}
		}
		out = append(out, t)
	}
	return out
}

// BenchmarkRealism judges whole presets against all bands. MODEL.md states what
// came out.
func BenchmarkRealism(b *testing.B) {
	for _, c := range []struct {
		cfg   finance.Config
		train int
	}{
		{finance.Config{Preset: "card-eu", Customers: 15_000}, 90},
		{finance.Config{Preset: "ecom", Customers: 60_000, Days: 60}, 7},
	} {
		b.Run(c.cfg.Preset, func(b *testing.B) {
			for b.Loop() {
				w := world(b, c.cfg)
				report, err := realism.Judge(b.Context(), realism.Input{
					Source: synth.NewSource(w, worldSeed(b), 2), Mapping: realism.CardMapping(""), Targets: bands(w.Config()), Workers: 2, TrainDays: c.train,
				})
				if err != nil {
					b.Fatal(err)
				}
				var all strings.Builder
				for _, r := range report.Results {
					fmt.Fprintf(&all, " %s=%.4f", r.ID, r.Value)
					b.ReportMetric(r.Value, r.ID)
					if !r.Pass {
						b.Errorf("%s = %.4f, want in [%g, %g] (%s)", r.ID, r.Value, r.Low, r.High, r.Note)
					}
				}
				b.Log(all.String())
			}
		})
	}
}
