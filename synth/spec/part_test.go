package spec

import "testing"

// TestPartsByTheBatch compares what is sampled from lists with what is written
// one by one, through a template.
func TestPartsByTheBatch(t *testing.T) {
	for _, locale := range []string{"en_US", "zh_CN", "{en_US: 1, zh_CN: 1}"} {
		for _, kind := range entityKinds() {
			text := "locale: " + locale + "\ntables:\n  t:\n    rows: 700\n    entity: {p: " + kind + "}\n    columns:\n"
			var names []string
			for _, p := range parts(kind) {
				if p.values == nil {
					continue
				}
				names = append(names, p.name)
				text += "      l_" + p.name + ": p." + p.name + "\n      t_" + p.name + ": {template: \"{p." + p.name + "}\"}\n"
				if p.name != "given" {
					text += "      c_" + p.name + ": {of: p." + p.name + ", type: category}\n"
				}
			}
			b := whole(t, parse(t, text), "t")
			for _, n := range names {
				listed, written := cellsOf(t, b, "l_"+n), cellsOf(t, b, "t_"+n)
				category := written
				if n != "given" {
					category = cellsOf(t, b, "c_"+n)
				}
				for i := range written {
					if listed[i] != written[i] || category[i] != written[i] || written[i] == "" && n != "district" {
						t.Fatalf("%s, %s.%s, row %d: %q, %q, want %q", locale, kind, n, i, listed[i], category[i], written[i])
					}
				}
			}
		}
	}
}
