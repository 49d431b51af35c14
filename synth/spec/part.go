package spec

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/synth/fake"
)

// entityPart is what a column can hold of an entity. A part that is one of few
// texts says which they are, and which it is; then it is sampled by the batch.
type entityPart struct {
	name  string
	role  table.Role
	text  func(dst []byte, d *drawn) []byte
	value func(d *drawn) float64 // of numbers and days
	typ   arrow.DataType         // nil: text

	values func(l *fake.Locale) []string // nil: too many, or made
	index  func(d *drawn) int32
}

func entityKinds() []string { return []string{"person", "company", "address"} }

// parts lists what an entity of a kind has.
func parts(kind string) []entityPart {
	word := func(s string, dst []byte) []byte { return append(dst, s...) }
	place := []entityPart{
		{name: "street", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.AppendStreet(dst) }},
		{name: "district", role: table.RoleQuasi, text: func(dst []byte, d *drawn) []byte { return word(d.District(), dst) }},
		{name: "district_code", role: table.RoleQuasi, text: func(dst []byte, d *drawn) []byte { return word(d.DistrictCode(), dst) }},
		{name: "city", role: table.RoleQuasi, text: func(dst []byte, d *drawn) []byte { return word(d.City().Name, dst) }, values: cities(func(c *fake.City) string { return c.Name }), index: func(d *drawn) int32 { return int32(d.CityIndex()) }},
		{name: "region", role: table.RoleQuasi, text: func(dst []byte, d *drawn) []byte { return word(d.City().Region, dst) }, values: cities(func(c *fake.City) string { return c.Region }), index: func(d *drawn) int32 { return int32(d.CityIndex()) }},
		{name: "region_code", role: table.RoleQuasi, text: func(dst []byte, d *drawn) []byte { return word(d.City().RegionCode, dst) }, values: cities(func(c *fake.City) string { return c.RegionCode }), index: func(d *drawn) int32 { return int32(d.CityIndex()) }},
		{name: "postcode", role: table.RoleQuasi, text: func(dst []byte, d *drawn) []byte { return d.AppendPostcode(dst) }},
		{name: "country", text: func(dst []byte, d *drawn) []byte { return word(d.Locale.Country, dst) }, values: func(l *fake.Locale) []string { return []string{l.Country} }, index: func(*drawn) int32 { return 0 }},
		{name: "country_code", text: func(dst []byte, d *drawn) []byte { return word(d.Locale.Code, dst) }, values: func(l *fake.Locale) []string { return []string{l.Code} }, index: func(*drawn) int32 { return 0 }},
		{name: "zone", text: func(dst []byte, d *drawn) []byte { return word(d.City().Zone, dst) }, values: cities(func(c *fake.City) string { return c.Zone }), index: func(d *drawn) int32 { return int32(d.CityIndex()) }},
		{name: "address", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.AppendFull(dst) }},
		{name: "latitude", role: table.RoleQuasi, typ: arrow.PrimitiveTypes.Float64, value: func(d *drawn) float64 { return d.Lat() }},
		{name: "longitude", role: table.RoleQuasi, typ: arrow.PrimitiveTypes.Float64, value: func(d *drawn) float64 { return d.Lon() }},
		{name: "locale", text: func(dst []byte, d *drawn) []byte { return word(d.Locale.Name, dst) }, values: func(l *fake.Locale) []string { return []string{l.Name} }, index: func(*drawn) int32 { return 0 }},
	}
	switch kind {
	case "person":
		return append([]entityPart{
			{name: "name", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.person().AppendName(dst) }},
			{name: "given", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.person().AppendGiven(dst) }, values: givens, index: givenIndex},
			{name: "family", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return word(d.person().Family(), dst) }, values: func(l *fake.Locale) []string { return l.Family.Values() }, index: func(d *drawn) int32 { return int32(d.person().FamilyIndex()) }},
			{name: "username", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.person().AppendUsername(dst) }},
			{name: "email", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.person().AppendEmail(dst) }},
			{name: "phone", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.person().AppendPhone(dst) }},
			{name: "sex", role: table.RoleQuasi, text: func(dst []byte, d *drawn) []byte { return word(d.Locale.Sexes()[d.person().Sex()], dst) }, values: func(l *fake.Locale) []string { s := l.Sexes(); return s[:] }, index: func(d *drawn) int32 { return int32(d.person().Sex()) }},
			{name: "birth_date", role: table.RoleQuasi, typ: arrow.FixedWidthTypes.Date32, value: func(d *drawn) float64 { return float64(d.person().BirthDay(d.clock)) }},
			{name: "age", role: table.RoleQuasi, typ: arrow.PrimitiveTypes.Int64, value: age},
			{name: "national_id", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.person().AppendNationalID(dst, d.clock) }},
			{name: "card", role: table.RoleDirect, text: func(dst []byte, d *drawn) []byte { return d.person().AppendCard(dst) }},
			{name: "job", role: table.RoleQuasi, text: func(dst []byte, d *drawn) []byte { return word(d.person().Job(), dst) }, values: func(l *fake.Locale) []string { return l.Jobs.Values() }, index: func(d *drawn) int32 { return int32(d.person().JobIndex()) }},
		}, place...)
	case "company":
		return append([]entityPart{
			{name: "name", text: func(dst []byte, d *drawn) []byte { return d.company().AppendName(dst) }},
			{name: "industry", text: func(dst []byte, d *drawn) []byte { return word(d.company().Industry(), dst) }},
			{name: "domain", text: func(dst []byte, d *drawn) []byte { return d.company().AppendDomain(dst) }},
			{name: "email", text: func(dst []byte, d *drawn) []byte { return d.company().AppendEmail(dst) }},
			{name: "phone", text: func(dst []byte, d *drawn) []byte { return d.company().AppendPhone(dst) }},
			{name: "tax_id", text: func(dst []byte, d *drawn) []byte { return d.company().AppendTaxID(dst) }},
		}, place...)
	}
	return place
}

// cities lists one text of each city.
func cities(text func(c *fake.City) string) func(l *fake.Locale) []string {
	return func(l *fake.Locale) []string {
		out := make([]string, len(l.Places))
		for i := range l.Places {
			out[i] = text(&l.Places[i])
		}
		return out
	}
}

// givens lists the given names of both sexes. Chinese ones are put together of
// two, and so many that they are no list.
func givens(l *fake.Locale) []string {
	if l.Code == "CN" {
		return nil
	}
	return append(l.Given[fake.Female].Values(), l.Given[fake.Male].Values()...)
}

func givenIndex(d *drawn) int32 {
	p := d.person()
	i, _ := p.GivenIndex()
	if p.Sex() == fake.Male {
		i += d.Locale.Given[fake.Female].Len()
	}
	return int32(i)
}

// partList is the texts that a part can be, of all the table's locales, each
// once.
type partList struct {
	*list
	part   entityPart
	starts []int32 // of each locale, in places
	places []int32 // the text of each place
}

// partList is nil where the part is no list.
func (b *binder) partList(p entityPart) *partList {
	if p.values == nil {
		return nil
	}
	out := &partList{part: p}
	var texts []string
	at := map[string]int32{}
	for _, l := range b.t.locales {
		out.starts = append(out.starts, int32(len(out.places)))
		values := p.values(l)
		if values == nil {
			return nil
		}
		for _, v := range values {
			i, there := at[v]
			if !there {
				i = int32(len(texts))
				at[v], texts = i, append(texts, v)
			}
			out.places = append(out.places, i)
		}
	}
	out.list = newList(texts)
	return out
}

func (p *partList) make(f *frame, c *column, s *sampler) (arrow.Array, error) {
	place := func(d *drawn) int32 {
		if s.t.mix == nil {
			return p.places[p.part.index(d)]
		}
		for k, l := range s.t.locales {
			if l == d.Locale {
				return p.places[p.starts[k]+p.part.index(d)]
			}
		}
		return 0
	}
	if c.typ.ID() == arrow.DICTIONARY {
		buf, idx := get[int32](f.pool(), f.n)
		s.each(f, func(i int, d *drawn) { idx[i] = place(d) })
		data := array.NewDataWithDictionary(c.typ, f.n, []*memory.Buffer{nil, buf}, 0, 0, p.dict.Data().(*array.Data))
		defer data.Release()
		buf.Release()
		return array.MakeFromData(data), nil
	}
	t := newTexts(f.pool(), f.n, &c.hint)
	var idx [blockRows]int32
	if len(p.off) == 2 { // one text, such as the country: nothing is drawn
		for at := 0; at < f.n; at += blockRows {
			t.gather(p.list, idx[:min(blockRows, f.n-at)], at)
		}
		return t.finish()
	}
	s.each(f, func(i int, d *drawn) {
		idx[i%blockRows] = place(d)
		if i%blockRows == blockRows-1 || i == f.n-1 {
			n := i%blockRows + 1
			t.gather(p.list, idx[:n], i+1-n)
		}
	})
	return t.finish()
}
