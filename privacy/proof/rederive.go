package proof

import (
	"context"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
	"github.com/verisim/verisim/privacy/proof/ligero"
)

// Rederive is for somebody who has opened a table: it derives the oracles' roots
// of the columns whose secrets are known from the opened cells, and compares them
// with those of the proof (PROOFS.md, section 9). It gives the columns that it
// compared. A difference is an error that matches privacy.ErrTampered: the proof
// is about other cells. It does not verify the proof.
func Rederive(ctx context.Context, file []byte, name string, s table.Stream, secret func(column string) []byte, workers int) ([]string, error) {
	front, h, body, err := decodeHeader(file)
	if err != nil {
		return nil, err
	}
	in, at := -1, 0
	for i := range h.Tables {
		if h.Tables[i].Name == name {
			in = i
			break
		}
		at += len(h.Tables[i].Columns)
	}
	if in < 0 {
		return nil, privacy.Tampered("check", "proof", "it is not about table %q", name)
	}
	shape := &h.Tables[in]
	t := &Table{name: name}
	var roots []int
	for i, c := range shape.Columns {
		key := secret(c.Name)
		if key == nil {
			continue
		}
		k, err := table.Column(s.Schema(), c.Name)
		if err != nil {
			return nil, err
		}
		have, err := shapeOf(s.Schema().Field(k), &c.Encoding)
		if err != nil {
			return nil, err
		}
		if have.Type != c.Type {
			return nil, privacy.Tampered("check", "proof", "column %q is %s, the proof is about %s", c.Name, have.Type, c.Type)
		}
		t.columns, t.indices, t.secrets = append(t.columns, newColumn(c)), append(t.indices, k), append(t.secrets, key)
		roots = append(roots, at+i)
	}
	for b, err := range s.Batches(ctx) {
		if err != nil {
			return nil, err
		}
		if err := t.Add(b); err != nil { // the proof's cells could be encoded
			return nil, privacy.Tampered("check", "proof", "the cells are not those that the proof is about: %v", err)
		}
	}
	if t.rows != shape.Rows {
		return nil, privacy.Tampered("check", "proof", "the table has %d rows, the proof is about %d", t.rows, shape.Rows)
	}
	const rootSize = len(ligero.Hash{})
	var names []string
	for i, c := range t.columns {
		stream, err := columnStream(front, name, c.shape.Name, t.secrets[i])
		if err != nil {
			return nil, err
		}
		lengths := []int{c.rows}
		sources := []ligero.Source{&source{c.rows, func(i int) field.Elem { return field.Int(c.at(i)) }}}
		if c.shape.wide() {
			for k := range 2 {
				lengths = append(lengths, c.rows)
				sources = append(sources, &source{c.rows, func(i int) field.Elem { return c.restAt(i)[k].element() }})
			}
		}
		if c.shape.Nullable {
			lengths = append(lengths, c.rows)
			sources = append(sources, &source{c.rows, func(i int) field.Elem { return bit(c.there(i)) }})
		}
		root, err := ligero.Rederive(ctx, h.Params, stream, lengths, sources, workers)
		if err != nil {
			return nil, err
		}
		from := 4 + roots[i]*rootSize
		if len(body) < from+rootSize || ligero.Hash(body[from:from+rootSize]) != root {
			return nil, privacy.Tampered("check", "proof", "the cells of column %q are not those that the proof is about", c.shape.Name)
		}
		names = append(names, c.shape.Name)
	}
	return names, nil
}
