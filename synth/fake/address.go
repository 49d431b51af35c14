package fake

import "strconv"

// Address is a place drawn for one row: a pure function of a draw.
type Address struct {
	Locale *Locale
	Draw   uint64
}

// Address draws where something is.
func (l *Locale) Address(place uint64) Address { return Address{l, place} }

// City returns the city, whose other parts agree with it.
func (a Address) City() *City { return &a.Locale.Places[a.Locale.PlaceIndex(a.Draw)] }

// district returns the district, or nil where the locale has none.
func (a Address) district() *District {
	c := a.City()
	if len(c.Districts) == 0 {
		return nil
	}
	return &c.Districts[pick(mix(a.Draw, 1), len(c.Districts))]
}

// District returns the district's name; empty where the locale has none.
func (a Address) District() string {
	if d := a.district(); d != nil {
		return d.Name
	}
	return ""
}

// DistrictCode returns the six digits of GB/T 2260, or the region's code.
func (a Address) DistrictCode() string {
	if d := a.district(); d != nil {
		return d.Code
	}
	return a.City().RegionCode
}

// AppendPostcode writes the postcode.
func (a Address) AppendPostcode(dst []byte) []byte {
	if d := a.district(); d != nil {
		return append(dst, d.Postcode...)
	}
	c := a.City()
	return digits(dst, uint64(c.ZipFirst+pick(mix(a.Draw, 2), c.ZipLast-c.ZipFirst+1)), 5)
}

// AppendStreet writes street and house number, in the locale's order.
func (a Address) AppendStreet(dst []byte) []byte {
	street := a.Locale.Streets.Pick(mix(a.Draw, 3))
	// House numbers crowd near the start of a street: the square of a uniform.
	u := mix(a.Draw, 4) >> 40
	number := 1 + int64(u*u>>24*1999>>24)
	if a.Locale.chinese {
		dst = append(dst, street...)
		dst = strconv.AppendInt(dst, 1+number/4, 10)
		return append(dst, "号"...)
	}
	dst = strconv.AppendInt(dst, number, 10)
	dst = append(dst, ' ')
	return append(dst, street...)
}

// AppendFull writes the address in one line.
func (a Address) AppendFull(dst []byte) []byte {
	c := a.City()
	if a.Locale.chinese {
		dst = append(dst, c.Region...)
		if c.Region != c.Name {
			dst = append(dst, c.Name...)
		}
		dst = append(dst, a.District()...)
		return a.AppendStreet(dst)
	}
	dst = a.AppendStreet(dst)
	dst = append(dst, ", "...)
	dst = append(dst, c.Name...)
	dst = append(dst, ", "...)
	dst = append(dst, c.RegionCode...)
	dst = append(dst, ' ')
	return a.AppendPostcode(dst)
}

// AreaCode returns a telephone area code of the city.
func (a Address) AreaCode() string {
	areas := a.City().Areas
	return areas[pick(mix(a.Draw, 5), len(areas))]
}

// Lat and Lon scatter around the city's centre, by up to 0.1 degrees.
func (a Address) Lat() float64 { return a.City().Lat + scatter(mix(a.Draw, 6)) }

// Lon is the longitude in degrees.
func (a Address) Lon() float64 { return a.City().Lon + scatter(mix(a.Draw, 7)) }

// scatter is the sum of two uniforms, in units of 1e-5 degrees, so that the
// value prints short and is the same on every machine.
func scatter(d uint64) float64 {
	return float64(pick(d<<32, 10001)+pick(d, 10001)-10000) / 1e5
}

// digits writes exactly width decimal digits of v's low end.
func digits(dst []byte, v uint64, width int) []byte {
	at := len(dst)
	for range width {
		dst = append(dst, '0')
	}
	for i := width - 1; i >= 0; i-- {
		dst[at+i] = byte('0' + v%10)
		v /= 10
	}
	return dst
}
