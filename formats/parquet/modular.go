package parquet

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"

	"github.com/verisim/verisim/formats"
	"github.com/verisim/verisim/formats/table"
)

// Encrypted is the codec of Parquet files under Parquet Modular Encryption
// (apache/parquet-format, Encryption.md), algorithm AES_GCM_V1, in two modes.
// Uniform: one key encrypts footer and columns. Column keys: the footer stays
// plain and is signed, columns that have a key are encrypted, others are clear.
//
// Guarantee: without its key a column shows nothing but its name, type and the
// sizes of its pages; a change of an encrypted page, of its place, or of the
// footer is an error that matches formats.ErrCorrupt. Clear columns are not
// protected, nor is their order beside the encrypted ones: the scheme does not
// bind them. AES-GCM does not commit to its key. Where both sides are verisim,
// a sealed file protects more.
type Encrypted struct {
	Codec
	Keys ModularKeys
}

// ModularKeys are the keys of a file: 16, 24 or 32 bytes each.
type ModularKeys struct {
	// Footer encrypts or signs the footer, and in uniform mode encrypts all
	// columns. Required.
	Footer []byte
	// Columns are keys by the name of the column. Default none, which is
	// uniform mode when writing. A column whose key is not given cannot be
	// read; the others can.
	Columns map[string][]byte
	// FooterName and ColumnNames are stored in clear beside what the keys
	// encrypt, so that a reader knows which key to fetch. Default none.
	FooterName  string
	ColumnNames map[string]string
}

// The types of module (Encryption.md, 4.4.2).
const (
	moduleFooter     = 0
	moduleMeta       = 1
	moduleData       = 2
	moduleDict       = 3
	moduleDataHeader = 4
	moduleDictHeader = 5

	nonceBytes   = 12
	tagBytes     = 16
	moduleExtra  = 4 + nonceBytes + tagBytes
	uniqueBytes  = 8
	mostOrdinals = 1<<15 - 1
)

var (
	magicEncrypted = []byte("PARE")
	errModule      = errors.New("an encrypted part does not authenticate: the key is another, or the file was changed")
	errOrdinals    = errors.New("an encrypted file has at most 32,767 row groups, columns, and pages in a column of a row group")
	errClear       = errors.New("it is not encrypted, though keys are given: read it without keys if that is right")
	errNoKey       = errors.New("the column is encrypted and its key is not given")
)

// modules holds what all encrypted parts of a file have in common.
type modules struct {
	footer  cipher.AEAD
	columns map[string]cipher.AEAD
	unique  []byte // AAD prefix and file id
	uniform bool
}

func (k *ModularKeys) open(unique []byte) (*modules, error) {
	m := &modules{unique: unique, uniform: len(k.Columns) == 0, columns: map[string]cipher.AEAD{}}
	var err error
	if m.footer, err = newBox(k.Footer); err != nil {
		return nil, fmt.Errorf("the footer's key: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(k.Columns)) {
		if m.columns[name], err = newBox(k.Columns[name]); err != nil {
			return nil, fmt.Errorf("the key of column %q: %w", name, err)
		}
	}
	return m, nil
}

func newBox(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("%d bytes, want 16, 24 or 32", len(key))
	}
	return cipher.NewGCM(block)
}

// part is one leaf of one row group, whose modules a key encrypts.
type part struct {
	box           cipher.AEAD
	unique        []byte
	group, column int
}

// aad says where a module belongs. Pages that are no data pages have no
// ordinal, the footer has none at all.
func (p *part) aad(module byte, page int) []byte {
	b := append(bytes.Clone(p.unique), module)
	if module == moduleFooter {
		return b
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(p.group))
	b = binary.LittleEndian.AppendUint16(b, uint16(p.column))
	if module == moduleData || module == moduleDataHeader {
		b = binary.LittleEndian.AppendUint16(b, uint16(page))
	}
	return b
}

// seal appends a module: length, nonce, ciphertext, tag.
func (p *part) seal(dst, plain []byte, module byte, page int) ([]byte, error) {
	if p.group > mostOrdinals || p.column > mostOrdinals || page > mostOrdinals {
		return nil, errOrdinals
	}
	var nonce [nonceBytes]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		return nil, err
	}
	dst = binary.LittleEndian.AppendUint32(dst, uint32(nonceBytes+len(plain)+tagBytes))
	dst = append(dst, nonce[:]...)
	return p.box.Seal(dst, nonce[:], plain, p.aad(module, page)), nil
}

// open decrypts a module without its length, in place.
func (p *part) open(b []byte, module byte, page int) ([]byte, error) {
	if len(b) < nonceBytes+tagBytes || page > mostOrdinals {
		return nil, errModule
	}
	plain, err := p.box.Open(b[nonceBytes:nonceBytes], b[:nonceBytes], b[nonceBytes:], p.aad(module, page))
	if err != nil {
		return nil, errModule
	}
	return plain, nil
}

// sign gives the nonce and tag that vouch for a plain footer.
func (p *part) sign(footer, nonce []byte) []byte {
	ct := p.box.Seal(nil, nonce, footer, p.aad(moduleFooter, 0))
	return append(bytes.Clone(nonce), ct[len(footer):]...)
}

// Create starts a file.
func (e Encrypted) Create(w io.Writer, s *arrow.Schema, opt formats.WriteOptions) (table.Writer, error) {
	unique := make([]byte, uniqueBytes)
	if _, err := rand.Read(unique); err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	m, err := e.Keys.open(unique)
	if err != nil {
		return nil, fmt.Errorf("write parquet: %w", err)
	}
	for name := range m.columns {
		if _, err = table.Column(s, name); err != nil {
			return nil, err
		}
	}
	return createModular(w, s, opt, m, e.Keys)
}

// Read starts a stream over the file's rows. A clear file is refused, since
// somebody may have put it in the place of an encrypted one.
func (e Encrypted) Read(_ context.Context, in formats.Input, opt formats.ReadOptions) (table.Stream, error) {
	return readWith(in, opt, &e.Keys)
}

// Sniff knows files with an encrypted footer too.
func (e Encrypted) Sniff(head []byte) bool {
	return e.Codec.Sniff(head) || bytes.HasPrefix(head, magicEncrypted)
}

// appendAlgorithm writes the union EncryptionAlgorithm as field id.
func appendAlgorithm(t *thriftWriter, id int16, unique []byte) {
	t.sub(id)
	t.sub(1) // AES_GCM_V1
	t.bytes(2, unique)
	t.close()
	t.close()
}

// algorithm reads what appendAlgorithm writes, and others' AAD prefix.
func algorithm(t *thriftReader) (unique []byte, ok bool) {
	var prefix, file []byte
	t.fields(func(id int16, typ byte) bool {
		if id != 1 || typ != tStruct {
			return false // AES_GCM_CTR_V1 leaves pages unauthenticated
		}
		ok = true
		t.fields(func(sub int16, typ byte) bool {
			switch {
			case sub == 1 && typ == tBinary:
				prefix = bytes.Clone(t.bytes())
			case sub == 2 && typ == tBinary:
				file = bytes.Clone(t.bytes())
			case sub == 3:
				ok = ok && typ == tFalse // a prefix that the reader must know from elsewhere
				return typ == tTrue || typ == tFalse
			default:
				return false
			}
			return true
		})
		return true
	})
	return append(prefix, file...), ok && t.err == nil
}

// openFooter decrypts the footer of a uniform file: the bytes between the pages
// and the length.
func openFooter(b []byte, k *ModularKeys) (*footer, error) {
	if k == nil {
		return nil, errEncrypted
	}
	t := &thriftReader{b: b}
	var unique []byte
	known := false
	t.fields(func(id int16, typ byte) bool {
		if id == 1 && typ == tStruct {
			unique, known = algorithm(t)
			return true
		}
		return false
	})
	if t.err != nil {
		return nil, t.err
	}
	if !known {
		return nil, errors.New("its encryption is not AES_GCM_V1")
	}
	m, err := k.open(unique)
	if err != nil {
		return nil, err
	}
	b = b[t.pos:]
	if len(b) < 4 || int64(binary.LittleEndian.Uint32(b)) != int64(len(b)-4) {
		return nil, errModule
	}
	plain, err := (&part{box: m.footer, unique: unique}).open(b[4:], moduleFooter, 0)
	if err != nil {
		return nil, err
	}
	f, _, err := parseFooter(plain)
	if err != nil {
		return nil, err
	}
	return f, f.unlock(m)
}

// checkFooter verifies the signature behind a plain footer of n bytes.
func checkFooter(f *footer, b []byte, n int, k *ModularKeys) error {
	if k == nil {
		return errEncrypted
	}
	if f.unique == nil {
		return errors.New("its encryption is not AES_GCM_V1")
	}
	m, err := k.open(f.unique)
	if err != nil {
		return err
	}
	signature := b[n:]
	if len(signature) != nonceBytes+tagBytes {
		return errModule
	}
	want := (&part{box: m.footer, unique: f.unique}).sign(b[:n], signature[:nonceBytes])
	if subtle.ConstantTimeCompare(want, signature) != 1 {
		return errModule
	}
	return f.unlock(m)
}

// unlock gives every encrypted chunk its key, and reads the metadata that a
// column's key hides.
func (f *footer) unlock(m *modules) error {
	for g := range f.groups {
		for c := range f.groups[g].chunks {
			k := &f.groups[g].chunks[c]
			if k.crypto == cryptoNone {
				continue
			}
			p := &part{box: m.footer, unique: m.unique, group: g, column: c}
			if g > mostOrdinals || c > mostOrdinals {
				return errOrdinals
			}
			if k.crypto == cryptoColumn {
				if len(k.path) == 0 {
					return errThrift
				}
				if p.box = m.columns[k.path[0]]; p.box == nil {
					continue // newScan refuses it if it is asked for
				}
				plain, err := p.open(k.hidden, moduleMeta, 0)
				if err != nil {
					return err
				}
				t := &thriftReader{b: plain}
				parseMeta(t, k)
				if t.err != nil {
					return t.err
				}
			}
			k.part = p
		}
	}
	return nil
}
