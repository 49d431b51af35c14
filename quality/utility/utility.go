// Package utility holds the learners and measures by which judges say how
// useful, or how easy, a table is: logistic regression, histogram
// gradient-boosted trees, and ranking measures.
//
// The learners are yardsticks, not a modelling kit: binary labels, features in
// memory, no tuning. They are deterministic: the same data gives the same model
// bit for bit, on any number of workers, because every sum is taken in a fixed
// order. .ci/interop compares their AUC with scikit-learn and LightGBM.
//
// References: T. Chen, C. Guestrin, "XGBoost" (KDD 2016), equations 6 and 7;
// G. Ke et al., "LightGBM" (NIPS 2017); T. Fawcett, "An introduction to ROC
// analysis" (2006).
package utility

import (
	"errors"
	"fmt"
)

// ErrOneClass marks labels that are all alike, from which nothing is learned
// and by which nothing is measured.
var ErrOneClass = errors.New("labels are all of one class")

// Data is a set of examples, column by column.
type Data struct {
	// Features holds one slice a feature, all of one length. NaN is a missing
	// value. Required.
	Features [][]float64
	// Labels holds 0 or 1 a row. Required.
	Labels []uint8
	// Categorical says which features are codes without an order. Default none.
	Categorical []bool
}

// Rows is the number of examples.
func (d *Data) Rows() int { return len(d.Labels) }

// check says why the data cannot be learned from.
func (d *Data) check() error {
	if len(d.Features) == 0 {
		return errors.New("train model: there is no feature")
	}
	for j, f := range d.Features {
		if len(f) != len(d.Labels) {
			return fmt.Errorf("train model: feature %d has %d rows, the labels have %d", j, len(f), len(d.Labels))
		}
	}
	if d.Categorical != nil && len(d.Categorical) != len(d.Features) {
		return fmt.Errorf("train model: %d categorical marks for %d features", len(d.Categorical), len(d.Features))
	}
	ones := 0
	for i, y := range d.Labels {
		if y > 1 {
			return fmt.Errorf("train model: label of row %d is neither 0 nor 1", i)
		}
		ones += int(y)
	}
	if ones == 0 || ones == len(d.Labels) {
		return fmt.Errorf("train model: %w", ErrOneClass)
	}
	return nil
}

// Model scores examples; a higher score means label 1 is likelier.
type Model interface {
	// Score returns the probability of label 1 for each row of features that
	// are laid out as in training.
	Score(features [][]float64) ([]float64, error)
}
