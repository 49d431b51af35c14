package finance

import (
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

const txTable = "transactions"

// word is the type of columns with few values: a dictionary of strings.
var word = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}

var moment = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}

func column(name string, t arrow.DataType, role table.Role, nullable bool) arrow.Field {
	return table.WithLabel(arrow.Field{Name: name, Type: t, Nullable: nullable}, table.Label{Role: role, Origin: table.OriginSynthetic})
}

func schema(name, key string, refs []table.Ref, fields ...arrow.Field) *arrow.Schema {
	return table.WithFacts(arrow.NewSchema(fields, nil), table.Facts{Name: name, Key: key, Refs: refs})
}

var txSchema = sync.OnceValue(func() *arrow.Schema {
	i64, f64, f32, i32 := arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Float64, arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Int32
	flag := arrow.FixedWidthTypes.Boolean
	return schema(txTable, "transaction_id", []table.Ref{
		{Column: "customer_id", Table: "customers", Key: "customer_id"},
		{Column: "card_id", Table: "cards", Key: "card_id"},
		{Column: "merchant_id", Table: "merchants", Key: "merchant_id"},
		{Column: "terminal_id", Table: "terminals", Key: "terminal_id"},
	},
		column("transaction_id", i64, table.RoleID, false),
		column("timestamp", moment, table.RoleTime, false),
		column("customer_id", i64, table.RoleID, false),
		column("card_id", i64, table.RoleID, false),
		column("merchant_id", i64, table.RoleID, false),
		column("terminal_id", i64, table.RoleID, true),
		column("mcc", word, table.RolePlain, false),
		column("type", word, table.RolePlain, false),
		column("channel", word, table.RolePlain, false),
		column("entry_mode", word, table.RolePlain, false),
		column("amount", f64, table.RolePlain, false),
		column("currency", word, table.RolePlain, false),
		column("local_amount", f64, table.RolePlain, false),
		column("country", word, table.RolePlain, false),
		column("card_country", word, table.RolePlain, false),
		column("latitude", f32, table.RolePlain, true),
		column("longitude", f32, table.RolePlain, true),
		column("device_id", i64, table.RoleQuasi, true),
		column("ip_network", i32, table.RoleQuasi, true),
		column("three_ds", word, table.RolePlain, false),
		column("cvv", word, table.RolePlain, false),
		column("recurring", flag, table.RolePlain, false),
		column("result", word, table.RolePlain, false),
		column("decline_reason", word, table.RolePlain, true),
		column("is_fraud", flag, table.RoleLabel, false),
	)
})

// words are the dictionaries; every batch shares them.
type words struct {
	mcc, kind, channel, entry, currency, country, secure, cvv, result, decline arrow.Array
}

func dictionary(values ...string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	defer b.Release()
	b.AppendValues(values, nil)
	return b.NewArray()
}

var channels = [...]string{"pos", "ecommerce", "atm"}

var declines = [...]string{"insufficient_funds", "limit_exceeded", "cvv_mismatch", "suspected_fraud", "issuer_declined"}

var txWords = sync.OnceValue(func() words {
	var mccs, codes, units []string
	for _, c := range categories() {
		mccs = append(mccs, c.MCC)
	}
	for _, n := range countries() {
		codes, units = append(codes, n.Code), append(units, n.Currency)
	}
	return words{
		mcc: dictionary(mccs...), kind: dictionary("purchase", "refund", "cash"),
		channel: dictionary(channels[:]...), entry: dictionary("chip", "contactless", "magstripe", "wallet", "keyed_online", "on_file"),
		currency: dictionary(distinct(units)...), country: dictionary(codes...),
		secure: dictionary("none", "frictionless", "challenged"), cvv: dictionary("none", "match", "mismatch"),
		result: dictionary("approved", "declined"), decline: dictionary(declines[:]...),
	}
})

func distinct(in []string) []string {
	var out []string
	for _, v := range in {
		seen := false
		for _, o := range out {
			seen = seen || o == v
		}
		if !seen {
			out = append(out, v)
		}
	}
	return out
}

// nation facts that a row needs, by country.
type tender struct {
	currency int8
	rate     int64 // units for one of the home currency, in 1/65536
}

func (s *state) tenders() []tender {
	var units []string
	for _, n := range s.nations {
		units = append(units, n.Currency)
	}
	units = distinct(units)
	home := s.nations[s.nation(s.params.home[0])].PerEuro
	out := make([]tender, len(s.nations))
	for i, n := range s.nations {
		for k, u := range units {
			if u == n.Currency {
				out[i] = tender{int8(k), int64(fixed(n.PerEuro / home))}
			}
		}
	}
	return out
}

// Identifiers, as they are printed.

func (s *state) transactionID(raw uint64) int64 { return int64(scramble(raw, 52, s.idKey)) }

func (s *state) merchantID(i int32) int64 {
	return 1 + int64(scramble(uint64(i), widthOf(len(s.merchants)), s.idKey>>7))
}

func (s *state) terminalID(i int32) int64 {
	return 1 + int64(scramble(uint64(i), widthOf(int(s.terminals)), s.idKey>>13))
}

func (s *state) deviceID(i int32) int64 {
	return 1 + int64(scramble(uint64(i), widthOf(s.devices()), s.idKey>>19))
}

func (s *state) devices() int {
	return len(s.customers)*devicesEach + len(s.campaigns)*devicesPerCampaign
}

func cardID(customer int32, card uint8) int64 { return int64(customer)*cardsEach + int64(card) + 1 }

const cardsEach = 2

// fill writes rows into columns. Every loop fills few columns, so that the
// compiler keeps its slices in registers.
func (s *state) fill(events []event, order []uint64) table.Batch {
	n := len(order)
	id, ts, cust, card, merch, term, dev := i64s(n), i64s(n), i64s(n), i64s(n), i64s(n), i64s(n), i64s(n)
	amount, local := make([]float64, n), make([]float64, n)
	lat, lon, net := make([]float32, n), make([]float32, n), make([]int32, n)
	mcc, kind, channel, entry, unit := i8s(n), i8s(n), i8s(n), i8s(n), i8s(n)
	home, land, secure, cvv, result, reason := i8s(n), i8s(n), i8s(n), i8s(n), i8s(n), i8s(n)
	atTill, isOnline, refused, recurring, fraud := bitmap(n), bitmap(n), bitmap(n), bitmap(n), bitmap(n)
	nulls := struct{ till, online, refused int }{n, n, n}

	tenders := s.tenders()
	start := s.params.start * secondsPerDay
	for i, o := range order {
		e := &events[uint32(o)]
		m := &s.merchants[e.merchant]
		id[i] = s.transactionID(e.id)
		ts[i] = (start + int64(e.at)) * 1_000_000
		cust[i] = int64(e.customer) + 1
		card[i] = cardID(e.customer, e.card)
		merch[i] = s.merchantID(e.merchant)
		mcc[i], kind[i], entry[i] = int8(m.cat), int8(e.kind), int8(e.entry)
		secure[i], cvv[i] = int8(e.secure), int8(e.cvv)
		t := tenders[m.country]
		unit[i], land[i] = t.currency, int8(m.country)
		home[i] = int8(s.customers[e.customer].country)
		amount[i] = float64(e.amount) / 100
		local[i] = amount[i]
		if t.rate != one {
			local[i] = float64(int64(e.amount)*t.rate>>16) / 100
		}
		if e.terminal >= 0 {
			bitutil.SetBit(atTill, i)
			nulls.till--
			term[i] = s.terminalID(e.terminal)
			lat[i], lon[i] = s.position(m, e.merchant)
			if e.kind == kindCash {
				channel[i] = 2
			}
		} else {
			channel[i] = 1
		}
		if e.device >= 0 {
			bitutil.SetBit(isOnline, i)
			nulls.online--
			dev[i], net[i] = s.deviceID(e.device), e.net
		}
		if e.decline != declineNone {
			bitutil.SetBit(refused, i)
			nulls.refused--
			result[i], reason[i] = 1, int8(e.decline-1)
		}
		if e.flags&flagRecurring != 0 {
			bitutil.SetBit(recurring, i)
		}
		if e.flags&flagFraud != 0 {
			bitutil.SetBit(fraud, i)
		}
	}
	w := txWords()
	f := txSchema().Fields()
	cols := []arrow.Array{
		wide(f[0], id, nil, 0), wide(f[1], ts, nil, 0), wide(f[2], cust, nil, 0), wide(f[3], card, nil, 0), wide(f[4], merch, nil, 0),
		wide(f[5], term, atTill, nulls.till),
		coded(mcc, w.mcc, nil, 0), coded(kind, w.kind, nil, 0), coded(channel, w.channel, nil, 0), coded(entry, w.entry, nil, 0),
		wide(f[10], amount, nil, 0), coded(unit, w.currency, nil, 0), wide(f[12], local, nil, 0), coded(land, w.country, nil, 0), coded(home, w.country, nil, 0),
		wide(f[15], lat, atTill, nulls.till), wide(f[16], lon, atTill, nulls.till),
		wide(f[17], dev, isOnline, nulls.online), wide(f[18], net, isOnline, nulls.online),
		coded(secure, w.secure, nil, 0), coded(cvv, w.cvv, nil, 0),
		wide(f[21], recurring, nil, 0, n), coded(result, w.result, nil, 0), coded(reason, w.decline, refused, nulls.refused),
		wide(f[24], fraud, nil, 0, n),
	}
	return record(txSchema(), cols, n)
}

// record makes a batch that owns its columns.
func record(schema *arrow.Schema, cols []arrow.Array, rows int) table.Batch {
	b := array.NewRecord(schema, cols, int64(rows))
	for _, c := range cols {
		c.Release()
	}
	return b
}

// position of a shop: around the centre of its city, to 1e-4 degrees.
func (s *state) position(m *merchant, i int32) (lat, lon float32) {
	c := &s.cities[s.places[m.place].city]
	h := uint64(i)*0x9e3779b97f4a7c15 ^ s.idKey
	dy := int64(h>>20%1024+h>>32%1024) - 1023
	dx := int64(h>>42%1024+h>>52%1024) - 1023
	return float32(float64(int64(c.Lat*1e4)+dy) / 1e4), float32(float64(int64(c.Lon*1e4)+dx) / 1e4)
}

func i64s(n int) []int64  { return make([]int64, n) }
func i8s(n int) []int8    { return make([]int8, n) }
func bitmap(n int) []byte { return make([]byte, bitutil.BytesForBits(int64(n))) }

// wide makes an array of flat values; rows is given for bits.
func wide[T arrow.FixedWidthType](f arrow.Field, values []T, valid []byte, nulls int, rows ...int) arrow.Array {
	n := len(values)
	if len(rows) > 0 {
		n = rows[0]
	}
	data := array.NewData(f.Type, n, []*memory.Buffer{validity(valid), memory.NewBufferBytes(arrow.GetBytes(values))}, nil, nulls, 0)
	defer data.Release()
	return array.MakeFromData(data)
}

func coded(values []int8, dict arrow.Array, valid []byte, nulls int) arrow.Array {
	data := array.NewDataWithDictionary(word, len(values), []*memory.Buffer{validity(valid), memory.NewBufferBytes(arrow.GetBytes(values))}, nulls, 0, dict.Data().(*array.Data))
	defer data.Release()
	return array.MakeFromData(data)
}

func validity(b []byte) *memory.Buffer {
	if b == nil {
		return nil
	}
	return memory.NewBufferBytes(b)
}

// minor prints minor units, for the small tables.
func minor(v int64) float64 { return float64(v) / 100 }
