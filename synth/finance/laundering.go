package finance

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// isTransfers says whether a preset is a world of accounts.
func isTransfers(preset string) bool {
	return preset == "aml-hi" || preset == "aml-li" || preset == "mobile-money"
}

// transferNumbers are the numbers of the presets of accounts.
func (c *Config) transferNumbers() []numeric {
	return []numeric{
		{"fraud_by_number_bp", "laundering transfers per 10,000", &c.FraudByNumber, 0, 2000},
		{"transactions_per_day", "everyday payments of a person a day", &c.TransactionsPerDay, .01, 5},
		{"laundering_outside_share", "share of laundering in no pattern", &c.Outside, 0, .95},
		{"laundering_level", "sums of laundering over those of companies", &c.LaunderingLevel, .01, 100},
		{"laundering_pace", "factor on the time that money rests", &c.LaunderingPace, .001, 100},
		{"laundering_company_share", "companies among the crews' accounts", &c.LaunderingFirms, 0, 1},
		{"laundering_electronic_share", "of the patterns, by ACH and wire on purpose", &c.LaunderingElectronic, 0, 1},
		{"laundering_size", "factor on the number of accounts of a pattern", &c.LaunderingSize, .5, 5},
		{"laundering_spread", "share of the sums of business, around the middle", &c.LaunderingSpread, 0, 1},
		{"alert_threshold", "factor on the bounds of the monitoring's rules", &c.AlertThreshold, .1, 100},
		{"label_noise", "share of laundering that an investigation clears", &c.LabelNoise, 0, 1},
		{"investigations_per_day", "alerts worked a working day, for 10,000 persons", &c.InvestigationsPerDay, 0, 1e6},
	}
}

const amlworld = "AMLworld (Altman et al. 2023): "

func transferPreset(name string) (Config, params, map[string]string) {
	f := func(v float64) *float64 { return &v }
	on := true
	cfg := Config{
		Preset: name, Days: 90, Start: "2025-01-01", Drift: &on,
		FraudByNumber: f(1e4 / 981), TransactionsPerDay: f(.9), Outside: f(.413), LaunderingLevel: f(.93), LaunderingPace: f(.01), LaunderingFirms: f(.03), LaunderingElectronic: f(.83),
		LaunderingSize: f(3.5), LaunderingSpread: f(.03), AlertThreshold: f(1), LabelNoise: f(.35), InvestigationsPerDay: f(12),
	}
	source := map[string]string{
		"fraud_by_number_bp":       amlworld + "1 in 981 in HI-Small",
		"laundering_outside_share": "near " + amlworld + "38 % in HI-Small",
	}
	if name == "aml-li" {
		cfg.FraudByNumber, cfg.Outside, cfg.LaunderingLevel, cfg.LaunderingPace = f(1e4/1942), f(.5), f(.9), f(.05)
		cfg.LaunderingElectronic, cfg.LaunderingSize, cfg.LaunderingSpread = f(.5), f(1), f(.6)
		source = map[string]string{
			"fraud_by_number_bp":       amlworld + "1 in 1,942 in LI-Small",
			"laundering_outside_share": "assumption; " + amlworld + "71 % in LI-Small",
		}
	}
	cfg.Mix = map[string]float64{}
	for i := range patterns {
		cfg.Mix[patternName(i)] = patternTable[i].share
	}
	p := params{locale: "en_US", home: []string{"US"}, price: 1}
	if name == "mobile-money" {
		p.mobile = true
		cfg.FraudByNumber, cfg.TransactionsPerDay, cfg.Outside, cfg.LaunderingElectronic = f(13), f(.7), f(.45), f(0)
		cfg.LaunderingLevel, cfg.LaunderingPace, cfg.LaunderingFirms = f(.6), f(.3), f(.05)
		cfg.LaunderingSize, cfg.LaunderingSpread, cfg.AlertThreshold = f(1), f(.6), f(1.3)
		source = map[string]string{"fraud_by_number_bp": "PaySim (Lopez-Rojas et al. 2016): .13 % of the released month"}
		cfg.Mix = map[string]float64{"drain": .35, "push_scam": .25}
		for _, i := range []pattern{fanOut, fanIn, cycleRound, scatterGather, gatherScatter, smurfing} {
			cfg.Mix[patternName(i)] = .4 / 6
		}
	}
	return cfg, p, source
}

// refuse says that a number has no meaning in a preset, which has its own.
func (c *Config) refuse(own []numeric, all ...[]numeric) error {
	for _, n := range slices.Concat(all...) {
		mine := slices.ContainsFunc(own, func(o numeric) bool { return o.field == n.field })
		if !mine && *n.field != nil {
			return fmt.Errorf("configure finance: %s has no meaning in preset %s: remove it", n.name, c.Preset)
		}
	}
	return nil
}

func resolveTransfers(c Config) (Config, params, error) {
	base, p, _ := transferPreset(c.Preset)
	mine := c.transferNumbers()
	if err := c.refuse(mine, c.numbers(), c.openingNumbers()); err != nil {
		return c, p, err
	}
	if c.TargetAUC != nil || c.MaxSingleColumn != nil || c.GraphLift != nil || c.Oracle || c.Drift != nil && !*c.Drift {
		return c, p, errors.New("configure finance: target_auc, max_single_column, graph_lift, oracle and drift have no meaning in preset " + c.Preset + ": remove them")
	}
	keep(&c.Days, base.Days)
	keep(&c.Start, base.Start)
	given := base.transferNumbers()
	for i, into := range []*float64{&p.byNumber, &p.perDay, &p.outside, &p.washLevel, &p.washPace, &p.washFirms, &p.washWire, &p.washSize, &p.washRange, &p.alertFactor, &p.noise, &p.capacity} {
		f := mine[i]
		keep(f.field, *given[i].field)
		v := **f.field
		if !(v >= f.low && v <= f.high) {
			return c, p, fmt.Errorf("configure finance: %s is %g, and %g to %g are possible", f.name, v, f.low, f.high)
		}
		*into = v
	}
	if c.Mix == nil {
		c.Mix = base.Mix
	}
	var names []string
	for i := range patterns {
		names = append(names, patternName(i))
	}
	if err := mixOf(c.Mix, names, "pattern", p.wash[:]); err != nil {
		return c, p, err
	}
	return c, p, c.span(&p, p.perDay*rowsPerPayment)
}

// rowsPerPayment counts salaries, rents and the companies' payments in;
// measured.
const rowsPerPayment = 1.5

func (c Config) printTransfers() []byte {
	_, _, source := transferPreset(c.Preset)
	var b strings.Builder
	c.head(&b)
	line(&b, "as_of", strconv.Quote(c.AsOf), "last day of what is known about alerts, reports and labels; empty: all")
	for _, n := range c.transferNumbers() {
		s, ok := source[n.name]
		if !ok {
			s = "assumption"
		}
		line(&b, n.name, strconv.FormatFloat(**n.field, 'g', -1, 64), n.unit+"; "+s)
	}
	b.WriteString("mix: # share of the campaigns; assumptions, AMLworld has as many of each of its eight\n")
	for i := range patterns {
		line(&b, "  "+patternName(i), strconv.FormatFloat(c.Mix[patternName(i)], 'g', -1, 64), patternTable[i].about)
	}
	return []byte(b.String())
}
