package utility

import (
	"fmt"
	"math"
	"sync"
)

// LogisticOptions are the options of TrainLogistic.
type LogisticOptions struct {
	// Penalty is half the weight of the squared coefficients of standardised
	// features, beside the sum of the log loss over rows; the intercept is free.
	// Default 1, which is scikit-learn's C = 1.
	Penalty float64
	// Steps bounds the Newton steps. Default 50, because convergence takes
	// about ten.
	Steps int
	// Workers is the number of goroutines. Default 1. It does not change the
	// model.
	Workers int
}

// Logistic is a logistic regression on standardised features. A missing value
// counts as the mean.
type Logistic struct {
	Mean, Scale []float64 // of each feature in training
	Weight      []float64 // of each standardised feature
	Intercept   float64
}

// chunkRows is how many rows are summed together; sums of chunks are added in
// order, so that workers do not change them.
const chunkRows = 1 << 14

// TrainLogistic fits by Newton's method on the penalised log likelihood.
func TrainLogistic(d *Data, opt LogisticOptions) (*Logistic, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	if opt.Penalty == 0 {
		opt.Penalty = 1
	}
	if opt.Steps == 0 {
		opt.Steps = 50
	}
	m := standardise(d.Features)
	k := len(d.Features) + 1
	w := make([]float64, k) // the intercept last
	for range opt.Steps {
		gradient, hessian := m.newton(d, w, max(opt.Workers, 1))
		for j := range k - 1 {
			gradient[j] += opt.Penalty * w[j]
			hessian[j*k+j] += opt.Penalty
		}
		hessian[k*k-1] += 1e-9
		step, ok := solve(hessian, gradient, k)
		if !ok {
			return nil, fmt.Errorf("train logistic regression: the Hessian is not positive definite")
		}
		largest := 0.0
		for _, s := range step {
			largest = max(largest, math.Abs(s))
		}
		shrink := 1.0
		if largest > 5 {
			shrink = 5 / largest // far from the optimum the quadratic is not to be trusted
		}
		for j := range w {
			w[j] -= shrink * step[j]
		}
		if largest < 1e-8 {
			break
		}
	}
	m.Weight, m.Intercept = w[:k-1], w[k-1]
	return m, nil
}

func standardise(features [][]float64) *Logistic {
	m := &Logistic{Mean: make([]float64, len(features)), Scale: make([]float64, len(features))}
	for j, f := range features {
		sum, n := 0.0, 0.0
		for _, v := range f {
			if v-v == 0 {
				sum += v
				n++
			}
		}
		mean := 0.0
		if n > 0 {
			mean = sum / n
		}
		square := 0.0
		for _, v := range f {
			if v-v == 0 {
				square += (v - mean) * (v - mean)
			}
		}
		m.Mean[j], m.Scale[j] = mean, 1
		if square > 0 {
			m.Scale[j] = math.Sqrt(square / n)
		}
	}
	return m
}

// row fills x with the standardised features of row i.
func (m *Logistic) row(x []float64, features [][]float64, i int) {
	for j, f := range features {
		v := (f[i] - m.Mean[j]) / m.Scale[j]
		if v-v != 0 {
			v = 0 // missing or infinite
		}
		x[j] = v
	}
}

func (m *Logistic) newton(d *Data, w []float64, workers int) (gradient, hessian []float64) {
	k := len(w)
	chunks := (d.Rows() + chunkRows - 1) / chunkRows
	parts := make([][]float64, chunks)
	parallel(workers, chunks, func(c int) {
		part := make([]float64, k+k*k)
		x := make([]float64, k)
		x[k-1] = 1
		for i := c * chunkRows; i < min((c+1)*chunkRows, d.Rows()); i++ {
			m.row(x, d.Features, i)
			z := 0.0
			for j, v := range x {
				z += v * w[j]
			}
			p := sigmoid(z)
			g, h := p-float64(d.Labels[i]), p*(1-p)
			for a, v := range x {
				part[a] += g * v
				hv := h * v
				line := part[k+a*k:][:k]
				for b := range a + 1 {
					line[b] += hv * x[b]
				}
			}
		}
		parts[c] = part
	})
	sum := make([]float64, k+k*k)
	for _, part := range parts {
		for j, v := range part {
			sum[j] += v
		}
	}
	hessian = sum[k:]
	for a := range k {
		for b := range a {
			hessian[b*k+a] = hessian[a*k+b]
		}
	}
	return sum[:k], hessian
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// solve gives x with A x = b for a symmetric positive definite A of k rows, by
// Cholesky's decomposition in place.
func solve(a, b []float64, k int) ([]float64, bool) {
	for i := range k {
		for j := range i + 1 {
			s := a[i*k+j]
			for t := range j {
				s -= a[i*k+t] * a[j*k+t]
			}
			if i == j {
				if !(s > 0) {
					return nil, false
				}
				a[i*k+i] = math.Sqrt(s)
			} else {
				a[i*k+j] = s / a[j*k+j]
			}
		}
	}
	x := make([]float64, k)
	for i := range k {
		s := b[i]
		for t := range i {
			s -= a[i*k+t] * x[t]
		}
		x[i] = s / a[i*k+i]
	}
	for i := k - 1; i >= 0; i-- {
		s := x[i]
		for t := i + 1; t < k; t++ {
			s -= a[t*k+i] * x[t]
		}
		x[i] = s / a[i*k+i]
	}
	return x, true
}

// Score is the probability of label 1.
func (m *Logistic) Score(features [][]float64) ([]float64, error) {
	if len(features) != len(m.Weight) {
		return nil, fmt.Errorf("score rows: %d features, the model has %d", len(features), len(m.Weight))
	}
	out := make([]float64, len(features[0]))
	x := make([]float64, len(features))
	for i := range out {
		m.row(x, features, i)
		z := m.Intercept
		for j, v := range x {
			z += v * m.Weight[j]
		}
		out[i] = sigmoid(z)
	}
	return out, nil
}

// parallel runs do(0) ... do(n-1) on some goroutines, and waits for all.
func parallel(workers, n int, do func(i int)) {
	if workers <= 1 || n <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var wg sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range min(workers, n) {
		wg.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	wg.Wait()
}
