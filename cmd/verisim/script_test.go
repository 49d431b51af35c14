package main

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"verisim": main, "evens": evens})
}

// TestScripts runs testdata/*.txtar. "exits CODE cmd..." runs a command and
// wants that exit code; $DATA is the folder of real data, when there.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("DATA", dataDir())
			root, err := filepath.Abs("../..")
			e.Setenv("ROOT", root)
			return err
		},
		Condition: func(cond string) (bool, error) {
			if cond == "data" {
				_, err := os.Stat(dataDir())
				return err == nil, nil
			}
			return false, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits,
			"flip":  flip,
		},
	})
}

// evens is a program for --custom: the first column is even.
func evens() {
	r, err := ipc.NewReader(os.Stdin)
	if err != nil {
		panic(err)
	}
	s := arrow.NewSchema([]arrow.Field{{Name: "even", Type: arrow.FixedWidthTypes.Boolean}}, nil)
	w := ipc.NewWriter(os.Stdout, ipc.WithSchema(s))
	for r.Next() {
		b := array.NewRecordBuilder(memory.DefaultAllocator, s)
		for _, v := range r.Record().Column(0).(*array.Int64).Int64Values() {
			b.Field(0).(*array.BooleanBuilder).Append(v%2 == 0)
		}
		if err = w.Write(b.NewRecord()); err != nil {
			panic(err)
		}
	}
	if err = w.Close(); err != nil {
		panic(err)
	}
}

func dataDir() string {
	if d := os.Getenv("VERISIM_DATA"); d != "" {
		return d
	}
	d, err := filepath.Abs("../../../shared/data")
	if err != nil {
		return ""
	}
	return d
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		var coder interface{ ExitCode() int }
		if c, ok := err.(interface{ ExitCode() int }); ok {
			coder = c
		}
		if coder == nil {
			ts.Fatalf("%v", err)
		}
		got = coder.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code = %d, want %d", got, want)
	}
}

// flip inverts one bit of a file: flip FILE OFFSET, from the end if negative.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 1
	ts.Check(os.WriteFile(path, data, 0o644))
}

func TestArrange(t *testing.T) {
	for _, c := range []struct{ in, want []string }{
		{[]string{"version", "--json"}, []string{"version", "--json"}},
		{[]string{"completion", "bash", "-q"}, []string{"completion", "-q", "--", "bash"}},
		{[]string{"completion", "--", "-q"}, []string{"completion", "--", "-q"}},
		{[]string{"completion", "-"}, []string{"completion", "--", "-"}},
	} {
		got, err := arrange(verbs(), c.in)
		if err != nil {
			t.Errorf("arrange(%q): %v", c.in, err)
			continue
		}
		if len(got) != len(c.want) {
			t.Errorf("arrange(%q) = %q, want %q", c.in, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("arrange(%q) = %q, want %q", c.in, got, c.want)
			}
		}
	}
}

func TestRunIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := exitCode(ctx.Err()); got != exitInterrupted {
		t.Errorf("exitCode(canceled) = %d, want %d", got, exitInterrupted)
	}
}
