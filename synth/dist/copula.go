package dist

import (
	"errors"
	"fmt"
	"math"
)

// ErrImpossible marks rank correlations that no distribution has.
var ErrImpossible = errors.New("no distribution has these correlations")

// Copula is a Gaussian copula that grows by one variable at a time: each is
// given its rank correlations (Spearman) with some of those before it. What is
// not given follows from the rest: given those named, a variable is independent
// of the others.
type Copula struct {
	corr [][]float64 // of the normal scores, full matrix
}

// Blend says how a variable's normal score is put together.
type Blend struct {
	On   []int     // earlier variables
	With []float64 // their weights
	Rest float64   // the weight of the variable's own score
}

// Add appends a variable and returns its blend. Spearman's rho of a Gaussian
// copula with correlation r is 6/pi * asin(r/2) (Pearson 1907).
func (c *Copula) Add(on []int, rho []float64) (Blend, error) {
	n := len(on)
	r := make([]float64, n)
	for i := range r {
		if !(rho[i] > -1 && rho[i] < 1) {
			return Blend{}, fmt.Errorf("correlate: a rank correlation lies between -1 and 1")
		}
		r[i] = 2 * math.Sin(math.Pi/6*rho[i])
	}
	w, ok := c.regress(on, r)
	rest := 1.0
	for i := range w {
		rest -= w[i] * r[i]
	}
	if !ok || rest < -1e-12 {
		return Blend{}, ErrImpossible
	}
	row := make([]float64, len(c.corr)+1)
	for j := range c.corr {
		for i, v := range on {
			row[j] += w[i] * c.corr[v][j]
		}
		c.corr[j] = append(c.corr[j], row[j])
	}
	row[len(row)-1] = 1
	c.corr = append(c.corr, row)
	return Blend{On: on, With: w, Rest: math.Sqrt(max(rest, 0))}, nil
}

// regress solves R w = r for the variables on, by Cholesky's method.
func (c *Copula) regress(on []int, r []float64) ([]float64, bool) {
	n := len(on)
	l := make([][]float64, n)
	w := make([]float64, n)
	for i := range n {
		l[i] = make([]float64, n)
		for j := range i + 1 {
			v := c.corr[on[i]][on[j]]
			for k := range j {
				v -= l[i][k] * l[j][k]
			}
			if i == j {
				if v < 1e-12 {
					return nil, false
				}
				l[i][i] = math.Sqrt(v)
			} else {
				l[i][j] = v / l[j][j]
			}
		}
	}
	for i := range n {
		v := r[i]
		for k := range i {
			v -= l[i][k] * w[k]
		}
		w[i] = v / l[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		v := w[i]
		for k := i + 1; k < n; k++ {
			v -= l[k][i] * w[k]
		}
		w[i] = v / l[i][i]
	}
	return w, true
}
