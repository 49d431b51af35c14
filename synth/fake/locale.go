package fake

// Sex of a person, as names and identity numbers have it.
type Sex uint8

// The two that name lists distinguish.
const (
	Female Sex = iota
	Male
)

// Locale is one language and country: frozen pools, and the rules by which
// they are put together.
type Locale struct {
	Name    string
	Country string // in the locale's language
	Code    string // ISO 3166-1 alpha-2

	Given   [2]*Pool // by Sex; for zh_CN single characters
	Family  *Pool
	Streets *Pool
	Domains *Pool // of mail, set aside by RFC 2606
	Jobs    *Pool
	Words   *Pool
	Places  []Place // cities, with weights in placeSlots
	Regions *Pool

	companyHead, companyKind, companyTail *Pool

	givenLatin  [2]*Pool // as mail addresses write them
	familyLatin *Pool
	placeSlots  []uint16
	chinese     bool
	sexes       [2]string
}

// City is a place's fixed part.
type City struct {
	Name       string
	Region     string // state or province
	RegionCode string // USPS abbreviation, or GB/T 2260 code of the province
	Areas      []string
	Districts  []District
	ZipFirst   int // of the five-digit US codes of the city, first and last
	ZipLast    int
	Lat, Lon   float64 // of the centre, degrees
	Zone       string  // IANA time zone
	weight     float64 // population, thousands
}

// District is a part of a Chinese city.
type District struct {
	Name     string
	Code     string // GB/T 2260, six digits
	Postcode string
}

// PlaceIndex turns a draw into the index of a city in l.Places.
func (l *Locale) PlaceIndex(draw uint64) int {
	return int(l.placeSlots[mix(draw, 0)>>(64-slotBits)])
}

// Sexes are the words for female and male.
func (l *Locale) Sexes() [2]string { return l.sexes }

// Place is a city as drawn.
type Place = City
