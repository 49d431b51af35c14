package expr

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// durationUnit is the number of nanoseconds in a unit of a duration literal.
func durationUnit(s string) (int64, bool) {
	switch s {
	case "ns":
		return 1, true
	case "us":
		return 1e3, true
	case "ms":
		return 1e6, true
	case "s":
		return 1e9, true
	case "m":
		return 60e9, true
	case "h":
		return 3600e9, true
	case "d":
		return 86400e9, true
	case "w":
		return 7 * 86400e9, true
	}
	return 0, false
}

// parseDuration reads parts such as 2d, 1.5h or 1h30m, with an optional sign
// in front, as nanoseconds. It refuses what is not exact.
func parseDuration(s string) (int64, bool) {
	rest, negative := strings.CutPrefix(s, "-")
	if rest == "" {
		return 0, false
	}
	total := new(big.Rat)
	for rest != "" {
		end := digits(rest, 0)
		if end == 0 || end > 20 {
			return 0, false
		}
		if end+1 < len(rest) && rest[end] == '.' {
			fraction := digits(rest, end+1)
			if fraction == end+1 || fraction > 40 {
				return 0, false
			}
			end = fraction
		}
		unit := end
		for unit < len(rest) && rest[unit] >= 'a' && rest[unit] <= 'z' {
			unit++
		}
		scale, ok := durationUnit(rest[end:unit])
		value, isNumber := new(big.Rat).SetString(rest[:end])
		if !ok || !isNumber {
			return 0, false
		}
		total.Add(total, value.Mul(value, new(big.Rat).SetInt64(scale)))
		rest = rest[unit:]
	}
	if negative {
		total.Neg(total)
	}
	if !total.IsInt() || !total.Num().IsInt64() {
		return 0, false
	}
	return total.Num().Int64(), true
}

// appendDuration writes nanoseconds in the spelling that parseDuration reads.
func appendDuration(dst []byte, ns int64) []byte {
	if ns == math.MinInt64 {
		return append(dst, "-9223372036854775808ns"...)
	}
	if ns < 0 {
		dst, ns = append(dst, '-'), -ns
	}
	start := len(dst)
	for _, u := range [...]string{"d", "h", "m", "s", "ms", "us", "ns"} {
		size, _ := durationUnit(u)
		if n := ns / size; n > 0 {
			dst = append(strconv.AppendInt(dst, n, 10), u...)
			ns -= n * size
		}
	}
	if len(dst) == start {
		dst = append(dst, "0s"...)
	}
	return dst
}
