package proof

import (
	"fmt"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats/table"
)

// checkedRows is a number of rows for which statements are checked before there are
// any: large enough for every k.
const checkedRows = 1 << 20

// Check says whether the statements can be proved of tables of these types, whatever
// their rows hold. It sees no numbers that a maker discloses, so statements that
// disclose some are faults here.
func (d *Document) Check(schemas map[string]*arrow.Schema) error {
	params, err := paramsFor(d.Bits)
	if err != nil {
		return err
	}
	h := &Header{Params: params}
	needs := d.Needs()
	var names []string
	for name := range needs {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		schema := schemas[name]
		if schema == nil {
			return fmt.Errorf("table %q is not given", name)
		}
		shape := TableShape{Name: name, Rows: checkedRows}
		if shape.Columns, err = d.shapes(name, needs[name], schema); err != nil {
			return err
		}
		h.Tables = append(h.Tables, shape)
	}
	for _, s := range d.Statements {
		s.Of = nil
		h.Statements = append(h.Statements, s)
	}
	_, err = measure(h, nil, false)
	return err
}

// shapes are the columns of a table as the header would have them.
func (d *Document) shapes(name string, columns []string, schema *arrow.Schema) ([]ColumnShape, error) {
	encodings, err := d.encodings(name)
	if err != nil {
		return nil, err
	}
	var out []ColumnShape
	for _, column := range columns {
		i, fault := table.Column(schema, column)
		if fault != nil {
			return nil, fault
		}
		c, fault := shapeOf(schema.Field(i), encodings[column])
		if fault != nil {
			return nil, fault
		}
		out = append(out, c)
	}
	return out, nil
}
