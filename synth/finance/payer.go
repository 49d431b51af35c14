package finance

import "github.com/verisim/verisim/synth/rng"

// payment is one transfer before it is written into columns.
type payment struct {
	id       uint64 // before scrambling
	amount   int64  // minor units
	at       int32  // seconds since the start
	from, to int32  // accounts
	format   uint8
	hard     uint8 // why an honest payment is unusual, 0 where it is not
	dirty    bool
}

// Why an honest payment looks like work of a crew.
const (
	hardNone    = iota
	hardPayroll // a company pays its staff within minutes
	hardRent    // a flat's share of the rent is gathered and passed on
	hardPayday  // much is paid out on the day when much came in
	hardGift    // gifts of a festival
	hardClub    // a savings club gathers and pays one member out
	hardSweep   // a company moves what it has to another and back
	hards
)

var hardNames = [hards]string{"", "payroll", "rent_split", "payday_fan_out", "festival_gift", "savings_club", "company_sweep"}

// pay makes a payment for a use, priced at the level of an account.
func (t *clearing) pay(use int, from, to int32, level uint32, at int32, k rng.Key) payment {
	u := &t.tariff.usages[use]
	if from == to { // nobody pays themselves
		to = from ^ 1
	}
	v := t.quant[use].at(uint32(k.Uint64(0))) * int64(level) >> 16
	return payment{
		amount: int64(round(u.ending, v, k.Uint64(1))), at: at, from: from, to: to, format: u.format(k.Uint64(2)),
	}
}

// clock gives a second of a day, for a rhythm.
func (t *clearing) second(day int, r rhythm, draw uint64) int32 {
	return within(day, t.clocks[r][t.facts(day).weekend].at(uint32(draw)))
}

// honest appends what an account does on a day.
func (t *clearing) honest(out []payment, i int32, day int) []payment {
	first := len(out)
	person := t.keyDay.At(uint64(i))
	k := person.At(uint64(day))
	if i < t.persons {
		out = t.person(out, i, day, person, k)
	} else if i < t.persons+t.firms {
		out = t.company(out, i, day, person, k)
	}
	for j := first; j < len(out); j++ {
		out[j].id = uint64(i)<<20 | uint64(day)<<9 | uint64(j-first)
	}
	return out
}

// expected is the number of everyday payments of an account on a day.
func (t *clearing) expected(i int32, day int, person rng.Key) uint64 {
	knot, rest := uint64(day)/5, uint64(day)%5
	mood := (uint64(t.mood.at(person.Uint64(1<<40|knot)))*(5-rest) + uint64(t.mood.at(person.Uint64(1<<40|(knot+1))))*rest) / 5
	return uint64(t.accounts[i].rate) * uint64(t.facts(day).factor) >> 16 * mood >> 16
}

func (t *clearing) person(out []payment, i int32, day int, person, k rng.Key) []payment {
	a := &t.accounts[i]
	dom := t.facts(day).ofMonth
	u := k.Uint64(0)
	paid := t.accounts[a.employer].payday == dom
	if paid { // the employer pays everybody within a quarter of an hour
		boss := &t.accounts[a.employer]
		p := t.pay(useSalary, a.employer, i, a.level, within(day, int32(boss.hour)*3600+int32(k.Below(1, 900))), person.At(2<<40))
		p.hard = hardPayroll
		out = append(out, p)
	}
	if dom == a.payday {
		out = t.rent(out, i, day, person)
	}
	if dom == a.payday+7 || dom == a.payday+14 {
		out = append(out, t.pay(useBill, i, t.supplier(i, uint64(dom)), one, t.second(day, dayRhythm, k.Uint64(2)), person.At(3<<40|uint64(dom))))
	}
	out = t.club(out, i, day, person)
	n := t.counts.at(t.expected(i, day, person), uint32(u))
	for j := range n {
		d := k.At(uint64(j))
		x := d.Uint64(9)
		often := &t.tariff.everyday
		switch r := uint8(x % 100); {
		case r < often[0]:
			out = append(out, t.pay(useShop, i, t.supplier(i, x>>8%7), a.level, t.second(day, eveningRhythm, x>>20), d))
		case r < often[1]:
			out = append(out, t.pay(useFriend, i, t.friend(i, x>>8%8), a.level, t.second(day, onlineRhythm, x>>20), d))
		case r < often[2]:
			out = append(out, t.pay(useCash, i, t.nearDesk(a, x>>8), a.level, t.second(day, dayRhythm, x>>20), d))
		case r < often[3] && t.params.mobile: // notes become a balance
			out = append(out, t.pay(useSaving, t.nearDesk(a, x>>8), i, a.level, t.second(day, dayRhythm, x>>20), d))
		case r < often[3]:
			out = append(out, t.pay(useSaving, i, t.exchange(0), a.level, t.second(day, dayRhythm, x>>20), d))
		case r < often[4]:
			out = append(out, t.pay(useCrypto, i, t.exchange(1+int(x>>8%3)), a.level, t.second(day, onlineRhythm, x>>20), d))
		default: // a stranger
			out = append(out, t.pay(useFriend, i, int32(x>>20%uint64(t.persons)), a.level, t.second(day, onlineRhythm, x>>20), d))
		}
	}
	if paid && chance(u>>32, one*8/100) { // much goes out at once
		for j := range 2 + u>>52%4 {
			p := t.pay(useFriend, i, t.friend(i, j), a.level, within(day, int32(8*3600+k.Below(20+j, 12*3600))), k.At(40+j))
			p.hard = hardPayday
			out = append(out, p)
		}
	}
	if t.festival(day) && chance(u>>48, one*22/100) {
		for j := range 1 + u>>40%6 {
			p := t.pay(useFriend, i, t.friend(i, j), a.level, t.second(day, eveningRhythm, k.Uint64(30+j)), k.At(50+j))
			p.hard = hardGift
			out = append(out, p)
		}
	}
	return out
}

// nearDesk is the desk that an account uses: its own, or with agents one of
// three.
func (t *clearing) nearDesk(a *account, draw uint64) int32 {
	if !t.params.mobile {
		return t.desk(int(a.bank))
	}
	return t.desk((int(a.bank) + int(draw%3)) % int(t.banks))
}

// festival: Christmas Eve, Valentine's, and the three days from 29 January.
func (t *clearing) festival(day int) bool {
	_, month, dom := civil(t.params.start + int64(day))
	return month == 12 && dom == 24 || month == 2 && dom == 14 || month == 1 && dom >= 29
}

// rent is paid alone, or gathered by one of a flat and passed on the same day.
func (t *clearing) rent(out []payment, i int32, day int, person rng.Key) []payment {
	a := &t.accounts[i]
	k := person.At(4 << 40)
	head := i &^ 3
	if a.flat >= 3 || head+4 > t.persons {
		return append(out, t.pay(useRent, i, a.landlord, one, within(day, 7*3600+int32(person.Below(5<<40|uint64(day), 9*3600))), k))
	}
	h := &t.accounts[head]
	whole := t.pay(useRent, head, h.landlord, 2*one, 0, t.key.Name("day").At(uint64(head)).At(4<<40))
	if i == head {
		whole.at = within(day, 18*3600+int32(person.Below(5<<40|uint64(day), 4*3600)))
		whole.hard = hardRent
		return append(out, whole)
	}
	// Everybody of the flat pays on the head's day where the days agree; the
	// others pay their own.
	share := whole
	share.from, share.to, share.amount, share.hard = i, head, whole.amount/4, hardRent
	share.at = within(day, 7*3600+int32(person.Below(5<<40|uint64(day), 10*3600)))
	return append(out, share)
}

// club: one person in 40 keeps the till of a club of eight; they pay on the
// 10th, and the 12th pays one of them out.
func (t *clearing) club(out []payment, i int32, day int, person rng.Key) []payment {
	head := i / 40 * 40
	dom := t.facts(day).ofMonth
	if dom != 10 && dom != 12 || i-head > 8 || head+8 >= t.persons {
		return out
	}
	k := t.key.Name("club").At(uint64(head))
	if k.Below(0, 100) >= 45 {
		return out
	}
	sum := int64(2000 + 1000*k.Below(1, 30))
	p := payment{amount: sum, from: i, to: head, format: t.tariff.usages[useFriend].format(k.Uint64(uint64(2 + i - head))), hard: hardClub}
	switch {
	case dom == 10 && i > head:
		p.at = within(day, 9*3600+int32(person.Below(6<<40|uint64(day), 11*3600)))
	case dom == 12 && i == head:
		_, month, _ := civil(t.params.start + int64(day))
		p.from, p.to, p.amount = head, head+1+int32(month)%8, 8*sum
		p.at = within(day, 10*3600+int32(person.Below(6<<40|uint64(day), 3*3600)))
	default:
		return out
	}
	return append(out, p)
}

func (t *clearing) company(out []payment, i int32, day int, person, k rng.Key) []payment {
	a := &t.accounts[i]
	n := t.counts.at(t.expected(i, day, person), uint32(k.Uint64(0)))
	for j := range n {
		d := k.At(uint64(j))
		x := d.Uint64(9)
		switch r := x % 100; {
		case r < 66:
			out = append(out, t.pay(useSupply, i, t.other(i, t.supplier(i, x>>8%9)), a.level, t.second(day, dayRhythm, x>>20), d))
		case r < 88: // takings are carried to the bank
			out = append(out, t.pay(useTakings, t.desk(int(a.bank)), i, a.level, t.second(day, eveningRhythm, x>>20), d))
		case r < 93:
			out = append(out, t.pay(useSaving, i, t.exchange(0), 8*a.level, t.second(day, dayRhythm, x>>20), d))
		default:
			out = append(out, t.pay(useSupply, i, int32(x>>20%uint64(t.persons)), a.level/2, t.second(day, dayRhythm, x>>20), d))
		}
	}
	// One company in twelve sweeps what it has to its parent on Fridays and gets
	// most of it back on Mondays.
	if w := weekday(t.params.start + int64(day)); i%12 == 5 && (w == 4 || w == 0) {
		week := uint64(day+3) / 7
		parent := t.other(i, t.supplier(i, 100))
		p := t.pay(useSupply, i, parent, 4*a.level, within(day, 16*3600+int32(person.Below(7<<40|week, 7200))), person.At(8<<40|week))
		p.hard = hardSweep
		if w == 0 {
			p.from, p.to = parent, i
			p.amount -= p.amount * int64(1+person.Below(9<<40|week, 8)) / 100
		}
		out = append(out, p)
	}
	return out
}

// other keeps a company from paying itself.
func (t *clearing) other(i, to int32) int32 {
	if i == to {
		return t.firstFirm() + (to-t.firstFirm()+1)%t.firms
	}
	return to
}
