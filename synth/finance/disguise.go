package finance

// disguise spends the money as everybody spends: the same uses, partners,
// sums and hours as the holders have anyway, over the weeks after.
func (c *crew) disguise(n int) {
	if len(c.holders) == 0 {
		return
	}
	t := c.t
	for range n {
		h := c.holders[c.seq.Below(uint64(len(c.holders)))]
		day := int(c.start+spendDays*secondsPerDay)/secondsPerDay - spendDays + 1 + int(c.seq.Below(spendDays))
		if day < 0 || day >= t.cfg.Days {
			continue
		}
		use, from, to, rush := useShop, h, t.supplier(h, c.seq.Below(7)), eveningRhythm
		r := c.seq.Below(100)
		if h >= t.firstFirm() {
			to = t.other(h, t.supplier(h, c.seq.Below(9)))
			use, rush = useSupply, dayRhythm
			switch {
			case r < 22: // staff that may exist
				use, to = useSalary, int32(c.seq.Below(uint64(t.persons)))
			case r < 40: // cash called takings
				use, from, to = useTakings, t.desk(int(t.accounts[h].bank)), h
			}
		} else {
			switch {
			case r < 30:
				use, to = useFriend, t.friend(h, c.seq.Below(8))
			case r < 38:
				use, to, rush = useRent, t.accounts[h].landlord, dayRhythm
			case r < 46:
				use, to, rush = useBill, t.supplier(h, c.seq.Below(20)), dayRhythm
			case r < 54:
				use, to, rush = useCash, t.desk(int(t.accounts[h].bank)), dayRhythm
			}
		}
		p := t.pay(use, from, to, t.accounts[h].level, t.second(day, rush, c.seq.Uint64()), t.key.Name("disguise").At(c.seq.Uint64()))
		if p.dirty = true; from != to {
			c.out = append(c.out, dirtyPayment{payment: p, campaign: c.id, pattern: noPattern})
		}
	}
}

// drain empties a wallet: some transfers to mules, who take cash from an agent
// within hours.
func (c *crew) drain() {
	t := c.t
	victim := int32(c.seq.Below(uint64(t.persons)))
	at := c.start
	for range c.between(1, 3) {
		mule := int32(c.seq.Below(uint64(t.persons)))
		v := t.quant[useSalary].at(uint32(c.seq.Uint64())) * int64(t.accounts[victim].level) >> 17
		got := c.send(victim, mule, v, at, formatCheque, c.shape)
		c.send(mule, t.nearDesk(&t.accounts[mule], c.seq.Uint64()), c.cut(v), got+c.hop()/6, formatCash, c.shape)
		at = got + 120 + int32(c.seq.Below(5400))
		c.hold(mule)
	}
}

// scam: little to win trust, then more, to one account after another.
func (c *crew) scam() {
	t := c.t
	victim, taker := int32(c.seq.Below(uint64(t.persons))), int32(c.seq.Below(uint64(t.persons)))
	at := c.start
	for k := range c.between(2, 5) {
		v := t.quant[useFriend].at(uint32(c.seq.Uint64())) * int64(t.accounts[victim].level) >> 16 * int64(1+k)
		got := c.send(victim, taker, v, at, formatCheque, c.shape)
		if c.seq.Below(2) == 0 {
			c.send(taker, t.nearDesk(&t.accounts[taker], c.seq.Uint64()), c.cut(v), got+c.hop()/3, formatCash, c.shape)
		}
		at = got + c.hop()*2
	}
	c.hold(taker)
}
