package realism

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// shape measures R8.
func (j *judge) shape(context.Context) error {
	d, m := j.d, j.in.Mapping
	j.add("r8.benford", benford(d.amount), "")
	if merchant, size := d.entity(m.Merchant); merchant != nil {
		counts := make([]float64, size)
		for _, e := range merchant {
			if e >= 0 {
				counts[e]++
			}
		}
		j.add("r8.gini", gini(counts), "")
		if customer, customers := d.entity(m.Customer); customer != nil {
			j.add("r8.repeat", repeats(customer, customers, merchant), "")
		}
	}
	if customer, size := d.entity(m.Customer); customer != nil {
		j.add("r8.burstiness", d.burstiness(customer, size), "")
	}
	worst, note := 0.0, ""
	for _, pair := range m.Independent {
		x, y := d.all[pair[0]], d.all[pair[1]]
		if x == nil || y == nil {
			return fmt.Errorf("independent columns %q and %q are not both there", pair[0], pair[1])
		}
		if mi := information(classes(x), classes(y)); mi >= worst {
			worst, note = mi, pair[0]+", "+pair[1]
		}
	}
	if len(m.Independent) > 0 {
		j.add("r8.information", worst, note)
	}
	return nil
}

// benford is the mean absolute deviation of first digits from log10(1 + 1/d);
// below .012 is acceptable (Nigrini, "Benford's Law", 2012, table 7.1).
func benford(amounts []float64) float64 {
	var counts [10]float64
	n := 0.0
	for _, a := range amounts {
		a = math.Abs(a)
		if a == 0 || a-a != 0 {
			continue
		}
		digit := int(a / math.Pow(10, math.Floor(math.Log10(a))))
		counts[max(1, min(digit, 9))]++
		n++
	}
	mad := 0.0
	for k := 1; k <= 9; k++ {
		mad += math.Abs(counts[k]/n - math.Log10(1+1/float64(k)))
	}
	return mad / 9
}

// gini is the inequality of non-negative counts: 0 all alike, towards 1 one has
// everything.
func gini(counts []float64) float64 {
	sorted := slices.Sorted(slices.Values(counts))
	sum, weighted := 0.0, 0.0
	for i, c := range sorted {
		sum += c
		weighted += float64(i+1) * c
	}
	n := float64(len(sorted))
	return 2*weighted/(n*sum) - (n+1)/n
}

// repeats is the share of rows whose customer was at the merchant before,
// counted from each customer's eleventh row on, when favourites are formed.
func repeats(customer []int32, size int, merchant []int32) float64 {
	start, list := groups(customer, size)
	again, all := 0.0, 0.0
	seen := map[int32]bool{}
	for e := range size {
		clear(seen)
		for k, r := range list[start[e]:start[e+1]] {
			if merchant[r] < 0 {
				continue
			}
			if k >= 10 {
				all++
				again += boolean(seen[merchant[r]])
			}
			seen[merchant[r]] = true
		}
	}
	return again / all
}

// burstiness is the mean over customers with at least 20 rows of
// (sd - mean) / (sd + mean) of the times between rows (Goh and Barabasi 2008).
func (d *data) burstiness(customer []int32, size int) float64 {
	start, list := groups(customer, size)
	total, n := 0.0, 0.0
	for e := range size {
		rows := list[start[e]:start[e+1]]
		if len(rows) < 20 {
			continue
		}
		sum, square := 0.0, 0.0
		for k := 1; k < len(rows); k++ {
			gap := float64(d.time[rows[k]] - d.time[rows[k-1]])
			sum += gap
			square += gap * gap
		}
		count := float64(len(rows) - 1)
		mean := sum / count
		sd := math.Sqrt(max(square/count-mean*mean, 0))
		if sd+mean > 0 {
			total += (sd - mean) / (sd + mean)
			n++
		}
	}
	return total / n
}

// classes makes at most 33 classes of a column: codes as they are up to 32, the
// rest together; numbers by their tenths.
func classes(c *column) []int {
	out := make([]int, len(c.values))
	var edges []float64
	if !c.coded {
		known := slices.DeleteFunc(slices.Clone(c.values), math.IsNaN)
		slices.Sort(known)
		for q := 1; q < 10 && len(known) > 0; q++ {
			edges = append(edges, known[len(known)*q/10])
		}
	}
	for i, v := range c.values {
		switch {
		case math.IsNaN(v):
			out[i] = 32
		case c.coded:
			out[i] = min(int(v), 31)
		default:
			out[i], _ = slices.BinarySearch(edges, v)
		}
	}
	return out
}

// information is the mutual information in bits, less the bias that two
// independent samples show (Miller 1955).
func information(x, y []int) float64 {
	const k = 33
	var joint [k][k]float64
	var px, py [k]float64
	for i := range x {
		joint[x[i]][y[i]]++
		px[x[i]]++
		py[y[i]]++
	}
	n := float64(len(x))
	sum, cells, rows, cols := 0.0, 0.0, 0.0, 0.0
	for a := range k {
		rows += boolean(px[a] > 0)
		cols += boolean(py[a] > 0)
		for b := range k {
			if c := joint[a][b]; c > 0 {
				cells++
				sum += c / n * math.Log2(c*n/(px[a]*py[b]))
			}
		}
	}
	return max(sum-(rows-1)*(cols-1)/(2*n*math.Ln2), 0)
}
