package realism

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/verisim/verisim/quality/utility"
)

// span is a part of the rows, which are in order of time.
type span struct{ from, to int }

// at is the first row at or after a time.
func (d *data) at(t int64) int {
	i, _ := slices.BinarySearch(d.time, t)
	return i
}

// split lays the test at the end, and the training before it with the delay
// between; short data gives the first half to training and leaves no gap.
func (j *judge) split() (train, test span, ok bool) {
	d := j.d
	end := d.time[len(d.time)-1] + 1
	testFrom := end - int64(j.in.TestDays)*day
	trainTo := testFrom - int64(j.in.DelayDays)*day
	trainFrom := trainTo - int64(j.in.TrainDays)*day
	train, test = span{d.at(trainFrom), d.at(trainTo)}, span{d.at(testFrom), len(d.time)}
	return train, test, trainFrom >= d.time[0]-day && d.both(train) && d.both(test)
}

// both says whether a span has both labels.
func (d *data) both(s span) bool {
	if s.to <= s.from {
		return false
	}
	return slices.Contains(d.label[s.from:s.to], 1) && slices.Contains(d.label[s.from:s.to], 0)
}

func cut(features [][]float64, s span) [][]float64 {
	out := make([][]float64, len(features))
	for k, f := range features {
		out[k] = f[s.from:s.to]
	}
	return out
}

// The trees are those that a modeller settles on for some hundreds of
// positives: small and slow, which the handbook's chapter 5 calls tuned. With
// the 31 leaves of a default they learn single frauds by heart.
const (
	treeLeaves  = 8
	treeRate    = .1
	treeRows    = 50
	treePenalty = 5
)

// trees trains on one span and scores another.
func (j *judge) trees(features [][]float64, train, test span) ([]float64, error) {
	m, err := utility.TrainTrees(&utility.Data{Features: cut(features, train), Labels: j.d.label[train.from:train.to]},
		utility.TreesOptions{Trees: j.in.Trees, Leaves: treeLeaves, Rate: treeRate, MinRows: treeRows, Penalty: treePenalty, Workers: j.in.Workers})
	if err != nil {
		return nil, err
	}
	return m.Score(cut(features, test))
}

// handbook are the features of R2 without the risks.
func (j *judge) handbook() [][]float64 {
	d, m := j.d, j.in.Mapping
	features := d.raw()
	if e, size := d.entity(m.Customer); e != nil {
		features = append(features, d.past(e, size)...)
	}
	if e, size := j.place(); e != nil {
		features = append(features, d.past(e, size)...)
	}
	return features
}

// place is where money is spent: the terminal, or the merchant where there is
// none.
func (j *judge) place() ([]int32, int) {
	d, m := j.d, j.in.Mapping
	terminal, terminals := d.entity(m.Terminal)
	merchant, merchants := d.entity(m.Merchant)
	if terminal == nil {
		return merchant, merchants
	}
	for i, t := range terminal {
		if t < 0 && merchant != nil && merchant[i] >= 0 {
			terminal[i] = int32(terminals) + merchant[i]
		}
	}
	return terminal, terminals + merchants
}

// learners measures R2, R5, R7 and R12.
func (j *judge) learners(context.Context) error {
	d, m := j.d, j.in.Mapping
	if m.Customer == "" {
		return nil
	}
	train, test, ok := j.split()
	if !ok {
		j.miss("r2.trees.auc", "the data is too short for training, delay and test, or one of them has one label only")
		return nil
	}
	base := j.handbook()
	place, places := j.place()
	with := func(delayDays int, whole bool) [][]float64 {
		if place == nil {
			return base
		}
		return append(slices.Clip(base), d.risk(place, places, int64(delayDays)*day, whole)...)
	}
	label := d.label[test.from:test.to]
	features := with(j.in.DelayDays, false)
	scores, err := j.trees(features, train, test)
	if err != nil {
		return err
	}
	treesAP := utility.AveragePrecision(scores, label)
	lm, err := utility.TrainLogistic(&utility.Data{Features: cut(features, train), Labels: d.label[train.from:train.to]},
		utility.LogisticOptions{Workers: j.in.Workers})
	if err != nil {
		return err
	}
	linear, err := lm.Score(cut(features, test))
	if err != nil {
		return err
	}
	j.add("r2.logistic.auc", utility.AUC(linear, label), "")
	j.add("r2.logistic.ap", utility.AveragePrecision(linear, label), "")
	j.add("r2.trees.auc", utility.AUC(scores, label), "")
	j.add("r2.trees.ap", treesAP, "")
	j.add("r2.cards100", j.cardPrecision(scores, test), "")
	j.hardShare(scores, test)
	if place == nil {
		return nil
	}
	measure := func(delay int, whole bool) (float64, error) {
		s, failed := j.trees(with(delay, whole), train, test)
		return utility.AveragePrecision(s, label), failed
	}
	peek, err := measure(0, true)
	if err != nil {
		return err
	}
	j.add("r5.lookahead", peek/treesAP, "")
	var ap [3]float64
	for k, delay := range []int{0, 7, 30} {
		if ap[k], err = measure(delay, false); err != nil {
			return err
		}
	}
	j.add("r7.delay7", ap[1]/ap[0], "")
	j.add("r7.delay30", ap[2]/ap[1], "")
	return nil
}

// cardPrecision is the handbook's CP@100: each day the 100 customers with the
// highest score are called, each once over the whole test; the share with a
// positive that day, averaged over days.
func (j *judge) cardPrecision(scores []float64, test span) float64 {
	d := j.d
	customer, size := d.entity(j.in.Mapping.Customer)
	called := make([]bool, size)
	sum, days := 0.0, 0.0
	for from := test.from; from < test.to; {
		to := d.at((d.time[from]/day + 1) * day)
		best, fraud := map[int32]float64{}, map[int32]bool{}
		for i := from; i < to; i++ {
			c := customer[i]
			if c < 0 || called[c] {
				continue
			}
			if s, ok := best[c]; !ok || scores[i-test.from] > s {
				best[c] = scores[i-test.from]
			}
			fraud[c] = fraud[c] || d.label[i] == 1
		}
		cards := make([]int32, 0, len(best))
		for c := range best {
			cards = append(cards, c)
		}
		slices.SortFunc(cards, func(a, b int32) int { return cmp.Or(cmp.Compare(best[b], best[a]), cmp.Compare(a, b)) })
		hits := 0.0
		for _, c := range cards[:min(100, len(cards))] {
			hits += boolean(fraud[c])
			called[c] = fraud[c] // a found card is blocked, an honest one is not
		}
		sum += hits / 100
		days++
		from = to
	}
	return sum / days
}

// hardShare measures R12 on the scores of the test.
func (j *judge) hardShare(scores []float64, test span) {
	d := j.d
	if d.hard == nil {
		return
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	count := func(rows iter.Seq[int]) (share float64, note string) {
		kinds, honest := make([]float64, 2+len(d.hardKinds)), 0.0
		for i := range rows {
			if d.label[test.from+i] == 0 {
				honest++
				kinds[d.hard[test.from+i]]++
			}
		}
		for k, name := range d.hardKinds {
			note += fmt.Sprintf(", %s %.4f", name, kinds[1+k]/honest)
		}
		return 1 - kinds[0]/honest, note
	}
	share, note := count(slices.Values(order[:max(1, len(order)/100)]))
	j.add("r12.hard", share, "of the honest rows among them"+note)
	share, note = count(slices.Values(order))
	j.add("r12.usual", share, "of all honest rows of the test"+note)
}

// graph measures R3 and R4.
func (j *judge) graph(context.Context) error {
	d, m := j.d, j.in.Mapping
	if m.From == "" || m.To == "" {
		return nil
	}
	train, test := span{0, len(d.time) * 6 / 10}, span{len(d.time) * 8 / 10, len(d.time)} // AMLworld, section 5: 60-20-20 by time
	if !d.both(train) || !d.both(test) {
		j.miss("r3.flat.f1", "training or test has one label only")
		return nil
	}
	flat := d.raw()
	for _, c := range d.columns {
		if used := []string{m.From, m.To, m.Time, m.Amount, m.Customer, m.Merchant, m.Terminal}; !slices.Contains(used, c.name) && (!c.coded || c.size <= 64) {
			flat = append(flat, c.values)
		}
	}
	from, size := d.entity(m.From)
	to, _ := d.entity(m.To)
	label := d.label[test.from:test.to]
	scores, err := j.trees(flat, train, test)
	if err != nil {
		return err
	}
	plain := utility.AveragePrecision(scores, label)
	f1, _ := utility.BestF1(scores, label)
	j.add("r3.flat.f1", f1, "")
	if scores, err = j.trees(append(flat, d.fans(from, to, size)...), train, test); err != nil {
		return err
	}
	f1, _ = utility.BestF1(scores, label)
	j.add("r3.graph.f1", f1, "")
	j.hardShare(scores, test)
	j.add("r4.lift", utility.AveragePrecision(scores, label)/plain, "")
	return nil
}

// driftMonths are the months after training that R6 looks at; two where the data
// is shorter than 150 days.
const driftMonths = 3

// drift measures R6: the fall of AP with the age of a model, as the slope over
// the months after, times three, over the AP of the first. It learns from the second
// month on: in the first the windows of the features are not full yet, which is
// no drift. A month holds few positives, so it is done for every window of
// training that begins ten days after the last, and the median is taken.
func (j *judge) drift(context.Context) error {
	d := j.d
	if j.in.Mapping.Customer == "" {
		return nil
	}
	const month = 30 * day
	end := d.time[len(d.time)-1] + day
	var falls []float64
	var features [][]float64
	months := min(driftMonths, int((end-d.time[0])/month)-2)
	for start := d.time[0] + month; months >= 2 && start+int64(1+months)*month <= end; start += 10 * day {
		if features == nil { // only where there is time enough
			features = j.handbook()
			if place, places := j.place(); place != nil {
				features = append(features, d.risk(place, places, int64(j.in.DelayDays)*day, false)...)
			}
		}
		train := span{d.at(start), d.at(start + month)}
		var ages, aps []float64
		for age := int64(1); age <= int64(months); age++ {
			test := span{d.at(start + age*month), d.at(start + (age+1)*month)}
			if !d.both(train) || !d.both(test) {
				break
			}
			scores, err := j.trees(features, train, test)
			if err != nil {
				return err
			}
			ages, aps = append(ages, float64(age)), append(aps, utility.AveragePrecision(scores, d.label[test.from:test.to]))
		}
		if len(ages) == months {
			slope, level := line(ages, aps)
			falls = append(falls, -3*slope/(level+slope))
		}
	}
	if len(falls) == 0 {
		j.miss("r6.drift", "the data is shorter than 120 days, or a month has one label only")
		return nil
	}
	j.add("r6.drift", median(falls), fmt.Sprintf("by window of training %.2f", falls))
	return nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// line fits y = level + slope x by least squares.
func line(x, y []float64) (slope, level float64) {
	var sx, sy, sxx, sxy float64
	n := float64(len(x))
	for i := range x {
		sx += x[i]
		sy += y[i]
		sxx += x[i] * x[i]
		sxy += x[i] * y[i]
	}
	slope = (n*sxy - sx*sy) / (n*sxx - sx*sx)
	return slope, (sy - slope*sx) / n
}
