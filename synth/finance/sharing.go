package finance

// Sharing says who uses the devices and networks of crews, and is what the dial
// of the graph turns. At 1, where it stands without the dial, every crew has its
// own for all its victims. Below, the share of its victims who are served from
// them; above, 1 and the share of the crews that rent them from a pool which
// others rent from, too.

// mostShared is the end of the dial.
const mostShared = 2

// poolCrews is how many crews rent from one pool (assumption).
const poolCrews = 64

// lone takes from a victim's row the crew's device and network where the victim
// is not among those who are served from shared ones. The device is a browser of
// the victim's that the bank has not seen and that lies idle at the time, the
// network a proxy in the victim's home or mobile network.
func (p *planner) lone(e *event) {
	s := p.s
	draw := p.key.Name("shared").At(uint64(p.id))
	if draw.Float64(uint64(e.customer)) < s.sharing {
		return
	}
	day := int(e.at) / secondsPerDay
	e.device = e.customer*devicesEach + deviceFresh + int32((max(day, 0)/freshDays+int(e.customer)+freshEach/2)%freshEach)
	c := &s.customers[e.customer]
	e.net = c.net
	if u := draw.Uint64(1<<32 | uint64(e.customer)); u%100 >= 74 { // of home and mobile, as the honest have them
		e.net = s.mobileNet(c.country, u>>8)
	}
}

// pool gives a crew's row the device and network of the pool, if the crew rents
// from one. A pool has the numbers of its first crew. A network near the victim
// stays, since it would show in the row.
func (p *planner) pool(e *event, device int32) {
	s := p.s
	if 1+p.key.Name("pooled").Float64(uint64(p.id)) >= s.sharing {
		return
	}
	first := p.id / poolCrews * poolCrews
	e.device = int32(len(s.customers))*devicesEach + first*devicesPerCampaign + device
	if c := &s.customers[e.customer]; e.net != c.net && !s.isMobile(c.country, e.net) {
		e.net = int32(s.keyPlan.At(uint64(first)).Below(uint64(device)/2, 1<<24))
	}
}
