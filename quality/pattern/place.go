package pattern

// places lists how places are written in decimal degrees (ISO 6709, annex D,
// writes the point and up to three digits before it).
func places() []Known {
	return []Known{
		{
			Name: "latitude", About: "decimal degrees from -90 to 90", Match: func(b []byte) bool { return degrees(b, 90) },
			Good: []string{"59.9139", "-90", "+0.0", "90.000"}, Bad: []string{"90.001", "-91", "59,9", "1e1", "", ".", "5.", "059.5", "--1", "59.9 "},
		},
		{
			Name: "longitude", About: "decimal degrees from -180 to 180", Match: func(b []byte) bool { return degrees(b, 180) },
			Good: []string{"10.7522", "-180", "+180.0", "0"}, Bad: []string{"180.5", "181", "-200", "10.75E", "0x1", "+", "1 0"},
		},
		{
			Name: "lat_lon", About: "latitude, a comma, maybe a space, and longitude in decimal degrees", Match: latLon,
			Good: []string{"59.9139,10.7522", "-33.9, 151.2", "90,-180"}, Bad: []string{"10.7522", "91,10", "59.9;10.7", "59.9,  10.7", "59.9,181", "59.9,10.7,3", "59.9, "},
		},
	}
}

// degrees reads a sign, digits without leading zeros, and maybe a point with
// digits.
func degrees(b []byte, most int) bool {
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		b = b[1:]
	}
	whole, i := 0, 0
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		whole = min(whole*10+int(b[i]-'0'), 1000)
		i++
	}
	if i == 0 || i > 1 && b[0] == '0' || whole > most {
		return false
	}
	if i == len(b) {
		return true
	}
	if b[i] != '.' || i+1 == len(b) {
		return false
	}
	for _, c := range b[i+1:] {
		if c < '0' || c > '9' || whole == most && c != '0' {
			return false
		}
	}
	return true
}

func latLon(b []byte) bool {
	for i, c := range b {
		if c == ',' {
			rest := b[i+1:]
			if len(rest) > 0 && rest[0] == ' ' {
				rest = rest[1:]
			}
			return degrees(b[:i], 90) && degrees(rest, 180)
		}
	}
	return false
}
