package finance

import (
	"context"
	"iter"
	"math"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/rng"
)

// The applications for an account, in order of time. A row is a function of
// (seed, row): the day comes from the row's place, the scenario from a draw, and
// each column from a normal score that the scenario shifts. The shifts are a
// likelihood ratio in closed form, so that how hard the task is can be set.

const applicationTable = "applications"

// swindle is why an application is fraudulent.
type swindle uint8

const (
	honestApplicant swindle = iota
	stolenIdentity
	inventedIdentity
	firstParty
	muleAccount
	swindles
)

var swindleTable = [swindles]struct {
	name  string
	share float64
	about string
}{
	honestApplicant:  {"honest", 0, ""},
	stolenIdentity:   {"stolen_identity", .40, "somebody else's papers"},
	inventedIdentity: {"synthetic_identity", .25, "a person who does not exist"},
	firstParty:       {"first_party", .20, "the applicant never means to pay"},
	muleAccount:      {"mule_account", .15, "opened to pass money on"},
}

// opening is the world of applications for one seed.
type opening struct {
	cfg    Config
	params params
	key    rng.Key
	idKey  uint64
	first  []int64 // row of each day, and the end
	rate   []uint32
	kinds  *slots
	clock  *clock

	screenOnce sync.Once
	screened   *screening
}

func buildOpening(cfg Config, p params, seed synth.Seed) (*opening, error) {
	root := rng.New(uint64(seed)).Name("finance").Name(cfg.Preset)
	o := &opening{cfg: cfg, params: p, key: root.Name("row"), idKey: root.Name("id").Uint64(0), kinds: newSlots(p.swindle[:]), clock: newClock(hours[onlineRhythm])}
	days := daysFrom(p.start, cfg.Days)[maxLag:]
	weights, sum, share := make([]float64, len(days)), 0.0, 0.0
	for d := range days {
		// Volume swells and ebbs by a fifth over the months; BAF's lie between
		// 9.5 and 15 % of the whole a month.
		weights[d] = float64(days[d].factor) / one * (1 + .2*math.Sin(float64(d)/38))
		sum += weights[d]
		share += weights[d] * rise(float64(d)/float64(max(cfg.Days, 1)), cfg)
	}
	at := 0.0
	for d := range days {
		o.first = append(o.first, int64(math.Round(at/sum*float64(cfg.Customers))))
		at += weights[d]
		f := rise(float64(d)/float64(cfg.Days), cfg) * sum / share
		if cfg.WithoutFraud {
			f = 0
		}
		o.rate = append(o.rate, threshold(p.byNumber/10_000*f))
	}
	o.first = append(o.first, cfg.Customers)
	return o, nil
}

// rise is the prevalence by time, up to a factor: BAF's rises from .85 to 1.5 %
// over eight months. Without drift it is flat.
func rise(u float64, cfg Config) float64 {
	if !*cfg.Drift {
		return 1
	}
	return .85 + .65*u
}

func (o *opening) day(row int64) int {
	d, found := slices.BinarySearch(o.first, row)
	for found && d+1 < len(o.first)-1 && o.first[d+1] == row {
		d++ // days without a row
	}
	if !found {
		d--
	}
	return d
}

func (o *opening) why(row int64, day int) swindle {
	k := o.key.At(uint64(row))
	if uint32(k.Uint64(0)>>32) >= o.rate[day] {
		return honestApplicant
	}
	return swindle(o.kinds.at(k.Uint64(1)))
}

// applicationSchema has the columns of the traits between time and label.
var applicationSchema = sync.OnceValue(func() *arrow.Schema {
	cols := []arrow.Field{column("application_id", i64t, table.RoleID, false), column("timestamp", moment, table.RoleTime, false)}
	for i := range traits {
		t := &traits[i]
		kind := arrow.DataType(f64t)
		switch t.shape {
		case shapeFlag:
			kind = boolt
		case shapeWord:
			kind = word
		case shapeCounted:
			kind = i64t
		}
		cols = append(cols, column(t.name, kind, table.RolePlain, t.missing > 0))
	}
	return schema(applicationTable, "application_id", nil, append(cols, column("is_fraud", boolt, table.RoleLabel, false))...)
})

var applicationTruth = schema("truth", "", []table.Ref{{Column: "application_id", Table: applicationTable, Key: "application_id"}},
	column("application_id", i64t, table.RoleID, false),
	column("scenario", textt, table.RoleLabel, false),
)

var traitWords = sync.OnceValue(func() []arrow.Array {
	out := make([]arrow.Array, len(traits))
	for i, t := range traits {
		if t.words != nil {
			out[i] = dictionary(t.words...)
		}
	}
	return out
})

// applicants are what the columns of some rows are made from.
type applicants struct {
	keys     []rng.Key
	why      []swindle
	standing []float64
	at       []int64 // seconds since the start
}

// applicants are those of the rows from..to.
func (o *opening) applicants(from, to int64) applicants {
	n := int(to - from)
	p := applicants{make([]rng.Key, n), make([]swindle, n), make([]float64, n), i64s(n)}
	d := o.day(from)
	for i := range n {
		row := from + int64(i)
		for row >= o.first[d+1] {
			d++
		}
		p.keys[i] = o.key.At(uint64(row))
		p.why[i] = o.why(row, d)
		p.standing[i] = p.keys[i].Normal(2)
		// The k-th of a day's n applications comes in the k-th n-th of the day.
		u := (float64(row-o.first[d]) + p.keys[i].Float64(3)) / float64(o.first[d+1]-o.first[d])
		p.at[i] = int64(d)*secondsPerDay + int64(o.clock.at(uint32(u*(1<<32-1))))
	}
	return p
}

func (o *opening) applicationID(row int64) int64 { return int64(scramble(uint64(row), 52, o.idKey)) }

// fill makes rows from..to, column by column, as far as the layout has them.
func (o *opening) fill(l *layout, from, to int64) table.Batch {
	p := o.applicants(from, to)
	n := len(p.at)
	s := applicationSchema()
	cols := make([]arrow.Array, s.NumFields())
	if l.made[0] {
		id := i64s(n)
		for i := range id {
			id[i] = o.applicationID(from + int64(i))
		}
		cols[0] = wide(s.Field(0), id, nil, 0)
	}
	if l.made[1] {
		ts := i64s(n)
		for i := range ts {
			ts[i] = (o.params.start*secondsPerDay + p.at[i]) * 1_000_000
		}
		cols[1] = wide(s.Field(1), ts, nil, 0)
	}
	for j := range traits {
		if l.made[j+2] {
			cols[j+2] = o.column(s.Field(j+2), j, p.keys, p.why, p.standing)
		}
	}
	if last := len(traits) + 2; l.made[last] {
		fraud := bitmap(n)
		for i, w := range p.why {
			if w != honestApplicant {
				fraud[i>>3] |= 1 << (i & 7)
			}
		}
		cols[last] = wide(s.Field(last), fraud, nil, 0, n)
	}
	return l.record(cols, n)
}

func (o *opening) column(f arrow.Field, j int, keys []rng.Key, why []swindle, standing []float64) arrow.Array {
	t := &traits[j]
	n := len(keys)
	own := math.Sqrt(1 - t.health*t.health)
	var shift [swindles]float64
	for s := range shift {
		shift[s] = t.shift(swindle(s)) * o.params.distance
	}
	var reals []float64
	var counts []int64
	var coded8 []int8
	var bits, valid []byte
	switch t.shape {
	case shapeFlag:
		bits = bitmap(n)
	case shapeWord:
		coded8 = i8s(n)
	case shapeCounted:
		counts = i64s(n)
	default:
		reals = make([]float64, n)
	}
	nulls := 0
	if t.missing > 0 {
		valid = bitmap(n)
	}
	for i := range n {
		u := keys[i].Uint64(uint64(10 + j))
		z := rng.Normal(u)*own + standing[i]*t.health + shift[why[i]]
		if valid != nil {
			// What is missing tells a little as well.
			if keys[i].Float64(uint64(60+j)) < t.missing+.04*shift[why[i]] {
				nulls++
				continue
			}
			valid[i>>3] |= 1 << (i & 7)
		}
		switch t.shape {
		case shapeNormal:
			reals[i] = math.Round(t.a + float64(t.b*z))
		case shapeLog:
			reals[i] = math.Round(1e4*t.a*math.Exp(float64(t.b*z))) / 1e4
		case shapeUnit:
			reals[i] = math.Round(1e4*.5*math.Erfc(-z/math.Sqrt2)) / 1e4
		case shapeFlag:
			if z > t.a {
				bits[i>>3] |= 1 << (i & 7)
			}
		case shapeWord:
			coded8[i] = int8(min(max(int(math.Ceil((z-t.a)/t.b)), 0), len(t.words)-1))
		case shapeCounted:
			counts[i] = int64(math.Round(t.a * math.Exp(float64(t.b*z))))
		}
	}
	switch t.shape {
	case shapeFlag:
		return wide(f, bits, nil, 0, n)
	case shapeWord:
		return coded(coded8, traitWords()[j], nil, 0)
	case shapeCounted:
		return wide(f, counts, valid, nulls)
	}
	return wide(f, reals, valid, nulls)
}

// frauds lists the fraudulent rows before a bound; one pass, made when asked.
func (o *opening) frauds() (rows []int64) {
	for d := range o.rate {
		for row := o.first[d]; row < o.first[d+1]; row++ {
			if o.why(row, d) != honestApplicant {
				rows = append(rows, row)
			}
		}
	}
	return rows
}

// openings is the model of the preset account-opening.
type openings struct {
	state  func(synth.Seed) (*opening, error)
	frauds *memo[[]int64]
	view   *view
}

func (m *openings) project(v *view) (inner, bool) {
	if v.table != applicationTable || m.view != nil {
		return nil, false
	}
	return &openings{m.state, m.frauds, v}, true
}

func newOpenings(cfg Config, p params) *openings {
	kept := newMemo(func(seed synth.Seed) (*opening, error) { return buildOpening(cfg, p, seed) })
	return &openings{state: kept.get, frauds: newMemo(func(seed synth.Seed) ([]int64, error) {
		o, err := kept.get(seed)
		if err != nil {
			return nil, err
		}
		return o.frauds(), nil
	})}
}

func (m *openings) Tables() []synth.Table {
	out := []synth.Table{
		{Name: applicationTable, Schema: m.view.of(applicationTable, applicationSchema()).schema, Rows: counted(m.state, func(o *opening) int64 { return o.cfg.Customers })},
		{Name: "truth", Schema: applicationTruth, Rows: func(seed synth.Seed) (int64, error) {
			f, err := m.frauds.get(seed)
			return int64(len(f)), err
		}},
	}
	for _, p := range screenings() {
		out = append(out, p.table(m.state))
	}
	return out
}

func (m *openings) Generate(_ context.Context, name string, seed synth.Seed, rows synth.Range) (table.Stream, error) {
	if err := synth.CheckRange(m, name, seed, rows); err != nil {
		return nil, err
	}
	o, err := m.state(seed)
	if err != nil {
		return nil, err
	}
	if name == "truth" {
		f, failed := m.frauds.get(seed)
		return small(applicationTruth, rows, func(b *builder, from, to int64) {
			for _, row := range f[from:to] {
				b.i64(o.applicationID(row))
				b.str(swindleTable[o.why(row, o.day(row))].name)
			}
		}), failed
	}
	for _, p := range screenings() {
		if p.name == name {
			return p.stream(o, rows), nil
		}
	}
	l := m.view.of(applicationTable, applicationSchema())
	return table.Func(l.schema, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			for from := rows.First; from < rows.End(); from += rowsPerBatch {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				b := o.fill(l, from, min(from+rowsPerBatch, rows.End()))
				more := yield(b, nil)
				b.Release()
				if !more {
					return
				}
			}
		}
	}), nil
}

func (m *openings) Stream(name string, seed synth.Seed, workers int) (table.Stream, error) {
	tab, err := synth.Find(m, name)
	if err != nil {
		return nil, err
	}
	n, err := tab.Rows(seed)
	if err != nil {
		return nil, err
	}
	return synth.Parallel(m, tab, seed, synth.Range{Count: n}, workers), nil
}
