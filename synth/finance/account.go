package finance

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/fake"
	"github.com/verisim/verisim/synth/rng"
)

// clearing is the world of accounts for one seed: persons, companies, the cash
// desks of banks, exchanges. Accounts are numbered in that order.
type clearing struct {
	cfg    Config
	params params
	locale *fake.Locale
	key    rng.Key
	keyDay rng.Key
	idKey  uint64

	persons, firms, banks, exchanges int32
	accounts                         []account
	counts                           *counts
	mood                             *factors
	clocks                           [rhythms][2]*clock
	tariff                           *tariff
	quant                            [purposes]*amounts
	day                              []dayFacts

	dirty     []dirtyPayment // by time
	campaigns []washing

	countOnce sync.Once
	firstRow  []int64 // of each window, and the end
	firstHard []int64
	every     int       // windows between snapshots
	snapshots [][]int64 // balances at the start of every such window

	spare sync.Pool // memory of windows

	suspectOnce sync.Once
	suspected   *suspicion
}

// account is what does not change about one.
type account struct {
	opening  int64 // balance before the first day, minor units
	limit    int64 // the least balance allowed
	rate     uint32
	level    uint32 // times the usual amounts
	employer int32
	landlord int32
	bank     uint16
	kind     uint8
	payday   uint8 // day of the month: of a company, when it pays; of a person, when rent is due
	hour     uint8 // of the company's payroll
	flat     uint8 // persons who share the rent, from this one's group of four
}

const (
	holderPerson = iota
	holderCompany
	holderCash
	holderExchange
)

var holders = [...]string{"person", "company", "cash_desk", "exchange"}

const (
	firmsPer   = 12 // persons to a company (assumption)
	maxBanks   = 24
	maxAgents  = 60_000
	maxPersons = 1 << 27
	unlimited  = math.MinInt64 / 4
)

func buildClearing(cfg Config, p params, seed synth.Seed) (*clearing, error) {
	l, err := fake.Open(p.locale)
	if err != nil {
		return nil, fmt.Errorf("build accounts: %w", err)
	}
	root := rng.New(uint64(seed)).Name("finance").Name(cfg.Preset)
	t := &clearing{
		cfg: cfg, params: p, locale: l, key: root, keyDay: root.Name("day"), idKey: root.Name("id").Uint64(0),
		persons: int32(cfg.Customers), counts: newCounts(), mood: newFactors(.6),
	}
	t.firms = max(12, t.persons/firmsPer)
	t.banks, t.tariff = min(maxBanks, 3+t.persons/500), bankTariff()
	if p.mobile { // agents on the corner
		t.banks, t.tariff = min(maxAgents, 3+t.persons/80), mobileTariff()
	}
	t.exchanges = 4
	for r := range rhythms {
		t.clocks[r] = clocksOf(hours[r])
	}
	for i, u := range t.tariff.usages {
		t.quant[i] = newAmounts(u.median*p.price, u.sigma)
	}
	t.day = daysFrom(p.start, cfg.Days)
	t.buildAccounts(root.Name("account"))
	if !cfg.WithoutFraud && p.byNumber > 0 {
		t.planWashing()
	}
	return t, nil
}

func (t *clearing) firstFirm() int32     { return t.persons }
func (t *clearing) desk(bank int) int32  { return t.persons + t.firms + int32(bank) }
func (t *clearing) exchange(i int) int32 { return t.persons + t.firms + t.banks + int32(i) }

func (t *clearing) buildAccounts(key rng.Key) {
	n := t.persons + t.firms + t.banks + t.exchanges
	t.accounts = make([]account, n)
	rates, levels, sizes := newFactors(.7), newFactors(.45), newFactors(1.0)
	log2 := logOf(int(t.firms))
	for i := range t.accounts {
		k := key.At(uint64(i))
		a := &t.accounts[i]
		a.bank = uint16(rank(uint32(t.banks), logOf(int(t.banks)), uint32(k.Uint64(0))))
		switch i := int32(i); {
		case i < t.persons:
			a.level = levels.at(k.Uint64(2))
			a.rate = uint32(min(float64(rates.at(k.Uint64(1)))*t.params.perDay, 8*one))
			a.employer = t.firstFirm() + int32(rank(uint32(t.firms), log2, uint32(k.Uint64(3))))
			a.landlord = t.firstFirm() + int32(rank(uint32(t.firms), log2, uint32(k.Uint64(4))))
			if k.Below(5, 5) == 0 { // a fifth of the landlords are persons
				a.landlord = int32(k.Below(6, uint64(t.persons)))
			}
			a.payday = uint8(1 + k.Below(7, 5))
			a.flat = uint8(key.Name("flat").Below(uint64(i/4), 10)) // of ten groups of four, three share a flat
			a.opening = t.quant[useSalary].at(uint32(k.Uint64(8))) * int64(a.level) >> 16 * int64(2+k.Below(9, 8)) / 2
			if a.limit = -int64(k.Below(10, 4)) * 50_000; t.params.mobile {
				a.limit = 0 // a wallet lends nothing
			}
		case i < t.persons+t.firms:
			a.kind = holderCompany
			a.level = sizes.at(k.Uint64(2))
			a.rate = uint32(min(float64(sizes.at(k.Uint64(1)))*t.params.perDay*3, 8*one))
			a.payday = [5]uint8{1, 15, 25, 27, 28}[k.Below(3, 5)]
			a.hour = uint8(6 + k.Below(4, 10))
			// Enough for months of payroll, in proportion to the popularity that
			// gives a company its staff.
			staff := float64(t.persons) / (float64(i-t.firstFirm()+1) * math.Log(float64(t.firms)+1))
			a.opening = int64((staff + 4) * 1_200_000)
			a.limit = -a.opening / 2
		default:
			a.kind, a.level, a.limit = holderCash, one, unlimited
			if i >= t.exchange(0) {
				a.kind = holderExchange
			}
			if a.kind == holderCash {
				a.bank = uint16(i - t.desk(0))
			}
		}
	}
}

// friend is the k-th of the eight whom a person pays: half of them neighbours
// in the list, so that friends have friends in common.
func (t *clearing) friend(i int32, k uint64) int32 {
	key := t.key.Name("friend").At(uint64(i))
	if k%2 == 0 {
		return int32((int64(i) + 1 + int64(key.Below(k, 40)) - 20 + int64(t.persons)) % int64(t.persons))
	}
	return int32(key.Below(k, uint64(t.persons)))
}

// supplier is the k-th of the nine to whom a company pays, or of the shops
// where a person buys: popular ones first.
func (t *clearing) supplier(i int32, k uint64) int32 {
	h := t.key.Name("supplier").At(uint64(i)).Uint64(k)
	return t.firstFirm() + int32(rank(uint32(t.firms), logOf(int(t.firms)), steep(uint32(h))))
}

func (t *clearing) facts(day int) *dayFacts { return &t.day[day+maxLag] }

// dirtyPayment is a payment with what only the world knows.
type dirtyPayment struct {
	payment
	campaign int32
	pattern  pattern
}

// planWashing plans campaigns until they hold the wanted share of the rows, and
// sorts what they pay by time.
func (t *clearing) planWashing() {
	rows := 0.0
	step := max(1, int(t.persons+t.firms)/4000)
	asked := 0
	var buf []payment
	for i := 0; i < int(t.persons+t.firms); i += step {
		asked++
		for d := range t.cfg.Days {
			buf = t.honest(buf[:0], int32(i), d)
			rows += float64(len(buf))
		}
	}
	rows *= float64(t.persons+t.firms) / float64(asked)
	want := int(math.Round(rows * t.params.byNumber / (10_000 - t.params.byNumber)))
	c := &crew{t: t, weights: newSlots(t.params.wash[:])}
	for run := 0; len(c.out) < want && run < 100+10*want; run++ {
		c.campaign(run, want-len(c.out))
	}
	slices.SortStableFunc(c.out, func(a, b dirtyPayment) int { return int(a.at) - int(b.at) })
	for i := range c.out {
		c.out[i].id = 1<<51 | uint64(i)
	}
	t.dirty, t.campaigns = c.out, c.campaigns
}
