package job

import "strconv"

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

// Percent writes a share of one with three digits that count, such as 0.151 %.
func Percent(share float64) string {
	return strconv.FormatFloat(100*share, 'g', 3, 64) + " %"
}
