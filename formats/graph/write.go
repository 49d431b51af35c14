package graph

import (
	"fmt"
	"strconv"

	"github.com/verisim/verisim/formats/table"
)

// The types of bool, 32-bit integer, 64-bit integer, 32-bit float, 64-bit float,
// time, date, text.
var (
	neo4jTypes   = [8]string{"boolean", "int", "long", "float", "double", "datetime", "date", "string"}
	graphMLTypes = [8]string{"boolean", "int", "long", "float", "double", "string", "string", "string"}
)

// writer writes rows of nodes or edges.
type writer struct {
	form   Form
	file   *file
	layout *layout
	escape func(dst, text []byte) ([]byte, bool)
	// cells appends a row's cells; it gives the column that cannot be written, or
	// -1.
	cells func(dst []byte, b table.Batch, values []value, row int) ([]byte, int)
	buf   []byte
	rows  int64
}

// Write writes a batch.
func (w *writer) Write(b table.Batch) error {
	values, err := valuesOf(w.layout, b, w.escape)
	if err != nil {
		return err
	}
	for row := range int(b.NumRows()) {
		bad := 0
		if w.buf, bad = w.cells(w.buf[:0], b, values, row); bad >= 0 {
			return fmt.Errorf("write graph: column %q, row %d: %s holds no null in an id or a label, no NaN or infinity, and no control character, line end or bytes outside UTF-8 in a text",
				w.layout.schema.Field(bad).Name, w.rows+int64(row), w.form)
		}
		if _, err = w.file.buf.Write(w.buf); err != nil {
			return fmt.Errorf("write graph: %w", err)
		}
	}
	w.rows += b.NumRows()
	return nil
}

// Close ends the table; the file is ended by [Sink.Commit].
func (w *writer) Close() error { return nil }

// neo4j starts the file of one of the two tables.
func (s *Sink) neo4j(name string, l *layout) (table.Writer, error) {
	var head []byte
	for i, f := range l.schema.Fields() {
		if i > 0 {
			head = append(head, ',')
		}
		title := ""
		switch i {
		case l.id:
			title = f.Name + ":ID"
		case l.label:
			title = ":LABEL"
		case l.from:
			title = ":START_ID"
		case l.to:
			title = ":END_ID"
		default:
			t, err := typeOf(f, neo4jTypes)
			if err != nil {
				return nil, err
			}
			title = f.Name + ":" + t
		}
		head, _ = escapeCSV(head, []byte(title)) // NewSink has looked at the names
	}
	var end []byte
	if l.from >= 0 {
		kind, ok := escapeCSV([]byte{','}, []byte(s.opt.Type))
		if !ok {
			return nil, fmt.Errorf("write graph: the type of the edges has control characters")
		}
		head, end = append(head, `,":TYPE"`...), kind
	}
	f, err := s.file(name + ".csv")
	if err != nil {
		return nil, err
	}
	if _, err = f.buf.Write(append(head, '\n')); err != nil {
		return nil, fmt.Errorf("write graph: %w", err)
	}
	w := &writer{form: Neo4j, file: f, layout: l, escape: escapeCSV}
	w.cells = func(dst []byte, b table.Batch, values []value, row int) ([]byte, int) {
		for c, v := range values {
			if c > 0 {
				dst = append(dst, ',')
			}
			if b.Column(c).IsNull(row) {
				if c == l.id || c == l.label || c == l.from || c == l.to {
					return dst, c
				}
				continue
			}
			ok := true
			if dst, ok = v(dst, row); !ok {
				return dst, c
			}
		}
		return append(append(dst, end...), '\n'), -1
	}
	return w, nil
}

const graphMLHead = `<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
`

// graphML starts the file with the nodes, and goes on in it with the edges. The
// keys of both stand before the graph, as the format wants.
func (s *Sink) graphML(l *layout) (table.Writer, error) {
	if l == s.nodes {
		f, err := s.file("graph.graphml")
		if err != nil {
			return nil, err
		}
		head := []byte(graphMLHead)
		for i, of := range [...]*layout{s.nodes, s.edges} {
			if head, err = of.keys(head, [...]string{"node", "edge"}[i]); err != nil {
				return nil, err
			}
		}
		if _, err = f.buf.Write(append(head, `<graph edgedefault="directed">`+"\n"...)); err != nil {
			return nil, fmt.Errorf("write graph: %w", err)
		}
	}
	w := &writer{form: GraphML, file: s.open[0], layout: l, escape: escapeXML}
	w.cells = func(dst []byte, b table.Batch, values []value, row int) ([]byte, int) {
		tag := "edge"
		for k, c := range [...]int{l.id, l.from, l.to} {
			if c < 0 {
				continue
			}
			dst = append(dst, [...]string{`<node id="n`, `<edge source="n`, ` target="n`}[k]...)
			if k == 0 {
				tag = "node"
			}
			ok := !b.Column(c).IsNull(row)
			if ok {
				dst, ok = values[c](dst, row)
			}
			if !ok {
				return dst, c
			}
			dst = append(dst, '"')
		}
		dst = append(dst, '>')
		for c, v := range values {
			if !l.property(c) || b.Column(c).IsNull(row) {
				continue
			}
			dst = append(strconv.AppendInt(append(append(dst, `<data key="`...), tag[0]), int64(c), 10), `">`...)
			ok := true
			if dst, ok = v(dst, row); !ok {
				return dst, c
			}
			dst = append(dst, "</data>"...)
		}
		return append(append(append(dst, "</"...), tag...), ">\n"...), -1
	}
	return w, nil
}

// keys declares the properties: n0, n1 ... of nodes, e0, e1 ... of edges.
func (l *layout) keys(dst []byte, of string) ([]byte, error) {
	for i, f := range l.schema.Fields() {
		if !l.property(i) {
			continue
		}
		t, err := typeOf(f, graphMLTypes)
		if err != nil {
			return nil, err
		}
		name, _ := escapeXML(nil, []byte(f.Name)) // NewSink has looked at the names
		dst = fmt.Appendf(dst, "<key id=\"%s%d\" for=\"%s\" attr.name=\"%s\" attr.type=\"%s\"/>\n", of[:1], i, of, name, t)
	}
	return dst, nil
}
