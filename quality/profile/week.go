package profile

import (
	"math/big"

	"github.com/apache/arrow/go/v17/arrow"
)

// hasWeek says whether a column's times have an hour to count by.
func (c *column) hasWeek() bool {
	return c.kind == KindTime && c.value.ID() == arrow.TIMESTAMP
}

// perSecond is how many steps of a time column make a second.
func (c *column) perSecond() int64 {
	return new(big.Rat).Inv(c.seconds).Num().Int64()
}

const secondsAnHour = 3600

// hourOfWeek counts from Monday 00:00 UTC. 1970-01-01 was a Thursday.
func hourOfWeek(t, perHour int64) int {
	h := t / perHour
	if t%perHour < 0 {
		h--
	}
	if h = (h + 3*24) % 168; h < 0 {
		h += 168
	}
	return int(h)
}

func (c *column) addWeek(key, n uint64) {
	if c.week != nil {
		c.week[hourOfWeek(keyInt(key), c.perSecond()*secondsAnHour)] += n
	}
}

func (c *column) addWeeks(keys []uint64) {
	if c.week == nil {
		return
	}
	perHour := c.perSecond() * secondsAnHour
	for _, k := range keys {
		c.week[hourOfWeek(keyInt(k), perHour)]++
	}
}
