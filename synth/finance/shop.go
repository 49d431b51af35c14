package finance

import "github.com/verisim/verisim/synth/rng"

// shop chooses the merchant: mostly one of a few favourites in the category,
// where rank k of the favourites is about 1/k as likely, else by popularity.
func (s *state) shop(person rng.Key, c *customer, cat int, cnp bool, pl int, abroad bool, d, e uint64) int32 {
	at := pl
	fav := uint32(one * 97 / 100)
	if abroad {
		fav = one * 45 / 100 // the hotel's bar, twice
	}
	stays := chance(d, fav)
	slot := uint64(rank(favourites, logFavourites, steep(uint32(d>>16))))
	h := e
	if stays {
		h = person.Uint64(2<<32 | uint64(pl)<<16 | uint64(cat)<<8 | slot)
	}
	if cnp {
		at = s.shopOnline(c, h>>32)
	}
	sp := s.span(at, cat)
	return sp.first + int32(rank(sp.n, sp.log2, steep(uint32(h))))
}

// favourites is how many merchants of a category a customer returns to.
const (
	favourites    = 3
	logFavourites = 131072 // log2(favourites + 1) in fixed point
)

func (s *state) shopOnline(c *customer, d uint64) int {
	own := int(s.ownHome[c.country])
	if !chance(d, s.far) {
		return s.onlinePlace(own)
	}
	if n := len(s.params.home); n > 1 && chance(d>>8, s.near) {
		return s.onlinePlace((own + 1 + int(d>>16%uint64(n-1))) % n)
	}
	return s.onlinePlace(len(s.params.home))
}

// price draws an amount: a log-normal by category, the buyer's and the
// merchant's level, and the way prices end there.
func (s *state) price(cat int, spend, level uint32, d uint64) int32 {
	v := s.quant[cat].at(uint32(d)) * int64(spend) >> 16 * int64(level) >> 16
	return round(s.cats[cat].Ending, v, d>>32)
}

func round(end ending, v int64, d uint64) int32 {
	v = min(v, 1<<30)
	whole := v / 100 * 100
	switch end {
	case endRetail:
		switch r := d % 100; {
		case r < 38:
			v = whole + 99
		case r < 52:
			v = whole + 95
		case r < 62:
			v = whole + 90
		case r < 74:
			v = whole
		case r < 82:
			v = whole + 50
		}
	case endTip:
		switch r := d % 100; {
		case r < 34:
			v = whole
		case r < 56:
			v = whole + 50
		case r < 66:
			v = v / 10 * 10
		}
	case endFuel:
		if r := d % 100; r < 22 {
			v = v / 500 * 500
		} else if r < 34 {
			v = whole
		}
	case endCash:
		v = (v + 1000) / 2000 * 2000
		if d%4 == 0 {
			v = (v + 2500) / 5000 * 5000
		}
		v = max(v, 1000)
	}
	return int32(max(v, 50))
}
