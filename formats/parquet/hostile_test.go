package parquet

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/verisim/verisim/formats"
)

// forge makes a file of one row group from pages as they are and a footer that
// claims what it is told.
func forge(elements []element, rows int64, pages []byte, chunks ...chunk) []byte {
	b := append(bytes.Clone(magic), pages...)
	for i := range chunks {
		chunks[i].stats = newStatistics(&leaf{})
	}
	meta := appendFooter(&footer{elements: elements, rows: rows, groups: []group{{rows: rows, chunks: chunks}}})
	b = append(b, meta...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(meta)))
	return append(b, magic...)
}

// rawPage is a page of any claims.
func rawPage(typ, values, encoding, uncompressed, compressed int32, body []byte) []byte {
	t := thriftWriter{}
	t.open()
	t.i32(1, typ)
	t.i32(2, uncompressed)
	t.i32(3, compressed)
	if typ == pageDictionary {
		t.sub(7)
	} else {
		t.sub(5)
	}
	t.i32(1, values)
	t.i32(2, encoding)
	t.i32(3, encRLE)
	t.i32(4, encRLE)
	t.close()
	t.close()
	return append(t.b, body...)
}

func root(children int32) element { return element{name: "r", group: true, children: children} }

// TestHostileClaims reads small files that claim the moon: each is an error, or
// reads in bounded memory and time.
func TestHostileClaims(t *testing.T) {
	text := element{name: "s", phys: physBytes, converted: convertedUTF8, repetition: required}
	number := element{name: "n", phys: physInt64, converted: convertedNone, repetition: required}
	list := []element{
		root(1),
		{name: "l", group: true, children: 1, converted: convertedList, repetition: optional},
		{name: "list", group: true, children: 1, converted: convertedNone, repetition: repeated},
		{name: "element", phys: physInt32, converted: convertedNone, repetition: optional},
	}
	whole := func(phys int32, codec int32, values int64, pages []byte) chunk {
		return chunk{phys: phys, codec: codec, values: values, compressed: int64(len(pages)), dataOffset: 4, path: []string{"x"}}
	}
	long := bytes.Repeat([]byte("a"), 1<<20)
	press, err := newCompressor("zstd", 1)
	if err != nil {
		t.Fatal(err)
	}
	dict := press.compress(nil, appendText(nil, long))
	bomb := rawPage(pageDictionary, 1, encPlain, int32(len(long)+4), int32(len(dict)), dict)
	run := binary.AppendUvarint([]byte{1}, 1<<26<<1) // width 1, a run of 64 Mi
	run = append(run, 0)
	indices := press.compress(nil, run)
	bomb = append(bomb, rawPage(pageData, 1<<26, encRLEDict, int32(len(run)), int32(len(indices)), indices)...)

	many := make([]element, 0, 5001)
	var manyChunks []chunk
	lie := rawPage(pageData, 1, encPlain, 64<<20, 16, make([]byte, 16))
	many = append(many, root(5000))
	for i := range 5000 {
		e := number
		e.name = fmt.Sprint(i)
		many = append(many, e)
		manyChunks = append(manyChunks, whole(physInt64, codecGzip, 1, lie))
	}
	// reps: one row of 64 Mi elements; defs: all null
	levels := func(v byte, n uint64) []byte {
		b := append(binary.AppendUvarint(nil, n<<1), v)
		return append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), b...)
	}
	nested := append(levels(0, 1<<26), levels(2, 1<<26)...)
	endless := rawPage(pageData, 1<<26, encPlain, int32(len(nested)), int32(len(nested)), nested)
	one := append(binary.AppendUvarint(binary.AppendUvarint(nil, 1<<1), 0), binary.AppendUvarint(nil, (1<<26-1)<<1)...)
	one = append(one, 1)
	one = append(binary.LittleEndian.AppendUint32(nil, uint32(len(one))), one...)
	oneRow := append(one, levels(2, 1<<26)...)
	row := rawPage(pageData, 1<<26, encPlain, int32(len(oneRow)), int32(len(oneRow)), oneRow)
	var rows []byte
	for range 3 {
		rows = append(rows, row...)
	}

	broken := func(texts ...string) []byte {
		var b []byte
		for _, v := range texts {
			b = appendText(b, []byte(v))
		}
		return rawPage(pageData, int32(len(texts)), encPlain, int32(len(b)), int32(len(b)), b)
	}
	latin, halves := broken("a\xe4b"), broken("a\xc3", "\xa4b")

	cases := map[string]struct {
		data []byte
		ok   bool // may be read, a batch of it
	}{
		"a dictionary of a long text, 64 Mi times": {forge([]element{root(1), text}, 1<<26, bomb, whole(physBytes, codecZstd, 1<<26, bomb)), true},
		"64 Mi empty lists":                        {forge(list, 1<<26, endless, whole(physInt32, codecNone, 1<<26, endless)), true},
		"one row of 64 Mi elements, three times":   {forge(list, 3, rows, whole(physInt32, codecNone, 3<<26, rows)), true},
		"5,000 columns on the same bytes":          {forge(many, 1, lie, manyChunks...), false},
		"2^60 rows":                                {forge([]element{root(1), number}, 1<<60, lie, whole(physInt64, codecNone, 1<<60, lie)), false},
		"a text in Latin-1":                        {forge([]element{root(1), text}, 1, latin, whole(physBytes, codecNone, 1, latin)), false},
		"two halves of a character":                {forge([]element{root(1), text}, 2, halves, whole(physBytes, codecNone, 2, halves)), false},
		"2^60 rows without columns":                {forge([]element{root(0)}, 1<<60, nil), false},
		"a page of 2 GiB":                          {forge([]element{root(1), number}, 1, rawPage(0, 1, 0, 1<<31-1, 1<<31-1, nil), whole(physInt64, codecNone, 1, lie)), false},
		"a chunk beyond the end":                   {forge([]element{root(1), number}, 1, lie, chunk{phys: physInt64, values: 1, compressed: 1 << 40, dataOffset: 4}), false},
		"a chunk before the beginning":             {forge([]element{root(1), number}, 1, lie, chunk{phys: physInt64, values: 1, compressed: 8, dataOffset: -9}), false},
		"children that are not there":              {forge([]element{root(1 << 30), number}, 0, nil), false},
		"a tower of groups":                        {forge(append([]element{root(1)}, tower(1000)...), 0, nil), false},
		"a fixed width of 2 GiB":                   {forge([]element{root(1), {name: "f", phys: physFixed, width: 1<<31 - 1, converted: convertedNone}}, 0, nil), false},
		"a physical type unlike the schema's":      {forge([]element{root(1), number}, 1, lie, whole(physInt32, codecNone, 1, lie)), false},
		"an encoding from the future":              {forge([]element{root(1), number}, 1, rawPage(0, 1, 77, 8, 8, make([]byte, 8)), whole(physInt64, codecNone, 1, make([]byte, 40))), false},
		"a footer of another length":               {append([]byte("PAR1"), append(binary.LittleEndian.AppendUint32(nil, 1<<31), magic...)...), false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			n := 0
			st, err := Codec{}.Read(context.Background(), input(c.data), formats.ReadOptions{})
			if err == nil {
				for b, e := range st.Batches(context.Background()) {
					if err = e; err != nil {
						break
					}
					n += int(b.NumRows())
					if n > 100 {
						break
					}
				}
			}
			runtime.ReadMemStats(&after)
			if err != nil && !errors.Is(err, formats.ErrCorrupt) || err == nil && !c.ok {
				t.Errorf("read %d rows, err = %v, want corrupt", n, err)
			}
			if grown := (after.TotalAlloc - before.TotalAlloc) >> 20; grown > 1500 {
				t.Errorf("%d bytes made the reader allocate %d MiB", len(c.data), grown)
			}
		})
	}
}

func tower(n int) []element {
	out := make([]element, n)
	for i := range out {
		out[i] = element{name: "g", group: true, children: 1, converted: convertedNone}
	}
	return append(out, element{name: "leaf", phys: physInt32, converted: convertedNone})
}
