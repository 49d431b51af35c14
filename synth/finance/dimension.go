package finance

import (
	"context"
	"iter"
	"strconv"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth"
	"github.com/verisim/verisim/synth/fake"
)

// builder appends the cells of a row from left to right.
type builder struct {
	*array.RecordBuilder
	at  int
	buf []byte
}

func (b *builder) next() array.Builder {
	f := b.Field(b.at)
	b.at = (b.at + 1) % b.Schema().NumFields()
	return f
}

func (b *builder) i64(v int64)    { b.next().(*array.Int64Builder).Append(v) }
func (b *builder) f64(v float64)  { b.next().(*array.Float64Builder).Append(v) }
func (b *builder) f32(v float32)  { b.next().(*array.Float32Builder).Append(v) }
func (b *builder) flag(v bool)    { b.next().(*array.BooleanBuilder).Append(v) }
func (b *builder) text(v []byte)  { b.next().(*array.StringBuilder).BinaryBuilder.Append(v) }
func (b *builder) str(v string)   { b.next().(*array.StringBuilder).Append(v) }
func (b *builder) date(day int64) { b.next().(*array.Date32Builder).Append(arrow.Date32(day)) }
func (b *builder) time(second int64) {
	b.next().(*array.TimestampBuilder).Append(arrow.Timestamp(second * 1_000_000))
}
func (b *builder) null() { b.next().AppendNull() }

// since writes a moment since the world's start, or null below zero.
func (b *builder) since(p *params, second int64) {
	if second < 0 {
		b.null()
		return
	}
	b.time(p.start*secondsPerDay + second)
}

// maker makes a range of the rows of a table that is small or made by row, in a
// world of some family.
type maker[W any] struct {
	name   string
	schema *arrow.Schema
	rows   func(W) int64
	fill   func(w W, b *builder, from, to int64)
}

func (m maker[W]) table(world func(synth.Seed) (W, error)) synth.Table {
	return synth.Table{Name: m.name, Schema: m.schema, Rows: counted(world, m.rows)}
}

func (m maker[W]) stream(w W, rows synth.Range) table.Stream {
	return small(m.schema, rows, func(b *builder, from, to int64) { m.fill(w, b, from, to) })
}

// counted asks the world of a seed how many rows there are.
func counted[W any](world func(synth.Seed) (W, error), rows func(W) int64) func(synth.Seed) (int64, error) {
	return func(seed synth.Seed) (int64, error) {
		w, err := world(seed)
		if err != nil {
			return 0, err
		}
		return rows(w), nil
	}
}

// small makes a range of a table whose rows are appended one by one.
func small(schema *arrow.Schema, rows synth.Range, fill func(b *builder, from, to int64)) table.Stream {
	return table.Func(schema, func(ctx context.Context) iter.Seq2[table.Batch, error] {
		return func(yield func(table.Batch, error) bool) {
			b := &builder{RecordBuilder: array.NewRecordBuilder(memory.DefaultAllocator, schema)}
			defer b.Release()
			for from := rows.First; from < rows.End(); from += rowsPerBatch {
				if err := ctx.Err(); err != nil {
					yield(nil, err)
					return
				}
				fill(b, from, min(from+rowsPerBatch, rows.End()))
				batch := b.NewRecord()
				more := yield(batch, nil)
				batch.Release()
				if !more {
					return
				}
			}
		}
	})
}

var (
	i64t  = arrow.PrimitiveTypes.Int64
	f64t  = arrow.PrimitiveTypes.Float64
	f32t  = arrow.PrimitiveTypes.Float32
	textt = arrow.BinaryTypes.String
	datet = arrow.FixedWidthTypes.Date32
	boolt = arrow.FixedWidthTypes.Boolean
)

// makers lists the small tables; transactions stand behind terminals.
var makers = sync.OnceValue(func() []maker[*state] {
	return []maker[*state]{
		{"customers", customerSchema, func(s *state) int64 { return int64(len(s.customers)) }, fillCustomers},
		{"cards", cardSchema, func(s *state) int64 { return int64(len(s.customers)) * cardsEach }, fillCards},
		{"devices", deviceSchema, func(s *state) int64 { return int64(s.devices()) }, fillDevices},
		{"merchants", merchantSchema, func(s *state) int64 { return int64(len(s.merchants)) }, fillMerchants},
		{"terminals", terminalSchema, func(s *state) int64 { return int64(s.terminals) }, fillTerminals},
		{"campaigns", campaignSchema, func(s *state) int64 { return int64(len(s.campaigns)) }, fillCampaigns},
		{"truth", truthSchema, func(s *state) int64 { return int64(len(s.fraud)) }, fillTruth},
		{"alerts", alertSchema, func(s *state) int64 { return int64(len(s.followed().alerts)) }, fillAlerts},
		{"investigations", investigationSchema, func(s *state) int64 { return int64(len(s.followed().cases)) }, fillInvestigations},
		{"chargebacks", chargebackSchema, func(s *state) int64 { return int64(len(s.followed().disputes)) }, fillChargebacks},
		{"labels", labelSchema, func(s *state) int64 { return int64(len(s.followed().labels)) }, fillLabels},
	}
})

var customerSchema = schema("customers", "customer_id", nil,
	column("customer_id", i64t, table.RoleID, false),
	column("name", textt, table.RoleDirect, false),
	column("email", textt, table.RoleDirect, false),
	column("phone", textt, table.RoleDirect, false),
	column("street", textt, table.RoleDirect, false),
	column("postcode", textt, table.RoleQuasi, false),
	column("city", textt, table.RoleQuasi, false),
	column("country", textt, table.RolePlain, false),
	column("birth_date", datet, table.RoleQuasi, false),
	column("sex", textt, table.RoleQuasi, false),
	column("household_id", i64t, table.RoleQuasi, false),
	column("segment", textt, table.RolePlain, false),
	column("income", f64t, table.RoleSensitive, false),
	column("payday", i64t, table.RolePlain, false),
	column("customer_since", datet, table.RolePlain, false),
)

func (s *state) person(i int) fake.Person {
	home := uint64(s.customers[i].household)
	return s.locale.Person(s.keyPerson.At(uint64(i)).Uint64(100), s.keyPerson.Name("home").At(home).Uint64(placeDraw))
}

func fillCustomers(s *state, b *builder, from, to int64) {
	for i := from; i < to; i++ {
		c := &s.customers[i]
		k := s.keyPerson.At(uint64(i))
		p := s.person(int(i))
		at := &s.cities[c.city]
		native := at.Country == p.Locale.Code
		b.i64(i + 1)
		b.text(p.AppendName(b.buf[:0]))
		b.text(p.AppendEmail(b.buf[:0]))
		if native {
			b.text(p.AppendPhone(b.buf[:0]))
		} else { // +999 is a country code that is given to nobody
			b.text(strconv.AppendUint(append(b.buf[:0], "+999 "...), 100_000_000+k.Below(101, 900_000_000), 10))
		}
		b.text(p.AppendStreet(b.buf[:0]))
		b.text(p.AppendPostcode(b.buf[:0]))
		b.str(at.Name)
		b.str(at.Country)
		b.date(int64(p.BirthDay(int32(s.params.start))))
		b.str(p.Locale.Sexes()[p.Sex()])
		b.i64(int64(c.household) + 1)
		b.str(s.segs[c.segment].Name)
		// Income follows spending, not exactly: to full hundreds.
		income := s.segs[c.segment].Income * s.params.price * float64(c.spend) / one
		b.f64(float64(100 * int64(income/100*float64(80+k.Below(102, 41))/100)))
		b.i64(int64(c.payday))
		b.date(s.params.start - 30 - int64(k.Below(103, 5000)))
	}
}

var cardSchema = schema("cards", "card_id", []table.Ref{{Column: "customer_id", Table: "customers", Key: "customer_id"}},
	column("card_id", i64t, table.RoleID, false),
	column("customer_id", i64t, table.RoleID, false),
	column("number", textt, table.RoleDirect, false),
	column("brand", textt, table.RolePlain, false),
	column("kind", textt, table.RolePlain, false),
	column("expiry", datet, table.RolePlain, false),
	column("limit", f64t, table.RolePlain, false),
)

func fillCards(s *state, b *builder, from, to int64) {
	for i := from; i < to; i++ {
		c := &s.customers[i/cardsEach]
		k := s.keyPerson.Name("card").At(uint64(i))
		brand := &s.params.brands[0]
		if u := k.Float64(0); len(s.params.brands) > 1 && u >= brand.Share {
			brand = &s.params.brands[1]
		}
		b.i64(i + 1)
		b.i64(i/cardsEach + 1)
		b.text(fake.AppendCard(b.buf[:0], brand.Prefix, brand.Length, k.Uint64(1)))
		b.str(brand.Name)
		b.str([cardsEach]string{"debit", "credit"}[i%cardsEach])
		b.date(s.params.start + 90 + int64(k.Below(2, 1400)))
		limit := s.segs[c.segment].Income * s.params.price / 12 * float64(c.spend) / one
		b.f64(float64(100 * (1 + int64(limit/100*float64(50+k.Below(3, 200))/100))))
	}
}

var deviceSchema = schema("devices", "device_id", nil,
	column("device_id", i64t, table.RoleID, false),
	column("kind", textt, table.RolePlain, false),
	column("system", textt, table.RolePlain, false),
	column("first_seen", datet, table.RolePlain, false),
)

// fillDevices writes the customers' devices and the crews', who say they are
// anything.
func fillDevices(s *state, b *builder, from, to int64) {
	kinds := [devicesEach]string{"phone", "laptop", "phone", "tablet", "phone", "laptop", "phone", "laptop"}
	mobile, desk := [3]string{"android", "android", "ios"}, [3]string{"windows", "windows", "macos"}
	systems := [devicesEach][3]string{mobile, desk, {"android", "ios", "ios"}, {"android", "ios", "ios"}, mobile, desk, mobile, desk}
	for i := from; i < to; i++ {
		k := s.keyPerson.Name("device").At(uint64(i))
		kind := i % devicesEach
		first := s.params.start - int64(k.Below(1, 1200))
		if own := i / devicesEach; own < int64(len(s.customers)) {
			if kind == deviceNewPhone {
				first = s.params.start + int64(s.customers[own].phone)
			}
		} else {
			first = s.params.start + int64(s.campaigns[(i-int64(len(s.customers))*devicesEach)/devicesPerCampaign].from)/secondsPerDay
			kind = int64(k.Below(2, devicesEach))
		}
		b.i64(s.deviceID(int32(i)))
		b.str(kinds[kind])
		b.str(systems[kind][k.Below(0, 3)])
		b.date(first)
	}
}

var merchantSchema = schema("merchants", "merchant_id", nil,
	column("merchant_id", i64t, table.RoleID, false),
	column("name", textt, table.RolePlain, false),
	column("mcc", textt, table.RolePlain, false),
	column("category", textt, table.RolePlain, false),
	column("country", textt, table.RolePlain, false),
	column("city", textt, table.RolePlain, true),
	column("online", boolt, table.RolePlain, false),
)

func fillMerchants(s *state, b *builder, from, to int64) {
	for i := from; i < to; i++ {
		m := &s.merchants[i]
		k := s.keyPerson.Name("merchant").At(uint64(i))
		b.i64(s.merchantID(int32(i)))
		b.text(s.locale.Company(k.Uint64(0), k.Uint64(1)).AppendName(b.buf[:0]))
		b.str(s.cats[m.cat].MCC)
		b.str(s.cats[m.cat].Name)
		b.str(s.nations[m.country].Code)
		if c := s.places[m.place].city; c >= 0 {
			b.str(s.cities[c].Name)
		} else {
			b.null()
		}
		b.flag(m.tills == 0)
	}
}

var terminalSchema = schema("terminals", "terminal_id", []table.Ref{{Column: "merchant_id", Table: "merchants", Key: "merchant_id"}},
	column("terminal_id", i64t, table.RoleID, false),
	column("merchant_id", i64t, table.RoleID, false),
	column("kind", textt, table.RolePlain, false),
	column("latitude", f32t, table.RolePlain, false),
	column("longitude", f32t, table.RolePlain, false),
)

func fillTerminals(s *state, b *builder, from, to int64) {
	m := int32(sortFirst(len(s.merchants), func(i int) bool {
		m := &s.merchants[i]
		return m.tills > 0 && int64(m.terminal)+int64(m.tills) > from
	}))
	for t := from; t < to; t++ {
		for s.merchants[m].tills == 0 || int64(s.merchants[m].terminal)+int64(s.merchants[m].tills) <= t {
			m++
		}
		b.i64(s.terminalID(int32(t)))
		b.i64(s.merchantID(m))
		if int(s.merchants[m].cat) == catATM {
			b.str("atm")
		} else {
			b.str("pos")
		}
		lat, lon := s.position(&s.merchants[m], m)
		b.f32(lat)
		b.f32(lon)
	}
}

// sortFirst is the first index for which f holds; f need not be monotone.
func sortFirst(n int, f func(int) bool) int {
	for i := range n {
		if f(i) {
			return i
		}
	}
	return n
}
