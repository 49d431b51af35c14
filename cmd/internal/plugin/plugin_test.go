package plugin

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/quality/rule"
)

// TestMain is also the program that the tests start: it says of each row whether
// its number is even, written with Arrow's own package, as others would.
func TestMain(m *testing.M) {
	if how := os.Getenv("VERISIM_TEST_PLUGIN"); how != "" {
		if err := answer(how); err != nil {
			os.Exit(4)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func answer(how string) error {
	r, err := ipc.NewReader(os.Stdin)
	if err != nil {
		return err
	}
	kind := arrow.DataType(arrow.FixedWidthTypes.Boolean)
	if how == "wrong type" {
		kind = arrow.PrimitiveTypes.Int8
	}
	s := arrow.NewSchema([]arrow.Field{{Name: "kept", Type: kind, Nullable: true}}, nil)
	w := ipc.NewWriter(os.Stdout, ipc.WithSchema(s))
	for r.Next() {
		if how == "exit" {
			os.Exit(7)
		}
		if how == "hang" {
			time.Sleep(time.Hour)
		}
		b := array.NewRecordBuilder(memory.DefaultAllocator, s)
		a := r.Record().Column(0).(*array.Int64)
		for i := range a.Len() {
			switch f := b.Field(0).(type) {
			case *array.Int8Builder:
				f.Append(1)
			case *array.BooleanBuilder:
				if a.IsNull(i) {
					f.AppendNull()
				} else {
					f.Append(a.Value(i)%2 == 0)
				}
			}
		}
		rec := b.NewRecord()
		if how == "too short" {
			rec = rec.NewSlice(0, rec.NumRows()-1)
		}
		if err := w.Write(rec); err != nil {
			return err
		}
	}
	if how == "late" {
		return errors.New("too late")
	}
	return errors.Join(r.Err(), w.Close())
}

func numbers(t *testing.T, from, n int) arrow.Record {
	t.Helper()
	s := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64, Nullable: true}}, nil)
	b := array.NewRecordBuilder(memory.DefaultAllocator, s)
	defer b.Release()
	for i := range n {
		b.Field(0).(*array.Int64Builder).Append(int64(from + i))
	}
	b.Field(0).AppendNull()
	return b.NewRecord()
}

func plan(t *testing.T, p *Plugin) *rule.Plan {
	t.Helper()
	s, err := rule.Parse("s.yaml", []byte("checks: [custom: even]"))
	if err != nil {
		t.Fatal(err)
	}
	out, err := rule.Compile(s, map[string]*arrow.Schema{"": numbers(t, 0, 1).Schema()}, rule.Options{Funcs: map[string]rule.Func{"even": p.Func()}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestPlugin judges batches of all sizes from several goroutines at once.
func TestPlugin(t *testing.T) {
	t.Setenv("VERISIM_TEST_PLUGIN", "yes")
	p, err := New(context.Background(), "even", os.Args[0], io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	judged := plan(t, p)
	const workers, batches = 4, 20
	states := make([]*rule.State, workers)
	var wg sync.WaitGroup
	for w := range workers {
		states[w] = judged.New()
		wg.Go(func() {
			for i := range batches {
				b := numbers(t, 0, 100*i*i)
				if bad := states[w].AddAt("", int64(w*1_000_000+i*50_000), b); bad != nil {
					t.Error(bad)
				}
				b.Release()
			}
		})
	}
	wg.Wait()
	for _, o := range states[1:] {
		if err = states[0].Merge(o); err != nil {
			t.Fatal(err)
		}
	}
	r, err := states[0].Finish()
	if err != nil {
		t.Fatal(err)
	}
	want := int64(0)
	for i := range batches {
		want += workers * int64(100*i*i/2) // every other number is odd
	}
	if got := r.Checks[0].Failed; got != want {
		t.Errorf("%d rows fail, want %d", got, want)
	}
	if err = p.Close(); err != nil {
		t.Error(err)
	}
}

// TestPluginFaults: whatever the program does wrong is one error, and nothing
// hangs.
func TestPluginFaults(t *testing.T) {
	if _, err := New(context.Background(), "x", " ", io.Discard); err == nil {
		t.Error("a check without a command: no error")
	}
	if _, err := New(context.Background(), "x", "no-such-program-here", io.Discard); err == nil {
		t.Error("a command that is not there: no error")
	}
	for how, want := range map[string]string{
		"exit": "its answer", "wrong type": "want one of bools", "too short": "its answer has 10 rows to a batch of 11", "hang": "",
	} {
		t.Setenv("VERISIM_TEST_PLUGIN", how)
		ctx, cancel := context.WithCancel(context.Background())
		if how == "hang" {
			ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
		}
		p, err := New(ctx, "even", os.Args[0], io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		st := plan(t, p).New()
		b := numbers(t, 0, 10)
		if err = st.Add("", b); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", how, err, want)
		}
		b.Release()
		st.Close()
		cancel()
		_ = p.Close() // it has failed before
	}
	t.Setenv("VERISIM_TEST_PLUGIN", "late")
	p, err := New(context.Background(), "even", os.Args[0], io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	st := plan(t, p).New()
	b := numbers(t, 0, 10)
	defer b.Release()
	if err = st.Add("", b); err != nil {
		t.Fatal(err)
	}
	st.Close()
	if err = p.Close(); err == nil {
		t.Error("a program that fails at its end: no error")
	}
}
