package proof

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
)

// benchTable has ten nullable columns: five of few values, two dates, three
// numbers of 32 bits.
func benchTable(n int) (*arrow.Schema, []table.Batch) {
	var fields []arrow.Field
	for i := range 5 {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("code", i), Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int8, ValueType: arrow.BinaryTypes.String}, Nullable: true})
	}
	for i := range 2 {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("day", i), Type: arrow.FixedWidthTypes.Date32, Nullable: true})
	}
	for i := range 3 {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("number", i), Type: arrow.PrimitiveTypes.Int64, Nullable: true})
	}
	s := arrow.NewSchema(fields, nil)
	r := rand.New(rand.NewPCG(1, 2))
	var out []table.Batch
	for n > 0 {
		m := min(n, 65536)
		n -= m
		b := array.NewRecordBuilder(memory.DefaultAllocator, s)
		for i := range m {
			for c := range 10 {
				if c > 0 && r.IntN(50) == 0 {
					b.Field(c).AppendNull()
					continue
				}
				switch f := b.Field(c).(type) {
				case *array.BinaryDictionaryBuilder:
					if err := f.AppendString(string(rune('a' + (i+r.IntN(7))%20))); err != nil {
						panic(err)
					}
				case *array.Date32Builder:
					f.Append(arrow.Date32(18000 + r.IntN(2000)))
				case *array.Int64Builder:
					f.Append(int64(r.Uint32()))
				}
			}
		}
		out = append(out, b.NewRecord())
	}
	return s, out
}

func benchStatements() string {
	s := "version: 1\ntable: t\nstatements:\n- rows:\n"
	for i := range 5 {
		s += fmt.Sprintf("- member: {column: code%d, of: [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t]}\n", i)
		s += fmt.Sprintf("- nulls: {column: code%d, max_rate: 0.05}\n", i)
	}
	for i := range 2 {
		s += fmt.Sprintf("- range: {column: day%d, min: 2019-01-01, max: 2026-12-31}\n- nulls: {column: day%d, max_rate: 0.05}\n", i, i)
	}
	for i := range 3 {
		s += fmt.Sprintf("- range: {column: number%d, min: 0, max: 4294967295}\n- nulls: {column: number%d, max_rate: 0.05}\n- sum: {column: number%d}\n", i, i, i)
	}
	return s + "- rate: {column: code0, is: a}\n"
}

// cpu is the processor time of the process so far.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTable proves and verifies the table of the goal at several sizes.
func BenchmarkTable(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000, 4_000_000} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) { benchBits(b, n, MinBits) })
	}
}

// BenchmarkStrong does the same for 128 bits, after a run for 100 bits.
func BenchmarkStrong(b *testing.B) {
	for _, bits := range []int{MinBits, MaxBits} {
		b.Run(fmt.Sprintf("bits=%d", bits), func(b *testing.B) { benchBits(b, 1_000_000, bits) })
	}
}

// benchBits proves and verifies a table of n rows.
func benchBits(b *testing.B, n, bits int) {
	schema, batches := benchTable(n)
	for b.Loop() {
		doc, err := DecodeDocument("s", []byte(benchStatements()))
		if err != nil {
			b.Fatal(err)
		}
		doc.Bits = bits
		var peak uint64
		stop := make(chan bool)
		go func() {
			var m runtime.MemStats
			for {
				select {
				case <-stop:
					return
				case <-time.After(50 * time.Millisecond):
					runtime.ReadMemStats(&m)
					peak = max(peak, m.HeapInuse)
				}
			}
		}()
		start, used := time.Now(), cpu()
		p := New(doc, Options{Workers: 2})
		t, err := p.Table("t", schema, nil, "")
		if err != nil {
			b.Fatal(err)
		}
		for _, x := range batches {
			if err = t.Add(x); err != nil {
				b.Fatal(err)
			}
		}
		file, err := p.Prove(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		proved, provedCPU := time.Since(start), cpu()-used
		close(stop)
		start, used = time.Now(), cpu()
		r, err := Verify(context.Background(), file, VerifyOptions{})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(proved.Seconds(), "prove-s")
		b.ReportMetric(provedCPU.Seconds(), "prove-cpu-s")
		b.ReportMetric(time.Since(start).Seconds(), "verify-s")
		b.ReportMetric((cpu() - used).Seconds(), "verify-cpu-s")
		b.ReportMetric(float64(len(file))/1e6, "MB")
		b.ReportMetric(float64(peak)/1e6, "heap-MB")
		b.ReportMetric(float64(r.Header.Params.LogK), "log-k")
		b.ReportMetric(float64(r.Summary.SoundnessBits), "bits")
	}
}

// benchProve proves a document about some tables, and verifies.
func benchProve(b *testing.B, text string, tables map[string][]table.Batch) {
	for b.Loop() {
		doc, err := DecodeDocument("s", []byte(text))
		if err != nil {
			b.Fatal(err)
		}
		start, used := time.Now(), cpu()
		p := New(doc, Options{Workers: 2})
		for name, batches := range tables {
			var t *Table
			if t, err = p.Table(name, batches[0].Schema(), nil, ""); err != nil {
				b.Fatal(err)
			}
			for _, x := range batches {
				if err = t.Add(x); err != nil {
					b.Fatal(err)
				}
			}
		}
		file, err := p.Prove(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "prove-s")
		b.ReportMetric((cpu() - used).Seconds(), "prove-cpu-s")
		start = time.Now()
		if _, err = Verify(context.Background(), file, VerifyOptions{}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "verify-s")
		b.ReportMetric(float64(len(file))/1e6, "MB")
	}
}

// numbers makes one batch of int64 columns.
func numbers(n int, columns map[string]func(i int) int64) []table.Batch {
	var fields []arrow.Field
	var arrays []arrow.Array
	for name, f := range columns {
		v := make([]int64, n)
		for i := range v {
			v[i] = f(i)
		}
		bl := array.NewInt64Builder(memory.DefaultAllocator)
		bl.AppendValues(v, nil)
		fields, arrays = append(fields, arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int64}), append(arrays, bl.NewArray())
	}
	return []table.Batch{array.NewRecord(arrow.NewSchema(fields, nil), arrays, int64(n))}
}

func BenchmarkUnique(b *testing.B) {
	const n = 1_000_000
	r := rand.New(rand.NewPCG(1, 1))
	order := r.Perm(n)
	keys := numbers(n, map[string]func(int) int64{"id": func(i int) int64 { return int64(order[i])*4294 + r.Int64N(4294) }})
	benchProve(b, "version: 1\ntable: t\nstatements:\n- range: {column: id, min: 0, max: 4294967295}\n- unique: {column: id}\n", map[string][]table.Batch{"t": keys})
}

// BenchmarkUniqueMissing has the same keys, of which a tenth is missing.
func BenchmarkUniqueMissing(b *testing.B) {
	const n = 1_000_000
	r := rand.New(rand.NewPCG(1, 1))
	order := r.Perm(n)
	bl := array.NewInt64Builder(memory.DefaultAllocator)
	for _, i := range order {
		if i%10 == 0 {
			bl.AppendNull()
		} else {
			bl.Append(int64(i)*4294 + r.Int64N(4294))
		}
	}
	schema := arrow.NewSchema([]arrow.Field{{Name: "id", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	keys := []table.Batch{array.NewRecord(schema, []arrow.Array{bl.NewArray()}, n)}
	benchProve(b, "version: 1\ntable: t\nstatements:\n- range: {column: id, min: 0, max: 4294967295}\n- unique: {column: id, missing: true}\n", map[string][]table.Batch{"t": keys})
}

// BenchmarkDisjoint has keys of 61 bits made of two columns.
func BenchmarkDisjoint(b *testing.B) {
	const n = 1_000_000
	r := rand.New(rand.NewPCG(1, 1))
	make := func(parity int64) []table.Batch {
		return numbers(n, map[string]func(int) int64{
			"x": func(int) int64 { return r.Int64N(1<<30)*2 + parity }, "y": func(int) int64 { return r.Int64N(1 << 30) },
		})
	}
	text := "version: 1\ntable: made\nstatements:\n"
	for _, t := range []string{"made", "truth"} {
		text += "- range: {table: " + t + ", column: x, min: 0, max: 2147483647}\n- range: {table: " + t + ", column: y, min: 0, max: 1073741823}\n"
	}
	benchProve(b, text+"- disjoint: {columns: [x, y], from: truth}\n", map[string][]table.Batch{"made": make(0), "truth": make(1)})
}

// BenchmarkTexts proves statements about 1,000,000 strings without a dictionary, of
// 500 cities or all different.
func BenchmarkTexts(b *testing.B) {
	const n = 1_000_000
	column := func(of func(i int) string) []table.Batch {
		bl := array.NewStringBuilder(memory.DefaultAllocator)
		for i := range n {
			bl.Append(of(i))
		}
		schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.BinaryTypes.String}}, nil)
		return []table.Batch{array.NewRecord(schema, []arrow.Array{bl.NewArray()}, n)}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct {
		name, statement string
		tables          map[string][]table.Batch
	}{
		{"anonymity", "anonymity: {columns: [x], k: 100}", map[string][]table.Batch{"t": column(func(int) string { return fmt.Sprint("city ", r.IntN(500)) })}},
		{"reference", "reference: {column: x, to: {table: p, column: x}}", map[string][]table.Batch{
			"t": column(func(int) string { return fmt.Sprint("person ", r.IntN(n)) }), "p": column(func(i int) string { return fmt.Sprint("person ", i) }),
		}},
		{"disjoint", "disjoint: {columns: [x], from: p}", map[string][]table.Batch{
			"t": column(func(i int) string { return fmt.Sprint("made ", i) }), "p": column(func(i int) string { return fmt.Sprint("person ", i) }),
		}},
	} {
		b.Run(c.name, func(b *testing.B) { benchProve(b, "version: 1\ntable: t\nstatements:\n- "+c.statement+"\n", c.tables) })
	}
}
