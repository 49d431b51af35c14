package finance

import (
	"math"
	"math/bits"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// The oracle gives the likelihood ratio of each row under the crews and under
// its honest customer. A row is coded into fields (see code); the densities of
// the codes are those of this very generator: the honest ones counted over a
// sample of the genuine rows, the fraudulent ones over campaigns that were
// planned under a key of their own, so that no row is judged by itself. Fields
// follow each other in a chain: each has its density given the code of its
// parent, and for fraud given the scenario, over whose mixture is summed.

// field is a coded part of a row.
type field uint8

const (
	fieldActivity field = iota // how many purchases are expected of the customer that day
	fieldWhen                  // the hour
	fieldPurpose               // category, online or not
	fieldPlace                 // the customer's city, country, the home countries, beyond
	fieldMerchant              // popularity, a favourite, known to be weak
	fieldAmount                // against what the customer pays in such a place
	fieldEntry                 // entry mode, 3-D Secure, verification code
	fieldDevice                // the customer's, the household's, or unknown
	fieldNetwork               // at home, mobile, elsewhere
	fieldOutcome               // kind, recurring, reason of a decline
	fieldCard
	fields
)

var fieldNames = [fields]string{"activity", "when", "purpose", "place", "merchant", "amount", "entry", "device", "network", "outcome", "card"}

// sizes of the codes, and of the parents'.
var fieldSize = [fields]int{20, 24, 32, 4, 36, 24, 54, 4, 4, 36, 2}

const parents = 32

// parentOf names the field by whose code another one is conditioned; the
// purpose tells channel and category, on which everything else hangs.
var parentOf = [fields]field{fieldActivity, fieldPurpose, fieldPurpose, fieldPurpose, fieldPurpose, fieldPurpose, fieldPurpose, fieldPurpose, fieldDevice, fieldEntry, fieldPurpose}

// codes are the fields of a row.
type codes [fields]uint8

// parent is the condition of a field: 0 where it has none.
func (c *codes) parent(f field) int {
	switch p := parentOf[f]; {
	case f == fieldActivity, f == fieldPurpose:
		return 0
	case f == fieldOutcome:
		return int(c[fieldEntry]) / 9 // the entry mode alone
	default:
		return int(c[p])
	}
}

// density is the table of one field under one agent, as logarithms.
type density [][]float64 // by parent, by code

type oracle struct {
	honest [fields]density
	fraud  [scenarios][fields]density
	mix    [scenarios]float64
	single [fields][]float64 // ratios of the fields by themselves
	prior  float64           // logarithm of the odds of fraud
}

// expected is the logarithm of a customer's expected purchases of a day, in
// steps of half an octave.
func (s *state) expected(customer int32, at int32) uint8 {
	c := &s.customers[customer]
	v := s.rate(s.keyDay.At(uint64(customer)), c, int(at/secondsPerDay))
	return uint8(min(max(int(2*math.Log2(float64(v)/one))+12, 0), fieldSize[fieldActivity]-1))
}

// code reads the fields of a row and of what the world knows about its customer.
func (s *state) code(e *event) (c codes) {
	m, who := &s.merchants[e.merchant], &s.customers[e.customer]
	cat := int(m.cat)
	online := e.terminal < 0
	c[fieldActivity] = s.expected(e.customer, e.at)
	c[fieldWhen] = uint8(e.at % secondsPerDay / 3600)
	c[fieldPurpose] = uint8(cat)
	if online {
		c[fieldPurpose] += 16
	}
	pl := s.places[m.place]
	switch {
	case pl.city >= 0 && uint16(pl.city) == who.city, online && m.country == who.country:
	case m.country == who.country:
		c[fieldPlace] = 1
	case s.isHome(m.country) && int(m.place) != len(s.places)-1:
		c[fieldPlace] = 2
	default:
		c[fieldPlace] = 3
	}
	c[fieldMerchant] = s.codeMerchant(e, who, int(m.place), cat)
	c[fieldAmount] = s.codeAmount(e, who, m)
	c[fieldEntry] = e.entry*9 + e.secure*3 + e.cvv
	if e.device >= 0 {
		c[fieldDevice] = 3
		own := e.device / devicesEach
		switch k := e.device % devicesEach; {
		case own == e.customer && k < deviceTablet:
			c[fieldDevice] = 1
		case own == who.household && k == deviceTablet:
			c[fieldDevice] = 2
		}
	}
	if e.net >= 0 {
		c[fieldNetwork] = 3
		switch {
		case e.net == who.net:
			c[fieldNetwork] = 1
		case s.isMobile(who.country, e.net):
			c[fieldNetwork] = 2
		}
	}
	c[fieldOutcome] = e.kind*12 + e.decline*2 + e.flags&flagRecurring
	c[fieldCard] = e.card
	return c
}

func (s *state) isHome(country uint8) bool {
	for _, h := range s.params.home {
		if s.nations[country].Code == h {
			return true
		}
	}
	return false
}

// isMobile undoes mobileNet: its factor is odd and so has an inverse modulo a
// power of two, found by Newton's steps.
func (s *state) isMobile(nation uint8, net int32) bool {
	const factor = 0x9e3779b1
	inverse := uint64(factor)
	for range 4 {
		inverse *= 2 - factor*inverse
	}
	return (uint64(net)-s.idKey)*inverse&0xffffff>>9 == uint64(nation)
}

// codeMerchant: rank in the list of popularity by octaves, times whether it is
// a favourite of the customer, times whether it is weak.
func (s *state) codeMerchant(e *event, who *customer, pl, cat int) uint8 {
	sp := s.span(pl, cat)
	octave := min(bits.Len32(uint32(e.merchant-sp.first)), 8)
	v := uint8(octave)
	person := s.keyDay.At(uint64(e.customer))
	at := int(who.city)
	if e.terminal >= 0 {
		at = pl
	}
	for slot := range uint64(favourites) {
		h := person.Uint64(2<<32 | uint64(at)<<16 | uint64(cat)<<8 | slot)
		if sp.first+int32(rank(sp.n, sp.log2, steep(uint32(h)))) == e.merchant && (e.terminal >= 0 || s.shopOnline(who, h>>32) == pl) {
			v += 9
			break
		}
	}
	for k := range s.weakAt(pl) {
		if s.weak(pl, cat, e.at, k) == e.merchant {
			return v + 18
		}
	}
	return v
}

// codeAmount: the deviation of the logarithm from what the customer would pay,
// in thirds of the category's sigma; round sums of cash are what they are.
func (s *state) codeAmount(e *event, who *customer, m *merchant) uint8 {
	cat := &s.cats[m.cat]
	usual := 100 * cat.Median * s.params.price * float64(who.spend) / one * float64(m.price) / one
	z := math.Log(float64(e.amount)/usual) / cat.Sigma
	return uint8(min(max(int(math.Floor(z*3))+12, 0), fieldSize[fieldAmount]-1))
}

// oracle counts the densities when they are first asked for.
func (s *state) oracle() *oracle {
	s.oracleOnce.Do(func() { s.oracleKept = s.newOracle() })
	return s.oracleKept
}

// oracleRows is the number of planned frauds that each scenario is counted on.
const oracleRows = 6000

// newOracle counts the densities. It costs about a second, once for each seed.
func (s *state) newOracle() *oracle {
	o := &oracle{prior: math.Log(s.params.byNumber / (10_000 - s.params.byNumber))}
	var honest tally
	step := max(1, len(s.customers)/4000)
	var buf []event
	for i := 0; i < len(s.customers); i += step {
		person := s.keyDay.At(uint64(i))
		for d := range s.cfg.Days {
			buf = s.genuine(buf[:0], person, i, d)
			for k := range buf {
				c := s.code(&buf[k])
				honest.add(&c, 1)
			}
		}
	}
	o.honest = honest.densities(20, nil)
	var each [scenarios]tally
	var all tally
	for sc := range scenarios {
		o.mix[sc] = s.params.mix[sc]
		if o.mix[sc] == 0 {
			continue
		}
		p := s.newPlanner(s.keyPlan.Name("shadow"))
		p.fill(sc, oracleRows)
		for i := range p.out {
			s.scale(&p.out[i], &s.factor)
			c := s.code(&p.out[i].event)
			each[sc].add(&c, 1)
			all.add(&c, o.mix[sc])
		}
	}
	pooled := all.densities(1, &o.honest)
	o.single = all.against(&honest)
	for sc := range scenarios {
		o.fraud[sc] = each[sc].densities(2, &pooled)
	}
	return o
}

// judge gives the parts of the logarithm of the ratio, which sum to it.
func (o *oracle) judge(c *codes, parts *[fields]float64) (llr float64) {
	var run [scenarios]float64
	before := 0.0
	for f := range fields {
		p := c.parent(f)
		h := o.honest[f][p][c[f]]
		sum := 0.0
		for sc := range scenarios {
			if o.mix[sc] == 0 {
				continue
			}
			run[sc] += o.fraud[sc][f][p][c[f]] - h
			sum += o.mix[sc] * math.Exp(run[sc])
		}
		now := math.Log(sum)
		parts[f] = now - before
		before = now
	}
	return before
}

const oracleTable = "oracle"

var oracleSchema = sync.OnceValue(func() *arrow.Schema {
	cols := []arrow.Field{
		column("transaction_id", i64t, table.RoleID, false),
		column("llr", f32t, table.RoleLabel, false),
		column("posterior", f32t, table.RoleLabel, false),
	}
	for _, n := range fieldNames {
		cols = append(cols, column("llr_"+n, f32t, table.RoleLabel, false))
	}
	return schema(oracleTable, "transaction_id", txRef, cols...)
})

// fillOracle writes the oracle's rows of transactions.
func (s *state) fillOracle(events []event, order []uint64) table.Batch {
	o := s.oracle()
	n := len(order)
	id := i64s(n)
	cols := make([][]float32, 2+fields)
	for i := range cols {
		cols[i] = make([]float32, n)
	}
	var parts [fields]float64
	for i, at := range order {
		e := &events[uint32(at)]
		id[i] = s.transactionID(e.id)
		c := s.code(e)
		llr := o.judge(&c, &parts)
		cols[0][i] = float32(llr)
		cols[1][i] = float32(1 / (1 + math.Exp(-llr-o.prior)))
		for f, v := range parts {
			cols[2+f][i] = float32(v)
		}
	}
	sc := oracleSchema()
	out := []arrow.Array{wide(sc.Field(0), id, nil, 0)}
	for i, c := range cols {
		out = append(out, wide(sc.Field(i+1), c, nil, 0))
	}
	return record(sc, out, n)
}
