package finance

// trade moves value under cover of goods: invoices of two firms that do not match.
func (c *crew) trade() {
	n := uint64(c.t.firms)
	a, b := c.t.firstFirm()+int32(c.seq.Below(n)), c.t.firstFirm()+int32(c.seq.Below(n))
	at := c.start
	for range c.between(3, 8) {
		v := 3 * c.sum()
		at = c.move(a, b, v, at) + 2*c.hop()
		if c.seq.Below(2) == 0 { // goods of a lower price go the other way
			c.move(b, a, v*int64(15+c.seq.Below(40))/100, at)
		}
	}
	c.hold(b)
}

// crypto moves money over one exchange to accounts that draw it out.
func (c *crew) crypto() {
	m := c.members(c.between(3, 5))
	x := c.t.exchange(1 + int(c.seq.Below(3)))
	at := c.start
	for _, to := range m[1:] {
		v := c.sum()
		at = c.send(m[0], x, v, at, formatCrypto, c.shape)
		c.send(x, to, c.cut(v), at+c.hop()/2, formatCrypto, c.shape)
		at += c.hop()
	}
	c.hold(m[1:]...)
}
