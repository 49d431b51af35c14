package graph_test

import (
	"context"
	"encoding/xml"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/graph"
	"github.com/verisim/verisim/formats/table"
)

// folder is a sink that only says how it ended.
type folder struct{ ended string }

func (f *folder) Create(context.Context, string, *arrow.Schema) (table.Writer, error) {
	return nil, os.ErrInvalid
}

func (f *folder) Commit(context.Context) error { f.ended = "committed"; return nil }

func (f *folder) Abort() error { f.ended = "aborted"; return nil }

func nodes() *arrow.Schema {
	return table.WithFacts(arrow.NewSchema([]arrow.Field{
		{Name: "node", Type: arrow.PrimitiveTypes.Int64},
		{Name: "kind", Type: arrow.BinaryTypes.String},
		{Name: "name", Type: arrow.BinaryTypes.String, Nullable: true},
	}, nil), table.Facts{Key: "node"})
}

func edges(refs ...table.Ref) *arrow.Schema {
	return table.WithFacts(arrow.NewSchema([]arrow.Field{
		{Name: "source", Type: arrow.PrimitiveTypes.Int64},
		{Name: "target", Type: arrow.PrimitiveTypes.Int64},
		{Name: "amount", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
	}, nil), table.Facts{Refs: refs})
}

func both() []table.Ref {
	return []table.Ref{{Column: "source", Table: "nodes", Key: "node"}, {Column: "target", Table: "nodes", Key: "node"}}
}

// write makes a graph of two nodes with these names ("" for null) and one edge.
func write(t *testing.T, form graph.Form, names [2]string, amount float64) (dir string, inner *folder, err error) {
	t.Helper()
	dir, inner = t.TempDir(), &folder{}
	s, err := graph.NewSink(inner, map[string]*arrow.Schema{"nodes": nodes(), "edges": edges(both()...)}, graph.Options{Form: form, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	put := func(name string, schema *arrow.Schema, fill func(b *array.RecordBuilder)) {
		if err != nil {
			return
		}
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		defer b.Release()
		fill(b)
		r := b.NewRecord()
		defer r.Release()
		var w table.Writer
		if w, err = s.Create(context.Background(), name, schema); err == nil {
			if err = w.Write(r); err == nil {
				err = w.Close()
			}
		}
	}
	put("nodes", nodes(), func(b *array.RecordBuilder) {
		for i, name := range names {
			b.Field(0).(*array.Int64Builder).Append(int64(i))
			b.Field(1).(*array.StringBuilder).Append("person")
			if name == "" {
				b.Field(2).AppendNull()
			} else {
				b.Field(2).(*array.StringBuilder).Append(name)
			}
		}
	})
	put("edges", edges(both()...), func(b *array.RecordBuilder) {
		b.Field(0).(*array.Int64Builder).Append(1)
		b.Field(1).(*array.Int64Builder).Append(0)
		b.Field(2).(*array.Float64Builder).Append(amount)
	})
	if err == nil {
		return dir, inner, s.Commit(context.Background())
	}
	if e := s.Abort(); e != nil {
		t.Fatal(e)
	}
	return dir, inner, err
}

func TestNeo4j(t *testing.T) {
	dir, inner, err := write(t, graph.Neo4j, [2]string{`O"Neil, 木`, ""}, 2.5)
	if err != nil || inner.ended != "committed" {
		t.Fatal(err, inner.ended)
	}
	for name, want := range map[string]string{
		"nodes.csv": "\"node:ID\",\":LABEL\",\"name:string\"\n0,\"person\",\"O\"\"Neil, 木\"\n1,\"person\",\n",
		"edges.csv": "\":START_ID\",\":END_ID\",\"amount:double\",\":TYPE\"\n1,0,2.5,\"PAID\"\n",
	} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s = %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestGraphML(t *testing.T) {
	const name = `<a & "b">`
	dir, _, err := write(t, graph.GraphML, [2]string{name, ""}, 2.5)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "graph.graphml"))
	if err != nil {
		t.Fatal(err)
	}
	type data struct {
		Key  string `xml:"key,attr"`
		Text string `xml:",chardata"`
	}
	var g struct {
		Keys []struct {
			ID   string `xml:"id,attr"`
			Name string `xml:"attr.name,attr"`
			Type string `xml:"attr.type,attr"`
		} `xml:"http://graphml.graphdrawing.org/xmlns key"`
		Nodes []struct {
			ID   string `xml:"id,attr"`
			Data []data `xml:"data"`
		} `xml:"graph>node"`
		Edges []struct {
			Source string `xml:"source,attr"`
			Target string `xml:"target,attr"`
			Data   []data `xml:"data"`
		} `xml:"graph>edge"`
	}
	if err = xml.Unmarshal(raw, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Keys) != 3 || g.Keys[2].ID != "e2" || g.Keys[2].Name != "amount" || g.Keys[2].Type != "double" {
		t.Errorf("keys %+v", g.Keys)
	}
	if len(g.Nodes) != 2 || g.Nodes[0].ID != "n0" || g.Nodes[0].Data[1].Text != name || len(g.Nodes[1].Data) != 1 {
		t.Errorf("nodes %+v", g.Nodes)
	}
	if len(g.Edges) != 1 || g.Edges[0].Source != "n1" || g.Edges[0].Target != "n0" || g.Edges[0].Data[0] != (data{"e2", "2.5"}) {
		t.Errorf("edges %+v", g.Edges)
	}
}

// TestRefused names column and row, and never the value.
func TestRefused(t *testing.T) {
	for _, form := range []graph.Form{graph.Neo4j, graph.GraphML} {
		for _, c := range []struct {
			names  [2]string
			amount float64
			want   string
		}{
			{[2]string{"fine", "bad\x01secret"}, 1, `column "name", row 1`},
			{[2]string{"bad\nsecret", "fine"}, 1, `column "name", row 0`},
			{[2]string{"bad\xffsecret", "fine"}, 1, `column "name", row 0`},
			{[2]string{"fine", "fine"}, math.NaN(), `column "amount", row 0`},
			{[2]string{"fine", "fine"}, math.Inf(1), `column "amount", row 0`},
		} {
			_, inner, err := write(t, form, c.names, c.amount)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") || inner.ended != "aborted" {
				t.Errorf("%s: %v (%s), want %s", form, err, inner.ended, c.want)
			}
		}
	}
}

func TestSchemas(t *testing.T) {
	for want, s := range map[string]map[string]*arrow.Schema{
		`no table "nodes"`: {"edges": edges(both()...)},
		`no table "edges"`: {"nodes": nodes()},
		"two references":   {"nodes": nodes(), "edges": edges(both()[:1]...)},
		"has no key":       {"nodes": table.WithFacts(nodes(), table.Facts{}), "edges": edges(both()...)},
	} {
		if _, err := graph.NewSink(&folder{}, s, graph.Options{Form: graph.Neo4j}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	s, err := graph.NewSink(&folder{}, map[string]*arrow.Schema{"nodes": nodes(), "edges": edges(both()...)}, graph.Options{Form: graph.Neo4j, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = s.Create(context.Background(), "edges", edges(both()...)); err == nil {
		t.Error("edges came before their nodes")
	}
	if err = s.Commit(context.Background()); err == nil {
		t.Error("a graph without nodes was committed")
	}
}
