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

// record makes a batch that owns its columns.
func record(schema *arrow.Schema, cols []arrow.Array, rows int) table.Batch {
	l := whole(schema)
	return l.record(cols, rows)
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
