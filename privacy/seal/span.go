package seal

// headerSpan finds the header's value within a schema's FlatBuffers table: that
// of a schema message or of a footer. It is where a rewrap writes.

const (
	schemaMetadata = 2
	footerSchema   = 1
	maxMetadata    = 1 << 16 // entries
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
	if n > min(maxMetadata, (len(t.b)-p-4)/4) {
		return 0, nil, errFlat
	}
	return n, func(k int) (flatTable, error) {
		at := p + 4 + 4*k
		return tableAt(t.b, at+int(le.Uint32(t.b[at:])))
	}, nil
}

// text is the span of a string.
func (t flatTable) text(i int) (from, to int, err error) {
	b, err := t.structs(i, 1)
	if err != nil || b == nil {
		return 0, 0, err
	}
	p, err := t.field(i, 4)
	if err != nil {
		return 0, 0, err
	}
	from = p + int(le.Uint32(t.b[p:])) + 4
	return from, from + len(b), nil
}

func headerSpan(schema flatTable) (from, to int, err error) {
	n, at, err := schema.tables(schemaMetadata)
	if err != nil {
		return 0, 0, err
	}
	for i := range n {
		kv, err := at(i)
		if err != nil {
			return 0, 0, err
		}
		a, b, err := kv.text(0)
		if err != nil {
			return 0, 0, err
		}
		if string(kv.b[a:b]) == keyHeader {
			return kv.text(1)
		}
	}
	return 0, 0, errFlat
}

// messageSpan is headerSpan for an encapsulated schema message.
func messageSpan(message []byte) (from, to int, err error) {
	if len(message) < 8 {
		return 0, 0, errFlat
	}
	root, err := rootTable(message[8:])
	if err != nil {
		return 0, 0, err
	}
	s, err := root.table(messageHeader)
	if err != nil {
		return 0, 0, err
	}
	from, to, err = headerSpan(s)
	return from + 8, to + 8, err
}

// footerSpan is headerSpan for a footer.
func footerSpan(foot []byte) (from, to int, err error) {
	root, err := rootTable(foot)
	if err != nil {
		return 0, 0, err
	}
	s, err := root.table(footerSchema)
	if err != nil {
		return 0, 0, err
	}
	return headerSpan(s)
}
