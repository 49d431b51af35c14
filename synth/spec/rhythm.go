package spec

import (
	"math"
	"sort"
	"time"

	"github.com/verisim/verisim/formats/document"
)

// rhythmDecl says when more happens than at other times: weights multiply.
type rhythmDecl struct {
	Pos     document.Pos
	Hour    weights `yaml:"hour" doc:"24 weights from midnight, or office, evening, shop, night"`
	Weekday weights `yaml:"weekday" doc:"7 weights from Monday, or workdays, weekend"`
	Month   weights `yaml:"month" doc:"12 weights from January, or holidays, summer"`
	Trend   float64 `yaml:"trend" default:"0" doc:"growth a year: 0.2 is a fifth more each year"`
}

// weights is a list of weights or the name of one.
type weights struct {
	name string
	list []float64
	pos  document.Pos
}

func (w *weights) UnmarshalNode(n *document.Node) error {
	w.pos = n.Pos
	if n.Kind == document.String {
		w.name = n.Text
		return nil
	}
	return n.Decode(&w.list)
}

// The named rhythms are plausible shapes, not measurements.
var (
	hourNames = map[string][]float64{
		"office":  {0, 0, 0, 0, 0, 1, 3, 10, 40, 80, 95, 90, 55, 70, 90, 90, 75, 45, 18, 8, 5, 3, 1, 0},
		"evening": {30, 15, 8, 4, 3, 4, 8, 14, 18, 20, 24, 28, 34, 32, 32, 36, 44, 58, 76, 92, 100, 96, 78, 52},
		"shop":    {4, 2, 1, 1, 1, 2, 5, 12, 28, 52, 74, 86, 92, 84, 78, 80, 88, 98, 100, 90, 72, 50, 28, 12},
		"night":   {100, 95, 80, 60, 40, 20, 8, 4, 2, 2, 2, 3, 4, 4, 4, 5, 8, 12, 20, 32, 48, 66, 84, 96},
	}
	dayNames = map[string][]float64{
		"workdays": {100, 100, 100, 100, 95, 8, 4},
		"weekend":  {50, 48, 52, 60, 90, 100, 80},
	}
	monthNames = map[string][]float64{
		"holidays": {80, 78, 86, 88, 92, 90, 86, 84, 90, 96, 124, 150},
		"summer":   {60, 60, 72, 88, 104, 126, 150, 146, 108, 84, 64, 66},
	}
)

func (w *weights) resolve(n int, names map[string][]float64) ([]float64, error) {
	if w.name != "" {
		if l := names[w.name]; l != nil {
			return l, nil
		}
		var known []string
		for k := range names {
			known = append(known, k)
		}
		sort.Strings(known)
		return nil, unknown(w.pos, "rhythm", w.name, known)
	}
	if w.list == nil {
		return nil, nil
	}
	sum := 0.0
	for _, v := range w.list {
		if !(v >= 0 && v < 1e12) {
			return nil, w.pos.Errorf("a weight is 0 or above")
		}
		sum += v
	}
	if len(w.list) != n || sum == 0 {
		return nil, w.pos.Errorf("expected %d weights, not all 0, and here are %d", n, len(w.list))
	}
	return w.list, nil
}

// rhythm is the weight of each hour from first to its end, summed: time runs
// through it as fast as things happen. Within an hour all moments are equal.
type rhythm struct {
	from  moment // start of the first hour
	total []float64
}

const (
	microsPerHour = microsPerDay / 24
	maxHours      = 60 * 366 * 24
)

func (d *rhythmDecl) build(from, to moment) (*rhythm, error) {
	hour, err := d.Hour.resolve(24, hourNames)
	if err != nil {
		return nil, err
	}
	day, err := d.Weekday.resolve(7, dayNames)
	if err != nil {
		return nil, err
	}
	month, err := d.Month.resolve(12, monthNames)
	if err != nil {
		return nil, err
	}
	if !(d.Trend > -1 && d.Trend <= 100) {
		return nil, d.Pos.Errorf("trend lies above -1 (everything gone after a year) and up to 100")
	}
	first := moment(floorDiv(int64(from), microsPerHour) * microsPerHour)
	n := (int64(to-first) + microsPerHour - 1) / microsPerHour
	if n > maxHours {
		return nil, d.Pos.Errorf("a rhythm spans at most 60 years")
	}
	r := &rhythm{from: first, total: make([]float64, n+1)}
	perHour := math.Log1p(d.Trend) / (365.25 * 24)
	for i := range n {
		t := (first + moment(i*microsPerHour)).time()
		w := math.Exp(perHour * float64(i))
		if hour != nil {
			w *= hour[t.Hour()]
		}
		if day != nil {
			w *= day[(int(t.Weekday())+6)%7]
		}
		if month != nil {
			w *= month[t.Month()-time.January]
		}
		r.total[i+1] = r.total[i] + w
	}
	if r.total[n] == 0 {
		return nil, d.Pos.Errorf("the rhythm is 0 all the time from %s to %s", from, to)
	}
	return r, nil
}

// at is how much has happened by a moment.
func (r *rhythm) at(m moment) float64 {
	if m <= r.from {
		return 0
	}
	h := int64(m-r.from) / microsPerHour
	if h >= int64(len(r.total)-1) {
		return r.total[len(r.total)-1]
	}
	part := float64(int64(m-r.from)%microsPerHour) / microsPerHour
	return r.total[h] + (r.total[h+1]-r.total[h])*part
}

// when is the moment by which so much has happened.
func (r *rhythm) when(v float64) moment {
	n := len(r.total) - 1
	// Guess by proportion, then search: hours of one day differ, days do not.
	i := sort.SearchFloat64s(r.total, v)
	i = min(max(i-1, 0), n-1)
	for i < n-1 && r.total[i+1] <= r.total[i] {
		i++
	}
	w := r.total[i+1] - r.total[i]
	part := 0.0
	if w > 0 {
		part = min(max((v-r.total[i])/w, 0), 1)
	}
	return r.from + moment(int64(i)*microsPerHour) + moment(part*(microsPerHour-1))
}
