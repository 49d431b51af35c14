package ipc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats"
)

// viewed is a stream of one batch with views: alone, in a list, in a struct, as
// values of a dictionary, and of bytes.
func viewed(t testing.TB) []byte {
	t.Helper()
	view := arrow.BinaryTypes.StringView
	texts := func(cells ...string) arrow.Array {
		b := array.NewStringViewBuilder(memory.DefaultAllocator)
		for _, c := range cells {
			if c == "-" {
				b.AppendNull()
				continue
			}
			b.Append(c)
		}
		return b.NewArray()
	}
	long := strings.Repeat("long ", 9)
	name := texts("a", "-", "exactly 12 b", "thirteen byte", long, "")
	blobs := array.NewBinaryViewBuilder(memory.DefaultAllocator)
	for _, c := range []string{"\x00", long, "", "b", "cc", "ddd"} {
		blobs.Append([]byte(c))
	}
	list := array.NewListBuilder(memory.DefaultAllocator, view)
	inner := list.ValueBuilder().(*array.StringViewBuilder)
	for i := range 6 {
		list.Append(i != 2)
		for range i % 3 {
			inner.Append(long)
		}
	}
	pair, err := array.NewStructArray([]arrow.Array{texts(long, "x", "y", "-", "z", "w")}, []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	index, _, err := array.FromJSON(memory.DefaultAllocator, arrow.PrimitiveTypes.Uint32, strings.NewReader("[1,0,null,1,1,0]"))
	if err != nil {
		t.Fatal(err)
	}
	kind := array.NewDictionaryArray(&arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint32, ValueType: view}, index, texts("red", "green and yellow"))
	cols := []arrow.Array{name, blobs.NewArray(), list.NewArray(), pair, kind}
	fields := make([]arrow.Field, len(cols))
	for i, c := range cols {
		fields[i] = arrow.Field{Name: "c" + string(rune('0'+i)), Type: c.DataType(), Nullable: true}
	}
	s := arrow.NewSchema(fields, nil)
	var buf bytes.Buffer
	w := ipc.NewWriter(&buf, ipc.WithSchema(s))
	for range 2 {
		if err := w.Write(array.NewRecord(s, cols, 6)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestViews(t *testing.T) {
	got, s, err := decode(Stream{}, viewed(t))
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("long ", 9)
	for _, want := range []string{
		"|a|null|exactly 12 b|thirteen byte|" + long + "|", "|[]|[\"" + long + "\"]|null|",
		"|green and yellow|red|null|green and yellow|green and yellow|red", `|{"x":"x"}|`,
	} {
		if strings.Count(got, want) != 2 {
			t.Errorf("the two batches hold %q %d times:\n%s", want, strings.Count(got, want), got)
		}
	}
	for i, want := range []string{
		"large_utf8", "large_binary", "list<item: large_utf8, nullable>", "struct<x: large_utf8>",
		"dictionary<values=large_utf8, indices=uint32, ordered=false>",
	} {
		if got := s.Field(i).Type.String(); !strings.HasPrefix(got, want[:len(want)-1]) {
			t.Errorf("column %d is read as %s, want %s", i, got, want)
		}
	}
}

// TestHostileViews changes each view of a stream in turn, each word of it, to
// numbers that point elsewhere: an error, or a text that is in the file.
func TestHostileViews(t *testing.T) {
	data := viewed(t)
	at := bytes.Index(data, []byte("thirteen byte"[:4])) - 4 // its view: length, then the prefix
	if at < 0 {
		t.Fatal("there is no view in the stream")
	}
	refused := 0
	for word := 0; word < 4; word++ {
		for _, v := range []uint32{0xffffffff, 0x7fffffff, 0x80000000, 1000, 14} {
			bad := bytes.Clone(data)
			binary.LittleEndian.PutUint32(bad[at+4*word:], v)
			_, _, err := decode(Stream{}, bad)
			if err != nil && !errors.Is(err, formats.ErrCorrupt) && !strings.Contains(err.Error(), "a view points outside") {
				t.Errorf("word %d is %#x: %v", word, v, err)
			}
			if err != nil {
				refused++
			}
		}
	}
	if refused < 12 {
		t.Errorf("%d of 20 changes were refused, want the 12 of length, buffer and place that point outside", refused)
	}
}

// TestViewsOfOnePlace: a small file whose views all show one long value may not
// claim the memory of all of them.
func TestViewsOfOnePlace(t *testing.T) {
	const n, length = 1 << 16, 1 << 14
	views := make([]byte, n*viewSize)
	for i := range n {
		binary.LittleEndian.PutUint32(views[i*viewSize:], length)
	}
	d := array.NewData(arrow.BinaryTypes.StringView, n, []*memory.Buffer{nil, memory.NewBufferBytes(views), memory.NewBufferBytes(make([]byte, length))}, nil, 0, 0)
	if err := checkViews(d); err != nil {
		t.Fatal(err)
	}
	left := int64(leastRoom)
	if _, err := flatten(d, arrow.BinaryTypes.LargeString, &left); err == nil {
		t.Error("views that show 1 GiB of 16 KiB were laid out")
	}
}

// TestVariadic: a batch may not claim more data buffers than it has.
func TestVariadic(t *testing.T) {
	data := viewed(t)
	seen := 0
	for at := 0; at+8 <= len(data); at += 4 {
		if binary.LittleEndian.Uint64(data[at:]) != 1 {
			continue
		}
		bad := bytes.Clone(data)
		binary.LittleEndian.PutUint64(bad[at:], 1<<50)
		if _, _, err := decode(Stream{}, bad); err != nil && strings.Contains(err.Error(), "buffers more than it has") {
			seen++
		}
	}
	if seen == 0 {
		t.Error("no count of data buffers was changed")
	}
}
