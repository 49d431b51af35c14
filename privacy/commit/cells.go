package commit

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

// Cells verifies a disclosure and gives what it shows as a table: a row a shown
// row, a column a shown column. Columns have the types that the root names;
// dictionaries are their values, lists and structs are texts.
func (r *Root) Cells(d *Disclosure) (table.Batch, error) {
	if err := r.Verify(d); err != nil {
		return nil, err
	}
	var fields []arrow.Field
	var columns []arrow.Array
	for _, s := range d.Columns {
		i := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Name == s.Name })
		t, flat := typeOf(r.Columns[i].Type)
		b := array.NewBuilder(memory.DefaultAllocator, t)
		for k, cell := range s.Cells {
			if !appendCell(b, t, flat, cell) {
				return nil, privacy.Tampered("read", "disclosure", "the cell in row %d of column %q is no %s", d.Rows[k], s.Name, r.Columns[i].Type)
			}
		}
		fields = append(fields, arrow.Field{Name: s.Name, Type: t, Nullable: true})
		columns = append(columns, b.NewArray())
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), columns, int64(len(d.Rows))), nil
}

var plainTypes = func() map[string]arrow.DataType {
	out := map[string]arrow.DataType{}
	for _, t := range []arrow.DataType{
		arrow.Null, arrow.FixedWidthTypes.Boolean,
		arrow.PrimitiveTypes.Int8, arrow.PrimitiveTypes.Int16, arrow.PrimitiveTypes.Int32, arrow.PrimitiveTypes.Int64,
		arrow.PrimitiveTypes.Uint8, arrow.PrimitiveTypes.Uint16, arrow.PrimitiveTypes.Uint32, arrow.PrimitiveTypes.Uint64,
		arrow.PrimitiveTypes.Float32, arrow.PrimitiveTypes.Float64,
		arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString, arrow.BinaryTypes.Binary, arrow.BinaryTypes.LargeBinary,
		arrow.FixedWidthTypes.Date32, arrow.FixedWidthTypes.Date64,
		arrow.FixedWidthTypes.Time32s, arrow.FixedWidthTypes.Time32ms, arrow.FixedWidthTypes.Time64us, arrow.FixedWidthTypes.Time64ns,
		arrow.FixedWidthTypes.Duration_s, arrow.FixedWidthTypes.Duration_ms, arrow.FixedWidthTypes.Duration_us, arrow.FixedWidthTypes.Duration_ns,
	} {
		out[t.String()] = t
	}
	return out
}()

var (
	decimalName   = regexp.MustCompile(`^decimal\(([0-9]{1,2}), ([0-9]{1,2})\)$`)
	timestampName = regexp.MustCompile(`^timestamp\[(s|ms|us|ns)(?:, tz=([A-Za-z0-9_+/:-]+))?\]$`)
	fixedName     = regexp.MustCompile(`^fixed_size_binary\[([0-9]{1,6})\]$`)
)

// typeOf is the type of a name that typeName gave. Types that are not flat
// become text.
func typeOf(name string) (t arrow.DataType, flat bool) {
	if t, ok := plainTypes[name]; ok {
		return t, true
	}
	if m := decimalName.FindStringSubmatch(name); m != nil {
		p, err1 := strconv.Atoi(m[1])
		s, err2 := strconv.Atoi(m[2])
		if err1 == nil && err2 == nil && p >= 1 && p <= 38 && s <= p {
			return &arrow.Decimal128Type{Precision: int32(p), Scale: int32(s)}, true
		}
	}
	if m := timestampName.FindStringSubmatch(name); m != nil {
		unit := arrow.TimeUnit(slices.Index([]string{"s", "ms", "us", "ns"}, m[1]))
		t := &arrow.TimestampType{Unit: unit, TimeZone: m[2]}
		if _, err := t.GetZone(); err == nil {
			return t, true
		}
	}
	if m := fixedName.FindStringSubmatch(name); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return &arrow.FixedSizeBinaryType{ByteWidth: n}, true
		}
	}
	return arrow.BinaryTypes.String, false
}

// appendCell adds a cell's canonical bytes to a column; false if they are no
// cell of its type.
func appendCell(b array.Builder, t arrow.DataType, flat bool, cell []byte) bool {
	tag, rest := cell[0], cell[1:]
	if tag == tagNull {
		b.AppendNull()
		return len(rest) == 0
	}
	switch b := b.(type) {
	case *array.BooleanBuilder:
		if tag != tagBool || len(rest) != 1 || rest[0] > 1 {
			return false
		}
		b.Append(rest[0] == 1)
		return true
	case *array.StringBuilder:
		if flat {
			b.Append(string(rest))
			return tag == tagString
		}
		text, ok := cellText(cell, 0)
		b.Append(text)
		return ok
	case *array.LargeStringBuilder:
		b.Append(string(rest))
		return tag == tagString
	case *array.BinaryBuilder: // of both widths
		b.Append(rest)
		return tag == tagBinary
	case *array.FixedSizeBinaryBuilder:
		if tag != tagBinary || len(rest) != t.(*arrow.FixedSizeBinaryType).ByteWidth {
			return false
		}
		b.Append(rest)
		return true
	case *array.Decimal128Builder:
		if tag != tagDecimal || len(rest) != 16 {
			return false
		}
		b.Append(decimal128.New(int64(binary.BigEndian.Uint64(rest)), binary.BigEndian.Uint64(rest[8:])))
		return true
	}
	return len(rest) == 8 && appendNumber(b, tag, binary.BigEndian.Uint64(rest))
}

// appendNumber adds a cell of 64 bits to a column of any width; false if it does
// not fit.
func appendNumber(b array.Builder, tag byte, v uint64) bool {
	i, f := int64(v), math.Float64frombits(v)
	switch b := b.(type) {
	case *array.Int8Builder:
		b.Append(int8(i))
		return tag == tagInt && int64(int8(i)) == i
	case *array.Int16Builder:
		b.Append(int16(i))
		return tag == tagInt && int64(int16(i)) == i
	case *array.Int32Builder:
		b.Append(int32(i))
		return tag == tagInt && int64(int32(i)) == i
	case *array.Int64Builder:
		b.Append(i)
		return tag == tagInt
	case *array.Uint8Builder:
		b.Append(uint8(v))
		return tag == tagUint && uint64(uint8(v)) == v
	case *array.Uint16Builder:
		b.Append(uint16(v))
		return tag == tagUint && uint64(uint16(v)) == v
	case *array.Uint32Builder:
		b.Append(uint32(v))
		return tag == tagUint && uint64(uint32(v)) == v
	case *array.Uint64Builder:
		b.Append(v)
		return tag == tagUint
	case *array.Float32Builder:
		b.Append(float32(f))
		return tag == tagFloat && (f != f || float64(float32(f)) == f)
	case *array.Float64Builder:
		b.Append(f)
		return tag == tagFloat
	case *array.Date32Builder:
		b.Append(arrow.Date32(i))
		return tag == tagInt && int64(int32(i)) == i
	case *array.Date64Builder:
		b.Append(arrow.Date64(i))
		return tag == tagInt
	case *array.Time32Builder:
		b.Append(arrow.Time32(i))
		return tag == tagInt && int64(int32(i)) == i
	case *array.Time64Builder:
		b.Append(arrow.Time64(i))
		return tag == tagInt
	case *array.TimestampBuilder:
		b.Append(arrow.Timestamp(i))
		return tag == tagInt
	case *array.DurationBuilder:
		b.Append(arrow.Duration(i))
		return tag == tagInt
	}
	return false
}

// maxNesting bounds lists in lists, so that a hostile cell costs no stack.
const maxNesting = 16

// cellText writes a cell of a type that is not flat for people: [1, 2] is a
// list, (1, "a") a struct.
func cellText(cell []byte, depth int) (string, bool) {
	if len(cell) == 0 || depth > maxNesting {
		return "", false
	}
	tag, rest := cell[0], cell[1:]
	switch tag {
	case tagNull:
		return "null", len(rest) == 0
	case tagString:
		return strconv.Quote(string(rest)), true
	case tagBinary:
		return "0x" + hex.EncodeToString(rest), true
	case tagBool:
		return strconv.FormatBool(len(rest) == 1 && rest[0] == 1), len(rest) == 1
	case tagDecimal:
		if len(rest) != 16 {
			return "", false
		}
		// The scale stands in the column's type, and not here: 12.50 is not 1250.
		return decimal128.New(int64(binary.BigEndian.Uint64(rest)), binary.BigEndian.Uint64(rest[8:])).BigInt().String() + " unscaled", true
	case tagList, tagStruct:
		return membersText(tag, rest, depth)
	}
	if len(rest) != 8 {
		return "", false
	}
	v := binary.BigEndian.Uint64(rest)
	switch tag {
	case tagInt:
		return strconv.FormatInt(int64(v), 10), true
	case tagUint:
		return strconv.FormatUint(v, 10), true
	case tagFloat:
		return strconv.FormatFloat(math.Float64frombits(v), 'g', -1, 64), true
	}
	return "", false
}

func membersText(tag byte, rest []byte, depth int) (string, bool) {
	left, right, count := "(", ")", uint64(0)
	if tag == tagList {
		if left, right = "[", "]"; len(rest) < 8 {
			return "", false
		}
		count, rest = binary.BigEndian.Uint64(rest), rest[8:]
	}
	var parts []string
	for len(rest) > 0 {
		if len(rest) < 8 {
			return "", false
		}
		n := binary.BigEndian.Uint64(rest)
		if rest = rest[8:]; n > uint64(len(rest)) {
			return "", false
		}
		part, ok := cellText(rest[:n], depth+1)
		if !ok {
			return "", false
		}
		parts, rest = append(parts, part), rest[n:]
	}
	return left + strings.Join(parts, ", ") + right, tag == tagStruct || count == uint64(len(parts))
}
