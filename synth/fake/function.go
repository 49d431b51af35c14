package fake

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/brianvoe/gofakeit/v7"
)

// DefaultPool is how many values of a function are drawn for its pool.
const DefaultPool = 4096

// MaxPool is the largest pool that Function makes.
const MaxPool = 1_000_000

// Functions lists the gofakeit functions that Function makes pools of.
func Functions() []string { return slices.Clone(functionNames()) }

var functionNames = sync.OnceValue(func() []string {
	var out []string
	for name := range gofakeit.FuncLookups {
		if _, no := refused[name]; !no {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
})

const (
	clockBound = "it depends on the wall clock, so the same seed would give other values tomorrow"
	fileMaker  = "it makes whole files or needs a document of fields"
)

// refused are functions that cannot be frozen, with the reason.
var refused = map[string]string{
	"csv": fileMaker, "json": fileMaker, "xml": fileMaker, "sql": fileMaker,
	"fixed_width": fileMaker, "template": fileMaker, "email_text": fileMaker, "markdown": fileMaker,
	"map": fileMaker, "svg": fileMaker, "imagejpeg": fileMaker, "imagepng": fileMaker,
	"weighted": fileMaker, "shufflestrings": fileMaker, "shuffleints": fileMaker,
	"pastdate": clockBound, "futuredate": clockBound, "daterange": clockBound,
	"creditcard": clockBound, "creditcardexp": clockBound, "person": clockBound,
}

// Function draws the pool of a gofakeit function: its name as gofakeit's
// lookup has it, its parameters by name, and how many values are drawn (0 is
// DefaultPool). Values that come twice are kept once, in byte order; Len of the
// pool is the number of distinct values, which callers should tell.
//
// The pool depends on the arguments alone. A function whose values depend on
// the wall clock is refused.
func Function(name string, params map[string]string, size int) (*Pool, error) {
	if why, no := refused[name]; no {
		return nil, fmt.Errorf("call function %q: %s", name, why)
	}
	info := gofakeit.GetFuncLookup(name)
	if info == nil {
		return nil, fmt.Errorf("call function %q: there is none", name)
	}
	if size == 0 {
		size = DefaultPool
	}
	if size < 1 || size > MaxPool {
		return nil, fmt.Errorf("call function %q: a pool has 1 to %d values, not %d", name, MaxPool, size)
	}
	m := gofakeit.NewMapParams()
	h := fnv.New64a()
	h.Write([]byte(name))
	keys := make([]string, 0, len(params))
	for k := range params {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if !slices.ContainsFunc(info.Params, func(p gofakeit.Param) bool { return p.Field == k }) {
			return nil, fmt.Errorf("call function %q: it has no parameter %q; it has %s", name, k, paramNames(info))
		}
		m.Add(k, params[k])
		h.Write([]byte("\x00" + k + "\x00" + params[k]))
	}
	f := gofakeit.NewFaker(rand.NewPCG(h.Sum64(), 0x9e3779b97f4a7c15), false)
	values, err := drawPool(f, info, m, size)
	if err != nil {
		return nil, fmt.Errorf("call function %q: %w", name, err)
	}
	return NewPool(values), nil
}

// drawPool calls the function until size values were drawn, or until a function
// of few values has said nothing new for eight times as many draws as it has
// values.
func drawPool(f *gofakeit.Faker, info *gofakeit.Info, m *gofakeit.MapParams, size int) (out []string, err error) {
	defer func() { // a parameter that it cannot digest is the caller's fault
		if r := recover(); r != nil {
			err = fmt.Errorf("it failed: %v", r)
		}
	}()
	seen := make(map[string]struct{}, min(size, 1<<16))
	stale := 0
	for range size {
		v, err := info.Generate(f, m, info)
		if err != nil {
			return nil, err
		}
		s := text(v)
		if _, ok := seen[s]; ok {
			if stale++; stale > 8*len(seen)+64 {
				break
			}
			continue
		}
		stale = 0
		seen[s] = struct{}{}
		out = append(out, s)
	}
	slices.Sort(out)
	return out, nil
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case []string:
		return strings.Join(v, ", ")
	}
	if k := reflect.Indirect(reflect.ValueOf(v)).Kind(); k == reflect.Struct || k == reflect.Map || k == reflect.Slice {
		if b, err := json.Marshal(v); err == nil {
			return string(b)
		}
	}
	return fmt.Sprint(v)
}

func paramNames(info *gofakeit.Info) string {
	if len(info.Params) == 0 {
		return "none"
	}
	var out []string
	for _, p := range info.Params {
		out = append(out, p.Field)
	}
	return strings.Join(out, ", ")
}
