package seal

import "errors"

// Arrow's decoder trusts the counts that a schema states. Before a schema from
// outside reaches it, vetSchema walks the same tables with every bound checked.

const (
	maxFields = 1 << 16
	maxDepth  = 64

	messageHeaderSchema = 1
	schemaFields        = 1
	schemaMetadata      = 2
	fieldName           = 0
	fieldTypeType       = 2
	fieldType           = 3
	fieldDictionary     = 4
	fieldChildren       = 5
	fieldMetadata       = 6
	typeUnion           = 14 // Type.Union
	unionTypeIDs        = 1
	dictionaryIndexType = 1
)

// tables is the number of tables in a vector, and a getter.
func (t flatTable) tables(i int) (int, func(int) (flatTable, error), error) {
	p, err := t.field(i, 4)
	if p == 0 {
		return 0, nil, err
	}
	p += int(le.Uint32(t.b[p:]))
	if p > len(t.b)-4 {
		return 0, nil, errFlat
	}
	n := int(le.Uint32(t.b[p:]))
	if n > (len(t.b)-p-4)/4 {
		return 0, nil, errFlat
	}
	return n, func(k int) (flatTable, error) {
		at := p + 4 + 4*k
		return tableAt(t.b, at+int(le.Uint32(t.b[at:])))
	}, nil
}

// text is a string or a vector of bytes.
func (t flatTable) text(i int) ([]byte, error) { return t.structs(i, 1) }

// vetSchema checks an encapsulated schema message and gives its metadata.
func vetSchema(message []byte) (map[string]string, error) {
	if len(message) < 8 || le.Uint32(message) != 0xffffffff || int64(le.Uint32(message[4:])) != int64(len(message)-8) {
		return nil, errFlat
	}
	root, err := rootTable(message[8:])
	if err != nil {
		return nil, err
	}
	kind, err := root.byte(messageHeaderType)
	if err != nil || kind != messageHeaderSchema {
		return nil, errFlat
	}
	if n, err := root.int64(messageBodyLength); err != nil || n != 0 {
		return nil, errFlat
	}
	s, err := root.table(messageHeader)
	if err != nil {
		return nil, err
	}
	v := vetter{left: maxFields}
	if err := v.children(s, schemaFields, 0); err != nil {
		return nil, err
	}
	return v.metadata(s, schemaMetadata)
}

type vetter struct{ left int } // tables that may still be visited

func (v *vetter) spend(n int) error {
	if v.left -= n; v.left < 0 {
		return errFlat
	}
	return nil
}

func (v *vetter) children(t flatTable, field, depth int) error {
	n, at, err := t.tables(field)
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return errFlat
	}
	if err := v.spend(n); err != nil {
		return err
	}
	for i := range n {
		f, err := at(i)
		if err != nil {
			return err
		}
		if err := v.one(f, depth); err != nil {
			return err
		}
	}
	return nil
}

func (v *vetter) one(f flatTable, depth int) error {
	_, nameErr := f.text(fieldName)
	kind, kindErr := f.byte(fieldTypeType)
	_, mdErr := v.metadata(f, fieldMetadata)
	if err := errors.Join(nameErr, kindErr, mdErr); err != nil {
		return err
	}
	t, err := f.table(fieldType)
	if err != nil {
		return err
	}
	if kind == typeUnion {
		if _, err := t.structs(unionTypeIDs, 4); err != nil {
			return err
		}
	}
	if p, err := f.field(fieldDictionary, 4); err != nil {
		return err
	} else if p != 0 {
		d, err := f.table(fieldDictionary)
		if err != nil {
			return err
		}
		if p, err := d.field(dictionaryIndexType, 4); err != nil {
			return err
		} else if p != 0 {
			if _, err := d.table(dictionaryIndexType); err != nil {
				return err
			}
		}
	}
	return v.children(f, fieldChildren, depth+1)
}

func (v *vetter) metadata(t flatTable, field int) (map[string]string, error) {
	n, at, err := t.tables(field)
	if err != nil {
		return nil, err
	}
	if err := v.spend(n); err != nil {
		return nil, err
	}
	out := make(map[string]string, n)
	for i := range n {
		kv, err := at(i)
		if err != nil {
			return nil, err
		}
		k, kerr := kv.text(0)
		s, serr := kv.text(1)
		if err := errors.Join(kerr, serr); err != nil {
			return nil, err
		}
		if _, twice := out[string(k)]; twice {
			return nil, errFlat
		}
		out[string(k)] = string(s)
	}
	return out, nil
}
