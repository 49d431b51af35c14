package parquet

// appendFooter writes FileMetaData.
func appendFooter(f *footer) []byte {
	t := &thriftWriter{}
	t.open()
	t.i32(1, 2) // version 2: logical types are used
	t.list(2, tStruct, len(f.elements))
	for i := range f.elements {
		appendElement(t, &f.elements[i], i == 0)
	}
	t.i64(3, f.rows)
	t.list(4, tStruct, len(f.groups))
	for i, g := range f.groups {
		t.open()
		t.list(1, tStruct, len(g.chunks))
		for _, c := range g.chunks {
			appendChunk(t, c)
		}
		t.i64(2, g.bytes)
		t.i64(3, g.rows)
		t.i64(5, g.offset)
		t.i64(6, g.compressed)
		if i <= 32767 {
			t.field(7, tI16)
			t.b = appendZigzag(t.b, int64(i))
		}
		t.close()
	}
	t.list(5, tStruct, len(f.pairs))
	for _, p := range f.pairs {
		t.open()
		t.bytes(1, []byte(p.key))
		t.bytes(2, []byte(p.value))
		t.close()
	}
	t.bytes(6, []byte(createdBy))
	// Column orders make min_value and max_value mean something.
	leaves := 0
	for _, e := range f.elements {
		if !e.group {
			leaves++
		}
	}
	t.list(7, tStruct, leaves)
	for range leaves {
		t.open()
		t.sub(1)
		t.close()
		t.close()
	}
	if f.signed {
		appendAlgorithm(t, 8, f.unique)
		if f.keyName != "" {
			t.bytes(9, []byte(f.keyName))
		}
	}
	t.close()
	return t.b
}

func appendElement(t *thriftWriter, e *element, root bool) {
	t.open()
	defer t.close()
	if !e.group {
		t.i32(1, e.phys)
		if e.phys == physFixed {
			t.i32(2, e.width)
		}
	}
	t.i32(3, e.repetition)
	t.bytes(4, []byte(e.name))
	if e.group {
		t.i32(5, e.children)
	}
	if root {
		return
	}
	if e.converted != convertedNone {
		t.i32(6, e.converted)
	}
	if e.logical == logicalDecimal {
		t.i32(7, e.scale)
		t.i32(8, e.precision)
	}
	if e.logical == 0 {
		return
	}
	t.sub(10)
	t.sub(e.logical)
	switch e.logical {
	case logicalDecimal:
		t.i32(1, e.scale)
		t.i32(2, e.precision)
	case logicalTime, logicalTimestamp:
		t.bool(1, e.utc)
		t.sub(2)
		t.sub(e.unit)
		t.close()
		t.close()
	case logicalInteger:
		t.field(1, tByte)
		t.b = append(t.b, byte(e.bits))
		t.bool(2, e.signed)
	}
	t.close()
	t.close()
}

func appendChunk(t *thriftWriter, c chunk) {
	t.open()
	t.i64(2, 0) // file_offset: deprecated, readers want 0 or the metadata's place
	t.sub(3)
	appendMeta(t, c)
	t.close()
	switch c.crypto {
	case cryptoFooter:
		t.sub(8)
		t.sub(1)
		t.close()
		t.close()
	case cryptoColumn:
		t.sub(8)
		t.sub(2)
		t.list(1, tBinary, len(c.path))
		for _, p := range c.path {
			t.raw([]byte(p))
		}
		if c.keyName != "" {
			t.bytes(2, []byte(c.keyName))
		}
		t.close()
		t.close()
		t.bytes(9, c.hidden)
	}
	t.close()
}

// appendMeta writes the fields of a ColumnMetaData.
func appendMeta(t *thriftWriter, c chunk) {
	t.i32(1, c.phys)
	t.list(2, tI32, len(c.encodings))
	for _, e := range c.encodings {
		t.b = appendZigzag(t.b, int64(e))
	}
	t.list(3, tBinary, len(c.path))
	for _, p := range c.path {
		t.raw([]byte(p))
	}
	t.i32(4, c.codec)
	t.i64(5, c.values)
	t.i64(6, c.uncompressed)
	t.i64(7, c.compressed)
	t.i64(9, c.dataOffset)
	if c.dictOffset > 0 {
		t.i64(11, c.dictOffset)
	}
	if c.stats != nil {
		c.stats.append(t, 12)
	}
}
