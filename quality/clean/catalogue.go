package clean

import "slices"

// Def describes one kind of step.
type Def struct {
	Name    string
	About   string
	Example string // its argument in a recipe
	bind    func(b *binder) (step, error)
}

// Catalogue lists every kind of step.
func Catalogue() []Def {
	return []Def{
		{"trim", "takes space off both ends of texts (Unicode White_Space, and U+FEFF)", `"*"`, bindTrim},
		{"squeeze", "makes one space of each run of white space inside texts", `[name]`, bindSqueeze},
		{"unicode", "brings texts to a normal form: nfc or nfkc; drops zero-width characters on request", `{form: nfc, drop_zero_width: true}`, bindUnicode},
		{"case", "changes letters: lower, upper or title", `{to: lower, columns: [email]}`, bindCase},
		{"null_tokens", "makes nulls of values that stand for none", `{tokens: ["?", "N/A"]}`, bindNullTokens},
		{"map", "replaces values by others", `{columns: [sex], values: {m: male, f: female}}`, bindMap},
		{"date", "reads dates of given forms and writes them in one, or as a date or timestamp column", `{columns: [born], from: ["%d.%m.%Y"], to: "%Y-%m-%d"}`, bindDate},
		{"cast", "changes the type of text columns", `{columns: [age], to: int64}`, bindCast},
		{"clamp", "moves numbers into a range, or makes nulls of those outside", `{columns: [age], low: 0, high: 120}`, bindClamp},
		{"fill", "gives nulls a value", `{columns: [city], value: unknown}`, bindFill},
		{"drop_duplicates", "drops rows that repeat an earlier one, in all columns or in some", `{columns: [id]}`, bindDuplicates},
		{"drop_nulls", "drops rows that have a null in some columns", `{columns: [id]}`, bindDropNulls},
	}
}

func lookup(name string) (Def, bool) {
	all := Catalogue()
	i := slices.IndexFunc(all, func(d Def) bool { return d.Name == name })
	if i < 0 {
		return Def{}, false
	}
	return all[i], true
}
