package fake

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/brianvoe/gofakeit/v7"
)

// sample draws a function a few times; synctest moves the clock to 2000.
func sample(t *testing.T, name string) []string {
	info := gofakeit.GetFuncLookup(name)
	f := gofakeit.NewFaker(rand.NewPCG(1, 2), false)
	var out []string
	for range 200 {
		v, err := info.Generate(f, required(name), info)
		if err != nil {
			t.Logf("%s: %v", name, err)
			return nil
		}
		out = append(out, text(v))
	}
	return out
}

// required are parameters of functions that cannot do without.
func required(name string) *gofakeit.MapParams {
	m := gofakeit.NewMapParams()
	for k, v := range map[string]map[string]string{
		"randomint": {"ints": "3"}, "randomuint": {"uints": "3"}, "randomstring": {"strs": "a"},
		"float64range": {"min": "1", "max": "9"}, "float32range": {"min": "1", "max": "9"}, "intrange": {"min": "1", "max": "9"},
		"generate": {"str": "{firstname}"}, "numerify": {"str": "###"}, "lexify": {"str": "???"}, "regex": {"str": "[a-z]{3}"},
		"teams": {"people": "Ann", "teams": "A"}, "dice": {"numdice": "2", "sides": "6"}, "digitn": {"count": "3"}, "lettern": {"count": "3"},
	}[name] {
		m.Add(k, v)
	}
	return m
}

// TestFunctions draws every function twice, now and in the year 2000: what
// differs leans on the wall clock and must be refused.
func TestFunctions(t *testing.T) {
	for name := range gofakeit.FuncLookups {
		if why, no := refused[name]; no && why == fileMaker {
			continue
		}
		now := sample(t, name)
		var then []string
		synctest.Test(t, func(t *testing.T) {
			if y := time.Now().Year(); y != 2000 {
				t.Fatalf("the clock says %d, want 2000", y)
			}
			then = sample(t, name)
		})
		differs := false
		for i := range now {
			differs = differs || i >= len(then) || now[i] != then[i]
		}
		if why := refused[name]; differs != (why == clockBound) {
			t.Errorf("function %q: depends on the clock = %v, refused for %q", name, differs, why)
		}
		if now == nil && refused[name] == "" {
			t.Errorf("function %q cannot be called without parameters", name)
		}
	}
}

func TestFunctionPools(t *testing.T) {
	a, err := Function("color", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Function("color", nil, 0)
	if err != nil || a.Len() != b.Len() || a.At(0) != b.At(0) {
		t.Errorf("Function(color) differs between calls: %d and %d values, %v", a.Len(), b.Len(), err)
	}
	for _, c := range []struct {
		name   string
		params map[string]string
		size   int
	}{
		{"colour", nil, 0},
		{"pastdate", nil, 0},
		{"color", map[string]string{"shade": "x"}, 0},
		{"color", nil, -1},
		{"color", nil, MaxPool + 1},
		{"intrange", nil, 0},
	} {
		if _, err := Function(c.name, c.params, c.size); err == nil {
			t.Errorf("Function(%q, %v, %d) = nil error, want one", c.name, c.params, c.size)
		}
	}
}
