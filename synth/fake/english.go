package fake

import (
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/brianvoe/gofakeit/v7/data"
)

// english is frozen on first use.
var english = sync.OnceValue(newEnglish)

// Given names in falling order of how often they are borne in the US.
const (
	femaleNames = `Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Karen Sarah Lisa Nancy Sandra Ashley Emily Kimberly Betty Margaret Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia Dorothy Amy Kathleen Angela Shirley Emma Brenda Pamela Nicole Anna Samantha Katherine Christine Debra Rachel Carolyn Janet Maria Olivia Heather Helen Catherine Diane Julie Victoria Joyce Lauren Kelly Christina Ruth Joan Virginia Judith Evelyn Hannah Andrea Megan Cheryl Jacqueline Madison Teresa Abigail Sophia Martha Sara Gloria Janice Kathryn Ann Isabella Judy Charlotte Julia Grace Amber Alice Jean Denise Frances Danielle Marilyn Natalie Beverly Diana Brittany Theresa Kayla Alexis Doris Lori Tiffany Ava Mia Chloe Zoe Lily Ella Claire Audrey Lucy Stella Hazel Violet Aurora Naomi Elena Ruby Eva Sadie Bella Rosa Leah Paula Carmen Vanessa Gabriella Molly Bianca Fatima Priya Mei Yasmin Ingrid Keisha Latoya Guadalupe Esperanza`
	maleNames   = `James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Donald Steven Andrew Paul Joshua Kenneth Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan Jacob Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick Frank Raymond Jack Dennis Jerry Tyler Aaron Jose Adam Nathan Henry Zachary Douglas Peter Kyle Noah Ethan Jeremy Christian Walter Keith Austin Roger Terry Sean Gerald Carl Dylan Harold Jordan Jesse Bryan Lawrence Arthur Gabriel Bruce Logan Billy Joe Alan Juan Elijah Willie Albert Wayne Randy Mason Vincent Liam Roy Bobby Caleb Bradley Russell Lucas Owen Leo Isaac Hudson Ezra Miles Julian Wyatt Asher Cooper Felix Oscar Diego Carlos Luis Miguel Antonio Manuel Rafael Hugo Omar Ali Ahmed Raj Wei Hiroshi Kwame Darnell Tyrone Dmitri Sven Pablo Jorge`
	familyNames = `Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts`
	streetNames = `Main Oak Pine Maple Cedar Elm Washington Lake Hill Park Walnut Spring North Ridge Church Willow Mill Sunset Railroad Jefferson Cherry Highland Franklin Lincoln Meadow Forest Jackson River Center College Prospect Chestnut Adams Madison Locust Spruce Broad Union Laurel Magnolia Juniper Birch Dogwood Valley Harbor Summit Orchard Garden Hickory Sycamore`
	streetKinds = `Street Avenue Road Drive Lane Court Boulevard Place Way Terrace`
	jobNames    = `Accountant,Actuary,Administrator,Analyst,Architect,Auditor,Baker,Bookkeeper,Bus Driver,Carpenter,Cashier,Chef,Civil Engineer,Cleaner,Consultant,Dentist,Designer,Developer,Economist,Editor,Electrician,Engineer,Farmer,Firefighter,Gardener,Hairdresser,Journalist,Judge,Lawyer,Librarian,Machinist,Manager,Mechanic,Musician,Nurse,Painter,Paramedic,Pharmacist,Photographer,Physician,Pilot,Plumber,Police Officer,Professor,Receptionist,Researcher,Retired,Sales Representative,Scientist,Secretary,Social Worker,Software Engineer,Student,Surveyor,Teacher,Technician,Translator,Truck Driver,Veterinarian,Waiter,Warehouse Worker,Welder,Writer`
	firmHeads   = `Acorn Alder Amber Anchor Apex Aspen Atlas Aurora Bayside Beacon Birch Blackstone Bluebird Bridgeport Bright Canyon Cardinal Cascade Cedar Clearwater Cobalt Copper Coral Crescent Crown Delta Eagle Eastgate Elmwood Ember Evergreen Fairview Falcon Fieldstone Foxglove Frontier Garnet Glacier Golden Granite Graywolf Greenfield Harbor Harvest Hawthorn Heron Highland Hudson Indigo Ironwood Ivy Juniper Keystone Lakeshore Lantern Laurel Liberty Lighthouse Lonestar Magnolia Maple Meridian Mesa Midland Mistral Monarch Northwind Oakridge Ocean Olympic Onyx Orchard Osprey Pacific Palisade Paragon Pinnacle Pioneer Prairie Quarry Radiant Redwood Ridgeline Riverbend Rosewood Saffron Sandstone Sequoia Silver Skyline Solstice Southgate Sterling Stonebridge Summit Sycamore Tamarack Tidewater Timber Trident Umber Union Valley Vanguard Vista Westbrook Whitecap Wildwood Willow Windward Zenith Zephyr`
	firmKinds   = `Foods Logistics Software Systems Energy Health Pharma Motors Textiles Media Insurance Capital Partners Consulting Design Construction Electronics Robotics Packaging Chemicals Freight Hotels Books Toys Furniture Bakery Brewing Dairy Farms Analytics Security Optics Ceramics Steel Paper Water Aviation Marine Gardens Sports`
	firmTails   = `Inc.,LLC,Co.,Group,Corp.,& Sons,Ltd.`
)

func newEnglish() *Locale {
	female, male := strings.Fields(femaleNames), strings.Fields(maleNames)
	family := strings.Fields(familyNames)
	// Rank weights: the n-th of the common names is borne about 1/(n+12) as
	// often; what follows from gofakeit's list is rare.
	common := len(family)
	seen := map[string]bool{}
	for _, n := range family {
		seen[n] = true
	}
	for _, n := range sorted(data.Person["last"]) {
		if !seen[n] {
			family = append(family, n)
		}
	}
	var streets []string
	for _, n := range strings.Fields(streetNames) {
		for _, k := range strings.Fields(streetKinds) {
			streets = append(streets, n+" "+k)
		}
	}
	l := &Locale{
		Name: "en_US", Country: "United States", Code: "US",
		Given:   [2]*Pool{ranked(female, len(female)), ranked(male, len(male))},
		Family:  ranked(family, common),
		Streets: NewPool(streets),
		Domains: NewPool([]string{"example.com", "example.net", "example.org", "mail.example", "post.example"}),
		Jobs:    NewPool(strings.Split(jobNames, ",")),
		Words:   NewPool(sorted(data.Lorem["word"])),

		companyHead: NewPool(strings.Fields(firmHeads)),
		companyKind: NewPool(strings.Fields(firmKinds)),
		companyTail: NewPool(strings.Split(firmTails, ",")),
		sexes:       [2]string{"female", "male"},
	}
	l.givenLatin = [2]*Pool{latin(female), latin(male)}
	l.familyLatin = latin(family)
	l.setPlaces(parseUSCities(usCities))
	return l
}

// ranked weighs values by their rank: 1/(rank+12) up to common, a twentieth of
// the last common one behind it.
func ranked(values []string, common int) *Pool {
	w := make([]float64, len(values))
	for i := range w {
		w[i] = 1 / float64(i+13)
		if i >= common {
			w[i] = 1 / float64(common+12) / 20
		}
	}
	return NewWeightedPool(values, w)
}

// latin writes each value as mail addresses do.
func latin(values []string) *Pool {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(appendSlug(nil, v))
	}
	return NewPool(out)
}

func (l *Locale) setPlaces(cities []City) {
	l.Places = cities
	weights, seen := make([]float64, len(cities)), map[string]bool{}
	var regions []string
	for i, c := range cities {
		weights[i] = c.weight
		if !seen[c.Region] {
			seen[c.Region] = true
			regions = append(regions, c.Region)
		}
	}
	l.placeSlots = slots(weights)
	l.Regions = NewPool(sorted(regions))
}

// parseUSCities reads lines "name|state|abbreviation|areas|first zip|last
// zip|latitude|longitude|zone|thousands of people".
func parseUSCities(text string) []City {
	var out []City
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) != 10 {
			continue
		}
		out = append(out, City{
			Name: f[0], Region: f[1], RegionCode: f[2], Areas: strings.Fields(f[3]),
			ZipFirst: int(number(f[4])), ZipLast: int(number(f[5])),
			Lat: number(f[6]), Lon: number(f[7]), Zone: zone(f[8]), weight: number(f[9]),
		})
	}
	return out
}

// number reads one of our own constants; NaN would fail the tests.
func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

func zone(name string) string {
	if name == "Honolulu" {
		return "Pacific/Honolulu"
	}
	return "America/" + name
}
