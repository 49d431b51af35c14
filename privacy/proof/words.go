package proof

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"unicode"
)

// words says a statement in plain English. The statement has been verified.
func (b *builder) words(raw *Statement) string {
	var t *builtTable
	for _, x := range b.tables {
		if x.shape.Name == raw.Table {
			t = x
		}
	}
	shape := func(name string) *ColumnShape { return t.columns[name].shape }
	s := raw.named()
	where := ""
	if s.Where != nil {
		where = fmt.Sprintf(" where %s is %q", s.Where.Column, s.Where.Is)
	}
	switch s.Kind {
	case "rows":
		if s.Min != "" || s.Max != "" {
			return fmt.Sprintf("table %s has %d rows, which is %s", s.Table, t.rows, between(s))
		}
		return fmt.Sprintf("table %s has %d rows", s.Table, t.rows)
	case "range":
		if shape(raw.Column).class() == "int" {
			s.Column += inUnits(shape(raw.Column))
		}
		if s.Min == s.Max {
			return fmt.Sprintf("every value of %s that is there is %s", s.Column, s.Min)
		}
		return fmt.Sprintf("every value of %s that is there is from %s to %s", s.Column, s.Min, s.Max)
	case "member":
		return fmt.Sprintf("every value of %s that is there is one of %d listed values", s.Column, len(shape(raw.Column).Encoding.Dictionary))
	case "nulls":
		switch {
		case zero(s.Max), zero(s.MaxRate):
		case s.Max != "":
			if v, ok := parseScaled(s.Max, 0); ok && v.Cmp(big.NewInt(1)) == 0 {
				return fmt.Sprintf("at most 1 value of %s is missing", s.Column)
			}
			return fmt.Sprintf("at most %s values of %s are missing", s.Max, s.Column)
		case s.MaxRate != "":
			return fmt.Sprintf("at most a share of %s of the values of %s is missing", s.MaxRate, s.Column)
		}
		return fmt.Sprintf("no value of %s is missing", s.Column)
	case "sum":
		what, scale := s.Column+inUnits(shape(raw.Column)), shape(raw.Column).scale()
		if s.Times != "" {
			what += " times " + s.Times + inUnits(shape(raw.Times))
			scale += shape(raw.Times).scale()
		}
		if s.Min == "" && s.Max == "" {
			v, _ := new(big.Int).SetString(s.Disclosed[0], 10)
			return fmt.Sprintf("the sum of %s is exactly %s", what, formatScaled(v, scale))
		}
		return fmt.Sprintf("the sum of %s is %s", what, between(s))
	case "mean":
		s.Column += inUnits(shape(raw.Column))
		if s.Min == "" && s.Max == "" {
			return fmt.Sprintf("the mean of %s%s is %s, of %s values", s.Column, where, quotient(s.Disclosed[0], s.Disclosed[1], shape(raw.Column).scale()), s.Disclosed[1])
		}
		return fmt.Sprintf("the mean of %s%s is %s", s.Column, where, between(s))
	case "rate":
		if s.Min == "" && s.Max == "" {
			return fmt.Sprintf("%s is %q in %s of %s values%s: a rate of %s", s.Column, s.Is, s.Disclosed[0], s.Disclosed[1], where, quotient(s.Disclosed[0], s.Disclosed[1], 0))
		}
		if zero(s.Max) && (s.Min == "" || zero(s.Min)) {
			return fmt.Sprintf("no value of %s%s is %q", s.Column, where, s.Is)
		}
		return fmt.Sprintf("the rate of %q in %s%s is %s", s.Is, s.Column, where, between(s))
	case "moments":
		s.Column += inUnits(shape(raw.Column))
		mean, variance := moments(s.Disclosed, shape(raw.Column).scale())
		return fmt.Sprintf("%s has %s values, of mean %s and variance %s", s.Column, s.Disclosed[0], mean, variance)
	case "histogram":
		missing := map[string]string{"0": "none is", "1": "1 is"}[s.Disclosed[0]]
		if missing == "" {
			missing = s.Disclosed[0] + " are"
		}
		return fmt.Sprintf("the counts of the %d possible values of %s are exactly those listed, and %s missing", len(s.Disclosed)-1, s.Column, missing)
	}
	list := strings.Join(s.Columns, ", ")
	switch s.Kind {
	case "weighted":
		scale := 0
		for i, c := range raw.Columns {
			scale = max(scale, shape(c).scale()+decimals(s.Weights[i]))
		}
		list = ""
		for i, c := range raw.Columns {
			list += []string{"", ", "}[min(i, 1)] + s.Columns[i] + inUnits(shape(c))
		}
		what := fmt.Sprintf("the sum of %s, weighted by %s,", list, strings.Join(s.Weights, ", "))
		if s.Min == "" && s.Max == "" {
			v, _ := new(big.Int).SetString(s.Disclosed[0], 10)
			return fmt.Sprintf("%s is exactly %s", what, formatScaled(v, scale))
		}
		return fmt.Sprintf("%s is %s", what, between(s))
	case "order":
		if s.Strict {
			return fmt.Sprintf("in every row %s is below %s, where both are there", s.Columns[0], s.Columns[1])
		}
		return fmt.Sprintf("in every row %s is at most %s, where both are there", s.Columns[0], s.Columns[1])
	case "product", "adds":
		near := "equals"
		if s.Within != "" {
			near = "is within " + s.Within + " of"
		}
		between := " times "
		if s.Kind == "adds" {
			between = " plus "
		}
		return fmt.Sprintf("in every row %s %s %s, where all are there", strings.Join(s.Columns, between), near, s.Equals)
	case "unique":
		switch {
		case s.Columns != nil && s.Missing:
			return fmt.Sprintf("no combination of values of %s occurs twice in rows that have them all", list)
		case s.Columns != nil:
			return fmt.Sprintf("no combination of values of %s occurs twice, and none is missing", list)
		case s.Missing:
			return fmt.Sprintf("no value of %s that is there occurs twice", s.Column)
		}
		return fmt.Sprintf("no value of %s is missing or occurs twice", s.Column)
	case "reference":
		return fmt.Sprintf("every value of %s that is there is a value of %s in table %s", s.Column, s.To.Column, s.To.Table)
	case "anonymity":
		return fmt.Sprintf("every combination of values of %s is shared by at least %d rows", list, s.K)
	case "disjoint":
		return fmt.Sprintf("no row of table %s equals a row of table %s in %s", s.Table, s.From, list)
	}
	return s.Kind
}

// named is the statement with its names as a sentence may hold them.
func (s *Statement) named() *Statement {
	out := *s
	for _, name := range []*string{&out.Table, &out.Column, &out.Times, &out.Equals, &out.From} {
		*name = plain(*name)
	}
	out.Columns = nil
	for _, name := range s.Columns {
		out.Columns = append(out.Columns, plain(name))
	}
	if s.Where != nil {
		out.Where = &Where{plain(s.Where.Column), s.Where.Is}
	}
	if s.To != nil {
		out.To = &Place{plain(s.To.Table), plain(s.To.Column)}
	}
	return &out
}

// plain quotes a name that is no single word: it was chosen by whoever made the
// file, and must not read as a part of the sentence.
func plain(name string) string {
	if strings.IndexFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("_-./", r)
	}) >= 0 {
		return strconv.Quote(name)
	}
	return name
}

// inUnits names the unit of a column's numbers where they are of time: 2020 would
// read as a year.
func inUnits(c *ColumnShape) string {
	switch {
	case c.unit() != "":
		return " (in " + c.unit() + ")"
	case c.Type == "date32":
		return " (in days since 1970)"
	case c.Type == "date64":
		return " (in ms since 1970)"
	case c.perSecond() > 0:
		return " (in " + map[int64]string{1: "s", 1e3: "ms", 1e6: "us", 1e9: "ns"}[c.perSecond()] + " since 1970)"
	}
	return ""
}

// zero says whether a bound is nought.
func zero(text string) bool {
	v, ok := parseScaled(text, maxNumber)
	return ok && v.Sign() == 0
}

func between(s *Statement) string {
	switch {
	case s.Max == "":
		return "at least " + s.Min
	case s.Min == "":
		return "at most " + s.Max
	case s.Min == s.Max:
		return "exactly " + s.Min
	}
	return "from " + s.Min + " to " + s.Max
}

// quotient writes a/b in units of 10^-scale with six decimals at most.
func quotient(a, b string, scale int) string {
	x, _ := new(big.Int).SetString(a, 10)
	y, _ := new(big.Int).SetString(b, 10)
	if y.Sign() == 0 {
		return "nothing"
	}
	r := new(big.Rat).SetFrac(x, new(big.Int).Mul(y, pow10(scale)))
	return trim(r)
}

// moments gives mean and population variance of count, sum and sum of squares.
func moments(d []string, scale int) (mean, variance string) {
	var n, s, q big.Int
	n.SetString(d[0], 10)
	s.SetString(d[1], 10)
	q.SetString(d[2], 10)
	if n.Sign() == 0 {
		return "nothing", "nothing"
	}
	v := new(big.Int).Mul(&n, &q)
	v.Sub(v, new(big.Int).Mul(&s, &s))
	r := new(big.Rat).SetFrac(v, new(big.Int).Mul(new(big.Int).Mul(&n, &n), pow10(2*scale)))
	return quotient(d[1], d[0], scale), trim(r)
}

// trim writes a number with six decimals at most, and says where there are more.
func trim(r *big.Rat) string {
	t := r.FloatString(6)
	about := ""
	if back, ok := new(big.Rat).SetString(t); !ok || back.Cmp(r) != 0 {
		about = "about "
	}
	return about + strings.TrimRight(strings.TrimRight(t, "0"), ".")
}
