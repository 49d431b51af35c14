package profile

import (
	"compress/gzip"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// realTable reads a file of the shared data: whole numbers, then floats, then
// dates, then text; "" is null.
func realTable(t testing.TB, name string) arrow.Record {
	t.Helper()
	dir := os.Getenv("VERISIM_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("no real data here: %v", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(z).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	head, rows := rows[0], rows[1:]
	var fields []arrow.Field
	var cols []arrow.Array
	for i, name := range head {
		cells := make([]string, len(rows))
		for r := range rows {
			cells[r] = rows[r][i]
		}
		a := realColumn(cells)
		fields = append(fields, arrow.Field{Name: name, Type: a.DataType(), Nullable: true})
		cols = append(cols, a)
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), cols, int64(len(rows)))
}

func realColumn(cells []string) arrow.Array {
	for _, t := range []arrow.DataType{arrow.PrimitiveTypes.Int64, arrow.PrimitiveTypes.Float64, arrow.FixedWidthTypes.Date32, arrow.BinaryTypes.String} {
		b := array.NewBuilder(memory.DefaultAllocator, t)
		ok := true
		for _, c := range cells {
			if c == "" {
				b.AppendNull()
			} else if err := b.AppendValueFromString(c); err != nil {
				ok = false
				break
			}
		}
		if ok {
			return b.NewArray()
		}
		b.Release()
	}
	panic("text takes everything")
}

func columnOf(t testing.TB, p *Profile, name string) Column {
	t.Helper()
	for _, c := range p.Columns {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("profile has no column %q", name)
	return Column{}
}

func TestCensus(t *testing.T) {
	rec := realTable(t, "adult/census.csv.gz")
	defer rec.Release()
	p := stateOf(t, Options{}, rec).Profile()
	if p.Rows != 48842 || len(p.Columns) != 15 {
		t.Fatalf("census has %d rows and %d columns, want 48842 and 15", p.Rows, len(p.Columns))
	}
	age := columnOf(t, p, "age").Number
	// pandas: df.age.describe(), .skew() is bias-corrected, ours is not.
	if age.Min != 17 || age.Max != 90 || math.Abs(age.Mean-38.64358543876172) > 1e-12 || math.Abs(math.Sqrt(age.Variance)-13.710509934443502) > 1e-12 {
		t.Errorf("age = %+v, want 17..90, mean 38.6436, sd 13.7105", age)
	}
	if q := age.Quantiles[4]; q.P != 0.5 || q.Value != 37 || q.Error != 0 {
		t.Errorf("median age = %+v, want exactly 37", q)
	}
	w := columnOf(t, p, "workclass")
	if w.Top[0].Text != "Private" || w.Top[0].Count != 33906 || !w.Top[0].Exact {
		t.Errorf("most frequent workclass = %+v, want Private 33906", w.Top[0])
	}
	// fnlwgt has 28,523 different values, more than are counted one by one.
	f := columnOf(t, p, "fnlwgt").Distinct
	if f.Exact || math.Abs(f.Value-28523) > 4*f.StdErr {
		t.Errorf("distinct fnlwgt = %+v, want 28523 within four standard errors", f)
	}
	found := map[string]string{}
	for _, c := range p.Columns {
		for _, e := range c.Evidence {
			found[c.Name] = e.What
		}
	}
	for col, what := range map[string]string{"age": "age", "sex": "sex", "race": "ethnicity", "income": "income", "occupation": "occupation", "fnlwgt": ""} {
		if found[col] != what {
			t.Errorf("evidence of %s = %q, want %q", col, found[col], what)
		}
	}
	// education and education_num say the same thing.
	var both int
	for _, d := range p.Dependencies {
		if len(d.From) == 1 && (d.From[0] == "education" && d.To == "education_num" || d.From[0] == "education_num" && d.To == "education") {
			both++
			if d.G3 != 0 {
				t.Errorf("g3 of %v -> %s = %v, want 0", d.From, d.To, d.G3)
			}
		}
	}
	if both != 2 {
		t.Errorf("found %d of the 2 dependencies between education and education_num: %+v", both, p.Dependencies)
	}
	t.Logf("distinct rows %+v, keys %+v", p.DistinctRows, p.Keys)
	for _, d := range p.Dependencies {
		t.Logf("%v -> %s g3 %.4f mu+ %.3f groups %d", d.From, d.To, d.G3, d.MuPlus, d.Groups)
	}
	for _, x := range p.Pairs {
		if x.CramerV > 0.3 {
			t.Logf("%s~%s V %.2f MI %.3f r %.2f rho %.2f", x.A, x.B, x.CramerV, x.Information, x.Pearson, x.Spearman)
		}
	}
}

func TestShop(t *testing.T) {
	users, purchases := realTable(t, "cdnow/users.csv.gz"), realTable(t, "cdnow/purchases.csv.gz")
	defer users.Release()
	defer purchases.Release()
	u, v := stateOf(t, Options{}, users), stateOf(t, Options{}, purchases)
	p := u.Profile()
	if len(p.Keys) != 1 || p.Keys[0].Columns[0] != "id" {
		t.Errorf("keys of users = %+v, want id", p.Keys)
	}
	refs := References(map[string]*State{"users": u, "purchases": v})
	want := Reference{Table: "purchases", Column: "users_id", ToTable: "users", ToColumn: "id", Contained: 1}
	if len(refs) != 1 {
		t.Fatalf("References = %+v, want one", refs)
	}
	want.Compared = refs[0].Compared
	if refs[0] != want || want.Compared < 1000 {
		t.Errorf("References = %+v, want %+v", refs[0], want)
	}
	date := columnOf(t, v.Profile(), "date")
	if date.Time == nil || date.Time.Min != "1997-01-01" || date.Time.Max != "1998-06-30" {
		t.Errorf("date = %+v, want 1997-01-01 to 1998-06-30", date.Time)
	}
	amt := columnOf(t, v.Profile(), "amt").Number
	sum := 0.0
	col := purchases.Column(3).(*array.Float64)
	for i := range col.Len() {
		sum += col.Value(i)
	}
	if math.Abs(amt.Sum-sum) > 1e-6 {
		t.Errorf("sum of amt = %s, want %v", strconv.FormatFloat(amt.Sum, 'g', -1, 64), sum)
	}
}
