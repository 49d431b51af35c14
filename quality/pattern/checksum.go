package pattern

func checksums() []Known {
	return []Known{
		{Name: "luhn", Class: Checksum, About: "ISO/IEC 7812-1 annex B; cards, IMEI", Match: Luhn,
			Good: []string{"4539578763621486", "79927398713", "4539 5787 6362 1486"}, Bad: []string{"4539578763621487", "79927398710", "", "0", "4539--5787"}},
	}
}
