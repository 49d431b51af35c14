package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/verisim/verisim/quality/profile"
)

// relationsView is how the columns of a table go together.
type relationsView struct {
	Heat    *gridView
	Pairs   []strengthView
	Keys    []pairView
	Depends []pairView
}

// strengthView is one measured pair, or one point of a line.
type strengthView struct{ A, B, V, R string }

// Limits of what is listed.
const (
	listedPairs   = 12
	listedDepends = 12
	heatColumns   = 28
)

func relationsOf(p *profile.Profile) *relationsView {
	v := &relationsView{}
	pairs := slices.Clone(p.Pairs)
	slices.SortStableFunc(pairs, func(a, b profile.Pair) int { return cmp.Compare(strength(b), strength(a)) })
	for _, x := range pairs[:min(len(pairs), listedPairs)] {
		if strength(x) < 0.1 {
			break
		}
		r := ""
		if x.Spearman != 0 {
			r = strconv.FormatFloat(x.Spearman, 'f', 2, 64)
		}
		v.Pairs = append(v.Pairs, strengthView{x.A, x.B, strconv.FormatFloat(strength(x), 'f', 2, 64), r})
	}
	v.Heat = heatOf(p)
	for _, k := range p.Keys {
		how := "unique in the sample"
		if k.Proven {
			how = "unique in all rows"
		}
		v.Keys = append(v.Keys, pairView{strings.Join(k.Columns, ", "), how})
	}
	for _, d := range p.Dependencies[:min(len(p.Dependencies), listedDepends)] {
		how := "always"
		if d.G3 > 0 {
			how = "but for " + percent(d.G3)
		}
		v.Depends = append(v.Depends, pairView{strings.Join(d.From, ", ") + " → " + d.To, how})
	}
	if v.Heat == nil && v.Pairs == nil && v.Keys == nil && v.Depends == nil {
		return nil
	}
	return v
}

// strength is the larger of rank correlation and association.
func strength(p profile.Pair) float64 { return max(math.Abs(p.Spearman), p.CramerV) }

// heatOf draws a triangle of squares for the columns that have any pair.
func heatOf(p *profile.Profile) *gridView {
	index := map[string]int{}
	var names []string
	for _, c := range p.Columns {
		for _, x := range p.Pairs {
			if x.A == c.Name || x.B == c.Name {
				index[c.Name] = len(names)
				names = append(names, c.Name)
				break
			}
		}
	}
	if len(names) < 3 || len(names) > heatColumns {
		return nil
	}
	const step, margin = 16, 110
	var paths [5]strings.Builder
	for _, x := range p.Pairs {
		a, b := index[x.A], index[x.B]
		lo, hi := min(a, b), max(a, b)
		fmt.Fprintf(&paths[shade(strength(x), 1)], "M%d %dh15v15h-15z", step*lo, step*hi)
	}
	side := step * len(names)
	v := &gridView{Levels: levels(&paths), Label: "How strongly columns go together, darker is stronger"}
	for i, n := range names {
		if r := []rune(n); len(r) > 17 {
			n = string(r[:16]) + "…"
		}
		y := strconv.Itoa(step*i + 11)
		if i > 0 {
			v.Text = append(v.Text, textView{X: "-5", Y: y, S: n, End: true})
		}
		if i < len(names)-1 {
			v.Text = append(v.Text, textView{X: strconv.Itoa(step*i + 11), Y: strconv.Itoa(side + 6), S: n, Turn: true, End: true})
		}
	}
	v.W, v.H = strconv.Itoa(side+margin), strconv.Itoa(side+margin-step)
	v.Box = fmt.Sprintf("-%d %d %s %s", margin, step, v.W, v.H)
	return v
}
