package spec

import (
	"strings"
	"testing"

	"github.com/verisim/verisim/formats/document"
)

// one makes a spec of one table with the given columns.
func one(columns string) string {
	return "tables:\n  t:\n    rows: 1000\n    entity: {p: person}\n    columns:\n      id: {key: int}\n" + columns
}

// TestFaults gives each mistake a document with one fault, and wants its line
// (the last line of the document unless another is named), its words, and no
// other fault.
func TestFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no tables", "version: 1\n", `"tables" is missing`},
		{"an empty mapping of tables", "tables: {}", "1:1: there are no tables"},
		{"null tables", "tables:\n", "expected a mapping of tables"},
		{"version", "version: 2\ntables: {t: {rows: 1, columns: {a: {key: int}}}}", "1:10: version 2"},
		{"unknown key", "sede: 4\ntables: {t: {rows: 1, columns: {a: {key: int}}}}", `1:1: key "sede" is not known here; did you mean "seed"?`},
		{"not yaml", "tables: [", "1:"},
		{"a list", "- 1\n", "1:"},
		{"empty", "", ""},
		{"rows and per", "tables:\n  p: {rows: 1, columns: {a: {key: int}}}\n  t: {rows: 1, per: p, columns: {a: {key: int}}}", "3:3: table \"t\" has rows and per"},
		{"neither rows nor per", "tables:\n  t: {columns: {a: {key: int}}}", "2:3: table \"t\" has neither"},
		{"negative rows", "tables: {t: {rows: -1, columns: {a: {key: int}}}}", "1:20: the number is outside 0 to 2^50"},
		{"2^51 rows", "tables: {t: {rows: 2251799813685248, columns: {a: {key: int}}}}", "outside 0 to 2^50"},
		{"half a row", "tables: {t: {rows: 1.5, columns: {a: {key: int}}}}", "expected a whole number"},
		{"unknown parent", "tables:\n  cust: {rows: 1, columns: {a: {key: int}}}\n  t: {per: cusd, columns: {a: {key: int}}}", `3:12: there is no table "cusd"; did you mean "cust"?`},
		{"parents in a circle", "tables:\n  a: {per: b, columns: {x: {key: int}}}\n  b: {per: a, columns: {x: {key: int}}}", "go in a circle"},
		{"count word", "tables:\n  a: {rows: 1, columns: {x: {key: int}}}\n  b: {per: {parent: a, count: {poison: 3}}, columns: {x: {key: int}}}", `3:32: key "poison" is not known here; did you mean "poisson"?`},
		{"negative count", "tables:\n  a: {rows: 1, columns: {x: {key: int}}}\n  b: {per: {parent: a, count: {int: [-1, 3]}}, columns: {x: {key: int}}}", "a count is 0 or above"},
		{"min of a fixed count", "tables:\n  a: {rows: 1, columns: {x: {key: int}}}\n  b: {per: {parent: a, count: 2, max: 3}, columns: {x: {key: int}}}", "min and max have no use"},
		{"too many children", "tables:\n  a: {rows: 1G, columns: {x: {key: int}}}\n  b: {per: {parent: a, count: 2M}, columns: {x: {key: int}}}", "more than 2^50"},
		{"locale", "locale: en_UK\ntables: {t: {rows: 1, columns: {a: {key: int}}}}", `1:9: there is no locale "en_UK"; did you mean "en_US"?`},
		{"column name", one("      a b: {int: [1, 2]}"), "7:7: \"a b\" cannot be a name"},
		{"no word", one("      a: {null: 5%}"), "nothing fills the column"},
		{"two words", one("      a: {int: [1, 2], pick: [1]}"), `7:24: a column is filled by one word, and here are "int" and "pick"`},
		{"unknown word", one("      a: {normall: [1, 2]}"), `7:11: key "normall" is not known here; did you mean "normal"?`},
		{"unknown parameter", one("      a: {normal: {maen: 1}}"), `did you mean "mean"?`},
		{"missing parameter", one("      a: {lognormal: {sigma: 1}}"), `"median" is missing`},
		{"too many parameters", one("      a: {normal: [1, 2, 3]}"), "3 values are too many; they are, in order: mean, sd"},
		{"wrong kind", one("      a: {normal: [x, 2]}"), "7:20:"},
		{"impossible parameter", one("      a: {normal: [1, -2]}"), "7:19:"},
		{"type", one("      a: {int: [1, 2], type: itn32}"), `there is no type "itn32"; did you mean "int32"?`},
		{"wrong type", one("      a: {words: 3, type: int32}"), "words makes string and cannot make int32"},
		{"role", one("      a: {words: 3, role: secret}"), `there is no role "secret"`},
		{"useless modifier", one("      a: {words: 3, clip: [1, 2]}"), "words cannot keep clip"},
		{"useless unique", one("      a: {normal: [1, 2], unique: true}"), "normal cannot keep unique"},
		{"share", one("      a: {words: 3, null: 140%}"), "a share is 0% to 100%"},
		{"clip", one("      a: {normal: [1, 2], clip: [3, 1]}"), "expected two numbers, [least, greatest]"},
		{"truncate leaves nothing", one("      a: {uniform: [0, 1], truncate: [5, 6]}"), "truncate leaves nothing"},
		{"null key", one("      b: {int: [1, 2]}") + "\n  u: {rows: 2, columns: {k: {key: int, null: 5%}}}", "a key is never null"},
		{"two keys", one("      b: {key: uuid}"), "two keys"},
		{"key pattern", "tables: {t: {rows: 5, columns: {a: {key: uuif}}}}", `did you mean "uuid"?`},
		{"small pattern", one("      a: {pattern: \"\\\\d{2}\", unique: true}"), "has room for 100 values, and table \"t\" has 1000 rows"},
		{"small int", one("      a: {int: [1, 999], unique: true}"), "has room for 999 values"},
		{"small code", one("      a: {template: \"x{#2}\", unique: true}"), "has room for 100 values"},
		{"small pool", one("      a: {fake: bool, unique: true}"), "has room for 2 values"},
		{"narrow key", "tables: {t: {rows: 3G, columns: {a: {key: int, type: int32}}}}", "has room for 2147483647 values"},
		{"ambiguous pattern", one("      a: {pattern: \"(a|ab)(c|bc)\\\\d{9}\", unique: true}"), "could say the same twice"},
		{"endless pattern", one("      a: {pattern: \"a*\"}"), "have no end"},
		{"any character", one("      a: {pattern: \"a.b\"}"), "write a class"},
		{"broken pattern", one("      a: {pattern: \"[a\"}"), "missing closing ]"},
		{"hidden code", one("      a: {template: \"{p.given}{#8}{p.family}\", unique: true}"), "fixed text on one side"},
		{"no code", one("      a: {template: \"{id}\", unique: true}"), "needs {#}"},
		{"open brace", one("      a: {template: \"a{id\"}"), "a brace is not closed"},
		{"filter", one("      a: {template: \"{id|lowr}\"}"), `there is no filter "lowr"; did you mean "lower"?`},
		{"template column", one("      a: {template: \"{idd}\"}"), `did you mean "id"?`},
		{"part", one("      a: p.emial"), `7:10: there is no part of a person "emial"; did you mean "email"?`},
		{"entity", one("      a: q.email"), `there is no entity "q.email"; did you mean "p.email"?`},
		{"no entity", "tables:\n  t:\n    rows: 1\n    columns:\n      a: p.email", "declare one"},
		{"kind of entity", "tables:\n  t:\n    rows: 1\n    entity: {p: persn}\n    columns: {a: {key: int}}", `4:14: there is no kind of entity "persn"; did you mean "person"?`},
		{"entity is a column", "tables:\n  t:\n    rows: 1\n    entity: {p: person}\n    columns: {p: {key: int}}", "4:14: \"p\" is the name of a column too"},
		{"function", one("      a: {fake: beernmae}"), `there is no function "beernmae"; did you mean "beername"?`},
		{"clock-bound function", one("      a: {fake: pastdate}"), "wall clock"},
		{"pick nothing", one("      a: {pick: []}"), "0 values to pick from"},
		{"pick null", one("      a: {pick: [a, null]}"), "for null there is null: 5%"},
		{"pick weights", one("      a: {pick: {a: -1}}"), "a weight is 0 or above"},
		{"no weight", one("      a: {pick: {a: 0, b: 0}}"), "sum is not a number above 0"},
		{"ref table", one("      a: {ref: u.id}"), `there is no table "u"`},
		{"ref column", one("      a: {ref: t.idd}"), `there is no column of table "t": "idd"; did you mean "id"?`},
		{"ref form", one("      a: {ref: t}"), "expected two names with a dot"},
		{"ref to no key", one("      b: {int: [1, 2]}\n      a: {ref: t.b}"), `"b" is not the key`},
		{"ref to nothing", one("      a: {ref: u.k}") + "\n  u: {rows: 0, columns: {k: {key: int}}}", "which has no rows"},
		{"refs in a circle", "tables:\n  a: {rows: 1, columns: {k: {key: int}, r: {ref: b.k}}}\n  b: {rows: 1, columns: {k: {key: int}, r: {ref: a.k}}}", "refer to each other in a circle"},
		{"unique ref", one("      a: {ref: u.k, unique: true}") + "\n  u: {rows: 10, columns: {k: {key: int}}}", "has room for 10 values"},
		{"lookup", one("      b: {int: [1, 2]}\n      a: {lookup: b.id}"), "lookup starts at a ref column"},
		{"expression", one("      a: {expr: \"id +\"}"), "expression, character"},
		{"expression column", one("      a: {expr: \"idd + 1\"}"), `did you mean "id"?`},
		{"expression type", one("      a: {expr: \"id + 'x'\"}"), "expression, character"},
		{"expression const", one("      a: {expr: \"1 + 1\"}"), "it reads no column"},
		{"condition", one("      a: {when: {\"id + 1\": {const: 1}, else: {const: 2}}}"), "a condition is true or false"},
		{"conditions differ", one("      a: {when: {\"id > 1\": {const: 1}, else: {const: x}}}"), "give the column a type"},
		{"else first", one("      a: {when: {else: {const: 1}, \"id > 1\": {const: 2}}}"), "else stands last"},
		{"circle", one("      a: {expr: \"b + 1\"}\n      b: {expr: \"a + 1\"}"), "go in a circle: t.a needs t.b needs t.a"},
		{"circle through a sum", "tables:\n  a: {rows: 2, columns: {k: {key: int}, s: {sum: b.x}}}\n  b: {per: a, columns: {r: {ref: a.k}, x: {lookup: r.s}}}", "go in a circle"},
		{"sum of no child", one("      a: {sum: u.k}") + "\n  u: {rows: 10, columns: {k: {key: int}}}", "is no child of table"},
		{"sum of a text", "tables:\n  a: {rows: 2, columns: {k: {key: int}, s: {sum: b.x}}}\n  b: {per: a, columns: {x: {words: 2}}}", "is no number"},
		{"time", one("      a: {time: {from: 2025-13-01}}"), "expected a time"},
		{"time backwards", one("      a: {time: {from: clock, to: clock - 3d}}"), "from lies behind to"},
		{"time column", one("      b: {int: [1, 2]}\n      a: {time: {from: b}}"), "is no time"},
		{"delay and every", one("      a: {time: {delay: 2h, every: 3h}}"), "leave out one"},
		{"rhythm", one("      a: {time: {rhythm: {hour: ofice}}}"), `did you mean "office"?`},
		{"rhythm weights", one("      a: {time: {rhythm: {weekday: [1, 2]}}}"), "expected 7 weights"},
		{"span", one("      a: {time: {every: 3x}}"), "expected a length of time"},
		{"correlation with a text", one("      b: {words: 3}\n      a: {normal: [0, 1], correlate: {b: 0.5}}"), "cannot be correlated"},
		{"correlation of 1", one("      b: {normal: [0, 1]}\n      a: {normal: [0, 1], correlate: {b: 1}}"), "between -1 and 1"},
		{"impossible correlations", one("      a: {normal: [0, 1]}\n      b: {normal: [0, 1], correlate: {a: 0.9}}\n      c: {normal: [0, 1], correlate: {a: 0.9, b: -0.9}}"), "contradict each other"},
		{"wave", one("      a: {wave: {of: id}}"), "is no time"},
		{"all hidden", "tables: {t: {rows: 1, columns: {a: {key: int, hidden: true}}}}", "shows no columns"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("spec.yaml", []byte(c.text), Options{})
			if err == nil {
				t.Fatalf("Parse = nil, want %q", c.want)
			}
			faults := document.All(err)
			if len(faults) != 1 {
				t.Errorf("%d faults, want 1: %v", len(faults), err)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("Parse = %v\nwant %q", err, c.want)
			}
			if strings.Contains(err.Error(), "spec.yaml:0") || strings.Contains(err.Error(), "default:") {
				t.Errorf("Parse = %v: no place", err)
			}
		})
	}
}

// TestAllFaults wants every fault of a document, in the order of its lines.
func TestAllFaults(t *testing.T) {
	_, err := Parse("spec.yaml", []byte(one("      a: {normal: [1, -1]}\n      b: {pattern: \"a*\"}\n      c: {expr: \"a + nope\"}\n      d: {ref: x.y}")), Options{})
	var lines []int
	for _, f := range document.All(err) {
		lines = append(lines, f.Pos.Line)
	}
	if len(lines) != 4 || lines[0] != 7 || lines[3] != 10 {
		t.Errorf("faults in lines %v, want 7 8 9 10: %v", lines, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(one("      a: {when: {\"id > 3\": {pick: {a: 1}}, else: {pattern: \"[a-c]{2,4}\"}}}"))
	f.Add("tables:\n  a: {rows: 3, columns: {k: {key: uuid}, n: {count: b}}}\n  b: {per: {parent: a, count: {poisson: 2}}, columns: {r: {ref: a.k}, t: {time: {order: true}}}}")
	for _, path := range specFiles(f) {
		f.Add(string(read(f, path)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "fake") { // pools are large, and not ours
			t.Skip()
		}
		s, err := Parse("spec.yaml", []byte(text), Options{Rows: 20})
		if err != nil {
			return
		}
		for _, tab := range s.Tables() {
			n, err := tab.Rows(s.Seed())
			if err != nil || n == 0 {
				continue
			}
			b, err := s.Row(tab.Name, s.Seed(), n-1)
			if err != nil {
				t.Fatalf("Row(%q, %d): %v", tab.Name, n-1, err)
			}
			b.Release()
		}
	})
}
