package profile

// TwoSample holds counts of the same bins in two samples against each other:
// the distances and tests of [Drift] that are defined on bins. Both must have
// the same length.
func TwoSample(reference, current []int64) Drift {
	d := Drift{NullP: 1, KSP: 1, PSIP: 1, ChiP: 1}
	bins := make([]pair, len(reference))
	for i, n := range reference {
		bins[i] = pair{a: float64(n), b: float64(current[i])}
		d.ReferenceRows += n
		d.Rows += current[i]
	}
	d.compareBins(bins)
	return d
}
