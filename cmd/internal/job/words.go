package job

import (
	"strconv"
	"strings"
)

// Thousands writes a number with commas between groups of three digits.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// Count writes how many there are of something: 1 table, 2,000 tables.
func Count(n int64, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return Thousands(n) + " " + thing + map[bool]string{true: "es", false: "s"}[strings.HasSuffix(thing, "ch")]
}

// Percent writes a share of one with three digits that count, such as 0.151 %.
func Percent(share float64) string {
	return strconv.FormatFloat(100*share, 'g', 3, 64) + " %"
}
