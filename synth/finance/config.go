package finance

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/verisim/verisim/formats/document"
)

// Config says which world to make. The zero value is the default world:
// card-eu, 10,000 customers, 183 days, about a million transactions.
type Config struct {
	// Preset names the starting point of everything below. Default card-eu.
	Preset string `yaml:"preset"`
	// Customers is how many people there are. Default 10,000, or what Rows
	// needs.
	Customers int64 `yaml:"customers"`
	// Days is how many days are simulated, 1 to 2000. Default 183, because a
	// model needs months of history before its test.
	Days int `yaml:"days"`
	// Rows asks for about so many transactions by choosing Customers. It is
	// ignored where Customers is given.
	Rows int64 `yaml:"rows"`
	// Start is the first day, as 2025-03-01. Default 2025-01-01.
	Start string `yaml:"start"`
	// AsOf ends what is known: later alerts, chargebacks, verdicts and labels
	// are left out. Default none: everything that will ever be known.
	AsOf string `yaml:"as_of"`
	// WithoutFraud takes the campaigns out and leaves all else as it is: the
	// twin world.
	WithoutFraud bool `yaml:"without_fraud"`
	// Drift changes the mix of the campaigns over time: some are born, some
	// die out. Default of every preset: true.
	Drift *bool `yaml:"drift"`

	// Graph adds the tables nodes and edges: every payment as an edge between two
	// numbered nodes, in order of time. Default false. Not for account-opening.
	Graph bool `yaml:"graph"`

	// TargetAUC asks for a world whose oracle has this AUC: the ceiling of what a
	// row by itself tells. Default none: what the campaigns make. Presets of
	// cards only.
	TargetAUC *float64 `yaml:"target_auc"`
	// MaxSingleColumn bounds the AUC of every field of the oracle by itself.
	// Default none. Presets of cards only.
	MaxSingleColumn *float64 `yaml:"max_single_column"`

	// GraphLift asks for a world in which a learner that sees who shares devices,
	// networks and shops has so many times the average precision of one that sees
	// rows alone. Default none. Presets of cards only.
	GraphLift *float64 `yaml:"graph_lift"`

	// Oracle adds the table oracle: the likelihood ratio of each transaction
	// under the crews and under its customer. Default false, because whoever
	// trains on it cheats.
	Oracle bool `yaml:"oracle"`

	// FraudByNumber is fraud per 10,000 transactions. Default the preset's.
	FraudByNumber *float64 `yaml:"fraud_by_number_bp"`
	// FraudTicket is the mean fraud over the mean genuine amount.
	FraudTicket *float64 `yaml:"fraud_ticket_ratio"`
	// FraudCNP is the card-not-present share of the fraud value.
	FraudCNP *float64 `yaml:"fraud_cnp_value_share"`
	// FraudCross is the cross-border share of the fraud value.
	FraudCross *float64 `yaml:"fraud_cross_border_value_share"`
	// TransactionsPerDay is the mean number of purchases of a customer a day.
	TransactionsPerDay *float64 `yaml:"transactions_per_day"`
	// CNPShare moves the share of purchases made online: it multiplies the odds
	// of each category.
	CNPOdds *float64 `yaml:"cnp_odds"`
	// PriceLevel multiplies the categories' median amounts.
	PriceLevel *float64 `yaml:"price_level"`
	// DeclineRate is the share of genuine attempts that are declined.
	DeclineRate *float64 `yaml:"decline_rate"`
	// Mix is the share of each scenario in the fraudulent transactions.
	Mix map[string]float64 `yaml:"mix"`
	// LabelNoise is the share of frauds that nobody ever reports; in presets of
	// accounts, of laundering that an investigation clears.
	LabelNoise *float64 `yaml:"label_noise"`
	// Outside is the share of laundering transfers that follow no pattern: the
	// disguise as ordinary life. Presets of accounts only.
	Outside *float64 `yaml:"laundering_outside_share"`
	// LaunderingLevel multiplies the sums of laundering, which else are those of
	// payments between companies. Presets of accounts only.
	LaunderingLevel *float64 `yaml:"laundering_level"`
	// LaunderingPace multiplies how long money rests. Presets of accounts only.
	LaunderingPace *float64 `yaml:"laundering_pace"`
	// LaunderingFirms is the share of companies among the accounts that crews
	// use. Presets of accounts only.
	LaunderingFirms *float64 `yaml:"laundering_company_share"`
	// LaunderingElectronic is the share of the patterns' payments that crews send
	// by ACH and wire on purpose; the others go as business goes. Presets of
	// accounts only.
	LaunderingElectronic *float64 `yaml:"laundering_electronic_share"`
	// LaunderingSize multiplies how many accounts a pattern has. Presets of
	// accounts only.
	LaunderingSize *float64 `yaml:"laundering_size"`
	// LaunderingSpread is how much of the business sums laundering uses, from 0,
	// the middle alone, to 1, all of them. Presets of accounts only.
	LaunderingSpread *float64 `yaml:"laundering_spread"`
	// FraudDistance multiplies by how much fraudulent applications differ from
	// honest ones, 0 for not at all. Preset account-opening only.
	FraudDistance *float64 `yaml:"fraud_distance"`
	// AlertThreshold multiplies the bounds of the monitoring's rules. Presets of
	// accounts only.
	AlertThreshold *float64 `yaml:"alert_threshold"`
	// InvestigationsPerDay is the capacity of the alert desk for 10,000
	// customers; on working days where accounts are monitored.
	InvestigationsPerDay *float64 `yaml:"investigations_per_day"`
}

// params are the numbers behind a resolved Config.
type params struct {
	start      int64 // days since 1970-01-01
	asOf       int64 // seconds since the start; the largest number if open
	byNumber   float64
	ticket     float64
	cnp        float64
	cross      float64
	perDay     float64
	cnpOdds    float64
	price      float64
	decline    float64
	noise      float64
	capacity   float64
	drift      bool
	mix        [scenarios]float64
	locale     string
	home       []string // countries whose people live here
	farOnline  float64  // genuine: share of online purchases at merchants abroad
	nearOnline float64  // of them, within the home countries
	brands     []brand

	targetAUC float64 // 0: no target
	maxSingle float64
	lift      float64 // 0: no target

	// Of account-opening.
	swindle  [swindles]float64
	distance float64

	// Of the presets of accounts.
	mobile    bool
	wash      [patterns]float64
	outside   float64 // share of the laundering in no pattern
	washLevel float64 // of the sums, against those of business
	washPace  float64 // of the time that money rests
	washFirms float64 // share of companies among the accounts that crews use
	washWire  float64 // share sent by ACH and wire, beyond what business does
	washSize  float64 // of the patterns, in accounts
	washRange float64 // share of the business sums, around their middle

	alertFactor float64 // on the bounds of the monitoring's rules
}

type brand struct {
	Name, Prefix string
	Length       int
	Share        float64
}

// Presets lists the presets, the default first.
func Presets() []string {
	return []string{"card-eu", "card-us", "card-cn", "ecom", "aml-hi", "aml-li", "mobile-money", "account-opening"}
}

func preset(name string) (Config, params, error) {
	f := func(v float64) *float64 { return &v }
	on := true
	// card-eu: EBA/ECB report on payment fraud 2024 (3.1 bp by value and 1.5 bp
	// by number in H1 2023, hence tickets 2.1 times the genuine one) and ECB
	// card fraud report 6 (79 % of the value card-not-present); 71 % of the
	// value cross-border. The rate is enriched ten times, so that a million
	// rows hold 1,500 frauds.
	cfg := Config{
		Preset: name, Days: 183, Start: "2025-01-01", Drift: &on,
		FraudByNumber: f(15), FraudTicket: f(2.1), FraudCNP: f(.79), FraudCross: f(.71),
		TransactionsPerDay: f(.55), CNPOdds: f(1), PriceLevel: f(1), DeclineRate: f(.045),
		LabelNoise: f(.05), InvestigationsPerDay: f(6),
	}
	p := params{
		locale: "en_US", farOnline: .16, nearOnline: .6,
		home: []string{"DE", "FR", "IT", "ES", "NL", "BE", "AT", "PT", "IE", "FI", "GR"},
		// Test prefixes that processors publish; see synth/fake.
		brands: []brand{{"visa", "400000", 16, .55}, {"mastercard", "555555", 16, .45}},
	}
	switch name {
	case "card-eu":
	case "card-us":
		// Federal Reserve Payments Study 2018: 13.5 bp by value in 2016; the
		// ticket ratio and so the rate by number are assumptions (2.1 as in
		// Europe), as is the share across the border.
		cfg.FraudByNumber, cfg.FraudCNP, cfg.FraudCross = f(13.5/2.1), f(.60), f(.15)
		cfg.TransactionsPerDay = f(.9)
		p.home, p.farOnline, p.nearOnline = []string{"US"}, .04, 0
	case "card-cn":
		// Every figure an assumption: none is published by number and ticket.
		cfg.FraudByNumber, cfg.FraudTicket, cfg.FraudCNP, cfg.FraudCross = f(10), f(3), f(.85), f(.10)
		cfg.TransactionsPerDay, cfg.CNPOdds, cfg.PriceLevel = f(1.6), f(2.5), f(2.2)
		p.locale, p.home, p.farOnline, p.nearOnline = "zh_CN", []string{"CN"}, .02, 0
		p.brands = []brand{{"unionpay", "620000", 19, 1}}
	case "ecom":
		// Worldline 2018 as the Fraud Detection Handbook gives it: 400,000
		// transactions and 1,000 frauds a day (25 bp by number). Ticket ratio
		// as in card-eu; all purchases but a few are online, and no fraud is at
		// the till, which its acquirer would not see.
		cfg.FraudByNumber, cfg.FraudCNP, cfg.CNPOdds = f(25), f(.99), f(40)
	default:
		hint := strings.Join(Presets(), ", ")
		if near := document.Nearest(name, Presets()); near != "" {
			hint = "did you mean " + near + "?"
		}
		return cfg, p, fmt.Errorf("configure finance: there is no preset %q (%s)", name, hint)
	}
	cfg.Mix = map[string]float64{}
	for s := range scenarios {
		if w := scenarioTable[s].share; w > 0 {
			cfg.Mix[scenarioTable[s].name] = w
		}
	}
	if name == "ecom" {
		for _, till := range []scenario{counterfeit, lostStolen, refundAbuse} {
			delete(cfg.Mix, scenarioTable[till].name)
		}
	}
	return cfg, p, nil
}

// resolve fills a configuration from its preset and checks it.
func resolve(c Config) (Config, params, error) {
	if c.Preset == "" {
		c.Preset = Presets()[0]
	}
	switch {
	case isTransfers(c.Preset):
		return resolveTransfers(c)
	case c.Preset == openingPreset:
		return resolveOpening(c)
	}
	base, p, err := preset(c.Preset)
	if err != nil {
		return c, p, err
	}
	if err = c.refuse(c.numbers(), c.transferNumbers(), c.openingNumbers()); err != nil {
		return c, p, err
	}
	keep(&c.Days, base.Days)
	keep(&c.Start, base.Start)
	keep(&c.Drift, base.Drift)
	into := []*float64{&p.byNumber, &p.ticket, &p.cnp, &p.cross, &p.perDay, &p.cnpOdds, &p.price, &p.decline, &p.noise, &p.capacity}
	given := base.numbers()
	for i, f := range c.numbers() {
		keep(f.field, *given[i].field)
		v := **f.field
		if !(v >= f.low && v <= f.high) {
			return c, p, fmt.Errorf("configure finance: %s is %g, and %g to %g are possible", f.name, v, f.low, f.high)
		}
		*into[i] = v
	}
	for _, d := range []struct {
		field *float64
		into  *float64
		name  string
	}{{c.TargetAUC, &p.targetAUC, "target_auc"}, {c.MaxSingleColumn, &p.maxSingle, "max_single_column"}} {
		if d.field == nil {
			continue
		}
		if *d.into = *d.field; !(*d.into >= .55 && *d.into <= 1) {
			return c, p, fmt.Errorf("configure finance: %s is %g, and .55 to 1 are possible", d.name, *d.into)
		}
	}
	if c.GraphLift != nil {
		if p.lift = *c.GraphLift; !(p.lift >= 1 && p.lift <= 100) {
			return c, p, fmt.Errorf("configure finance: graph_lift is %g, and 1 to 100 are possible", p.lift)
		}
		if c.WithoutFraud || p.byNumber == 0 {
			return c, p, fmt.Errorf("configure finance: graph_lift needs fraud, and there is none: remove graph_lift or without_fraud")
		}
	}
	p.drift = *c.Drift
	if c.Oracle && (c.WithoutFraud || p.byNumber == 0) {
		return c, p, fmt.Errorf("configure finance: oracle needs fraud, and there is none: remove oracle or without_fraud")
	}
	if c.Mix == nil {
		c.Mix = base.Mix
	}
	if err = p.setMix(c.Mix); err != nil {
		return c, p, err
	}
	return c, p, c.span(&p, p.perDay*rowsPerPurchase)
}

// span settles how many customers and which days there are; perDay is the
// number of rows of a customer a day.
func (c *Config) span(p *params, perDay float64) (err error) {
	if c.Customers == 0 {
		c.Customers = 10_000
		if c.Rows > 0 {
			c.Customers = max(1, int64(math.Round(float64(c.Rows)/(perDay*float64(c.Days)))))
		}
	}
	if c.Customers < 1 || c.Customers > maxCustomers {
		return outOfBounds("customers", c.Customers, 1, maxCustomers)
	}
	if c.Days < 1 || c.Days > maxDays {
		return outOfBounds("days", int64(c.Days), 1, maxDays)
	}
	if p.start, err = parseDay("start", c.Start); err != nil {
		return err
	}
	p.asOf = math.MaxInt64
	if c.AsOf != "" {
		var day int64
		if day, err = parseDay("as_of", c.AsOf); err != nil {
			return err
		}
		p.asOf = (day - p.start + 1) * secondsPerDay // the day itself is known
	}
	return nil
}

// rowsPerPurchase counts refunds, retries and subscriptions in; measured.
const rowsPerPurchase = 1.18

const secondsPerDay = 86_400

func (p *params) setMix(mix map[string]float64) error {
	var names []string
	for s := range scenarios {
		names = append(names, scenarioTable[s].name)
	}
	return mixOf(mix, names, "scenario", p.mix[:])
}

// mixOf reads shares by name, and brings their sum to 1.
func mixOf(mix map[string]float64, names []string, what string, into []float64) error {
	sum := 0.0
	for i, name := range names {
		v := mix[name]
		if !(v >= 0 && v <= 1e9) {
			return fmt.Errorf("configure finance: mix: the share of %q is %g", name, v)
		}
		into[i] = v
		sum += v
	}
	for name := range mix {
		if !slices.Contains(names, name) {
			return fmt.Errorf("configure finance: mix: there is no %s %q among %s", what, name, strings.Join(names, ", "))
		}
	}
	if sum <= 0 {
		return fmt.Errorf("configure finance: mix: no %s has a share", what)
	}
	for i := range into {
		into[i] /= sum
	}
	return nil
}

func keep[T comparable](field *T, base T) {
	var zero T
	if *field == zero {
		*field = base
	}
}

func parseDay(what, s string) (int64, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("configure finance: %s %q is not a day such as 2025-01-31", what, s)
	}
	return t.Unix() / secondsPerDay, nil
}

// Decode reads a configuration from a recipe's options; nil gives the default.
func Decode(n *document.Node) (Config, error) {
	var c Config
	if n == nil {
		return c, nil
	}
	return c, n.Decode(&c)
}
