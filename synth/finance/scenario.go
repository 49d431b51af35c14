package finance

// scenario is a kind of fraud.
type scenario uint8

const (
	cardTesting scenario = iota
	leakedCard
	counterfeit
	lostStolen
	accountTakeover
	simSwap
	appScam
	merchantCollusion
	refundAbuse
	friendlyFraud
	bustOut
	syntheticIdentity
	applicationFraud
	scenarios
)

// career is how a scenario's frequency runs over the simulated time, when
// there is drift.
type career uint8

const (
	steady career = iota
	born          // not before two fifths of the time have passed
	dying         // ever rarer
)

// scenarioTable gives name, share of the fraudulent transactions (assumptions,
// ordered after ECB report 6: card-not-present first, then lost and stolen,
// then counterfeit), career, and how victims learn of it.
var scenarioTable = [scenarios]struct {
	name   string
	share  float64
	career career
	// found: the share that the bank's own desk finds; the rest is disputed by
	// customers, or never found.
	found float64
	// never is the share that nobody ever calls fraud.
	never float64
	about string
}{
	cardTesting:       {"card_testing", .10, steady, .6, .15, "small sums at one shop to see which cards live"},
	leakedCard:        {"leaked_card", .44, steady, .40, .03, "cards that leaked at a shop online, sold in lots"},
	counterfeit:       {"counterfeit", .07, dying, .45, .03, "stripes copied at a till, used where stripes are read"},
	lostStolen:        {"lost_stolen", .11, steady, .35, .02, "runs of contactless payments until the block"},
	accountTakeover:   {"account_takeover", .09, steady, .40, .02, "a stranger buys from the customer's account"},
	simSwap:           {"sim_swap", .03, born, .30, .02, "the number is taken over first, challenges are passed"},
	appScam:           {"app_scam", .04, born, .10, .15, "the customer pays by their own hand, little and then much"},
	merchantCollusion: {"merchant_collusion", .03, steady, .15, .30, "a shop charges cards that once paid there"},
	refundAbuse:       {"refund_abuse", .01, steady, .60, .40, "a clerk refunds what was never paid"},
	friendlyFraud:     {"friendly_fraud", .03, steady, 0, 0, "a buyer disputes what was bought"},
	bustOut:           {"bust_out", .03, steady, .70, .10, "a line of credit is used up within days"},
	syntheticIdentity: {"synthetic_identity", .01, steady, .80, .20, "a bust-out by somebody who does not exist"},
	applicationFraud:  {"application_fraud", .01, steady, .80, .15, "a card taken out to be used up at once"},
}

// role is what a fraudulent transaction is for.
type role uint8

const (
	roleTest    role = iota // does the card work?
	roleCashOut             // the taking
	roleTrust               // made so that the next one looks usual
	roleBlended             // the victim's own purchase in all that shows; see the dial
	roles
)

var roleNames = [roles]string{"test", "cash_out", "trust", "blended"}

// fraudEvent is a transaction with what only the world knows.
type fraudEvent struct {
	event
	scenario scenario
	role     role
	cell     uint8 // 2 for card-not-present, 1 for across the border
	base     int32 // amount before calibration
	campaign int32
}

// campaign is one piece of work of one crew.
type campaign struct {
	scenario  scenario
	origin    int32 // the merchant where the cards leaked, or -1
	from, to  int32 // seconds
	victims   int32
	attempts  int32
	successes int32
}
