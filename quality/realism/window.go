package realism

import "math"

const day = 86400

// groups lists the rows of each entity in order of time: rows of entity e are
// list[start[e]:start[e+1]].
func groups(entity []int32, size int) (start, list []int32) {
	start = make([]int32, size+1)
	for _, e := range entity {
		if e >= 0 {
			start[e+1]++
		}
	}
	for e := range size {
		start[e+1] += start[e]
	}
	list = make([]int32, start[size])
	next := append([]int32(nil), start[:size]...)
	for i, e := range entity {
		if e >= 0 {
			list[next[e]] = int32(i)
			next[e]++
		}
	}
	return start, list
}

// past gives, for an entity and windows of 1, 7 and 30 days that end with the
// row itself, the number of rows and their mean amount.
func (d *data) past(entity []int32, size int) [][]float64 {
	out := blank(6, len(d.time))
	start, list := groups(entity, size)
	for e := range size {
		rows := list[start[e]:start[e+1]]
		for w, days := range [...]int64{1, 7, 30} {
			from, sum := 0, 0.0
			for k, r := range rows {
				sum += finite(d.amount[r])
				for d.time[rows[from]] <= d.time[r]-days*day {
					sum -= finite(d.amount[rows[from]])
					from++
				}
				n := float64(k - from + 1)
				out[2*w][r], out[2*w+1][r] = n, sum/n
			}
		}
	}
	return out
}

// risk gives the share of positives among an entity's rows in windows of 1, 7
// and 30 days that end delay seconds ago, when their labels are known. With
// whole, the window is all time: the look-ahead that R5 measures.
func (d *data) risk(entity []int32, size int, delay int64, whole bool) [][]float64 {
	out := blank(3, len(d.time))
	start, list := groups(entity, size)
	for e := range size {
		rows := list[start[e]:start[e+1]]
		if whole {
			ones := 0.0
			for _, r := range rows {
				ones += float64(d.label[r])
			}
			for _, r := range rows {
				for w := range out {
					out[w][r] = ones / float64(len(rows))
				}
			}
			continue
		}
		for w, days := range [...]int64{1, 7, 30} {
			from, to, ones := 0, 0, 0.0
			for _, r := range rows {
				for to < len(rows) && d.time[rows[to]] <= d.time[r]-delay && rows[to] < r {
					ones += float64(d.label[rows[to]])
					to++
				}
				for from < to && d.time[rows[from]] <= d.time[r]-delay-days*day {
					ones -= float64(d.label[rows[from]])
					from++
				}
				if to > from {
					out[w][r] = ones / float64(to-from)
				}
			}
		}
	}
	return out
}

func blank(columns, rows int) [][]float64 {
	out := make([][]float64, columns)
	for i := range out {
		out[i] = make([]float64, rows)
	}
	return out
}

func finite(v float64) float64 {
	if v-v != 0 {
		return 0
	}
	return v
}

// raw gives the features of the row alone: amount, hour, weekend, night.
func (d *data) raw() [][]float64 {
	out := blank(4, len(d.time))
	for i, t := range d.time {
		second := ((t % day) + day) % day
		weekday := ((t/day+3)%7 + 7) % 7 // 1970-01-01 was a Thursday; Monday is 0
		out[0][i] = d.amount[i]
		out[1][i] = float64(second / 3600)
		out[2][i] = boolean(weekday >= 5)
		out[3][i] = boolean(second <= 6*3600)
	}
	return out
}

// fans gives graph features of transfers, from the past only: counts of both
// accounts' transfers and different partners over 7 days, what the sender took
// in before and how long ago, and whether money came back in two or three hops
// within 30 days.
func (d *data) fans(from, to []int32, size int) [][]float64 {
	n := len(d.time)
	var out [][]float64
	out = append(out, d.past(from, size)...)
	out = append(out, d.past(to, size)...)
	more := blank(7, n)
	d.partners(from, to, size, more[0])
	d.partners(to, from, size, more[1])
	type edge struct{ from, to int32 }
	last := make(map[edge]int64, n/4)
	const memory = 16 // partners kept of each account
	recent := make([][memory]int32, size)
	filled := make([]uint32, size)
	inTime, inSum := make([]int64, size), make([]float64, size)
	const never = math.MinInt64 / 2
	for a := range inTime {
		inTime[a] = never
	}
	for i := range n {
		a, b := from[i], to[i]
		if a < 0 || b < 0 {
			continue
		}
		now := d.time[i]
		fresh := func(e edge) bool {
			t, ok := last[e]
			return ok && now-t <= 30*day
		}
		more[2][i] = boolean(fresh(edge{b, a}))
		more[3][i] = boolean(fresh(edge{a, b}))
		for _, c := range recent[b][:min(filled[b], memory)] {
			if c != a && fresh(edge{c, a}) && fresh(edge{b, c}) {
				more[4][i]++
			}
		}
		more[5][i] = 30 * day
		if inTime[a] != never {
			decay := math.Exp(-float64(now-inTime[a]) / (7 * day))
			more[5][i] = math.Min(float64(now-inTime[a]), 30*day)
			more[6][i] = finite(d.amount[i]) / (1 + inSum[a]*decay)
		}
		if _, known := last[edge{a, b}]; !known {
			recent[a][filled[a]%memory] = b
			filled[a]++
		}
		last[edge{a, b}] = now
		if inTime[b] != never {
			inSum[b] *= math.Exp(-float64(now-inTime[b]) / (7 * day))
		}
		inSum[b] += finite(d.amount[i])
		inTime[b] = now
	}
	return append(out, more...)
}

// partners counts the different partners of an entity over the last 7 days.
func (d *data) partners(entity, partner []int32, size int, out []float64) {
	start, list := groups(entity, size)
	seen := map[int32]int32{}
	for e := range size {
		clear(seen)
		rows := list[start[e]:start[e+1]]
		from := 0
		for _, r := range rows {
			seen[partner[r]]++
			for d.time[rows[from]] <= d.time[r]-7*day {
				p := partner[rows[from]]
				if seen[p]--; seen[p] == 0 {
					delete(seen, p)
				}
				from++
			}
			out[r] = float64(len(seen))
		}
	}
}
