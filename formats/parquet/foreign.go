package parquet

import (
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
)

var errSchema = errors.New("its schema is malformed")

// planRead lays out the schema of a file, ours or foreign.
func planRead(elements []element) (*plan, error) {
	if len(elements) == 0 || !elements[0].group {
		return nil, errSchema
	}
	p := &plan{elements: elements}
	next := 1
	for range elements[0].children {
		c, err := p.node(&next, nil, 0, 0, 0, 0)
		if err != nil {
			return nil, err
		}
		p.columns = append(p.columns, c)
	}
	if next != len(elements) {
		return nil, errSchema
	}
	return p, nil
}

// node reads the element at next and what is below it.
func (p *plan) node(next *int, path []string, slot, def, rep uint8, depth int) (*column, error) {
	if *next >= len(p.elements) || depth > maxLevel/2 {
		return nil, errSchema
	}
	e := p.elements[*next]
	*next++
	path = append(path[:len(path):len(path)], e.name)
	switch e.repetition {
	case required:
	case optional:
		def++
	case repeated: // without an annotation: a list that is never null
		first := len(p.leaves)
		elem, err := p.body(e, next, path, def+1, def+1, rep+1, depth)
		if err != nil {
			return nil, err
		}
		return p.listOf(e.name, elem, false, slot, def, rep, first), nil
	default:
		return nil, errSchema
	}
	c, err := p.body(e, next, path, slot, def, rep, depth)
	if err == nil {
		c.nullable = e.repetition == optional
	}
	return c, err
}

func (p *plan) listOf(name string, elem *column, nullable bool, slot, def, rep uint8, first int) *column {
	return &column{
		name: name, nullable: nullable, slot: slot, def: def, rep: rep, children: []*column{elem}, leaves: p.leaves[first:],
		typ: arrow.ListOfField(arrow.Field{Name: "item", Type: elem.typ, Nullable: elem.nullable}),
	}
}

// body reads what an element is, apart from its repetition.
func (p *plan) body(e element, next *int, path []string, slot, def, rep uint8, depth int) (*column, error) {
	first := len(p.leaves)
	c := &column{name: e.name, slot: slot, def: def, rep: rep}
	if !e.group {
		t, err := typeOf(e)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", e.name, err)
		}
		c.typ, c.leaf = t, newLeaf(len(p.leaves), path, e, def, rep)
		p.leaves = append(p.leaves, c.leaf)
		c.leaves = p.leaves[first:]
		return c, nil
	}
	if e.children < 1 || int(e.children) > len(p.elements) {
		return nil, errSchema
	}
	list := e.logical == logicalList || e.converted == convertedList
	pairs := e.logical == logicalMap || e.converted == convertedMap || e.converted == convertedMapKV
	if (list || pairs) && e.children == 1 && *next < len(p.elements) && p.elements[*next].repetition == repeated {
		return p.list(e, pairs, next, path, slot, def, rep, depth)
	}
	var fields []arrow.Field
	for range e.children {
		child, err := p.node(next, path, slot, def, rep, depth+1)
		if err != nil {
			return nil, err
		}
		c.children = append(c.children, child)
		fields = append(fields, arrow.Field{Name: child.name, Type: child.typ, Nullable: child.nullable})
	}
	c.typ, c.leaves = arrow.StructOf(fields...), p.leaves[first:]
	return c, nil
}

// list reads the repeated child of a LIST or MAP group. Its single child is the
// element, but for the old two-level forms (LogicalTypes.md, "Backward-
// compatibility rules") and for maps, where it is the element itself.
func (p *plan) list(e element, pairs bool, next *int, path []string, slot, def, rep uint8, depth int) (*column, error) {
	first := len(p.leaves)
	r := p.elements[*next]
	*next++
	path = append(path[:len(path):len(path)], r.name)
	var elem *column
	var err error
	if !r.group || pairs || r.children != 1 || r.name == "array" || r.name == e.name+"_tuple" {
		elem, err = p.body(r, next, path, def+1, def+1, rep+1, depth+2)
	} else {
		elem, err = p.node(next, path, def+1, def+1, rep+1, depth+2)
	}
	if err != nil {
		return nil, err
	}
	return p.listOf(e.name, elem, false, slot, def, rep, first), nil
}

// typeOf gives the Arrow type of a plain element.
func typeOf(e element) (arrow.DataType, error) {
	if e.phys == physFixed && (e.width < 1 || e.width > 1<<20) {
		return nil, fmt.Errorf("a width of %d bytes is beyond reason", e.width)
	}
	bad := fmt.Errorf("its annotation does not fit its physical type")
	logical := e.logical
	unit := e.unit
	utc := e.utc
	bits, signed := e.bits, e.signed
	if logical == 0 {
		switch c := e.converted; {
		case c == convertedUTF8, c == convertedEnum, c == convertedJSON:
			logical = logicalString
		case c == convertedDecimal:
			logical = logicalDecimal
		case c == convertedDate:
			logical = logicalDate
		case c == convertedTimeMs, c == convertedTimeUs:
			logical, unit, utc = logicalTime, int16(c-convertedTimeMs)+unitMillis, true
		case c == convertedTsMs, c == convertedTsUs:
			logical, unit, utc = logicalTimestamp, int16(c-convertedTsMs)+unitMillis, true
		case c >= convertedUint8 && c <= convertedUint64:
			logical, bits = logicalInteger, int8(8<<(c-convertedUint8))
		case c >= convertedInt8 && c <= convertedInt64:
			logical, bits, signed = logicalInteger, int8(8<<(c-convertedInt8)), true
		}
	}
	units := map[int16]arrow.TimeUnit{unitMillis: arrow.Millisecond, unitMicros: arrow.Microsecond, unitNanos: arrow.Nanosecond}
	switch logical {
	case logicalString, logicalEnum, logicalJSON:
		if e.phys == physBytes {
			return arrow.BinaryTypes.String, nil
		}
		return nil, bad
	case logicalDecimal:
		if e.precision < 1 || e.precision > 38 || e.scale < 0 || e.scale > e.precision ||
			e.phys != physInt32 && e.phys != physInt64 && e.phys != physFixed && e.phys != physBytes {
			return nil, fmt.Errorf("a decimal of %d digits and scale %d is not read", e.precision, e.scale)
		}
		return &arrow.Decimal128Type{Precision: e.precision, Scale: e.scale}, nil
	case logicalDate:
		if e.phys == physInt32 {
			return arrow.FixedWidthTypes.Date32, nil
		}
		return nil, bad
	case logicalTime:
		switch {
		case e.phys == physInt32 && unit == unitMillis:
			return arrow.FixedWidthTypes.Time32ms, nil
		case e.phys == physInt64 && (unit == unitMicros || unit == unitNanos):
			return &arrow.Time64Type{Unit: units[unit]}, nil
		}
		return nil, bad
	case logicalTimestamp:
		u, ok := units[unit]
		if e.phys != physInt64 || !ok {
			return nil, bad
		}
		if utc {
			return &arrow.TimestampType{Unit: u, TimeZone: "UTC"}, nil
		}
		return &arrow.TimestampType{Unit: u}, nil
	case logicalInteger:
		t, ok := map[int8][2]arrow.DataType{
			8:  {arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Int8},
			16: {arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Int16},
			32: {arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Int32},
			64: {arrow.PrimitiveTypes.Uint64, arrow.PrimitiveTypes.Int64},
		}[bits]
		if !ok || bits == 64 && e.phys != physInt64 || bits < 64 && e.phys != physInt32 {
			return nil, bad
		}
		if signed {
			return t[1], nil
		}
		return t[0], nil
	case logicalNull:
		return arrow.Null, nil
	}
	switch e.phys { // no annotation, or one that needs none
	case physBool:
		return arrow.FixedWidthTypes.Boolean, nil
	case physInt32:
		return arrow.PrimitiveTypes.Int32, nil
	case physInt64:
		return arrow.PrimitiveTypes.Int64, nil
	case physInt96: // the times of Impala and old Spark
		return &arrow.TimestampType{Unit: arrow.Nanosecond}, nil
	case physFloat:
		return arrow.PrimitiveTypes.Float32, nil
	case physDouble:
		return arrow.PrimitiveTypes.Float64, nil
	case physBytes:
		return arrow.BinaryTypes.Binary, nil
	case physFixed:
		return &arrow.FixedSizeBinaryType{ByteWidth: int(e.width)}, nil
	}
	return nil, errSchema
}
