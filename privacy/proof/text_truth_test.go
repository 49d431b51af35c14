package proof

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/verisim/verisim/privacy/proof/ligero"
)

// TestTextTruth draws small tables of texts and holds the prover against loops.
func TestTextTruth(t *testing.T) {
	size := ligero.Params{LogK: 7, Rate: 4, Queries: 20}
	held, broken := 0, 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 21))
		draw := func(n, kinds int) []map[string]string {
			rows := make([]map[string]string, n)
			for i := range rows {
				text := func() string {
					if r.IntN(8) == 0 {
						return "null"
					}
					return fmt.Sprintf("%q", strings.Repeat("x", r.IntN(kinds)))
				}
				rows[i] = map[string]string{"who": text(), "city": text(), "age": fmt.Sprint(r.IntN(2))}
			}
			return rows
		}
		s := &texts{draw(1+r.IntN(12), 2+r.IntN(3)), draw(1+r.IntN(60), 3)}
		key := func(row map[string]string, columns ...string) (k string) {
			for _, c := range columns {
				k += row[c] + "|"
			}
			return k
		}
		statement, truth := "", true
		switch seed % 4 {
		case 0:
			statement = "reference: {column: who, to: {table: members, column: city}}"
			for _, v := range s.visits {
				truth = truth && (v["who"] == "null" || slices.ContainsFunc(s.members, func(m map[string]string) bool { return m["city"] == v["who"] }))
			}
		case 1:
			k := 2 + r.IntN(2)
			if k > len(s.visits) {
				continue // a mistake in the statement, not a false one
			}
			statement = fmt.Sprintf("anonymity: {columns: [who], k: %d}", k)
			for _, v := range s.visits {
				n := 0
				for _, w := range s.visits {
					if key(v, "who") == key(w, "who") {
						n++
					}
				}
				truth = truth && n >= k
			}
		case 3:
			statement = "unique: {columns: [who, age, city], missing: true}"
			for i, v := range s.visits {
				for _, w := range s.visits[:i] {
					truth = truth && (v["who"] == "null" || v["city"] == "null" || key(v, "who", "age", "city") != key(w, "who", "age", "city"))
				}
			}
		case 2:
			statement = "disjoint: {columns: [who, age, city], from: members}"
			for _, v := range s.visits {
				truth = truth && !slices.ContainsFunc(s.members, func(m map[string]string) bool { return key(m, "who", "age", "city") == key(v, "who", "age", "city") })
			}
		}
		size.Draws = int(seed/4%2) * ligero.MaxDraws
		file, err := s.prove(t, statement, Options{InsecureParams: &size})
		if f := (*FalseError)(nil); truth == errors.As(err, &f) {
			t.Errorf("seed %d: Prove = %v, and the truth of %s is %t", seed, err, statement, truth)
			continue
		}
		if !truth {
			broken++
			continue
		}
		held++
		if _, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true}); err != nil {
			t.Errorf("seed %d: Verify = %v of %s", seed, err, statement)
		}
	}
	if held < 8 || broken < 8 {
		t.Errorf("%d statements held and %d did not; the test needs both", held, broken)
	}
}
