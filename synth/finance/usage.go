package finance

// usage is what a payment is for. Medians are a month's or a single sum in the
// preset's currency; all of them assumptions.
type usage struct {
	name          string
	median, sigma float64
	ending        ending
	formats       [formats]float64 // weights
}

const (
	useSalary = iota
	useRent
	useShop
	useBill
	useFriend
	useCash
	useTakings
	useSupply
	useSaving
	useCrypto
	purposes
)

const (
	formatCheque = iota
	formatCard
	formatACH
	formatCash
	formatReinvestment
	formatWire
	formatCrypto
	formats
)

// tariff is how people of a preset pay.
type tariff struct {
	usages [purposes]usage
	names  [formats]string // of the formats
	// everyday are the uses of a person's payments, cumulative in per cent: shop,
	// friend, cash, saving or cash-in, exchange; the rest goes to strangers.
	everyday [5]uint8
}

// bankTariff: the weights of the formats were chosen so that all payments together
// have the shares of AMLworld's LI-Large within some points: cheque 39, card 28,
// ACH 12, cash 10, reinvestment 4, wire 4, bitcoin 2 %.
func bankTariff() *tariff {
	return &tariff{
		names:    [formats]string{"cheque", "card", "ach", "cash", "reinvestment", "wire", "crypto"},
		everyday: [5]uint8{62, 78, 89, 95, 98},
		usages: [purposes]usage{
			useSalary:  {"salary", 2300, .25, endAny, [formats]float64{.30, 0, .68, 0, 0, .02, 0}},
			useRent:    {"rent", 780, .35, endFuel, [formats]float64{.45, 0, .50, .03, 0, .02, 0}},
			useShop:    {"shop", 34, 1.1, endAny, [formats]float64{.08, .90, .02, 0, 0, 0, 0}},
			useBill:    {"bill", 70, .6, endAny, [formats]float64{.50, .15, .34, 0, 0, .01, 0}},
			useFriend:  {"friend", 60, 1.1, endTip, [formats]float64{.50, .02, .40, .05, 0, .03, 0}},
			useCash:    {"cash", 90, .7, endCash, [formats]float64{0, 0, 0, 1, 0, 0, 0}},
			useTakings: {"takings", 900, .9, endAny, [formats]float64{.15, 0, 0, .85, 0, 0, 0}},
			useSupply:  {"supply", 850, 1.3, endAny, [formats]float64{.72, .02, .16, .01, 0, .09, 0}},
			useSaving:  {"saving", 240, 1.1, endFuel, [formats]float64{.05, 0, .05, 0, .90, 0, 0}},
			useCrypto:  {"crypto", 180, 1.2, endAny, [formats]float64{0, .05, .05, 0, 0, .02, .88}},
		},
	}
}

// mobileTariff: a wallet on a phone, sums in the currency of the preset. All
// figures are assumptions; the shares of cash in and out are of the order that
// PaySim took from its operator's month (cash-out 35, payment 34, cash-in 22,
// transfer 8 %).
func mobileTariff() *tariff {
	const transfer, merchant, cashIn, cashOut, bill, airtime, bank = formatCheque, formatCard, formatACH, formatCash, formatReinvestment, formatWire, formatCrypto
	one := func(f int) (w [formats]float64) { w[f] = 1; return w }
	two := func(f, g int, share float64) (w [formats]float64) { w[f], w[g] = share, 1-share; return w }
	return &tariff{
		names:    [formats]string{transfer: "transfer", merchant: "merchant", cashIn: "cash_in", cashOut: "cash_out", bill: "bill", airtime: "airtime", bank: "bank"},
		everyday: [5]uint8{36, 52, 74, 95, 98},
		usages: [purposes]usage{
			useSalary:  {"salary", 190, .4, endAny, two(bank, transfer, .7)},
			useRent:    {"rent", 45, .4, endFuel, two(transfer, bill, .6)},
			useShop:    {"shop", 4.5, 1.1, endTip, two(merchant, airtime, .8)},
			useBill:    {"bill", 9, .6, endAny, one(bill)},
			useFriend:  {"friend", 11, 1.2, endTip, one(transfer)},
			useCash:    {"cash_out", 22, 1, endTip, one(cashOut)},
			useTakings: {"takings", 120, .9, endAny, one(cashIn)},
			useSupply:  {"supply", 70, 1.3, endAny, two(transfer, bank, .7)},
			useSaving:  {"cash_in", 30, 1, endTip, one(cashIn)},
			useCrypto:  {"bank", 35, 1.1, endAny, one(bank)},
		},
	}
}

// format draws the way of a payment from the weights of its use.
func (u *usage) format(draw uint64) uint8 {
	x := float64(draw>>40) * 0x1p-24
	for f, w := range u.formats {
		if x -= w; x < 0 {
			return uint8(f)
		}
	}
	return formatACH
}
