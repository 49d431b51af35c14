package spec

import (
	"bytes"
	"path/filepath"
	"testing"
)

// TestMemoryThatIsNotClean makes every table of every spec in memory that is
// full of one byte and then of another: every byte of every buffer is the same,
// under nulls too.
func TestMemoryThatIsNotClean(t *testing.T) {
	texts := map[string][]byte{"nulls": []byte(one(`      a: {int: [0, 3], null: 20%}
      b: {words: 3, null: 30%}
      c: {expr: "id / a"}
      d: {expr: "upper(b)"}
      e: {expr: "a > 1"}
      f: {expr: "a * 1.5", type: "decimal(9,2)"}
      g: {when: {"a == 1": {words: 2}, "a == 2": {expr: "lower(b)"}}}
      h: {when: {"e": {expr: "a + 1"}}}
      i: {time: {from: clock - 9d, to: clock}, null: 40%}
      j: {time: {from: i, delay: 3h}}
      k: {wave: {of: i}, round: 1}
      l: {template: "{b}-{a}"}
      m: {pick: [x, y], null: 50%}
      n: {ref: t.id}
      o: {lookup: n.a}
      s: {lookup: n.m}
      q: {expr: "m == 'x' ? b : null"}
      r: {expr: "i + 2d"}
`))}
	for _, path := range specFiles(t) {
		texts[filepath.Base(path)] = read(t, path)
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			var made [2]*Spec
			for i, dirt := range []byte{0xa5, 0x5a} {
				s, err := Parse(name, text, few(name, 150))
				if err != nil {
					t.Fatal(err)
				}
				s.pool.dirt = dirt
				made[i] = s
			}
			for _, tab := range made[0].tables {
				x, y := whole(t, made[0], tab.name), whole(t, made[1], tab.name)
				for c, f := range tab.schema.Fields() {
					a, b := x.Column(c).Data(), y.Column(c).Data()
					for k := range a.Buffers() {
						p, q := a.Buffers()[k], b.Buffers()[k]
						if (p == nil) != (q == nil) {
							t.Fatalf("table %q, column %q: only one has buffer %d", tab.name, f.Name, k)
						}
						if p != nil && !bytes.Equal(p.Bytes(), q.Bytes()) {
							t.Errorf("table %q, column %q: buffer %d differs", tab.name, f.Name, k)
						}
					}
				}
			}
		})
	}
}
