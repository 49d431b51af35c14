package spec

import (
	"strconv"
	"strings"
	"time"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/document"
	"github.com/verisim/verisim/synth/fake"
	"github.com/verisim/verisim/synth/rng"
)

// entity is somebody or something drawn once a row: its parts agree.
type entity struct {
	name   string
	kind   string
	stream string
}

// drawn is an entity of one row. A person and a company have an address too.
type drawn struct {
	fake.Address
	draw  uint64
	clock int32 // the day
}

func (d *drawn) person() fake.Person   { return d.Locale.Person(d.draw, d.Draw) }
func (d *drawn) company() fake.Company { return d.Locale.Company(d.draw, d.Draw) }

// age is the number of full years at the clock's day.
func age(d *drawn) float64 {
	const secondsPerDay = 86400
	born := time.Unix(int64(d.person().BirthDay(d.clock))*secondsPerDay, 0).UTC()
	now := time.Unix(int64(d.clock)*secondsPerDay, 0).UTC()
	years := now.Year() - born.Year()
	if now.Month() < born.Month() || now.Month() == born.Month() && now.Day() < born.Day() {
		years--
	}
	return float64(years)
}

func (c *compiler) entities(t *tab) {
	for _, e := range t.decl.Entity {
		known := false
		for _, k := range entityKinds() {
			known = known || k == e.decl
		}
		if !known {
			c.errs.add(unknown(e.pos, "kind of entity", e.decl, entityKinds()))
			continue
		}
		for _, col := range t.decl.Columns {
			if col.name == e.name {
				c.errs.add(e.pos.Errorf("%q is the name of a column too; entities and columns share their names", e.name))
			}
		}
		t.entities = append(t.entities, &entity{name: e.name, kind: e.decl, stream: "/entity/" + e.name})
	}
}

// entityPart finds a part such as p.email.
func (b *binder) entityPart(text string, at document.Pos) (*entity, entityPart, error) {
	head, tail, ok := strings.Cut(text, ".")
	var names, all []string
	for _, e := range b.t.entities {
		names = append(names, e.name)
		for _, p := range parts(e.kind) {
			all = append(all, e.name+"."+p.name)
		}
		if e.name != head {
			continue
		}
		var known []string
		for _, p := range parts(e.kind) {
			if known = append(known, p.name); p.name == tail && ok {
				return e, p, nil
			}
		}
		return nil, entityPart{}, unknown(at, "part of a "+e.kind, tail, known)
	}
	if len(names) == 0 {
		return nil, entityPart{}, at.Errorf("%q is a part of an entity, and table %q has none; declare one, such as entity: {p: person}", text, b.t.name)
	}
	return nil, entityPart{}, unknown(at, "entity", text, all)
}

// partWord is a part of an entity.
type partWord struct {
	From string `yaml:"from" spec:"required" doc:"entity and part, such as p.email"`
}

func (w *partWord) build(b *binder) (maker, error) {
	e, p, err := b.entityPart(w.From, b.at)
	if err != nil {
		return nil, err
	}
	b.col.role = p.role
	m := &partMaker{entity: e, part: p}
	if p.typ != nil {
		if p.typ.ID() == arrow.DATE32 {
			return m, b.typed(p.typ)
		}
		return m, b.typed(p.typ, numberTypes...)
	}
	if e.kind == "person" && (p.name == "email" || p.name == "username") && b.unique() {
		m.digits = b.codeDigits()
		b.col.capacity, b.col.inverse = power10(m.digits), m
	}
	if m.list = b.partList(p); m.list != nil {
		return m, b.typed(arrow.BinaryTypes.String, arrow.DICTIONARY)
	}
	return m, b.typed(arrow.BinaryTypes.String)
}

// partMaker writes one part of the rows' entities.
type partMaker struct {
	entity *entity
	part   entityPart
	digits int // unique: of the row's code, in front of the @ or at the end
	list   *partList
}

// sampler draws entities.
type sampler struct {
	key, place, mix rng.Key
	t               *tab
	clock           int32
}

func (f *frame) sampler(e *entity) sampler {
	k := f.w.tables[f.t.id].Name(e.stream)
	return sampler{k, k.Name("/place"), f.w.tables[f.t.id].Name("/locale"), f.t, f.w.s.clock.day()}
}

func (s *sampler) at(d *drawn, row int64) {
	d.Locale = s.t.locales[0]
	if s.t.mix != nil {
		d.Locale = s.t.locales[s.t.mix.At(s.mix.Uint64(uint64(row)))]
	}
	d.draw, d.Draw, d.clock = s.key.Uint64(uint64(row)), s.place.Uint64(uint64(row)), s.clock
}

// each calls do for every row's entity, with the draws made by the block.
func (s *sampler) each(f *frame, do func(i int, d *drawn)) {
	var draws, places [blockRows]uint64
	d := drawn{clock: s.clock}
	d.Locale = s.t.locales[0]
	for at := 0; at < f.n; at += blockRows {
		n := min(blockRows, f.n-at)
		f.draws(s.key, at, draws[:n])
		f.draws(s.place, at, places[:n])
		for i, draw := range draws[:n] {
			if s.t.mix != nil {
				d.Locale = s.t.locales[s.t.mix.At(s.mix.Uint64(uint64(f.row(at+i))))]
			}
			d.draw, d.Draw = draw, places[i]
			do(at+i, &d)
		}
	}
}

func (m *partMaker) make(f *frame, c *column) (arrow.Array, error) {
	s := f.sampler(m.entity)
	if c.typ.ID() == arrow.DATE32 {
		buf, out := get[int32](f.pool(), f.n)
		s.each(f, func(i int, d *drawn) { out[i] = int32(m.part.value(d)) })
		return fixed(c.typ, f.n, 0, nil, buf), nil
	}
	if m.part.typ != nil {
		out := newNumbers(f.pool(), c.typ, f.n)
		var vals [1]float64
		s.each(f, func(i int, d *drawn) {
			vals[0] = m.part.value(d)
			out.store(i, vals[:])
		})
		return out.array(), nil
	}
	if m.list != nil {
		return m.list.make(f, c, &s)
	}
	t := newTexts(f.pool(), f.n, &c.hint)
	if m.digits == 0 {
		text := m.part.text
		s.each(f, func(i int, d *drawn) {
			t.data = text(t.data, d)
			t.mark(i)
		})
		return t.finish()
	}
	code := f.w.key(c).Bijection(uint64(power10(m.digits)))
	s.each(f, func(i int, d *drawn) {
		t.data = append(d.person().AppendUsername(t.data), '.')
		t.data = appendDigits(t.data, code.At(uint64(f.row(i))), m.digits)
		if m.part.name == "email" {
			t.data = append(t.data, '@')
			t.data = append(t.data, d.Locale.Domains.Pick(rng.New(d.draw).Uint64(0))...)
		}
		t.mark(i)
	})
	return t.finish()
}

func (m *partMaker) invert(w *world, c *column, cell string) (int64, bool) {
	local, _, _ := strings.Cut(cell, "@")
	if len(local) < m.digits {
		return 0, false
	}
	v, err := strconv.ParseUint(local[len(local)-m.digits:], 10, 64)
	if err != nil {
		return 0, false
	}
	b := w.key(c).Bijection(uint64(power10(m.digits)))
	return int64(b.Invert(v)), true
}

// codeDigits is how many digits the code of a row has: room for ten times the
// table, where its size is known, else for 10^9 rows.
func (b *binder) codeDigits() int {
	if b.t.rows < 0 {
		return 9
	}
	return min(len(strconv.FormatInt(max(b.t.rows-1, 1), 10))+1, 17)
}

func power10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

// appendDigits writes exactly so many digits.
func appendDigits(dst []byte, v uint64, digits int) []byte {
	at := len(dst)
	for range digits {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; i >= at && v > 0; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
	return dst
}
