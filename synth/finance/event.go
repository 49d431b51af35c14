package finance

// event is one transaction before it is written into columns.
type event struct {
	id       uint64 // before scrambling
	at       int32  // seconds since the start
	customer int32
	merchant int32
	terminal int32 // -1 online
	device   int32 // -1 at a till
	net      int32 // -1 at a till
	amount   int32 // minor units of the card's currency
	card     uint8
	kind     uint8
	entry    uint8
	decline  uint8 // 0 approved
	secure   uint8
	cvv      uint8
	flags    uint8
}

// Codes of the dictionary columns; see dictionaries in transaction.go.
const (
	kindPurchase = iota
	kindRefund
	kindCash
)

const (
	entryChip = iota
	entryContactless
	entryMagstripe
	entryWallet
	entryOnline
	entryOnFile
)

const (
	declineNone = iota
	declineFunds
	declineLimit
	declineCVV
	declineRisk
	declineIssuer
)

const (
	secureNone = iota // not asked, or at a till
	secureFrictionless
	secureChallenged
)

const (
	cvvNone = iota
	cvvMatch
	cvvMismatch
)

const (
	flagRecurring = 1 << iota
	flagFraud
	flagRetry // the second try after a decline; no column says so
)

// within keeps an event within its day, so that a window needs no other.
func within(day int, second int32) int32 {
	if second < 0 {
		second += secondsPerDay
	}
	if second >= secondsPerDay {
		second -= secondsPerDay
	}
	return int32(day)*secondsPerDay + second
}
