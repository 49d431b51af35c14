package report

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// whole writes an integer with its thousands grouped.
func whole(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// figure writes a number to four significant digits, integers whole.
func figure(v float64) string {
	a := math.Abs(v)
	switch {
	case v == 0:
		return "0"
	case math.IsNaN(v):
		return "none"
	case v == math.Trunc(v) && a < 1e12:
		return whole(int64(v))
	case a >= 1e12 || a < 1e-4:
		return strconv.FormatFloat(v, 'e', 2, 64)
	case a >= 1000:
		return whole(int64(math.Round(v)))
	}
	digits := max(0, 3-int(math.Floor(math.Log10(a))))
	s := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// percent writes a share; a positive one never reads as zero, and one below
// all never as all.
func percent(share float64) string {
	p := 100 * share
	switch {
	case share <= 0:
		return "0 %"
	case share >= 1:
		return "100 %"
	case p < 0.01:
		return "< 0.01 %"
	case p > 99.99:
		return "> 99.99 %"
	case p < 1 || p > 99:
		return strconv.FormatFloat(p, 'f', 2, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 1, 64) + " %"
}

// size writes a number of bytes.
func size(n int64) string {
	const k = 1000
	switch {
	case n < k:
		return whole(n) + " B"
	case n < k*k:
		return figure(float64(n)/k) + " kB"
	case n < k*k*k:
		return figure(float64(n)/k/k) + " MB"
	}
	return figure(float64(n)/k/k/k) + " GB"
}

// clock shortens an RFC 3339 time: no fraction, no zone, no midnight.
func clock(s string) string {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return s
	}
	return strings.TrimSuffix(t.UTC().Format("2006-01-02 15:04:05"), " 00:00:00")
}

// span writes a length of time in its largest fitting unit.
func span(seconds float64) string {
	for _, u := range []struct {
		length float64
		name   string
	}{{86400, "days"}, {3600, "hours"}, {60, "minutes"}} {
		if seconds >= 2*u.length {
			return figure(math.Round(10*seconds/u.length)/10) + " " + u.name
		}
	}
	return figure(seconds) + " s"
}

// counted writes a number of things, which are one thing where it is 1.
func counted(n int64, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return whole(n) + " " + thing
}
