package parquet

import (
	"errors"
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
)

// column is one column of a table, or a part of a nested one, with the levels
// of Dremel (Melnik et al., VLDB 2010, section 4) that tell what is there.
type column struct {
	name     string
	typ      arrow.DataType // what readers of ours get, or writers give
	nullable bool

	slot uint8 // definition level from which this column has a cell at all
	def  uint8 // definition level from which the cell is not null
	rep  uint8 // number of repeated ancestors

	children []*column // of a struct, or the single element of a list
	leaf     *leaf     // of a plain column
	leaves   []*leaf   // all below, at least one
}

// leaf is what Parquet stores as one column.
type leaf struct {
	index  int
	path   []string
	phys   int32
	width  int // bytes of a fixed-width value, 0 for byte arrays and bools
	maxDef uint8
	maxRep uint8
	el     element
}

// maxLevel bounds nesting, so that levels fit a byte with room to spare.
const maxLevel = 64

func (c *column) isList() bool { return c.leaf == nil && c.typ.ID() != arrow.STRUCT }

// writable says why a type has no Parquet form, if it has none.
func writable(t arrow.DataType, depth int) error {
	if depth > maxLevel/4 {
		return fmt.Errorf("it is nested more than %d deep", maxLevel/4)
	}
	switch t := t.(type) {
	case *arrow.DictionaryType:
		if !isText(t.ValueType) {
			return fmt.Errorf("a dictionary of %s has no Parquet form; make it a plain column", t.ValueType)
		}
		return nil
	case *arrow.ListType:
		return writable(t.Elem(), depth+1)
	case *arrow.LargeListType:
		return writable(t.Elem(), depth+1)
	case *arrow.StructType:
		if t.NumFields() == 0 {
			return errors.New("a struct without fields has no Parquet form")
		}
		for _, f := range t.Fields() {
			if err := writable(f.Type, depth+1); err != nil {
				return fmt.Errorf("field %q: %w", f.Name, err)
			}
		}
		return nil
	case *arrow.FixedSizeListType:
		return fmt.Errorf("%s has no Parquet form that keeps its length; make it a list", t)
	case *arrow.MapType:
		return fmt.Errorf("%s is not written; make it a list of structs", t)
	}
	_, err := elementOf(arrow.Field{Type: t})
	return err
}

// elementOf gives the schema element of a plain Arrow column.
func elementOf(f arrow.Field) (element, error) {
	e := element{name: f.Name, converted: convertedNone}
	if f.Nullable {
		e.repetition = optional
	}
	integer := func(phys int32, bits int8, signed bool, converted int32) {
		e.phys, e.logical, e.bits, e.signed, e.converted = phys, logicalInteger, bits, signed, converted
	}
	switch t := f.Type.(type) {
	case *arrow.NullType:
		e.phys, e.logical, e.repetition = physInt32, logicalNull, optional
	case *arrow.BooleanType:
		e.phys = physBool
	case *arrow.Int8Type:
		integer(physInt32, 8, true, convertedInt8)
	case *arrow.Int16Type:
		integer(physInt32, 16, true, convertedInt8+1)
	case *arrow.Int32Type:
		e.phys = physInt32
	case *arrow.Int64Type, *arrow.DurationType:
		e.phys = physInt64
	case *arrow.Uint8Type:
		integer(physInt32, 8, false, convertedUint8)
	case *arrow.Uint16Type:
		integer(physInt32, 16, false, convertedUint8+1)
	case *arrow.Uint32Type:
		integer(physInt32, 32, false, convertedUint8+2)
	case *arrow.Uint64Type:
		integer(physInt64, 64, false, convertedUint64)
	case *arrow.Float32Type:
		e.phys = physFloat
	case *arrow.Float64Type:
		e.phys = physDouble
	case *arrow.StringType, *arrow.LargeStringType:
		e.phys, e.logical, e.converted = physBytes, logicalString, convertedUTF8
	case *arrow.BinaryType, *arrow.LargeBinaryType:
		e.phys = physBytes
	case *arrow.FixedSizeBinaryType:
		if t.ByteWidth < 1 {
			return e, fmt.Errorf("%s has no Parquet form", t)
		}
		e.phys, e.width = physFixed, int32(t.ByteWidth)
	case *arrow.Date32Type, *arrow.Date64Type:
		e.phys, e.logical, e.converted = physInt32, logicalDate, convertedDate
	case *arrow.TimestampType:
		e.phys, e.logical, e.utc = physInt64, logicalTimestamp, t.TimeZone != ""
		switch t.Unit {
		case arrow.Nanosecond:
			e.unit = unitNanos
		case arrow.Microsecond:
			e.unit, e.converted = unitMicros, convertedTsUs
		default:
			e.unit, e.converted = unitMillis, convertedTsMs
		}
		if !e.utc {
			e.converted = convertedNone // the old annotation always meant UTC
		}
	case *arrow.Time32Type:
		e.phys, e.logical, e.unit = physInt32, logicalTime, unitMillis
	case *arrow.Time64Type:
		e.phys, e.logical, e.unit = physInt64, logicalTime, unitMicros
		if t.Unit == arrow.Nanosecond {
			e.unit = unitNanos
		}
	case *arrow.Decimal128Type:
		e.logical, e.converted, e.scale, e.precision = logicalDecimal, convertedDecimal, t.Scale, t.Precision
		if t.Scale < 0 || t.Precision < 1 || t.Precision > 38 || t.Scale > t.Precision {
			return e, fmt.Errorf("%s has no Parquet form", t)
		}
		if e.phys = physInt64; t.Precision > 18 {
			e.phys, e.width = physFixed, decimalWidth(t.Precision)
		}
	case *arrow.DictionaryType:
		return elementOf(arrow.Field{Name: f.Name, Type: t.ValueType, Nullable: f.Nullable})
	default:
		return e, fmt.Errorf("%s has no Parquet form", t)
	}
	return e, nil
}

// decimalWidth is the number of bytes that hold any value of the precision in
// two's complement: the smallest n with 2^(8n-1) > 10^precision.
func decimalWidth(precision int32) int32 {
	return int32((float64(precision)*3.321928094887362+1)/8) + 1
}

// plan is a schema in both shapes.
type plan struct {
	columns  []*column
	leaves   []*leaf
	elements []element
}

// planWrite lays out a schema for writing.
func planWrite(s *arrow.Schema) (*plan, error) {
	for _, f := range s.Fields() {
		if err := writable(f.Type, 0); err != nil {
			return nil, errColumn(f.Name, err)
		}
	}
	p := &plan{elements: []element{{name: "schema", group: true, children: int32(s.NumFields()), repetition: required, converted: convertedNone}}}
	for _, f := range s.Fields() {
		c, err := p.add(f, nil, 0, 0, 0)
		if err != nil {
			return nil, fmt.Errorf("column %q: %w", f.Name, err)
		}
		p.columns = append(p.columns, c)
	}
	return p, nil
}

func (p *plan) add(f arrow.Field, path []string, slot, def, rep uint8) (*column, error) {
	path = append(path[:len(path):len(path)], f.Name)
	c := &column{name: f.Name, typ: f.Type, nullable: f.Nullable, slot: slot, rep: rep}
	if f.Nullable || f.Type.ID() == arrow.NULL {
		def++
	}
	c.def = def
	first := len(p.leaves)
	rp := int32(required)
	if f.Nullable {
		rp = optional
	}
	switch t := f.Type.(type) {
	case *arrow.StructType:
		p.elements = append(p.elements, element{name: f.Name, group: true, children: int32(t.NumFields()), repetition: rp, converted: convertedNone})
		for _, g := range t.Fields() {
			child, err := p.add(g, path, slot, def, rep)
			if err != nil {
				return nil, err
			}
			c.children = append(c.children, child)
		}
	case arrow.ListLikeType:
		p.elements = append(p.elements,
			element{name: f.Name, group: true, children: 1, repetition: rp, converted: convertedList, logical: logicalList},
			element{name: "list", group: true, children: 1, repetition: repeated, converted: convertedNone})
		e := t.ElemField()
		e.Name = "element"
		child, err := p.add(e, append(path, "list"), def+1, def+1, rep+1)
		if err != nil {
			return nil, err
		}
		c.children = []*column{child}
	default:
		e, err := elementOf(f)
		if err != nil {
			return nil, err
		}
		p.elements = append(p.elements, e)
		c.leaf = newLeaf(len(p.leaves), path, e, def, rep)
		p.leaves = append(p.leaves, c.leaf)
	}
	c.leaves = p.leaves[first:]
	return c, nil
}

func newLeaf(index int, path []string, e element, def, rep uint8) *leaf {
	l := &leaf{index: index, path: path, phys: e.phys, maxDef: def, maxRep: rep, el: e}
	switch e.phys {
	case physInt32, physFloat:
		l.width = 4
	case physInt64, physDouble:
		l.width = 8
	case physInt96:
		l.width = 12
	case physFixed:
		l.width = int(e.width)
	}
	return l
}
