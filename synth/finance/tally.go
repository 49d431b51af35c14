package finance

import "math"

// tally counts codes of fields.
type tally [fields][parents][54]float64

func (t *tally) add(c *codes, weight float64) {
	for f := range fields {
		t[f][c.parent(f)][c[f]] += weight
	}
}

// densities turns counts into logarithms of densities. Rare conditions lean on
// the field's own density: prior is the weight of that, in rows.
func (t *tally) densities(prior float64, back *[fields]density) (out [fields]density) {
	for f := range fields {
		n := fieldSize[f]
		whole, sum := make([]float64, n), 0.0
		for p := range parents {
			for v := range n {
				whole[v] += t[f][p][v]
				sum += t[f][p][v]
			}
		}
		for p := range parents {
			total := 0.0
			for v := range n {
				total += t[f][p][v]
			}
			row := make([]float64, n)
			for v := range n {
				base := (whole[v] + .5/float64(n)) / (sum + .5)
				if back != nil {
					base = math.Exp(back[f][p][v])
				}
				row[v] = math.Log((t[f][p][v] + prior*base) / (total + prior))
			}
			out[f] = append(out[f], row)
		}
	}
	return out
}

// against gives the logarithm of the ratio to another tally, by field alone.
func (t *tally) against(other *tally) (out [fields][]float64) {
	for f := range fields {
		var mine, theirs [54]float64
		sum, all := 0.0, 0.0
		for p := range parents {
			for v := range fieldSize[f] {
				mine[v] += t[f][p][v]
				theirs[v] += other[f][p][v]
				sum += t[f][p][v]
				all += other[f][p][v]
			}
		}
		for v := range fieldSize[f] {
			out[f] = append(out[f], math.Log((mine[v]+.5)/(sum+1)*(all+1)/(theirs[v]+.5)))
		}
	}
	return out
}
