package fake

// The places of a person's parts in their pools, for those who sample by the
// batch: the texts at these places are what the Append methods write.

// GivenIndex is the place of the given name in Locale.Given[p.Sex()], and ok
// whether the name is that alone: in Chinese it may have a second character.
func (p Person) GivenIndex() (index int, ok bool) {
	first, second := p.givenIndices()
	return first, second < 0
}

// FamilyIndex is the place of the family name in Locale.Family.
func (p Person) FamilyIndex() int { return p.familyIndex() }

// JobIndex is the place of the job in Locale.Jobs.
func (p Person) JobIndex() int { return p.Locale.Jobs.Index(mix(p.draw, partJob)) }

// CityIndex is the place of the city in Locale.Places.
func (a Address) CityIndex() int { return a.Locale.PlaceIndex(a.Draw) }
