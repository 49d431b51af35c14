package finance

// city is where customers live and merchants stand. Weights are populations of
// the urban areas, in thousands, rounded.
type city struct {
	Name     string
	Country  string
	Lat, Lon float64 // degrees
	Weight   float64
}

// currencies of the countries, with units of the currency for one euro. The
// rates are round figures near the averages of 2024: they give the amounts in
// the merchant's currency a plausible size, no more.
type country struct {
	Code     string
	Currency string
	PerEuro  float64
}

func countries() []country {
	return []country{
		{"DE", "EUR", 1},
		{"FR", "EUR", 1},
		{"IT", "EUR", 1},
		{"ES", "EUR", 1},
		{"NL", "EUR", 1},
		{"BE", "EUR", 1},
		{"AT", "EUR", 1},
		{"PT", "EUR", 1},
		{"IE", "EUR", 1},
		{"FI", "EUR", 1},
		{"GR", "EUR", 1},
		{"US", "USD", 1.08},
		{"GB", "GBP", .85},
		{"CH", "CHF", .95},
		{"TR", "TRY", 35},
		{"AE", "AED", 3.97},
		{"CN", "CNY", 7.8},
		{"HK", "HKD", 8.4},
		{"JP", "JPY", 164},
		{"SG", "SGD", 1.45},
		{"TH", "THB", 38},
		{"MX", "MXN", 19.8},
		{"CA", "CAD", 1.48},
		{"BR", "BRL", 5.8},
	}
}

// euroCities are the homes of card-eu and ecom.
func euroCities() []city {
	return []city{
		{"Paris", "FR", 48.857, 2.352, 10900},
		{"Madrid", "ES", 40.417, -3.704, 6700},
		{"Berlin", "DE", 52.520, 13.405, 4000},
		{"Milano", "IT", 45.464, 9.190, 4300},
		{"Barcelona", "ES", 41.385, 2.173, 4800},
		{"Roma", "IT", 41.903, 12.496, 4200},
		{"Napoli", "IT", 40.852, 14.268, 3100},
		{"Athina", "GR", 37.984, 23.728, 3100},
		{"Lisboa", "PT", 38.722, -9.139, 2900},
		{"Wien", "AT", 48.208, 16.374, 2300},
		{"Hamburg", "DE", 53.551, 9.994, 2500},
		{"Muenchen", "DE", 48.135, 11.582, 2300},
		{"Amsterdam", "NL", 52.368, 4.904, 1900},
		{"Bruxelles", "BE", 50.850, 4.352, 2100},
		{"Koeln", "DE", 50.938, 6.960, 2000},
		{"Frankfurt", "DE", 50.110, 8.682, 1900},
		{"Dublin", "IE", 53.350, -6.260, 1400},
		{"Helsinki", "FI", 60.170, 24.938, 1300},
		{"Lyon", "FR", 45.764, 4.836, 1700},
		{"Marseille", "FR", 43.297, 5.381, 1600},
		{"Torino", "IT", 45.070, 7.687, 1500},
		{"Valencia", "ES", 39.470, -.376, 1600},
		{"Rotterdam", "NL", 51.924, 4.478, 1500},
		{"Porto", "PT", 41.158, -8.629, 1300},
		{"Stuttgart", "DE", 48.776, 9.183, 1400},
		{"Antwerpen", "BE", 51.219, 4.403, 1050},
		{"Toulouse", "FR", 43.605, 1.444, 1000},
		{"Sevilla", "ES", 37.389, -5.984, 1100},
		{"Graz", "AT", 47.071, 15.440, 450},
		{"Cork", "IE", 51.898, -8.476, 220},
		{"Tampere", "FI", 61.498, 23.761, 340},
		{"Thessaloniki", "GR", 40.640, 22.944, 800},
	}
}

// farCities hold merchants only; each preset leaves out those of its own
// countries.
func farCities() []city {
	return []city{
		{"London", "GB", 51.507, -.128, 3000},
		{"Zuerich", "CH", 47.377, 8.541, 900},
		{"Istanbul", "TR", 41.008, 28.978, 1500},
		{"New York", "US", 40.713, -74.006, 2200},
		{"Miami", "US", 25.762, -80.192, 900},
		{"Dubai", "AE", 25.205, 55.271, 900},
		{"Hong Kong", "HK", 22.320, 114.170, 1400},
		{"Tokyo", "JP", 35.677, 139.650, 1400},
		{"Singapore", "SG", 1.352, 103.820, 900},
		{"Bangkok", "TH", 13.756, 100.502, 1100},
		{"Cancun", "MX", 21.162, -86.852, 500},
		{"Toronto", "CA", 43.653, -79.383, 700},
		{"Sao Paulo", "BR", -23.551, -46.633, 600},
		{"Paris", "FR", 48.857, 2.352, 1500},
		{"Barcelona", "ES", 41.385, 2.173, 900},
	}
}
