// Package graph writes a table of nodes and a table of edges in the forms that
// graph tools read: GraphML, one XML file (graphml.graphdrawing.org), and the
// CSV files of neo4j-admin import, whose headers say what each column is.
//
// # What is a graph
//
// The table of nodes has a key. The table of edges has two references to that
// key: the first is where an edge starts, the second where it ends. Every other
// column is a property, but for the label of nodes where one is named. Both are
// read from the schemas; nothing is guessed from names of columns.
//
//	nodes.csv   node:ID,:LABEL,entity_id:long
//	edges.csv   :START_ID,:END_ID,timestamp:datetime,amount:double,:TYPE
//	graph.graphml   <key>s, one <node> a row, one <edge> a row
//
// # How it is written
//
// [Sink] wraps the sink of a directory: the two tables go into files of its own
// there, all others pass through. The directory is committed whole or not at
// all. Memory does not grow with rows. What a form cannot hold is an error that
// names column and row, never the value: NaN and infinities,
// which the tools read in ways of their own; control characters and line ends,
// of which XML forbids some and Neo4j's import refuses others; bytes that are
// not UTF-8. The interoperability tests have neo4j-admin 5.26.0 import the one and
// networkx read the other.
//
// Not for reading graphs, and not for edges that come before their nodes.
package graph

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// Form is how a graph is written.
type Form string

// The forms.
const (
	GraphML Form = "graphml"
	Neo4j   Form = "neo4j"
)

// Options of [NewSink].
type Options struct {
	// Form is GraphML or Neo4j. Required.
	Form Form
	// Dir is where the files go: the directory that the inner sink commits.
	// Required.
	Dir string
	// Nodes and Edges name the two tables. Default nodes and edges.
	Nodes, Edges string
	// Label is the column of nodes that Neo4j takes as their label. Default
	// kind, if there is one.
	Label string
	// Type is the type of Neo4j's edges. Default PAID.
	Type string
}

// Sink writes the graph, and hands all other tables on.
type Sink struct {
	inner        table.Sink
	opt          Options
	nodes, edges *layout
	done         int // of the two tables, those that were begun
	open         []*file
}

// file is a file that is being written.
type file struct {
	*os.File
	buf *bufio.Writer
}

// NewSink wraps the sink of a directory. The schemas are those of all tables to
// come, by name: a graph that cannot be written is refused here, before any row.
func NewSink(inner table.Sink, schemas map[string]*arrow.Schema, opt Options) (*Sink, error) {
	if opt.Form != GraphML && opt.Form != Neo4j {
		return nil, fmt.Errorf("write graph: there is no form %q; %s and %s are possible", opt.Form, GraphML, Neo4j)
	}
	for _, d := range []struct {
		field *string
		base  string
	}{{&opt.Nodes, "nodes"}, {&opt.Edges, "edges"}, {&opt.Label, "kind"}, {&opt.Type, "PAID"}} {
		if *d.field == "" {
			*d.field = d.base
		}
	}
	s := &Sink{inner: inner, opt: opt}
	facts := [2]table.Facts{}
	for i, name := range [...]string{opt.Nodes, opt.Edges} {
		schema := schemas[name]
		if schema == nil {
			return nil, fmt.Errorf("write graph: there is no table %q", name)
		}
		var err error
		if facts[i], err = table.FactsOf(schema); err != nil {
			return nil, fmt.Errorf("write graph: table %q: %w", name, err)
		}
		for _, f := range schema.Fields() {
			if _, err = typeOf(f, neo4jTypes); err != nil {
				return nil, err
			}
			if _, ok := escapeXML(nil, []byte(f.Name)); !ok || f.Name == "" {
				return nil, fmt.Errorf("write graph: a column of table %q has a name with control characters, or none: rename it", name)
			}
		}
	}
	s.nodes = &layout{schema: schemas[opt.Nodes], id: at(schemas[opt.Nodes], facts[0].Key), from: -1, to: -1, label: at(schemas[opt.Nodes], opt.Label)}
	if s.nodes.id < 0 {
		return nil, fmt.Errorf("write graph: table %q has no key, and its nodes no name", opt.Nodes)
	}
	s.edges = &layout{schema: schemas[opt.Edges], id: -1, from: -1, to: -1, label: -1}
	for _, r := range facts[1].Refs {
		switch {
		case r.Table != opt.Nodes || r.Key != facts[0].Key:
		case s.edges.from < 0:
			s.edges.from = at(s.edges.schema, r.Column)
		case s.edges.to < 0:
			s.edges.to = at(s.edges.schema, r.Column)
		}
	}
	if s.edges.from < 0 || s.edges.to < 0 {
		return nil, fmt.Errorf("write graph: table %q needs two references to the key of %q: where an edge starts and where it ends", opt.Edges, opt.Nodes)
	}
	return s, nil
}

// Create starts a table.
func (s *Sink) Create(ctx context.Context, name string, schema *arrow.Schema) (table.Writer, error) {
	if name != s.opt.Nodes && name != s.opt.Edges {
		return s.inner.Create(ctx, name, schema)
	}
	l, turn := s.nodes, 0
	if name == s.opt.Edges {
		l, turn = s.edges, 1
	}
	if s.done != turn {
		return nil, fmt.Errorf("write graph: table %q comes before %q, and each once", s.opt.Nodes, s.opt.Edges)
	}
	if !schema.Equal(l.schema) {
		return nil, fmt.Errorf("write graph: table %q has other columns than were announced", name)
	}
	s.done++
	if s.opt.Form == Neo4j {
		return s.neo4j(name, l)
	}
	return s.graphML(l)
}

func at(s *arrow.Schema, name string) int {
	if i := s.FieldIndices(name); name != "" && len(i) == 1 {
		return i[0]
	}
	return -1
}

// layout says what the columns of a table are.
type layout struct {
	schema   *arrow.Schema
	id       int // of nodes, else -1
	label    int // of nodes, -1 without
	from, to int // of edges, else -1
}

// property says whether a column is one of GraphML's.
func (l *layout) property(i int) bool { return i != l.id && i != l.from && i != l.to }

func (s *Sink) file(name string) (*file, error) {
	f, err := os.OpenFile(filepath.Join(s.opt.Dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("write graph: %w", err)
	}
	out := &file{f, bufio.NewWriterSize(f, 256<<10)}
	s.open = append(s.open, out)
	return out, nil
}

// Commit ends the graph and commits the directory.
func (s *Sink) Commit(ctx context.Context) error {
	if s.done != 2 {
		return fmt.Errorf("write graph: table %q or %q was not written", s.opt.Nodes, s.opt.Edges)
	}
	for _, f := range s.open {
		if s.opt.Form == GraphML {
			if _, err := f.buf.WriteString("</graph>\n</graphml>\n"); err != nil {
				return fmt.Errorf("write graph: %w", err)
			}
		}
		err := f.buf.Flush()
		if err == nil {
			err = f.Sync()
		}
		if err == nil {
			err = f.Close()
		}
		if err != nil {
			return fmt.Errorf("write graph: %w", err)
		}
	}
	s.open = nil
	return s.inner.Commit(ctx)
}

// Abort leaves nothing behind.
func (s *Sink) Abort() error {
	for _, f := range s.open {
		_ = f.Close() // it goes with the directory
	}
	s.open = nil
	return s.inner.Abort()
}
