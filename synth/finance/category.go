package finance

// category is what a kind of merchant sells. Medians are in units of the
// preset's currency before the preset's price level. MODEL.md table 2 says
// where each figure comes from; all of them are assumptions but the ATM rule.
type category struct {
	MCC    string
	Name   string
	Median float64 // of the amount
	Sigma  float64 // of its logarithm
	CNP    float64 // share of purchases that are card-not-present
	Weight float64 // share of purchases, before the segment's tilt
	Refund float64 // share of purchases that are given back
	Ending ending
	Rhythm rhythm
	Risk   float64 // how much fraudsters like it
}

// ending is how prices end.
type ending uint8

const (
	endAny    ending = iota // sums of baskets: every cent is as likely
	endRetail               // single goods: .99, .95, .90, .00, .50
	endTip                  // services: whole and half units
	endFuel                 // pumped to a whole amount, or not
	endCash                 // notes
)

// rhythm is a curve over the hours of the day.
type rhythm uint8

const (
	dayRhythm rhythm = iota
	eveningRhythm
	onlineRhythm
	commuteRhythm
	rhythms
)

// catATM is the index of cash withdrawals in the list below.
const catATM = 15

// Gifts are clothing, electronics, a marketplace's goods and digital ones.
const firstGift, lastGift = 5, 8

func categories() []category {
	return []category{
		{"5411", "grocery", 27, .75, .10, .230, .004, endAny, dayRhythm, .3},
		{"5814", "fast_food", 11, .50, .35, .115, .002, endTip, eveningRhythm, .2},
		{"5812", "restaurant", 31, .65, .15, .080, .001, endTip, eveningRhythm, .2},
		{"5542", "fuel", 45, .40, 0, .055, .001, endFuel, commuteRhythm, .3},
		{"5912", "pharmacy", 17, .70, .15, .045, .006, endRetail, dayRhythm, .3},
		{"5651", "clothing", 48, .80, .50, .065, .060, endRetail, dayRhythm, .9},
		{"5732", "electronics", 95, 1.05, .55, .030, .040, endRetail, dayRhythm, 1.5},
		{"5399", "marketplace", 34, .95, 1, .130, .045, endRetail, onlineRhythm, 2.0},
		{"5815", "digital_goods", 7, .95, 1, .075, .010, endRetail, onlineRhythm, 1.6},
		{"4111", "transit", 4, .70, .35, .050, .003, endTip, commuteRhythm, .2},
		{"4121", "taxi", 15, .50, .70, .030, .004, endAny, eveningRhythm, .6},
		{"4511", "airline", 210, .80, .95, .006, .050, endAny, onlineRhythm, 1.0},
		{"7011", "hotel", 160, .75, .60, .010, .040, endAny, onlineRhythm, .8},
		{"4900", "utilities", 75, .45, .95, .018, .002, endAny, onlineRhythm, .2},
		{"7995", "gambling", 40, 1.10, .95, .012, .001, endTip, onlineRhythm, 1.2},
		{"6011", "cash", 80, .60, 0, .040, 0, endCash, dayRhythm, .8},
	}
}

// segment is a way of life; tilt multiplies the categories' weights.
type segment struct {
	Name   string
	Share  float64
	Income float64 // median, a year
	CNP    float64 // multiplies the odds of buying online
	Rate   float64 // multiplies purchases a day
	Travel float64 // trips a year
	Tilt   map[string]float64
}

// segments follow the five lifestyle groups that Di Clemente et al., "Sequences
// of purchases in credit card data reveal lifestyles in urban populations",
// Nature Communications 9, 2018, found; shares and tilts are assumptions.
func segments() []segment {
	return []segment{
		{"commuter", .30, 36_000, .9, 1.0, 1.0, map[string]float64{"5542": 2.0, "4111": 1.6, "5814": 1.2}},
		{"homemaker", .24, 28_000, .8, .9, .7, map[string]float64{"5411": 1.5, "5912": 1.5, "5651": 1.3}},
		{"young", .20, 24_000, 1.6, 1.2, 1.5, map[string]float64{"4121": 2.5, "5815": 2.0, "5814": 1.6, "7995": 1.5}},
		{"techie", .12, 52_000, 1.8, 1.1, 2.0, map[string]float64{"5732": 2.2, "5815": 1.8, "5399": 1.5}},
		{"diner", .14, 60_000, 1.0, 1.15, 3.0, map[string]float64{"5812": 2.4, "7011": 2.2, "4511": 2.2}},
	}
}

// hours are weights of the 24 hours (assumption, after the notes of MODEL.md).
var hours = [rhythms][24]float64{
	dayRhythm:     {1, .6, .4, .3, .4, .8, 2, 4, 6, 7, 7.5, 8.5, 9.5, 8.5, 7.5, 7.5, 8, 9, 8.5, 7, 5.5, 4, 2.8, 1.8},
	eveningRhythm: {1.6, .9, .5, .3, .3, .5, 1.2, 2.5, 3, 3.5, 4, 7, 10, 8.5, 4.5, 4, 4.5, 6.5, 9.5, 10, 8, 5.5, 3.8, 2.6},
	onlineRhythm:  {2.6, 1.7, 1.1, .8, .8, 1, 1.8, 3, 4.2, 5, 5.6, 5.8, 6, 5.6, 5.4, 5.4, 5.6, 5.8, 5.8, 6.2, 7.2, 7.6, 6.4, 4.4},
	commuteRhythm: {.8, .4, .3, .4, 1, 3, 7, 10, 8, 5, 4, 4.5, 5, 5, 5, 6, 8, 10, 8, 5, 3.5, 2.5, 1.8, 1.2},
}
