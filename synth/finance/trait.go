package finance

// trait is a column of an application: how a normal score becomes a value, and
// by how many standard deviations each scenario shifts the score. Shapes follow
// the columns of the bank account fraud suite (Jesus et al., NeurIPS 2022);
// the parameters and shifts are assumptions, tuned until R2c lay in its band.
type trait struct {
	name       string
	shape      shape
	a, b       float64 // of the shape
	missing    float64 // share of nulls, honest
	words      []string
	stolen     float64
	invented   float64
	firstParty float64
	mule       float64
	health     float64 // weight of the applicant's standing, which columns share
}

type shape uint8

const (
	shapeNormal  shape = iota // a + b z
	shapeLog                  // a exp(b z)
	shapeUnit                 // the normal distribution function of z
	shapeFlag                 // z over a
	shapeWord                 // the words, by equal steps of z from a, b apart
	shapeCounted              // a exp(b z), whole
)

var traits = []trait{
	{name: "income_quantile", shape: shapeUnit, stolen: .35, invented: .3, firstParty: -.3, mule: -.5, health: .6},
	{name: "name_email_similarity", shape: shapeUnit, stolen: -.6, invented: -.45, mule: -.1},
	{name: "previous_address_months", shape: shapeCounted, a: 30, b: .9, missing: .7, stolen: -.3, invented: -.5},
	{name: "current_address_months", shape: shapeCounted, a: 50, b: 1, missing: .02, stolen: .45, invented: -.2, mule: -.3, health: .3},
	{name: "age", shape: shapeNormal, a: 36, b: 12, stolen: .5, invented: .1, firstParty: -.1, mule: -.7, health: .3},
	{name: "days_since_request", shape: shapeLog, a: .02, b: 2, stolen: .1, invented: .1},
	{name: "intended_transfer", shape: shapeLog, a: 12, b: 1.1, missing: .74, stolen: -.2, invented: -.2, mule: .3},
	{name: "payment_plan", shape: shapeWord, a: -1, b: .7, words: []string{"a", "b", "c", "d", "e"}, stolen: .25, invented: .4, firstParty: .3},
	{name: "postcode_applications_4w", shape: shapeCounted, a: 1300, b: .6, stolen: .1, mule: .2},
	{name: "velocity_6h", shape: shapeNormal, a: 5600, b: 2900, stolen: -.1, invented: -.1},
	{name: "velocity_24h", shape: shapeNormal, a: 4700, b: 1450, stolen: -.1, invented: -.15},
	{name: "velocity_4w", shape: shapeNormal, a: 4800, b: 900, stolen: -.1, invented: -.1},
	{name: "branch_applications_8w", shape: shapeCounted, a: 9, b: 1.8, stolen: -.15},
	{name: "same_birth_date_emails_4w", shape: shapeCounted, a: 8, b: .5, stolen: -.3, invented: -.2, mule: .2},
	{name: "employment", shape: shapeWord, a: .6, b: .5, words: []string{"employed", "self", "student", "retired", "seeking"}, stolen: -.2, firstParty: .4, mule: .5},
	{name: "credit_score", shape: shapeNormal, a: 130, b: 68, stolen: .45, invented: .35, firstParty: -.2, mule: -.3, health: .7},
	{name: "email_is_free", shape: shapeFlag, a: .1, stolen: .45, invented: .5, mule: .3},
	{name: "home_phone_valid", shape: shapeFlag, a: .2, stolen: -.55, invented: -.6, firstParty: -.2, mule: -.4, health: .2},
	{name: "mobile_phone_valid", shape: shapeFlag, a: -1.2, stolen: -.15, invented: -.3},
	{name: "bank_months", shape: shapeCounted, a: 9, b: .9, missing: .25, stolen: -.1, invented: -.4, firstParty: -.1, mule: -.3, health: .3},
	{name: "has_other_cards", shape: shapeFlag, a: .75, stolen: -.55, invented: -.6, firstParty: -.3, mule: -.4},
	{name: "proposed_limit", shape: shapeLog, a: 420, b: .8, stolen: .55, invented: .5, firstParty: .35, health: .4},
	{name: "foreign_request", shape: shapeFlag, a: 1.96, stolen: .4, invented: .25, mule: .3},
	{name: "channel", shape: shapeWord, a: 2.3, b: 1, words: []string{"internet", "phone"}, stolen: .1},
	{name: "session_minutes", shape: shapeLog, a: 5, b: .8, stolen: .15, invented: .3, firstParty: .1},
	{name: "device_system", shape: shapeWord, a: -.4, b: .6, words: []string{"linux", "other", "windows", "macos", "x11"}, stolen: .45, invented: .5, mule: .1},
	{name: "keeps_session", shape: shapeFlag, a: -.2, stolen: -.45, invented: -.5, firstParty: -.1, mule: -.2},
	{name: "device_emails_8w", shape: shapeCounted, a: 1, b: .25, stolen: .55, invented: .7, mule: .6},
}

func (t *trait) shift(s swindle) float64 {
	return [swindles]float64{0, t.stolen, t.invented, t.firstParty, t.mule}[s]
}
