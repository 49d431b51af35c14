package finance

import (
	"math"
	"math/bits"

	"github.com/verisim/verisim/synth/rng"
)

// pattern is the shape in which dirty money moves.
type pattern uint8

const (
	fanOut pattern = iota
	fanIn
	cycleRound
	scatterGather
	gatherScatter
	stackLayers
	bipartite
	randomWalk
	structuring
	smurfing
	funnel
	tradeBased
	cryptoHop
	drain
	pushScam
	patterns
	noPattern // disguised as ordinary life
)

// patternTable: shares of the campaigns are assumptions; AMLworld has as many
// of each of its eight. Sizes follow its mean transfers of an instance in
// LI-Large: fan-out 7.3, fan-in 7.2, cycle 7.8, random 6.6, bipartite 6.7,
// stack 12.5, scatter-gather 15.2, gather-scatter 14.1.
var patternTable = [patterns]struct {
	name  string
	share float64
	about string
	run   func(*crew)
}{
	fanOut:        {"fan_out", .10, "one account pays many", (*crew).fanOut},
	fanIn:         {"fan_in", .10, "many accounts pay one", (*crew).fanIn},
	cycleRound:    {"cycle", .10, "money comes back over several accounts", (*crew).cycle},
	scatterGather: {"scatter_gather", .10, "one to many to one", (*crew).scatterGather},
	gatherScatter: {"gather_scatter", .10, "many to one to many", (*crew).gatherScatter},
	stackLayers:   {"stack", .08, "three layers, each pays the next", (*crew).stack},
	bipartite:     {"bipartite", .08, "some accounts pay some others", (*crew).bipartite},
	randomWalk:    {"random", .08, "a walk from account to account", (*crew).walk},
	structuring:   {"structuring", .06, "cash deposits below the threshold of reporting", (*crew).structuring},
	smurfing:      {"smurfing", .06, "cash through many hands to one account", (*crew).smurfing},
	funnel:        {"funnel", .05, "deposits at many banks, drained at once", (*crew).funnel},
	tradeBased:    {"trade_based", .05, "companies pay each other wrong prices", (*crew).trade},
	cryptoHop:     {"crypto_hop", .04, "through an exchange to other hands", (*crew).crypto},
	drain:         {"drain", 0, "a wallet that was taken over is emptied over mules", (*crew).drain},
	pushScam:      {"push_scam", 0, "a victim pays by their own hand, again and again", (*crew).scam},
}

func patternName(p pattern) string { return patternTable[p].name }

// washing is one campaign of laundering.
type washing struct {
	pattern  pattern
	from, to int32 // seconds
	accounts int32
	payments int32
	outside  int32 // of them, disguised as ordinary life
	value    int64
}

// crew plans campaigns, one after the other.
type crew struct {
	t         *clearing
	weights   *slots
	seq       rng.Sequence
	start     int32
	id        int32
	shape     pattern
	out       []dirtyPayment
	inside    int     // payments in patterns so far
	outside   int     // and in disguise
	holders   []int32 // who has the money in the end
	campaigns []washing
}

// spendDays is how long the money is spent in disguise (assumption).
const spendDays = 20

// unhurried is the pace from which on most payments wait for the hours of
// business (assumption).
const unhurried = .04

// reportedFrom is the threshold of reporting cash, minor units: 10,000 in the EU (regulation
// 2024/1624) and in the US (31 CFR 1010.311).
const reportedFrom int64 = 1_000_000

func (c *crew) campaign(run, room int) {
	t := c.t
	c.seq = t.key.Name("washing").At(uint64(run)).Sequence()
	c.id, c.holders = int32(len(c.campaigns)), c.holders[:0]
	// Campaigns are under way when the world begins and when it ends, so that
	// their stages are mixed alike all the time; what lies outside is left out.
	// Days and patterns are spread evenly, as a sequence of low discrepancy does
	// (Roberts 2018, the R2 sequence), so that a seed's luck with some dozens of
	// campaigns does not decide how hard a world is.
	const stepDay, stepShape = 0x91E10DA5C79E7B1D, 0xC13FA9A902A6328F // 1/p^2 and 1/p of p^3 = p + 1, times 2^64
	spread := t.key.Name("spread")
	u, _ := bits.Mul64(spread.Uint64(0)+uint64(run)*stepDay, uint64(t.cfg.Days+spendDays))
	day := int32(u) - spendDays
	c.start = day*secondsPerDay + t.clocks[dayRhythm][0].at(uint32(c.seq.Uint64()))
	c.shape = pattern(c.weights.at((spread.Uint64(1) + uint64(run)*stepShape) >> 52))
	first := len(c.out)
	patternTable[c.shape].run(c)
	c.inside += len(c.out) - first
	for i := first; i < len(c.out); i++ { // helpers spend their share, too
		if to := c.out[i].to; to < c.t.desk(0) && c.seq.Below(2) == 0 {
			c.hold(to)
		}
	}
	// What is missing of the share so far: some of the disguise lies beyond the
	// world's days, and campaigns to come make up for it.
	inside := len(c.out)
	c.disguise(int(math.Round(float64(c.inside)*t.params.outside/(1-t.params.outside))) - c.outside)
	c.outside += len(c.out) - inside
	c.out = c.out[:min(len(c.out), first+room)]
	made := c.out[first:]
	if len(made) == 0 {
		return
	}
	w := washing{pattern: c.shape, from: math.MaxInt32}
	seen := map[int32]bool{}
	for i := range made {
		p := &made[i]
		w.from, w.to = min(w.from, p.at), max(w.to, p.at)
		w.payments++
		w.value += p.amount
		if p.pattern == noPattern {
			w.outside++
		}
		seen[p.from], seen[p.to] = true, true
	}
	w.accounts = int32(len(seen))
	c.campaigns = append(c.campaigns, w)
}

// member is an account that the crew uses: a person's, or a company's that has a
// business beside.
func (c *crew) member() int32 {
	if c.seq.Float64() < c.t.params.washFirms {
		return c.t.firstFirm() + int32(c.seq.Below(uint64(c.t.firms)))
	}
	return int32(c.seq.Below(uint64(c.t.persons)))
}

func (c *crew) members(n int) []int32 {
	out := make([]int32, 0, n)
	for len(out) < n {
		m := c.member()
		for tries := 0; tries < 20 && contains(out, m); tries++ {
			m = c.member()
		}
		out = append(out, m)
	}
	return out
}

func contains(in []int32, v int32) bool {
	for _, x := range in {
		if x == v {
			return true
		}
	}
	return false
}

// between is a number of accounts: low to high, times the size asked for, and no
// less than low.
func (c *crew) between(low, high int) int {
	n := low + int(c.seq.Below(uint64(high-low+1)))
	return max(low, int(math.Round(float64(n)*c.t.params.washSize)))
}

// sum is what one dirty payment carries: the middling sums of business, since
// small ones are not worth the helpers and large ones are looked at.
func (c *crew) sum() int64 {
	middle, spread := .55, c.t.params.washRange
	low, high := max(middle-spread/2, 0), min(middle+spread/2, 1)
	u := uint32((low + (high-low)*c.seq.Float64()) * (1<<32 - 1))
	return c.t.quant[useSupply].at(u) * int64(c.t.params.washLevel*one) >> 16
}

// hop is how long money rests: log-normal, median 20 hours.
func (c *crew) hop() int32 {
	h := 20 * math.Exp(.9*c.seq.Normal()) * c.t.params.washPace
	return int32(min(max(h, .05), 24*20) * 3600)
}

// cut is what is left after a helper's share of 1 to 8 %.
func (c *crew) cut(v int64) int64 { return v - v*int64(1+c.seq.Below(8))/100 }

// move makes a payment of the pattern, with an ending as business has it, at a
// time when business is done; it returns when.
func (c *crew) move(from, to int32, v int64, at int32) int32 {
	format := c.t.tariff.usages[useSupply].format(c.seq.Uint64())
	if c.seq.Float64() < c.t.params.washWire {
		if format = formatACH; c.seq.Below(4) == 0 {
			format = formatWire
		}
	}
	return c.send(from, to, v, at, format, c.shape)
}

func (c *crew) send(from, to int32, v int64, at int32, format uint8, shape pattern) int32 {
	day := int(at) / secondsPerDay
	if from == to || at < 0 || day >= c.t.cfg.Days {
		return at
	}
	// Within the hours of business of that day; crews in haste seldom wait for
	// them (assumption).
	if c.seq.Float64() < .7*min(1, c.t.params.washPace/unhurried) {
		if s := c.t.second(day, dayRhythm, c.seq.Uint64()); s > at {
			at = s
		}
	}
	c.out = append(c.out, dirtyPayment{
		payment:  payment{amount: int64(round(endAny, v, c.seq.Uint64())), at: at, from: from, to: to, format: format, dirty: true},
		campaign: c.id, pattern: shape,
	})
	return at
}

func (c *crew) hold(accounts ...int32) { c.holders = append(c.holders, accounts...) }

func (c *crew) fanOut() {
	m := c.members(c.between(5, 11))
	at := c.start
	for _, to := range m[1:] {
		c.move(m[0], to, c.sum(), at)
		at += c.hop() / 6
	}
	c.hold(m[1:]...)
}

func (c *crew) fanIn() {
	m := c.members(c.between(5, 11))
	at := c.start
	for _, from := range m[1:] {
		c.move(from, m[0], c.sum(), at)
		at += c.hop() / 6
	}
	c.hold(m[0])
}

func (c *crew) cycle() {
	m := c.members(c.between(4, 12))
	v, at := 2*c.sum(), c.start
	for i := range m {
		at = c.move(m[i], m[(i+1)%len(m)], v, at) + c.hop()
		v = c.cut(v)
	}
	c.hold(m[0])
}

func (c *crew) scatterGather() {
	m := c.members(c.between(7, 12))
	last := m[len(m)-1]
	at := c.start
	for _, mid := range m[1 : len(m)-1] {
		v := c.sum()
		got := c.move(m[0], mid, v, at)
		c.move(mid, last, c.cut(v), got+c.hop())
		at += c.hop() / 8
	}
	c.hold(last)
}

func (c *crew) gatherScatter() {
	m := c.members(c.between(11, 18))
	half := len(m) / 2
	total, at, last := int64(0), c.start, c.start
	for _, from := range m[1:half] {
		v := c.sum()
		total += v
		last = max(last, c.move(from, m[0], v, at))
		at += c.hop() / 8
	}
	last += c.hop()
	for _, to := range m[half:] {
		c.move(m[0], to, c.cut(total/int64(len(m)-half)), last)
		last += c.hop() / 8
	}
	c.hold(m[half:]...)
}

func (c *crew) stack() {
	a, b, d := c.members(c.between(2, 4)), c.members(c.between(2, 4)), c.members(c.between(2, 3))
	at := c.layer(a, b, c.start)
	c.layer(b, d, at+c.hop())
	c.hold(d...)
}

// layer pays from each of one layer to two of the next.
func (c *crew) layer(a, b []int32, at int32) (end int32) {
	end = at
	for _, from := range a {
		for k := range min(2, len(b)) {
			end = max(end, c.move(from, b[(int(c.seq.Below(uint64(len(b))))+k)%len(b)], c.sum(), at+c.hop()/4))
		}
	}
	return end
}

func (c *crew) bipartite() {
	a, b := c.members(c.between(2, 5)), c.members(c.between(2, 5))
	c.layer(a, b, c.start)
	c.hold(b...)
}

func (c *crew) walk() {
	m := c.members(c.between(4, 9))
	v, at := c.sum(), c.start
	for i := range m[1:] {
		at = c.move(m[i], m[i+1], v, at) + c.hop()
		v = c.cut(v)
	}
	c.hold(m[len(m)-1])
}

// below is a sum of cash under the threshold of reporting: 55 to 99 % of it. A
// wallet's is a tenth of a bank's (assumption).
func (c *crew) below() int64 {
	limit := reportedFrom
	if c.t.params.mobile {
		limit /= 10
	}
	return limit * int64(55+c.seq.Below(45)) / 100 / 1000 * 1000
}

func (c *crew) deposit(to int32, v int64, at int32) int32 {
	bank := int(c.t.accounts[to].bank)
	return c.send(c.t.desk(bank), to, v, at, formatCash, c.shape)
}

func (c *crew) structuring() {
	m := c.t.firstFirm() + int32(c.seq.Below(uint64(c.t.firms)))
	at := c.start
	for range c.between(4, 10) {
		at = c.deposit(m, c.below(), at) + c.hop()
	}
	c.hold(m)
}

func (c *crew) smurfing() {
	m := c.members(c.between(5, 9))
	for _, hand := range m[1:] {
		v := c.below() / int64(1+c.seq.Below(6))
		at := c.deposit(hand, v, c.start+c.hop())
		c.move(hand, m[0], c.cut(v), at+c.hop())
	}
	c.hold(m[0])
}

// funnel: deposits at branches far from the account, drained by few wires.
func (c *crew) funnel() {
	m := c.members(3)
	total, at := int64(0), c.start
	for range c.between(4, 9) {
		v := c.below() / int64(1+c.seq.Below(4))
		total += v
		at = c.send(c.t.desk(int(c.seq.Below(uint64(c.t.banks)))), m[0], v, at, formatCash, c.shape) + c.hop()/3
	}
	for _, to := range m[1:] {
		at = c.send(m[0], to, c.cut(total/2), at+c.hop()/2, formatWire, c.shape)
	}
	c.hold(m[1:]...)
}
