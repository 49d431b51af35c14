package realism

import (
	"context"
	"fmt"
	"math"

	"github.com/verisim/verisim/quality/utility"
)

// sampleRows bounds the rows of R1; all positives are kept, since an AUC does
// not depend on the share of positives.
const sampleRows = 200_000

// trivial measures R1: what one raw column, or the gap between two, gives away.
func (j *judge) trivial(context.Context) error {
	d := j.d
	stride := max(1, len(d.time)/sampleRows)
	var rows []int
	for i, y := range d.label {
		if y == 1 || i%stride == 0 {
			rows = append(rows, i)
		}
	}
	label := make([]uint8, len(rows))
	order := make([]float64, len(rows))
	for k, i := range rows {
		label[k], order[k] = d.label[i], float64(i)
	}
	best, note := 0.0, ""
	try := func(scores []float64, name string) {
		if a := utility.AUC(scores, label); !math.IsNaN(a) && max(a, 1-a) > best {
			best, note = max(a, 1-a), name
		}
	}
	try(order, "row order")
	scores := make([]float64, len(rows))
	for _, c := range d.columns {
		if c.coded {
			if a := categoryAUC(d, c); a > best {
				best, note = a, c.name
			}
		} else {
			for k, i := range rows {
				if scores[k] = c.values[i]; math.IsNaN(scores[k]) {
					scores[k] = math.Inf(-1)
				}
			}
			try(scores, c.name)
		}
		for k, i := range rows {
			scores[k] = 0
			if math.IsNaN(c.values[i]) {
				scores[k] = 1
			}
		}
		try(scores, c.name+" is null")
	}
	j.add("r1.column", best, note)

	best, note = 0, ""
	var numbers []*column
	for _, c := range d.columns {
		if !c.coded && c.name != j.in.Mapping.Time && len(numbers) < 16 {
			numbers = append(numbers, c)
		}
	}
	for a, x := range numbers {
		for _, y := range numbers[:a] {
			for k, i := range rows {
				if scores[k] = math.Abs(x.values[i] - y.values[i]); math.IsNaN(scores[k]) {
					scores[k] = math.Inf(1)
				}
			}
			try(scores, fmt.Sprintf("|%s - %s|", y.name, x.name))
			for k := range rows {
				scores[k] = boolean(scores[k] < 1e-9)
			}
			try(scores, fmt.Sprintf("%s = %s", y.name, x.name))
		}
	}
	if len(numbers) > 1 {
		j.add("r1.residual", best, note)
	}
	return nil
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// categoryAUC scores the later half of the rows by the rates of the earlier
// half, so that a column of many codes cannot win by memory.
func categoryAUC(d *data, c *column) float64 {
	half := len(d.label) / 2
	ones, all := make([]float64, c.size+1), make([]float64, c.size+1)
	at := func(i int) int {
		if math.IsNaN(c.values[i]) {
			return c.size
		}
		return int(c.values[i])
	}
	base := 0.0
	for i := range half {
		ones[at(i)] += float64(d.label[i])
		all[at(i)]++
		base += float64(d.label[i])
	}
	base /= float64(max(half, 1))
	const prior = 20 // rows' worth of the overall rate
	scores := make([]float64, len(d.label)-half)
	for k := range scores {
		g := at(half + k)
		scores[k] = (ones[g] + prior*base) / (all[g] + prior)
	}
	a := utility.AUC(scores, d.label[half:])
	if math.IsNaN(a) {
		return 0
	}
	return a
}
