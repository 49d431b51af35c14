package finance

import (
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// Hard negatives of a card world: honest rows that look like work of a crew, by
// what the generator did when it made them. A row has one kind, the first that
// holds in the order below.
const (
	cardTravel   = iota + 1 // at a till away from the city of the customer: a trip
	cardNewPhone            // within a month of a change of phone, from the new one
	cardUnseen              // from a device that the bank has not seen with the customer
	cardRetry               // declined, or the second try after that
	cardForeign             // from a shop online beyond the home countries
	cardFestival            // gifts in the weeks before Christmas and in the sales of November
	cardPayday              // one of many purchases in the days after payday
	cardLarge               // a sum that 39 of 40 purchases of the customer there stay below
	cardShared              // at a shop where crews worked in the 30 days before
	cardHards
)

var cardHardNames = [cardHards]string{"", "travel", "new_phone", "unseen_device", "retry", "foreign_shop", "festival_gift", "payday_burst", "large_purchase", "shared_shop"}

// All of these are assumptions.
const (
	newPhoneDays = 30            // as the unseen devices change
	burstRows    = 4             // purchases of a day that are many,
	burstTimes   = 3             // and so many times those that are expected
	largeFrom    = 39 << 32 / 40 // a fraction of 2^32
	sharedDays   = 30            // as the longest window of risk in the handbook
)

// hard is why an honest event is unusual, 0 where it is not or is no honest one.
func (s *state) hard(e *event) uint8 {
	if e.flags&(flagFraud|flagRecurring) != 0 {
		return 0
	}
	c, m := &s.customers[e.customer], &s.merchants[e.merchant]
	day := int(e.at / secondsPerDay)
	own := e.device - e.customer*devicesEach // a number of the customer's own devices, or none
	switch {
	case e.terminal >= 0 && uint16(s.places[m.place].city) != c.city:
		return cardTravel
	case own == deviceNewPhone && day < int(c.phone)+newPhoneDays:
		return cardNewPhone
	case own >= deviceFresh && own < devicesEach:
		return cardUnseen
	case e.flags&flagRetry != 0 || e.decline != declineNone:
		return cardRetry
	case e.terminal < 0 && int(m.place) == len(s.places)-1:
		return cardForeign
	case s.facts(day).festival && m.cat >= firstGift && m.cat <= lastGift:
		return cardFestival
	}
	if since := (int(s.facts(day).ofMonth) - int(c.payday) + 31) % 31; since < paydayDays {
		person := s.keyDay.At(uint64(e.customer))
		if n := s.planDay(person, c, day).purchases; n >= burstRows && uint64(n) >= burstTimes*s.rate(person, c, day)>>16 {
			return cardPayday
		}
	}
	switch {
	case int64(e.amount) > s.quant[m.cat].at(largeFrom)*int64(c.spend)>>16*int64(m.price)>>16:
		return cardLarge
	case s.exposed(e.merchant, e.at) && s.workedAt(e.merchant, e.at-sharedDays*secondsPerDay, e.at):
		return cardShared
	}
	return 0
}

// exposed says whether a merchant's checks are weak at a second, or were a
// while before.
func (s *state) exposed(merchant, at int32) bool {
	m := &s.merchants[merchant]
	for k := range s.weakAt(int(m.place)) {
		for _, then := range [2]int32{at, at - sharedDays*secondsPerDay} {
			if then >= 0 && s.weak(int(m.place), int(m.cat), then, k) == merchant {
				return true
			}
		}
	}
	return false
}

// workedAt says whether a fraud was committed at a merchant between two seconds.
func (s *state) workedAt(merchant, from, to int32) bool {
	s.workOnce.Do(func() {
		s.work = make(map[int32][]int32)
		for i := range s.fraud { // by time
			e := &s.fraud[i]
			s.work[e.merchant] = append(s.work[e.merchant], e.at)
		}
	})
	at := s.work[merchant]
	i, _ := slices.BinarySearch(at, from)
	return i < len(at) && at[i] < to
}

var cardHardSchema = sync.OnceValue(func() *arrow.Schema {
	return schema(hardTable, "transaction_id", txRef,
		column("transaction_id", i64t, table.RoleID, false),
		column("timestamp", moment, table.RoleTime, false),
		column("kind", textt, table.RoleLabel, false),
	)
})

// fillHard writes those rows of a span that are hard negatives.
func (s *state) fillHard(events []event, order []uint64) table.Batch {
	b := array.NewRecordBuilder(memory.DefaultAllocator, cardHardSchema())
	defer b.Release()
	id, at, kind := b.Field(0).(*array.Int64Builder), b.Field(1).(*array.TimestampBuilder), b.Field(2).(*array.StringBuilder)
	for _, o := range order {
		e := &events[uint32(o)]
		id.Append(s.transactionID(e.id))
		at.Append(arrow.Timestamp((s.params.start*secondsPerDay + int64(e.at)) * 1_000_000))
		kind.Append(cardHardNames[s.hard(e)])
	}
	return b.NewRecord()
}

// onlyHard keeps the hard negatives of an order.
func (s *state) onlyHard(events []event, order []uint64) []uint64 {
	kept := order[:0]
	for _, o := range order {
		if s.hard(&events[uint32(o)]) != 0 {
			kept = append(kept, o)
		}
	}
	return kept
}

// hardRows numbers the hard negatives before each window. It makes all windows
// once, when it is first asked for: whole tables are made without.
func (s *state) hardRows() []int64 {
	s.hardOnce.Do(func() {
		s.firstHard = s.numbered(func(w int, mem *scratch[event]) int { return len(s.onlyHard(s.events(w, mem))) })
	})
	return s.firstHard
}
