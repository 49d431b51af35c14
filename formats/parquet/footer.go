package parquet

import (
	"bytes"
	"errors"
	"fmt"
)

// Numbers of parquet.thrift (apache/parquet-format 2.10).
const (
	physBool   = 0
	physInt32  = 1
	physInt64  = 2
	physInt96  = 3
	physFloat  = 4
	physDouble = 5
	physBytes  = 6
	physFixed  = 7

	required = 0
	optional = 1
	repeated = 2

	encPlain         = 0
	encPlainDict     = 2
	encRLE           = 3
	encDelta         = 5
	encDeltaLength   = 6
	encDeltaBytes    = 7
	encRLEDict       = 8
	encByteSplit     = 9
	pageData         = 0
	pageDictionary   = 2
	pageDataV2       = 3
	codecNone        = 0
	codecSnappy      = 1
	codecGzip        = 2
	codecZstd        = 6
	codecLZ4Raw      = 7
	convertedNone    = -1
	convertedUTF8    = 0
	convertedMap     = 1
	convertedMapKV   = 2
	convertedList    = 3
	convertedEnum    = 4
	convertedDecimal = 5
	convertedDate    = 6
	convertedTimeMs  = 7
	convertedTimeUs  = 8
	convertedTsMs    = 9
	convertedTsUs    = 10
	convertedUint8   = 11
	convertedUint64  = 14
	convertedInt8    = 15
	convertedInt64   = 18
	convertedJSON    = 19

	logicalString    = 1
	logicalMap       = 2
	logicalList      = 3
	logicalEnum      = 4
	logicalDecimal   = 5
	logicalDate      = 6
	logicalTime      = 7
	logicalTimestamp = 8
	logicalInteger   = 10
	logicalNull      = 11
	logicalJSON      = 12
	logicalUUID      = 14

	unitMillis = 1
	unitMicros = 2
	unitNanos  = 3
)

// maxElements bounds the schema: more columns than any table has.
const maxElements = 65_536

// element is a SchemaElement with its logical type laid flat.
type element struct {
	name       string
	group      bool
	phys       int32
	width      int32 // of physFixed
	repetition int32
	children   int32
	converted  int32
	scale      int32
	precision  int32
	logical    int16 // the field number in the LogicalType union, 0 none
	unit       int16 // of times
	utc        bool  // of times
	bits       int8  // of integers
	signed     bool
}

// chunk is a ColumnChunk with its ColumnMetaData.
type chunk struct {
	phys         int32
	codec        int32
	values       int64
	uncompressed int64
	compressed   int64
	dataOffset   int64
	dictOffset   int64 // 0 none

	encodings []int32
	path      []string    // read of encrypted columns only
	stats     *statistics // written, not read

	crypto  int    // whose key
	keyName string // written, not read
	hidden  []byte // metadata under the column's key, a module without its length
	part    *part  // once the key is known
}

const (
	cryptoNone = iota
	cryptoFooter
	cryptoColumn
)

type group struct {
	rows       int64
	bytes      int64
	compressed int64
	offset     int64
	chunks     []chunk
}

type pair struct{ key, value string }

type footer struct {
	elements []element
	rows     int64
	groups   []group
	pairs    []pair
	signed   bool   // a plain footer of an encrypted file
	unique   []byte // of a signed one, nil if its algorithm is unknown
	keyName  string // written, not read
}

var errEncrypted = errors.New("it is encrypted by Parquet's own scheme, which is not read")

// parseFooter also gives how many bytes the footer has: a signature may follow.
func parseFooter(b []byte) (*footer, int, error) {
	t := &thriftReader{b: b}
	f := &footer{}
	var fault error
	stop := func(err error) {
		if fault == nil {
			fault = err
		}
		t.fail()
	}
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 2:
			return t.list(typ, tStruct, func() {
				if len(f.elements) == maxElements {
					stop(fmt.Errorf("its schema has more than %d columns", maxElements))
				}
				f.elements = append(f.elements, parseElement(t))
			})
		case id == 3 && typ == tI64:
			f.rows = t.int()
		case id == 4:
			leaves := 0
			for _, e := range f.elements {
				if !e.group {
					leaves++
				}
			}
			return t.list(typ, tStruct, func() {
				g := parseGroup(t, leaves, stop)
				f.groups = append(f.groups, g)
				if len(g.chunks) != leaves {
					stop(fmt.Errorf("row group %d has %d columns, the schema %d", len(f.groups)-1, len(g.chunks), leaves))
				}
			})
		case id == 5:
			return t.list(typ, tStruct, func() {
				var p pair
				t.fields(func(id int16, typ byte) bool {
					switch {
					case id == 1 && typ == tBinary:
						p.key = string(t.bytes())
					case id == 2 && typ == tBinary:
						p.value = string(t.bytes())
					default:
						return false
					}
					return true
				})
				f.pairs = append(f.pairs, p)
			})
		case id == 8 && typ == tStruct:
			f.signed = true
			if unique, ok := algorithm(t); ok {
				f.unique = unique
			}
		default:
			return false
		}
		return true
	})
	if fault != nil {
		return nil, 0, fault
	}
	if t.err != nil {
		return nil, 0, t.err
	}
	total := int64(0)
	for _, g := range f.groups {
		if g.rows < 0 || g.rows > f.rows-total {
			return nil, 0, errors.New("its row counts do not add up")
		}
		total += g.rows
	}
	if total != f.rows {
		return nil, 0, errors.New("its row counts do not add up")
	}
	return f, t.pos, nil
}

func parseElement(t *thriftReader) element {
	e := element{group: true, converted: convertedNone}
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == tI32:
			e.phys, e.group = t.i32(), false
		case id == 2 && typ == tI32:
			e.width = t.i32()
		case id == 3 && typ == tI32:
			e.repetition = t.i32()
		case id == 4 && typ == tBinary:
			e.name = string(t.bytes())
		case id == 5 && typ == tI32:
			e.children = t.i32()
		case id == 6 && typ == tI32:
			e.converted = t.i32()
		case id == 7 && typ == tI32:
			e.scale = t.i32()
		case id == 8 && typ == tI32:
			e.precision = t.i32()
		case id == 10 && typ == tStruct:
			parseLogical(t, &e)
		default:
			return false
		}
		return true
	})
	return e
}

func parseLogical(t *thriftReader, e *element) {
	t.fields(func(id int16, typ byte) bool {
		if typ != tStruct {
			return false
		}
		e.logical = id
		t.fields(func(sub int16, typ byte) bool {
			switch {
			case id == logicalDecimal && sub == 1 && typ == tI32:
				e.scale = t.i32()
			case id == logicalDecimal && sub == 2 && typ == tI32:
				e.precision = t.i32()
			case (id == logicalTime || id == logicalTimestamp) && sub == 1:
				e.utc = typ == tTrue
				return typ == tTrue || typ == tFalse
			case (id == logicalTime || id == logicalTimestamp) && sub == 2 && typ == tStruct:
				t.fields(func(unit int16, _ byte) bool { e.unit = unit; return false })
			case id == logicalInteger && sub == 1 && typ == tByte:
				e.bits = int8(t.byte())
			case id == logicalInteger && sub == 2:
				e.signed = typ == tTrue
				return typ == tTrue || typ == tFalse
			default:
				return false
			}
			return true
		})
		return true
	})
}

func parseGroup(t *thriftReader, leaves int, stop func(error)) group {
	var g group
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1:
			return t.list(typ, tStruct, func() {
				if len(g.chunks) == leaves {
					stop(errors.New("a row group has more columns than the schema"))
				}
				g.chunks = append(g.chunks, parseChunk(t, stop))
			})
		case id == 2 && typ == tI64:
			g.bytes = t.int()
		case id == 3 && typ == tI64:
			g.rows = t.int()
		default:
			return false
		}
		return true
	})
	return g
}

func parseChunk(t *thriftReader, stop func(error)) chunk {
	var c chunk
	found := false
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1:
			stop(errors.New("a column lies in another file, which is not read"))
		case id == 3 && typ == tStruct:
			found = true
			parseMeta(t, &c)
		case id == 8 && typ == tStruct:
			parseCrypto(t, &c)
		case id == 9 && typ == tBinary:
			if b := t.bytes(); len(b) > 4 {
				c.hidden = bytes.Clone(b[4:]) // its length is that of the text
			}
		default:
			return false
		}
		return true
	})
	if !found && c.crypto != cryptoColumn {
		stop(errors.New("a column has no metadata"))
	}
	return c
}

// parseMeta reads a ColumnMetaData.
func parseMeta(t *thriftReader, c *chunk) {
	t.fields(func(id int16, typ byte) bool {
		switch {
		case id == 1 && typ == tI32:
			c.phys = t.i32()
		case id == 4 && typ == tI32:
			c.codec = t.i32()
		case id == 5 && typ == tI64:
			c.values = t.int()
		case id == 6 && typ == tI64:
			c.uncompressed = t.int()
		case id == 7 && typ == tI64:
			c.compressed = t.int()
		case id == 9 && typ == tI64:
			c.dataOffset = t.int()
		case id == 11 && typ == tI64:
			c.dictOffset = t.int()
		default:
			return false
		}
		return true
	})
}

// parseCrypto reads a ColumnCryptoMetaData: the footer's key, or the column's.
func parseCrypto(t *thriftReader, c *chunk) {
	c.crypto = cryptoColumn // an unknown kind is a key that nobody has
	t.fields(func(id int16, typ byte) bool {
		if typ != tStruct {
			return false
		}
		if id == 1 {
			c.crypto = cryptoFooter
		}
		t.fields(func(sub int16, typ byte) bool {
			if id == 2 && sub == 1 {
				return t.list(typ, tBinary, func() { c.path = append(c.path, string(t.bytes())) })
			}
			return false
		})
		return true
	})
}
