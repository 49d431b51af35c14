package parquet

import (
	"crypto/rand"
)

// encrypt gives every leaf the key of its column.
func (w *writer) encrypt() {
	if w.mod == nil {
		return
	}
	for _, c := range w.plan.columns {
		for _, l := range c.leaves {
			lw := w.leaves[l.index]
			p := &part{box: w.mod.footer, unique: w.mod.unique, column: l.index}
			lw.crypto = cryptoFooter
			if !w.mod.uniform {
				if p.box = w.mod.columns[c.name]; p.box == nil {
					lw.crypto = cryptoNone
					continue
				}
				lw.crypto, lw.keyName = cryptoColumn, w.keys.ColumnNames[c.name]
			}
			lw.part = p
		}
	}
}

// nextPart moves all leaves to the next row group.
func (w *writer) nextPart() {
	for _, l := range w.leaves {
		if l.part != nil {
			l.part.group = len(w.groups)
		}
	}
}

func (w *writer) magic() []byte {
	if w.mod != nil && w.mod.uniform {
		return magicEncrypted
	}
	return magic
}

// footer gives what stands between the pages and the footer's length.
func (w *writer) footer() ([]byte, error) {
	f := &footer{elements: w.plan.elements, rows: w.total, groups: w.groups, pairs: w.pairs}
	if w.mod == nil {
		return appendFooter(f), nil
	}
	whole := &part{box: w.mod.footer, unique: w.mod.unique}
	if w.mod.uniform {
		t := &thriftWriter{} // FileCryptoMetaData
		t.open()
		appendAlgorithm(t, 1, w.mod.unique)
		if w.keys.FooterName != "" {
			t.bytes(2, []byte(w.keys.FooterName))
		}
		t.close()
		return whole.seal(t.b, appendFooter(f), moduleFooter, 0)
	}
	f.signed, f.unique, f.keyName = true, w.mod.unique, w.keys.FooterName
	b := appendFooter(f)
	nonce := make([]byte, nonceBytes)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return append(b, whole.sign(b, nonce)...), nil
}

// makeModules is makePage for an encrypted column: the header in one module,
// the page in another. They need no checksum.
func (w *leafWriter) makeModules(typ, encoding int32, n, size int, tight []byte) ([]byte, error) {
	header, body, ordinal := byte(moduleDataHeader), byte(moduleData), w.pages
	if typ == pageDictionary {
		header, body, ordinal = moduleDictHeader, moduleDict, 0
	}
	var t thriftWriter
	t.open()
	t.i32(1, typ)
	t.i32(2, int32(size))
	t.i32(3, int32(moduleExtra+len(tight)))
	endHeader(&t, typ, encoding, n)
	out, err := w.part.seal(w.room(moduleExtra+len(t.b)+moduleExtra+len(tight)), t.b, header, ordinal)
	if err != nil {
		return nil, err
	}
	w.uncompressed += int64(len(out) + size)
	return w.part.seal(out, tight, body, ordinal)
}

// hide puts the metadata of a chunk under its column's key; the footer keeps it
// without statistics.
func (w *leafWriter) hide(c *chunk) (err error) {
	if c.crypto != cryptoColumn {
		return nil
	}
	c.keyName = w.keyName
	t := &thriftWriter{}
	t.open()
	appendMeta(t, *c)
	t.close()
	c.hidden, err = w.part.seal(nil, t.b, moduleMeta, 0)
	c.stats = nil
	return err
}
