package profile

import "github.com/apache/arrow/go/v17/arrow"

// deepestType bounds the nesting of types in a state file.
const deepestType = 16

func (r *parser) dataType(depth int) arrow.DataType {
	if depth > deepestType {
		r.fail("types are nested too deep")
		return arrow.Null
	}
	id := arrow.Type(r.byte())
	if t := plainType(id); t != nil {
		return t
	}
	switch id {
	case arrow.TIMESTAMP:
		return &arrow.TimestampType{Unit: r.unit(arrow.Second, arrow.Nanosecond), TimeZone: r.string()}
	case arrow.TIME32:
		return &arrow.Time32Type{Unit: r.unit(arrow.Second, arrow.Millisecond)}
	case arrow.TIME64:
		return &arrow.Time64Type{Unit: r.unit(arrow.Microsecond, arrow.Nanosecond)}
	case arrow.DURATION:
		return &arrow.DurationType{Unit: r.unit(arrow.Second, arrow.Nanosecond)}
	case arrow.DECIMAL128:
		p, s := r.decimal(38)
		return &arrow.Decimal128Type{Precision: p, Scale: s}
	case arrow.DECIMAL256:
		p, s := r.decimal(76)
		return &arrow.Decimal256Type{Precision: p, Scale: s}
	case arrow.FIXED_SIZE_BINARY:
		return &arrow.FixedSizeBinaryType{ByteWidth: r.small()}
	case arrow.DICTIONARY:
		t := &arrow.DictionaryType{IndexType: r.dataType(depth + 1), ValueType: r.dataType(depth + 1), Ordered: r.bool()}
		if !arrow.IsInteger(t.IndexType.ID()) || t.ValueType.ID() == arrow.DICTIONARY {
			r.fail("a dictionary is of an impossible type")
		}
		return t
	case arrow.LIST:
		return arrow.ListOfField(r.field(depth))
	case arrow.LARGE_LIST:
		return arrow.LargeListOfField(r.field(depth))
	case arrow.FIXED_SIZE_LIST:
		n := r.small()
		if n == 0 {
			r.fail("a list is of length 0")
			n = 1
		}
		return arrow.FixedSizeListOfField(int32(n), r.field(depth))
	case arrow.STRUCT:
		n := r.size(5)
		fields := make([]arrow.Field, 0, min(n, 64))
		for range n {
			fields = append(fields, r.field(depth))
			if r.err != nil {
				return arrow.Null
			}
		}
		return arrow.StructOf(fields...)
	}
	r.fail("type %d is not known", id)
	return arrow.Null
}

func (r *parser) unit(least, most arrow.TimeUnit) arrow.TimeUnit {
	u := arrow.TimeUnit(r.byte())
	if u < least || u > most {
		r.fail("a unit of time is not known")
		return least
	}
	return u
}

func (r *parser) small() int {
	n := r.uint()
	if n > 1<<20 {
		r.fail("a width is too large")
		return 0
	}
	return int(n)
}

func (r *parser) decimal(digits int32) (precision, scale int32) {
	p, s := r.uint(), r.uint()
	if p == 0 || p > uint64(digits) || s > 1<<32-1 {
		r.fail("a decimal has too many digits")
		return 1, 0
	}
	if s := int32(uint32(s)); s <= 76 && s >= -76 {
		return int32(p), s
	}
	r.fail("a decimal has an impossible scale")
	return 1, 0
}
