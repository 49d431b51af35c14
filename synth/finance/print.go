package finance

import (
	"fmt"
	"strconv"
	"strings"
)

// YAML prints the configuration with every open field filled, as a recipe's
// options read it: decoding it gives the same world. Behind each value stand
// its unit and its source, "assumption" where nobody published one.
func (w *World) YAML() []byte {
	switch {
	case isTransfers(w.cfg.Preset):
		return w.cfg.printTransfers()
	case w.cfg.Preset == openingPreset:
		return w.cfg.printOpening()
	}
	return w.cfg.print()
}

func line(b *strings.Builder, name, value, about string) {
	fmt.Fprintf(b, "%-36s # %s\n", name+": "+value, about)
}

// head prints what all presets have.
func (c Config) head(b *strings.Builder) {
	line(b, "preset", c.Preset, "one of "+strings.Join(Presets(), ", "))
	line(b, "customers", strconv.FormatInt(c.Customers, 10), "people; 1 to "+strconv.Itoa(maxCustomers))
	line(b, "days", strconv.Itoa(c.Days), "days simulated; 1 to "+strconv.Itoa(maxDays))
	line(b, "rows", strconv.FormatInt(c.Rows, 10), "payments wished for, if customers is left out")
	line(b, "start", strconv.Quote(c.Start), "first day")
	line(b, "without_fraud", strconv.FormatBool(c.WithoutFraud), "the twin world: campaigns taken out, all else the same")
	if c.Preset != openingPreset {
		line(b, "graph", strconv.FormatBool(c.Graph), "add the tables nodes and edges: a COO edge index with time")
	}
}

func (c Config) print() []byte {
	var b strings.Builder
	c.head(&b)
	line(&b, "as_of", strconv.Quote(c.AsOf), "last day of what is known about alerts, disputes and labels; empty: all")
	line(&b, "drift", strconv.FormatBool(*c.Drift), "campaigns are born, adapt and die out; assumption")
	line(&b, "oracle", strconv.FormatBool(c.Oracle), "add the table oracle: likelihood ratios, by field")
	optional := func(name string, v *float64, about string) {
		if v == nil {
			fmt.Fprintf(&b, "# %s: not asked for; %s\n", name, about)
			return
		}
		line(&b, name, strconv.FormatFloat(*v, 'g', -1, 64), about)
	}
	optional("target_auc", c.TargetAUC, "AUC of the oracle, by making frauds like their victims' own purchases")
	optional("max_single_column", c.MaxSingleColumn, "AUC that no field of the oracle exceeds by itself")
	optional("graph_lift", c.GraphLift, "average precision with shared devices, networks and shops over that of rows alone")
	for _, p := range c.numbers() {
		source, ok := sources[c.Preset][p.name]
		if !ok {
			source = "assumption"
		}
		line(&b, p.name, strconv.FormatFloat(**p.field, 'g', -1, 64), p.unit+"; "+source)
	}
	b.WriteString("mix: # share of the fraudulent transactions; after the order of ECB report 6, the figures are assumptions\n")
	for s := range scenarios {
		n := scenarioTable[s].name
		line(&b, "  "+n, strconv.FormatFloat(c.Mix[n], 'g', -1, 64), scenarioTable[s].about)
	}
	return []byte(b.String())
}

// numeric is a numeric parameter: where it is, what it may be.
type numeric struct {
	name, unit string
	field      **float64
	low, high  float64
}

func (c *Config) numbers() []numeric {
	return []numeric{
		{"fraud_by_number_bp", "frauds per 10,000 transactions", &c.FraudByNumber, 0, 2000},
		{"fraud_ticket_ratio", "mean fraud over mean genuine amount", &c.FraudTicket, .1, 20},
		{"fraud_cnp_value_share", "card-not-present share of the fraud value", &c.FraudCNP, .01, .99},
		{"fraud_cross_border_value_share", "cross-border share of the fraud value", &c.FraudCross, .01, .99},
		{"transactions_per_day", "purchases a customer a day", &c.TransactionsPerDay, .01, 5},
		{"cnp_odds", "factor on the odds of buying online", &c.CNPOdds, .001, 1000},
		{"price_level", "factor on the median amounts, 1 for euro", &c.PriceLevel, .01, 1000},
		{"decline_rate", "share of honest attempts declined", &c.DeclineRate, 0, .5},
		{"label_noise", "least share of frauds that nobody reports", &c.LabelNoise, 0, 1},
		{"investigations_per_day", "alerts worked a day, for 10,000 customers", &c.InvestigationsPerDay, 0, 1e6},
	}
}

const (
	ecbCNP    = "ECB card fraud report 6 (2020): 79 % in 2018"
	ecbCross  = "EBA/ECB report on payment fraud 2024: 71 %"
	ecbTicket = "EBA/ECB 2024: 3.1 bp by value over 1.5 bp by number"
)

// sources of the presets' numbers; the others are assumptions.
var sources = map[string]map[string]string{
	"card-eu": {
		"fraud_by_number_bp": "EBA/ECB 2024: 1.5 bp, enriched ten times", "fraud_ticket_ratio": ecbTicket,
		"fraud_cnp_value_share": ecbCNP, "fraud_cross_border_value_share": ecbCross,
	},
	"card-us": {"fraud_by_number_bp": "Federal Reserve Payments Study 2018: 13.5 bp by value, over the ticket ratio"},
	"ecom": {
		"fraud_by_number_bp": "Worldline 2018, in the Fraud Detection Handbook: 1,000 of 400,000 a day", "fraud_ticket_ratio": ecbTicket,
		"fraud_cross_border_value_share": ecbCross,
	},
}
