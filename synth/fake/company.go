package fake

// Company is a firm that does not exist: a pure function of two draws, one of
// the firm and one of where it is.
type Company struct {
	Address
	draw uint64
}

// Company draws a firm.
func (l *Locale) Company(draw, place uint64) Company { return Company{Address{l, place}, draw} }

func (c Company) parts() (head, kind, tail int) {
	l := c.Locale
	return l.companyHead.Index(mix(c.draw, 0)), l.companyKind.Index(mix(c.draw, 1)), l.companyTail.Index(mix(c.draw, 2))
}

// AppendName writes the firm's name.
func (c Company) AppendName(dst []byte) []byte {
	l := c.Locale
	head, kind, tail := c.parts()
	if l.chinese {
		name := c.City().Name // 北京市 is 北京 in a firm's name
		dst = append(dst, name[:len(name)-len("市")]...)
		dst = append(dst, l.companyHead.At(head)...)
		dst = append(dst, l.companyKind.At(kind)...)
		return append(dst, l.companyTail.At(tail)...)
	}
	dst = append(dst, l.companyHead.At(head)...)
	dst = append(dst, ' ')
	dst = append(dst, l.companyKind.At(kind)...)
	dst = append(dst, ' ')
	return append(dst, l.companyTail.At(tail)...)
}

// Industry returns what the firm deals in, the middle of its name.
func (c Company) Industry() string {
	_, kind, _ := c.parts()
	return c.Locale.companyKind.At(kind)
}

// AppendDomain writes a domain below one that RFC 2606 sets aside.
func (c Company) AppendDomain(dst []byte) []byte {
	head, kind, _ := c.parts()
	if c.Locale.chinese {
		dst = append(dst, "gs"...)
		dst = digits(dst, uint64(head), 3)
		dst = digits(dst, uint64(kind), 3)
	} else {
		dst = appendSlug(dst, c.Locale.companyHead.At(head))
		dst = append(dst, '-')
		dst = appendSlug(dst, c.Locale.companyKind.At(kind))
	}
	return append(dst, ".example"...)
}

// AppendEmail writes the firm's own address.
func (c Company) AppendEmail(dst []byte) []byte {
	return c.AppendDomain(append(dst, "info@"...))
}

// AppendPhone writes the firm's telephone number.
func (c Company) AppendPhone(dst []byte) []byte {
	return c.Locale.appendPhone(dst, mix(c.draw, 3), c.Address)
}

// Employer prefixes that the US tax office does not give out.
var freePrefixes = [...]string{"07", "08", "09", "17", "18", "19", "28", "29", "49", "69", "70", "78", "79", "89", "96", "97"}

// AppendTaxID writes the firm's number: a unified social credit code (GB
// 32100-2015) in China, an employer number with an unused prefix in the US.
func (c Company) AppendTaxID(dst []byte) []byte {
	d := mix(c.draw, 4)
	if c.Locale.chinese {
		return AppendCreditCode(dst, c.DistrictCode(), d)
	}
	dst = append(dst, freePrefixes[pick(d, len(freePrefixes))]...)
	dst = append(dst, '-')
	return digits(dst, d%10_000_000, 7)
}

// appendSlug writes lower-case letters and digits, and drops the rest.
func appendSlug(dst []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'A' && c <= 'Z':
			dst = append(dst, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			dst = append(dst, c)
		}
	}
	return dst
}
