package finance

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// openingPreset is the preset of applications for accounts.
const openingPreset = "account-opening"

func (c *Config) openingNumbers() []numeric {
	return []numeric{
		{"fraud_by_number_bp", "frauds per 10,000 applications", &c.FraudByNumber, 0, 2000},
		{"fraud_distance", "factor on the shifts of the traits; 0: fraud looks honest", &c.FraudDistance, 0, 10},
		{"label_noise", "least share of frauds that nobody reports", &c.LabelNoise, 0, 1},
		{"investigations_per_day", "alerts worked a working day, for 10,000 applications", &c.InvestigationsPerDay, 0, 1e6},
	}
}

const bafSource = "bank account fraud suite (Jesus et al. 2022): "

func resolveOpening(c Config) (Config, params, error) {
	p := params{locale: "en_US", home: []string{"US"}, price: 1}
	if err := c.refuse(c.openingNumbers(), c.numbers(), c.transferNumbers()); err != nil {
		return c, p, err
	}
	if c.TargetAUC != nil || c.MaxSingleColumn != nil || c.GraphLift != nil || c.Graph || c.Oracle {
		return c, p, errors.New("configure finance: target_auc, max_single_column, graph_lift, graph and oracle have no meaning in preset " + c.Preset + ": remove them")
	}
	keep(&c.Days, 243) // eight months
	keep(&c.Start, "2025-01-01")
	on, rate, distance, noise, capacity := true, 110.0, 1.65, .05, 2.0
	keep(&c.Drift, &on)
	keep(&c.FraudByNumber, &rate)
	keep(&c.FraudDistance, &distance)
	keep(&c.LabelNoise, &noise)
	keep(&c.InvestigationsPerDay, &capacity)
	for i, into := range []*float64{&p.byNumber, &p.distance, &p.noise, &p.capacity} {
		f := c.openingNumbers()[i]
		v := **f.field
		if !(v >= f.low && v <= f.high) {
			return c, p, fmt.Errorf("configure finance: %s is %g, and %g to %g are possible", f.name, v, f.low, f.high)
		}
		*into = v
	}
	var names []string
	mix := map[string]float64{}
	for s := stolenIdentity; s < swindles; s++ {
		names = append(names, swindleTable[s].name)
		mix[swindleTable[s].name] = swindleTable[s].share
	}
	if c.Mix == nil {
		c.Mix = mix
	}
	if err := mixOf(c.Mix, names, "scenario", p.swindle[stolenIdentity:]); err != nil {
		return c, p, err
	}
	if c.Customers == 0 && c.Rows == 0 {
		c.Customers = 100_000
	}
	return c, p, c.span(&p, 1/float64(max(c.Days, 1)))
}

func (c Config) printOpening() []byte {
	source := map[string]string{"fraud_by_number_bp": bafSource + ".85 % rising to 1.5 % over eight months"}
	var b strings.Builder
	c.head(&b)
	line(&b, "as_of", strconv.Quote(c.AsOf), "last day of what is known about alerts and labels; empty: all")
	line(&b, "drift", strconv.FormatBool(*c.Drift), "the rate rises from .77 to 1.36 of its mean; "+bafSource+".85 to 1.5 %")
	for _, n := range c.openingNumbers() {
		s, ok := source[n.name]
		if !ok {
			s = "assumption"
		}
		line(&b, n.name, strconv.FormatFloat(**n.field, 'g', -1, 64), n.unit+"; "+s)
	}
	b.WriteString("mix: # share of the fraudulent applications; assumptions\n")
	for s := stolenIdentity; s < swindles; s++ {
		n := swindleTable[s].name
		line(&b, "  "+n, strconv.FormatFloat(c.Mix[n], 'g', -1, 64), swindleTable[s].about)
	}
	return []byte(b.String())
}
