package fake

// Person is somebody who does not exist: a pure function of two draws, one of
// the person and one of where they live.
type Person struct {
	Address
	draw uint64
}

// Draw numbers of a person's parts. Numbers are never reused: a new part takes
// a new one, so that the old parts keep their values.
const (
	partSex = iota
	partGiven
	partGiven2
	partFamily
	partDomain
	partMail
	partPhone
	partBirth
	partNational
	partCard
	partJob
)

// Person draws a person. Rows that share the place draw live at one address.
func (l *Locale) Person(draw, place uint64) Person {
	return Person{Address{l, place}, draw}
}

// Sex is the person's.
func (p Person) Sex() Sex { return Sex(mix(p.draw, partSex) >> 63) }

// givenIndices are the parts of the given name; the second is -1 where the
// name has one part.
func (p Person) givenIndices() (first, second int) {
	pool := p.Locale.Given[p.Sex()]
	first, second = pool.Index(mix(p.draw, partGiven)), -1
	if p.Locale.chinese {
		// About four of five given names have two characters.
		if d := mix(p.draw, partGiven2); d%5 != 0 {
			second = pool.Index(d)
		}
	}
	return first, second
}

// AppendGiven writes the given name.
func (p Person) AppendGiven(dst []byte) []byte {
	pool := p.Locale.Given[p.Sex()]
	a, b := p.givenIndices()
	dst = append(dst, pool.At(a)...)
	if b >= 0 {
		dst = append(dst, pool.At(b)...)
	}
	return dst
}

func (p Person) familyIndex() int { return p.Locale.Family.Index(mix(p.draw, partFamily)) }

// Family returns the family name.
func (p Person) Family() string { return p.Locale.Family.At(p.familyIndex()) }

// AppendName writes the full name in the locale's order.
func (p Person) AppendName(dst []byte) []byte {
	if p.Locale.chinese {
		return p.AppendGiven(append(dst, p.Family()...))
	}
	dst = append(p.AppendGiven(dst), ' ')
	return append(dst, p.Family()...)
}

// AppendUsername writes the name in Latin letters with two digits.
func (p Person) AppendUsername(dst []byte) []byte {
	pool := p.Locale.givenLatin[p.Sex()]
	a, b := p.givenIndices()
	family := p.Locale.familyLatin.At(p.familyIndex())
	m := mix(p.draw, partMail)
	if m&3 == 0 {
		dst = append(dst, pool.At(a)[0])
	} else {
		dst = append(dst, pool.At(a)...)
		if b >= 0 {
			dst = append(dst, pool.At(b)...)
		}
		if m&4 == 0 {
			dst = append(dst, '.')
		}
	}
	dst = append(dst, family...)
	return digits(dst, m>>32%100, 2)
}

// AppendEmail writes an address at a domain that RFC 2606 sets aside.
func (p Person) AppendEmail(dst []byte) []byte {
	dst = append(p.AppendUsername(dst), '@')
	return append(dst, p.Locale.Domains.Pick(mix(p.draw, partDomain))...)
}

// AppendPhone writes a telephone number that is given to nobody: 555-01xx
// behind an area code of the city, or a mainland mobile number of a segment
// that is not allocated.
func (p Person) AppendPhone(dst []byte) []byte {
	return p.Locale.appendPhone(dst, mix(p.draw, partPhone), p.Address)
}

func (l *Locale) appendPhone(dst []byte, d uint64, a Address) []byte {
	if l.chinese {
		dst = append(dst, [...]string{"154", "163", "164", "168", "169"}[pick(d, 5)]...)
		return digits(dst, d%100_000_000, 8)
	}
	dst = append(dst, a.AreaCode()...)
	dst = append(dst, "-555-01"...)
	return digits(dst, d%100, 2)
}

// BirthDay is the day of birth in days since 1970-01-01, so that the age at
// the day clock lies between 18 and 90 full years, the young being more.
func (p Person) BirthDay(clock int32) int32 {
	d := mix(p.draw, partBirth)
	// The smaller of two uniforms with chance 1/2: density falls from 1.5 to 0.5.
	const days = 72 * 1461 / 4
	a := pick(d<<32, days)
	if d&1 == 0 {
		a = min(a, pick(mix(d, partBirth), days))
	}
	return clock - 18*1461/4 - 1 - int32(a)
}

// AppendNationalID writes a number of the country's people register, right in
// its check digit and from a range that is not issued.
func (p Person) AppendNationalID(dst []byte, clock int32) []byte {
	d := mix(p.draw, partNational)
	if p.Locale.chinese {
		// The last digit of the sequence is odd for men (GB 11643-1999, 3.3).
		sequence := 996 + int(d&1)*2
		if p.Sex() == Male {
			sequence++
		}
		return AppendResidentID(dst, p.DistrictCode(), p.BirthDay(clock), sequence)
	}
	dst = append(dst, '9')
	dst = digits(dst, d%100, 2)
	dst = append(dst, '-')
	dst = digits(dst, 1+d>>16%49, 2)
	dst = append(dst, '-')
	return digits(dst, 1+d>>32%9999, 4)
}

// AppendCard writes a payment card number with a right check digit (ISO/IEC
// 7812-1) behind a prefix that card processors publish for tests.
func (p Person) AppendCard(dst []byte) []byte {
	d := mix(p.draw, partCard)
	if p.Locale.chinese {
		return AppendCard(dst, "620000", 19, d)
	}
	if d&3 == 0 {
		return AppendCard(dst, "555555", 16, d)
	}
	return AppendCard(dst, "400000", 16, d)
}

// Job returns what the person does.
func (p Person) Job() string { return p.Locale.Jobs.Pick(mix(p.draw, partJob)) }
