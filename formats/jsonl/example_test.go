package jsonl_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/jsonl"
	"github.com/verisim/verisim/formats/table"
)

// Rows are typed by a sample and written again with every member.
func Example() {
	ctx := context.Background()
	text := `{"id": 1, "at": "2024-02-29T12:00:00+01:00", "tags": ["new"]}
{"id": 2, "home": {"city": "Graz", "lat": 47.07}}
`
	rows, err := jsonl.Codec{}.Read(ctx, formats.Input{Name: "shop.jsonl", Reader: strings.NewReader(text)}, formats.ReadOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range rows.Schema().Fields() {
		fmt.Println(f.Name, f.Type)
	}
	out, err := jsonl.Codec{}.Create(os.Stdout, rows.Schema(), formats.WriteOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err = table.Copy(ctx, out, rows); err != nil {
		fmt.Println(err)
	}
	if err = out.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// id int64
	// at timestamp[us, tz=UTC]
	// tags list<item: utf8, nullable>
	// home struct<city: utf8, lat: float64>
	// {"id":1,"at":"2024-02-29T11:00:00Z","tags":["new"],"home":null}
	// {"id":2,"at":null,"tags":null,"home":{"city":"Graz","lat":47.07}}
}
