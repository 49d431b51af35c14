package cell

import (
	"fmt"
	"math"
	"math/bits"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// two reads two digits, -1 if they are none.
func two(s []byte) int64 {
	a, b := s[0]-'0', s[1]-'0'
	if a > 9 || b > 9 {
		return -1
	}
	return int64(a)*10 + int64(b)
}

// ParseDate reads 2006-01-02 as days since 1970-01-01.
func ParseDate(s []byte) (int64, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	century, year, m, d := two(s), two(s[2:]), two(s[5:]), two(s[8:])
	y := century*100 + year
	if century < 0 || year < 0 || m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, false
	}
	return days(y, m, d), true
}

func daysIn(y, m int64) int64 {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// days turns a date into days since 1970-01-01: Howard Hinnant, "chrono-
// Compatible Low-Level Date Algorithms", days_from_civil.
func days(y, m, d int64) int64 {
	if m <= 2 {
		y--
	}
	era := floorDiv(y, 400)
	yoe := y - era*400
	doy := (153*((m+9)%12)+2)/5 + d - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

// HasZone says whether a timestamp's text ends in Z or an offset.
func HasZone(s []byte) bool {
	n := len(s)
	return n > 0 && (s[n-1] == 'Z' || n > 6 && (s[n-6] == '+' || s[n-6] == '-') && s[n-3] == ':')
}

// ParseTimestamp reads a time as the type says. Digits beyond the type's unit
// are an error, never a rounding.
func ParseTimestamp(s []byte, t *arrow.TimestampType) (arrow.Timestamp, error) {
	if len(s) < 16 || s[10] != 'T' && s[10] != ' ' {
		return 0, errNotTime
	}
	zoned := HasZone(s)
	switch {
	case zoned && t.TimeZone == "":
		return 0, errNoZone
	case !zoned && t.TimeZone != "":
		return 0, errZone
	}
	day, ok := ParseDate(s[:10])
	if !ok {
		return 0, errNotTime
	}
	clock, offset := s[11:], int64(0)
	if zoned {
		if n := len(clock); clock[n-1] == 'Z' {
			clock = clock[:n-1]
		} else {
			h, m := two(clock[n-5:]), two(clock[n-2:])
			if h < 0 || h > 23 || m < 0 || m > 59 {
				return 0, errNotTime
			}
			if offset = h*3600 + m*60; clock[n-6] == '-' {
				offset = -offset
			}
			clock = clock[:n-6]
		}
	}
	sec, frac, err := parseOfDay(clock, t.Unit)
	if err != nil {
		if err == errNotClock {
			err = errNotTime
		}
		return 0, err
	}
	sec += day*86400 - offset
	return scaled(sec, frac, int64(time.Second/t.Unit.Multiplier()))
}

// scaled gives sec*perSecond+frac, unless it does not fit.
func scaled(sec, frac, perSecond int64) (arrow.Timestamp, error) {
	neg := sec < 0
	if neg && frac > 0 { // count both from zero
		sec, frac = sec+1, frac-perSecond
	}
	limit := uint64(math.MaxInt64)
	if neg {
		sec, frac, limit = -sec, -frac, 1<<63
	}
	hi, lo := bits.Mul64(uint64(sec), uint64(perSecond))
	sum, carry := bits.Add64(lo, uint64(frac), 0)
	if hi != 0 || carry != 0 || sum > limit {
		return 0, errNotRangeOf
	}
	if neg {
		return arrow.Timestamp(-sum), nil
	}
	return arrow.Timestamp(sum), nil
}

// parseOfDay reads 15:04 to 15:04:05.999999999 as seconds and units of the rest.
func parseOfDay(s []byte, unit arrow.TimeUnit) (sec, frac int64, err error) {
	if len(s) < 5 || s[2] != ':' {
		return 0, 0, errNotClock
	}
	h, m, second := two(s), two(s[3:]), int64(0)
	if h < 0 || h > 23 || m < 0 || m > 59 {
		return 0, 0, errNotClock
	}
	if s = s[5:]; len(s) > 0 {
		if len(s) < 3 || s[0] != ':' {
			return 0, 0, errNotClock
		}
		if second = two(s[1:]); second < 0 || second > 59 {
			return 0, 0, errNotClock
		}
		s = s[3:]
	}
	if len(s) > 0 {
		if len(s) < 2 || s[0] != '.' {
			return 0, 0, errNotClock
		}
		place := int64(time.Second / unit.Multiplier())
		fine := false
		for _, c := range s[1:] {
			if c < '0' || c > '9' {
				return 0, 0, errNotClock
			}
			place /= 10
			frac += int64(c-'0') * place
			fine = fine || place == 0 && c != '0'
		}
		if fine {
			return 0, 0, fmt.Errorf("this time is finer than the column's unit %s", unit)
		}
	}
	return h*3600 + m*60 + second, frac, nil
}

// parseClock reads a time of day as a count of units since midnight.
func parseClock(s []byte, unit arrow.TimeUnit) (int64, error) {
	sec, frac, err := parseOfDay(s, unit)
	return sec*int64(time.Second/unit.Multiplier()) + frac, err
}
