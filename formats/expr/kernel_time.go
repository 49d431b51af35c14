package expr

import (
	"math"
	"time"
)

const secondsPerDay = 86400

// floorDiv rounds toward minus infinity; y is positive.
func floorDiv(x, y int64) int64 {
	q := x / y
	if x%y < 0 {
		q--
	}
	return q
}

// civil is the proleptic Gregorian date of a day number since 1970-01-01, by
// the era arithmetic of Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms" (2014), civil_from_days.
func civil(days int64) (year, month, day int64) {
	z := days + 719468
	era := floorDiv(z, 146097)
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	day = doy - (153*mp+2)/5 + 1
	month = mp + 3
	if month > 12 {
		month -= 12
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

// dayNumber is the inverse of civil (days_from_civil, same source).
func dayNumber(year, month, day int64) int64 {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yoe := year - era*400
	mp := (month + 9) % 12
	doy := (153*mp+2)/5 + day - 1
	doe := yoe*365 + yoe/4 - yoe/100 + doy
	return era*146097 + doe - 719468
}

// maxDay bounds the days that have a calendar date here: the years -999999 to
// 999999, so that no arithmetic on them overflows.
const maxDay = 365_000_000

type datePart uint8

const (
	partYear datePart = iota
	partMonth
	partDay
	partWeekday
	partHour
	partMinute
)

// kernelPart takes a calendar field of ticks of the given size; zone is nil for
// UTC. A date has one tick a day, perDay 1.
func kernelPart(part datePart, perDay int64, zone *time.Location) kernel {
	perSec := perDay / secondsPerDay // zero for dates, which have no zone
	return func(_ *frame, d *vec, a []*vec, n int) {
		var offset zoneCache
		for i, t := range a[0].ints[:n] {
			if zone != nil {
				sec := floorDiv(t, perSec)
				shift := offset.at(sec, zone) * perSec
				if t > math.MaxInt64-secondsPerDay*perSec || t < math.MinInt64+secondsPerDay*perSec {
					d.setNull(i)
					continue
				}
				t += shift
			}
			days := floorDiv(t, perDay)
			if days > maxDay || days < -maxDay {
				d.setNull(i)
				continue
			}
			switch part {
			case partWeekday:
				d.ints[i] = (days+3)%7 + 1 // 1970-01-01 was a Thursday
				if days < -3 {
					d.ints[i] = ((days+3)%7+7)%7 + 1
				}
			case partHour:
				d.ints[i] = (t - days*perDay) / (perSec * 3600)
			case partMinute:
				d.ints[i] = (t - days*perDay) / (perSec * 60) % 60
			default:
				year, month, day := civil(days)
				d.ints[i] = [...]int64{year, month, day}[part]
			}
		}
	}
}

// zoneCache remembers the offset of the last stretch without a clock change.
type zoneCache struct {
	start, end int64 // seconds; valid for start <= t < end
	offset     int64
}

func (c *zoneCache) at(sec int64, zone *time.Location) int64 {
	if sec >= c.start && sec < c.end {
		return c.offset
	}
	t := time.Unix(sec, 0).In(zone)
	_, offset := t.Zone()
	start, end := t.ZoneBounds()
	c.start, c.end, c.offset = math.MinInt64, math.MaxInt64, int64(offset)
	if !start.IsZero() {
		c.start = start.Unix()
	}
	if !end.IsZero() {
		c.end = end.Unix()
	}
	return c.offset
}

// kernelScaleTicks multiplies ticks to a finer unit.
func kernelScaleTicks(by int64) kernel {
	limit := math.MaxInt64 / by
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, z := a[0].ints[:n], d.ints[:n]
		for i := range z {
			if z[i] = x[i] * by; x[i] > limit || x[i] < -limit {
				d.setNull(i)
			}
		}
	}
}

// kernelFloorTicks divides ticks to a coarser unit, toward the past.
func kernelFloorTicks(by int64) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		x, z := a[0].ints[:n], d.ints[:n]
		for i := range z {
			z[i] = floorDiv(x[i], by)
		}
	}
}

// kernelLocalDay gives the day number of a timestamp in its zone.
func kernelLocalDay(perSec int64, zone *time.Location) kernel {
	return func(_ *frame, d *vec, a []*vec, n int) {
		var offset zoneCache
		for i, t := range a[0].ints[:n] {
			sec := floorDiv(t, perSec)
			if zone != nil {
				sec += offset.at(sec, zone) // |sec| < 2^63 only for unit s; dates end long before
			}
			day := floorDiv(sec, secondsPerDay)
			if d.ints[i] = day; day > maxDay || day < -maxDay {
				d.setNull(i)
			}
		}
	}
}

// parseDate reads yyyy-mm-dd.
func parseDate(s string) (int64, bool) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, false
	}
	year, ok1 := parseDigits(s[:4])
	month, ok2 := parseDigits(s[5:7])
	day, ok3 := parseDigits(s[8:])
	if !ok1 || !ok2 || !ok3 || month < 1 || month > 12 || day < 1 || day > monthDays(year, month) {
		return 0, false
	}
	return dayNumber(year, month, day), true
}

func monthDays(year, month int64) int64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

func parseDigits(s string) (int64, bool) {
	if s == "" || len(s) > 18 {
		return 0, false
	}
	var v int64
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		v = v*10 + int64(c)
	}
	return v, true
}

// parseTime reads RFC 3339 as seconds and nanoseconds; the T may be a space,
// seconds and zone may be left out (then UTC), and a bare date is its midnight.
func parseTime(s string) (sec, nano int64, ok bool) {
	if len(s) < 10 {
		return 0, 0, false
	}
	day, ok := parseDate(s[:10])
	if !ok {
		return 0, 0, false
	}
	sec = day * secondsPerDay
	rest := s[10:]
	if rest == "" {
		return sec, 0, true
	}
	if rest[0] != 'T' && rest[0] != ' ' && rest[0] != 't' {
		return 0, 0, false
	}
	clock, rest, ok := parseClock(rest[1:], 23)
	if !ok {
		return 0, 0, false
	}
	if len(rest) > 1 && rest[0] == '.' {
		end := digits(rest, 1)
		fraction := rest[1:min(end, 10)]
		nano, ok = parseDigits(fraction)
		if !ok {
			return 0, 0, false
		}
		for k := len(fraction); k < 9; k++ {
			nano *= 10
		}
		rest = rest[end:]
	}
	shift := int64(0)
	switch {
	case rest == "" || rest == "Z" || rest == "z":
	case (rest[0] == '+' || rest[0] == '-') && len(rest) == 6:
		shift, s, ok = parseClock(rest[1:], 23)
		if !ok || s != "" {
			return 0, 0, false
		}
		if rest[0] == '-' {
			shift = -shift
		}
	default:
		return 0, 0, false
	}
	return sec + clock - shift, nano, true
}

// parseClock reads hh:mm or hh:mm:ss as seconds.
func parseClock(s string, maxHour int64) (sec int64, rest string, ok bool) {
	if len(s) < 5 || s[2] != ':' {
		return 0, "", false
	}
	hour, ok1 := parseDigits(s[:2])
	minute, ok2 := parseDigits(s[3:5])
	if !ok1 || !ok2 || hour > maxHour || minute > 59 {
		return 0, "", false
	}
	sec, rest = hour*3600+minute*60, s[5:]
	if len(rest) >= 3 && rest[0] == ':' {
		second, ok3 := parseDigits(rest[1:3])
		if !ok3 || second > 59 {
			return 0, "", false
		}
		return sec + second, rest[3:], true
	}
	return sec, rest, true
}
