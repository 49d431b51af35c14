package realism

import "math"

// Around is a target of a value that must be met within a share of it.
func Around(id string, value, share float64, source string) Target {
	return Target{ID: id, Low: value * (1 - share), High: value * (1 + share), Source: source}
}

// common are the targets of every preset.
func common() []Target {
	return []Target{
		{"r1.column", 0, .75, "assumption: no trivial rule; a depth-2 tree reaches .63 on the real stream of the handbook"},
		{"r1.residual", 0, .75, "assumption: as r1.column; PaySim reaches 1.0 by amount = balance"},
		{"r8.benford", 0, .012, "Nigrini 2012: acceptable conformity of first digits"},
		{"r8.information", 0, .01, "assumption: independent fields share no information"},
	}
}

// CardTargets are those of card payments with about 0.25 % fraud by number. The
// shares of R11 are a preset's own: add them with Around. Cards keep no ledger.
func CardTargets() []Target {
	const handbook = "Le Borgne et al. 2022, chapter 5, real data of one week"
	return append(common(),
		Target{"r2.logistic.auc", .78, .83, handbook},
		Target{"r2.logistic.ap", .03, .06, handbook},
		Target{"r2.trees.auc", .89, .93, handbook},
		Target{"r2.trees.ap", .035, .11, handbook},
		Target{"r2.cards100", .15, .26, handbook},
		Target{"r5.lookahead", 1.0001, math.MaxFloat64, "assumption: a look-ahead must be visible"},
		Target{"r7.delay7", 0, .9999, "assumption: later labels, weaker risks"},
		Target{"r7.delay30", 0, .9999, "assumption: later labels, weaker risks"},
		Target{"r8.gini", .8, 1, "assumption: merchants of Zipf exponent about 1"},
		Target{"r8.burstiness", .2, .5, "assumption: people's inter-event times"},
		Target{"r8.repeat", .70, .85, "assumption, after Krumme et al. 2013"},
		Target{"r12.hard", .60, 1, "assumption: whoever judges well is misled by what is honest but unusual"},
	)
}

// LaunderingTargets are those of transfers; high is for about 1 in 1,000, the
// other for about 1 in 2,000.
func LaunderingTargets(high bool) []Target {
	const amlworld = "Altman et al. 2023 (AMLworld), table 4"
	t := append(common(), Target{"r9.breaks", 0, 0, "a ledger is exact"},
		Target{"r10.outside", .40, .80, "AMLworld: 38 to 81 % of laundering is outside its patterns"})
	if high {
		return append(t, Target{"r3.flat.f1", .18, .25, amlworld}, Target{"r3.graph.f1", .55, .66, amlworld},
			Target{"r4.lift", 2, math.MaxFloat64, "assumption, after AMLworld"})
	}
	return append(t, Target{"r3.flat.f1", 0, .05, amlworld}, Target{"r3.graph.f1", .20, .30, amlworld},
		Target{"r4.lift", 5, math.MaxFloat64, "assumption, after AMLworld"})
}

// DriftTarget asks for a fall of 5 to 30 % a quarter, or for none within 3 %.
func DriftTarget(on bool) Target {
	if on {
		return Target{"r6.drift", .05, .30, "assumption: fraud adapts"}
	}
	return Target{"r6.drift", -.03, .03, "assumption: nothing changes"}
}

// CardMapping is the mapping of card payments in the column names that this
// house's own tables have. Payers live in the country, or, where it is empty, in
// their card's.
func CardMapping(country string) Mapping {
	home := ""
	if country == "" {
		home = "card_country"
	}
	return Mapping{
		Home:         home,
		Transactions: "transactions", ID: "transaction_id", Time: "timestamp", Amount: "amount", Label: "is_fraud",
		Customer: "customer_id", Merchant: "merchant_id", Terminal: "terminal_id",
		Channel: "channel", NotPresent: []string{"ecommerce"}, Country: "country", HomeCountry: country,
		HardNegatives: Truth{Table: "hard_negatives", Key: "transaction_id", Pattern: "kind"},
		Independent:   [][2]string{{"amount", "customer_id"}},
	}
}

// TransferMapping is the mapping of transfers between accounts in the column
// names that this house's own tables have.
func TransferMapping() Mapping {
	return Mapping{
		Transactions: "transfers", ID: "transfer_id", Time: "timestamp", Amount: "amount", Label: "is_laundering",
		From: "from_account", To: "to_account",
		Truth:         Truth{Table: "truth", Key: "transfer_id", Pattern: "pattern"},
		HardNegatives: Truth{Table: "hard_negatives", Key: "transfer_id", Pattern: "kind"},
		Ledger:        Ledger{Table: "postings", Account: "account_id", Amount: "amount_minor", Balance: "balance_minor", Entry: "transfer_id", Limit: "limit_minor"},
		Independent:   [][2]string{{"amount", "from_account"}},
	}
}
