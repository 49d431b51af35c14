package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"io"
)

// The chunked encryption of C2SP (https://c2sp.org/chunked-encryption) in its
// instance Cobblestone-256: AES-256-GCM with keys, base nonce and a key
// commitment from HKDF-Expand with SHA-512.
const (
	keySize      = 32
	saltSize     = 24
	commitSize   = 32
	nonceSize    = 12
	tagSize      = 16
	partSize     = 16 << 10 // plaintext bytes of every part but the last, which is shorter
	prefixSize   = saltSize + commitSize
	chunkLabel   = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00"
	maxChunkSize = 1 << 38 // bytes; C2SP allows 2^38 parts, Arrow's lengths end far below
)

var errChunk = errors.New("ciphertext does not authenticate")

// chunkSize is the size of the ciphertext of n plaintext bytes.
func chunkSize(n int64) int64 { return prefixSize + n + (n/partSize+1)*tagSize }

// plainSize is the size of the plaintext within n bytes of ciphertext, or -1
// if no plaintext has that ciphertext size.
func plainSize(n int64) int64 {
	n -= prefixSize
	if n < tagSize || n > maxChunkSize {
		return -1
	}
	full := n / (partSize + tagSize)
	rest := n % (partSize + tagSize)
	if rest < tagSize {
		return -1
	}
	return full*partSize + rest - tagSize
}

type sealer struct {
	aead   cipher.AEAD
	nonce  [nonceSize]byte // base
	commit [commitSize]byte
}

func newSealer(key, salt, context []byte) (*sealer, error) {
	info := make([]byte, 0, len(chunkLabel)+len(salt)+len(context))
	info = append(info, chunkLabel...)
	info = append(info, salt...)
	info = append(info, context...)
	okm, err := hkdf.Expand(sha512.New, key, string(info), keySize+nonceSize+commitSize)
	if err != nil {
		return nil, err
	}
	s := new(sealer)
	copy(s.nonce[:], okm[keySize:])
	copy(s.commit[:], okm[keySize+nonceSize:])
	block, err := aes.NewCipher(okm[:keySize])
	if err != nil {
		return nil, err
	}
	s.aead, err = cipher.NewGCM(block)
	clear(okm)
	return s, err
}

// at is the nonce of part i: the base nonce xor the big-endian part number.
func (s *sealer) at(i uint64) []byte {
	n := s.nonce
	binary.BigEndian.PutUint64(n[4:], binary.BigEndian.Uint64(n[4:])^i)
	return n[:]
}

// sealChunk appends the ciphertext of the concatenated pieces to dst.
func sealChunk(dst []byte, key []byte, salt [saltSize]byte, context []byte, pieces [][]byte) ([]byte, error) {
	return sealPieces(dst, key, salt, context, pieces, func(full []byte) ([]byte, error) { return full, nil })
}

// sealPieces appends a ciphertext to dst, and offers dst to flush after each
// part; flush gives back what is to be appended to. Pieces are not copied
// together first: a part that lies within one piece is encrypted from where it
// is.
func sealPieces(dst []byte, key []byte, salt [saltSize]byte, context []byte, pieces [][]byte, flush func([]byte) ([]byte, error)) ([]byte, error) {
	s, err := newSealer(key, salt[:], context)
	if err != nil {
		return nil, err
	}
	dst = append(dst, salt[:]...)
	dst = append(dst, s.commit[:]...)
	var scratch [partSize]byte
	have, part := 0, uint64(0)
	emit := func(p []byte) error {
		dst = s.aead.Seal(dst, s.at(part), p, nil)
		part++
		dst, err = flush(dst)
		return err
	}
	for _, p := range pieces {
		if have > 0 {
			n := copy(scratch[have:], p)
			have += n
			p = p[n:]
			if have < partSize {
				continue
			}
			if err = emit(scratch[:]); err != nil {
				return nil, err
			}
			have = 0
		}
		for len(p) >= partSize {
			if err = emit(p[:partSize]); err != nil {
				return nil, err
			}
			p = p[partSize:]
		}
		have = copy(scratch[:], p)
	}
	err = emit(scratch[:have]) // always shorter than a full part, which marks the end
	clear(scratch[:])
	return dst, err
}

// chunkReader decrypts a chunk as it is read. It gives out only bytes whose
// part authenticated, and io.EOF only after the last part.
type chunkReader struct {
	s    *sealer
	ct   []byte // parts not yet opened
	part uint64
	rest []byte // opened and not yet read
	buf  []byte
	err  error
}

func openChunk(ct, key, context []byte) (*chunkReader, error) {
	if plainSize(int64(len(ct))) < 0 {
		return nil, errChunk
	}
	r, err := startChunk(ct[:prefixSize], key, context)
	if err == nil {
		r.ct = ct[prefixSize:]
	}
	return r, err
}

// startChunk checks the salt and the commitment that stand before the parts.
func startChunk(prefix, key, context []byte) (*chunkReader, error) {
	s, err := newSealer(key, prefix[:saltSize], context)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(s.commit[:], prefix[saltSize:]) != 1 {
		return nil, errChunk
	}
	return &chunkReader{s: s}, nil
}

func (r *chunkReader) Read(p []byte) (int, error) {
	total := 0
	for len(p) > 0 {
		if len(r.rest) > 0 {
			n := copy(p, r.rest)
			r.rest, p, total = r.rest[n:], p[n:], total+n
			continue
		}
		if r.err != nil {
			break
		}
		direct := len(p) >= partSize && len(r.ct) >= partSize+tagSize
		dst := p[:0]
		if !direct {
			if r.buf == nil {
				r.buf = make([]byte, 0, partSize)
			}
			dst = r.buf
		}
		plain := r.next(dst)
		if direct {
			p, total = p[len(plain):], total+len(plain)
		} else {
			r.rest = plain
		}
	}
	if total == 0 {
		return 0, r.err
	}
	return total, nil
}

// next opens one part into dst and sets err at the end or on a fault.
func (r *chunkReader) next(dst []byte) []byte {
	n := min(len(r.ct), partSize+tagSize)
	plain, err := r.s.aead.Open(dst, r.s.at(r.part), r.ct[:n], nil)
	if err != nil {
		r.err = errChunk
		return nil
	}
	r.part++
	r.ct = r.ct[n:]
	if n < partSize+tagSize {
		r.err = io.EOF
	}
	return plain
}
