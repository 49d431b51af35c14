package finance

import (
	"fmt"
	"slices"
	"sync"

	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/fake"
	"github.com/verisim/verisim/synth/rng"
)

// state is a world for one seed: what is fixed about it, and the campaigns.
// After build it is read only, but for the row counts, which are made once.
type state struct {
	cfg    Config
	params params
	locale *fake.Locale

	root, keyPerson, keyDay, keyPlan, keySoft rng.Key
	idKey                                     uint64

	cats      []category
	segs      []segment
	nations   []country
	cities    []city
	homes     int       // of the cities, those where customers live
	ownHome   []uint8   // of each nation, its place among the home countries
	spare     sync.Pool // of windows: memory for events and keys
	places    []place
	spans     []span // of merchants, by place and category
	merchants []merchant
	terminals int32
	customers []customer

	pick    []*slots // of categories, by segment
	online  [][]uint32
	quant   []*amounts
	clocks  [rhythms][2]*clock
	counts  *counts
	mood    *factors
	day     []dayFacts
	far     uint32 // chance that an online purchase leaves the country
	near    uint32 // and then stays among the home countries
	decline uint32

	fraud     []fraudEvent // by time
	campaigns []campaign
	factor    [4]float64 // of the amounts of cash-outs, by cell
	overlap   float64    // share of frauds that look like the victim; see the dial
	veil      float64    // share of the other frauds online with the victim's means and shop
	sharing   float64    // share of victims served from a crew's devices; see lift
	lift      Lift
	follow    follow // alerts, chargebacks, labels; see followed

	followOnce sync.Once
	oracleOnce sync.Once
	oracleKept *oracle

	countOnce sync.Once
	firstRow  []int64 // of each window, and the end
	hardOnce  sync.Once
	firstHard []int64 // the same of the hard negatives
	workOnce  sync.Once
	work      map[int32][]int32 // seconds of the frauds by merchant
}

type dayFacts struct {
	factor   uint32
	weekend  uint8
	ofMonth  uint8
	festival bool // gifts are bought
}

// place is where merchants are: a city, or the online shops of a country.
type place struct {
	country uint8
	city    int16 // or -1
}

type span struct {
	first int32
	n     uint32
	log2  uint32
}

type merchant struct {
	place    uint16
	cat      uint8
	country  uint8
	tills    uint8 // 0 online
	price    uint32
	terminal int32
}

// customer is what does not change about one.
type customer struct {
	rate      uint32 // purchases a day
	spend     uint32 // times the medians
	subs      uint32 // days of the month on which one is charged, as bits
	household int32
	net       int32
	city      uint16
	phone     uint16 // the day on which it is replaced; maxDays: never
	trips     uint16 // chance of one in a fortnight
	segment   uint8
	country   uint8
	payday    uint8
	phase     int8 // of the day, quarters of an hour
}

func build(cfg Config, p params, seed synth.Seed, tell Watcher) (*state, error) {
	s, err := buildFrom(cfg, p, rng.New(uint64(seed)).Name("finance").Name(cfg.Preset))
	if err != nil {
		return nil, err
	}
	if !cfg.WithoutFraud && p.byNumber > 0 {
		if err = s.turnAll(tell); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// buildFrom makes what is fixed about a world: all but the campaigns.
func buildFrom(cfg Config, p params, root rng.Key) (*state, error) {
	l, err := fake.Open(p.locale)
	if err != nil {
		return nil, fmt.Errorf("build world: %w", err)
	}
	s := &state{
		cfg: cfg, params: p, locale: l, root: root, sharing: 1,
		keyPerson: root.Name("person"), keyDay: root.Name("day"), keyPlan: root.Name("plan"), keySoft: root.Name("plan").Name("soft"),
		idKey: root.Name("id").Uint64(0),
		cats:  categories(), segs: segments(), nations: countries(),
		counts: newCounts(), mood: newFactors(.9),
		far: probability(p.farOnline), near: probability(p.nearOnline), decline: probability(p.decline),
	}
	s.day = daysFrom(s.params.start, s.cfg.Days)
	s.ownHome = make([]uint8, len(s.nations))
	for i, code := range p.home {
		s.ownHome[s.nation(code)] = uint8(i)
	}
	s.buildCities(root.Name("city"))
	s.buildMerchants(root.Name("merchant"))
	s.buildTables()
	s.buildCustomers()
	return s, nil
}

func (s *state) nation(code string) uint8 {
	return uint8(slices.IndexFunc(s.nations, func(c country) bool { return c.Code == code }))
}

func (s *state) buildCities(key rng.Key) {
	if s.params.locale == "en_US" && s.params.home[0] != "US" {
		s.cities = euroCities()
	} else {
		// The locale's weights are its own; they are counted out of draws.
		const draws = 1 << 15
		seen := make([]float64, len(s.locale.Places))
		for i := range uint64(draws) {
			seen[s.locale.PlaceIndex(key.Uint64(i))]++
		}
		for i, c := range s.locale.Places {
			s.cities = append(s.cities, city{c.Name, s.params.home[0], c.Lat, c.Lon, max(1, seen[i])})
		}
	}
	s.homes = len(s.cities)
	for _, c := range farCities() {
		if !slices.Contains(s.params.home, c.Country) {
			s.cities = append(s.cities, c)
		}
	}
	for i, c := range s.cities {
		s.places = append(s.places, place{s.nation(c.Country), int16(i)})
	}
	for _, h := range s.params.home {
		s.places = append(s.places, place{s.nation(h), -1})
	}
	s.places = append(s.places, place{0, -1}) // abroad: each merchant has its own country
}

// onlinePlace is that of the i-th home country; behind the last comes abroad.
func (s *state) onlinePlace(i int) int { return len(s.cities) + i }

func (s *state) buildMerchants(key rng.Key) {
	total := 0.0
	for _, c := range s.cities[:s.homes] {
		total += c.Weight
	}
	prices := newFactors(.25)
	n := float64(s.cfg.Customers)
	var farNations []uint8
	for _, c := range s.cities[s.homes:] {
		farNations = append(farNations, s.nation(c.Country))
	}
	for i, pl := range s.places {
		for ci, cat := range s.cats {
			count := 0
			switch {
			case pl.city >= 0 && cat.CNP < 1 && int(pl.city) < s.homes:
				count = 3 + int(n*s.cities[pl.city].Weight/total*cat.Weight)
			case pl.city >= 0 && cat.CNP < 1:
				count = 2 + int(n*.0005*cat.Weight*s.cities[pl.city].Weight/1000)
			case pl.city < 0 && cat.CNP > 0:
				count = 4 + int(n*.4*cat.Weight*cat.CNP/float64(len(s.params.home)))
			}
			sp := span{first: int32(len(s.merchants)), n: uint32(count), log2: logOf(count)}
			for k := range count {
				d := key.Uint64(uint64(len(s.merchants)))
				m := merchant{place: uint16(i), cat: uint8(ci), country: pl.country, price: prices.at(d), terminal: -1}
				if pl.city >= 0 {
					// The popular ones have more tills.
					m.tills = uint8(1 + rng.Below(d<<10, uint64(2+12/(k+1))))
					m.terminal = s.terminals
					s.terminals += int32(m.tills)
				} else if i == len(s.places)-1 {
					m.country = farNations[rng.Below(d<<10, uint64(len(farNations)))]
				}
				s.merchants = append(s.merchants, m)
			}
			s.spans = append(s.spans, sp)
		}
	}
}

func (s *state) span(pl, cat int) *span { return &s.spans[pl*len(s.cats)+cat] }

func (s *state) buildTables() {
	for _, g := range s.segs {
		w := make([]float64, len(s.cats))
		cnp := make([]uint32, len(s.cats))
		for i, c := range s.cats {
			w[i] = c.Weight
			if t, ok := g.Tilt[c.MCC]; ok {
				w[i] *= t
			}
			odds := 0.0
			switch {
			case c.CNP >= 1:
				cnp[i] = one
				continue
			case c.CNP > 0:
				odds = c.CNP / (1 - c.CNP) * g.CNP * s.params.cnpOdds
			}
			cnp[i] = probability(odds / (1 + odds))
			if s.params.cnpOdds > 10 { // a shop online sees few purchases at tills
				w[i] *= max(.02, c.CNP)
			}
		}
		s.pick = append(s.pick, newSlots(w))
		s.online = append(s.online, cnp)
	}
	for _, c := range s.cats {
		s.quant = append(s.quant, newAmounts(c.Median*s.params.price, c.Sigma))
	}
	for r := range rhythms {
		s.clocks[r] = clocksOf(hours[r])
	}
}

// weekday of a day counted from 1 January 1970, a Thursday: Monday is 0. Earlier
// days are negative.
func weekday(day int64) int64 { return ((day+3)%7 + 7) % 7 }

// daysFrom gives each day its weight: Friday and Saturday 1.2, Sunday .8,
// December 1.2, the days of November's sales 1.3, public holidays that have a
// fixed date .7 (all assumptions), the mean over a common year brought to 1.
func daysFrom(start int64, days int) (out []dayFacts) {
	week := [7]float64{1.0, .95, .97, 1.0, 1.2, 1.2, .8} // from Monday
	for d := range days + maxLag {
		abs := start + int64(d) - maxLag
		year, month, dom := civil(abs)
		_ = year
		f := week[weekday(abs)]
		switch {
		case month == 12 && dom < 24:
			f *= 1.2
		case month == 12 && dom >= 25 && dom <= 26, month == 1 && dom == 1, month == 5 && dom == 1:
			f *= .7
		case month == 11 && dom >= 22:
			f *= 1.15
		}
		weekend := uint8(0)
		if w := weekday(abs); w >= 5 {
			weekend = 1
		}
		out = append(out, dayFacts{fixed(f / 1.017), weekend, uint8(dom), month == 12 && dom < 24 || month == 11 && dom >= 22})
	}
	return out
}

// maxLag is how many days before the first can be asked for: refunds reach
// back to purchases that nobody sees.
const maxLag = 16

func (s *state) facts(day int) *dayFacts { return &s.day[day+maxLag] }

// civil is the date of a day since 1970-01-01, by the proleptic Gregorian
// calendar (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
func civil(day int64) (year int64, month, ofMonth int) {
	z := day + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	ofMonth = int(doy - (153*mp+2)/5 + 1)
	month = int(mp + 3)
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, ofMonth
}

func (s *state) buildCustomers() {
	var cum []float64
	sum := 0.0
	for _, c := range s.cities[:s.homes] {
		sum += c.Weight
		cum = append(cum, sum)
	}
	var shares []float64
	for _, g := range s.segs {
		shares = append(shares, g.Share)
	}
	segs, rates, spends := newSlots(shares), newFactors(.8), newFactors(.35)
	paydays := newSlots([]float64{3, 2, 1, 2, 3})
	euro := s.homes == len(euroCities()) && s.cities[0].Name == "Paris"
	s.customers = make([]customer, s.cfg.Customers)
	for i := range s.customers {
		k := s.keyPerson.At(uint64(i))
		c := &s.customers[i]
		// Two neighbours in the list share a home more often than not.
		home := i
		if s.keyPerson.Name("pair").Float64(uint64(i>>1)) < .55 {
			home = i &^ 1
		}
		c.household = int32(home)
		h := s.keyPerson.Name("home").At(uint64(home))
		if euro {
			u := h.Float64(0) * sum
			c.city = uint16(min(s.homes-1, sortSearch(cum, u)))
		} else {
			c.city = uint16(s.locale.PlaceIndex(h.Uint64(placeDraw)))
		}
		c.country = s.nation(s.cities[c.city].Country)
		c.net = int32(h.Uint64(1) >> 40)
		c.segment = uint8(segs.at(k.Uint64(0)))
		g := s.segs[c.segment]
		c.rate = uint32(min(float64(rates.at(k.Uint64(1)))*(s.params.perDay*g.Rate), 8*one))
		c.spend = spends.at(k.Uint64(2))
		c.payday = [5]uint8{1, 15, 20, 25, 28}[paydays.at(k.Uint64(3))]
		c.phase = int8(k.Below(4, 17)) - 4
		c.trips = uint16(probability(g.Travel / 26))
		c.phone = uint16(k.Below(5, 700))
		for j := range k.Below(6, 6) {
			c.subs |= 1 << (1 + k.Below(7+j, 28))
		}
	}
}

// placeDraw is the number of the draw that places a household.
const placeDraw = 2

func sortSearch(cum []float64, u float64) int {
	i, _ := slices.BinarySearch(cum, u)
	return i
}
