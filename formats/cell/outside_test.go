package cell

import (
	"math"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// TestTimeOutsideOfTheDay: no number of a file becomes something else than a time.
func TestTimeOutsideOfTheDay(t *testing.T) {
	for _, c := range []struct {
		v, perSecond int64
		want         string
	}{
		{86399, 1, "23:59:59"},
		{86400, 1, "24:00:00"},
		{-1, 1, "-00:00:01"},
		{-1, 1000, "-00:00:00.001"},
		{math.MaxInt32, 1, "596523:14:07"},
		{math.MinInt32, 1, "-596523:14:08"},
		{100 * 3600, 1, "100:00:00"},
		{math.MaxInt64, 1e9, "2562047:47:16.854775807"},
		{math.MinInt64, 1e9, "-2562047:47:16.854775808"},
	} {
		if got := string(appendTimeOfDay(nil, c.v, c.perSecond)); got != c.want {
			t.Errorf("appendTimeOfDay(%d, %d) = %q, want %q", c.v, c.perSecond, got, c.want)
		}
	}
}

// TestExtremeDecimals: the least number has one sign, a negative scale its zeros.
func TestExtremeDecimals(t *testing.T) {
	least := decimal128.New(math.MinInt64, 0)
	for _, c := range []struct {
		n     decimal128.Num
		scale int32
		want  string
	}{
		{least, 0, "-170141183460469231731687303715884105728"},
		{least, 38, "-1.70141183460469231731687303715884105728"},
		{decimal128.FromI64(-12), -3, "-12000"},
		{decimal128.FromI64(0), -3, "0"},
	} {
		if got := string(appendDecimal(nil, c.n, c.scale)); got != c.want {
			t.Errorf("appendDecimal(%s, %d) = %q, want %q", c.n.BigInt(), c.scale, got, c.want)
		}
	}
}
