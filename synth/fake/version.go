package fake

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
)

// Version is a hash of every value of every locale's dictionaries: two builds
// of the same version write the same texts. Pools of functions are not part of
// it; they carry their own values.
func Version() string { return version() }

var version = sync.OnceValue(func() string {
	h := sha256.New()
	for _, name := range LocaleNames() {
		l, err := Open(name)
		if err != nil {
			panic("fake: " + err.Error()) // our own list of names
		}
		pools := []*Pool{
			l.Given[0], l.Given[1], l.Family, l.Streets, l.Domains, l.Jobs, l.Words, l.Regions,
			l.companyHead, l.companyKind, l.companyTail, l.givenLatin[0], l.givenLatin[1], l.familyLatin,
		}
		for _, p := range pools {
			fmt.Fprintf(h, "%q%d", p.values, p.slots)
		}
		fmt.Fprintf(h, "%v%d", l.Places, l.placeSlots)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
})
