package keys

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/verisim/verisim/privacy"
)

// Keyring holds one key for every possible subject in 32 bytes, and forgets the
// keys of erased subjects for good: a puncturable pseudo-random function, the
// tree of Goldreich, Goldwasser and Micali (J. ACM 33(4), 1986) over SHA-256. A
// subject's key is a leaf; erasing it replaces the seeds above it by the seeds
// beside its path, from which the leaf can no longer be computed.
//
// A leaf's place is 64 bits of a keyed hash of the subject, so two of a million
// subjects share a leaf with probability 2.7e-8; erasing one of such a pair
// would erase the other.
type Keyring struct {
	id     [16]byte
	index  [32]byte          // keys the places; stays after erasures
	seeds  map[node][32]byte // covers all leaves that were not erased
	erased int64
}

// node is a subtree: the leaves that start with the first depth bits of prefix.
type node struct {
	depth  uint8
	prefix uint64
}

const (
	treeDepth    = 64
	labelPlace   = "verisim/keyring/v1/place\x00"
	labelTree    = "verisim/keyring/v1/tree\x00"
	labelErasure = "verisim/keyring/v1/erasure\x00"
	maxKeyring   = 1 << 30
)

// NewKeyring makes a keyring. A nil random is crypto/rand.
func NewKeyring(random io.Reader) (*Keyring, error) {
	if random == nil {
		random = rand.Reader
	}
	k := &Keyring{seeds: map[node][32]byte{}}
	var root [32]byte
	for _, b := range [][]byte{k.id[:], k.index[:], root[:]} {
		if _, err := io.ReadFull(random, b); err != nil {
			return nil, fmt.Errorf("make keyring: %w", err)
		}
	}
	k.seeds[node{}] = root
	return k, nil
}

// ID names the keyring in public, in hex.
func (k *Keyring) ID() string { return hex.EncodeToString(k.id[:]) }

// Erased is the number of erasures.
func (k *Keyring) Erased() int64 { return k.erased }

func (k *Keyring) hash(label string, subject []byte) []byte {
	m := hmac.New(sha256.New, k.index[:])
	m.Write([]byte(label))
	m.Write(subject)
	return m.Sum(nil)
}

func (k *Keyring) place(subject []byte) uint64 {
	return binary.BigEndian.Uint64(k.hash(labelPlace, subject))
}

// Tag names a subject in an erasure record: whoever has the keyring can compute
// it, nobody else can guess the subject from it.
func (k *Keyring) Tag(subject []byte) string {
	return hex.EncodeToString(k.hash(labelErasure, subject))
}

// above is the node of the given depth over a leaf.
func above(leaf uint64, depth int) node {
	if depth == 0 {
		return node{}
	}
	return node{uint8(depth), leaf >> (treeDepth - depth) << (treeDepth - depth)}
}

func bitAt(leaf uint64, depth int) byte { return byte(leaf >> (treeDepth - 1 - depth) & 1) }

func child(seed [32]byte, bit byte) [32]byte {
	var b [len(labelTree) + 1 + 32]byte
	copy(b[:], labelTree)
	b[len(labelTree)] = bit
	copy(b[len(labelTree)+1:], seed[:])
	return sha256.Sum256(b[:])
}

// find gives the seed that covers a leaf.
func (k *Keyring) find(leaf uint64) (depth int, seed [32]byte, ok bool) {
	for depth = range treeDepth + 1 {
		if seed, ok = k.seeds[above(leaf, depth)]; ok {
			return depth, seed, true
		}
	}
	return 0, seed, false
}

// Key derives a subject's key. ok is false if the subject was erased.
func (k *Keyring) Key(subject []byte) (key [32]byte, ok bool) {
	leaf := k.place(subject)
	depth, seed, ok := k.find(leaf)
	if !ok {
		return key, false
	}
	for ; depth < treeDepth; depth++ {
		seed = child(seed, bitAt(leaf, depth))
	}
	return seed, true
}

// Erase forgets a subject's key. It says false if it was erased before.
func (k *Keyring) Erase(subject []byte) bool {
	leaf := k.place(subject)
	depth, seed, ok := k.find(leaf)
	if !ok {
		return false
	}
	delete(k.seeds, above(leaf, depth))
	for ; depth < treeDepth; depth++ {
		bit := bitAt(leaf, depth)
		beside := leaf ^ 1<<(treeDepth-1-depth)
		k.seeds[above(beside, depth+1)] = child(seed, 1-bit)
		seed = child(seed, bit)
	}
	clear(seed[:])
	k.erased++
	return true
}

// keyringFile is the keyring on disk: canonical JSON, one line.
type keyringFile struct {
	Erased  int64             `json:"erased"`
	ID      string            `json:"id"`
	Index   string            `json:"index"`
	Seeds   map[string]string `json:"seeds"` // "depth/prefix in hex" to base64
	Version int               `json:"version"`
}

// Format gives the keyring's file. It is secret.
func (k *Keyring) Format() ([]byte, error) {
	f := keyringFile{k.erased, k.ID(), hex.EncodeToString(k.index[:]), map[string]string{}, 1}
	for n, s := range k.seeds {
		f.Seeds[fmt.Sprintf("%d/%016x", n.depth, n.prefix)] = base64.StdEncoding.EncodeToString(s[:])
	}
	b, err := privacy.Canonical(&f)
	return append(b, '\n'), err
}

// ParseKeyring reads what Format wrote.
func ParseKeyring(data []byte) (*Keyring, error) {
	bad := func(what string) (*Keyring, error) { return nil, privacy.Tampered("read", "keyring", "%s", what) }
	var f keyringFile
	if err := privacy.DecodeCanonical([]byte(strings.TrimSuffix(string(data), "\n")), &f); err != nil {
		return bad(err.Error())
	}
	if f.Version != 1 {
		return nil, &privacy.Error{Kind: privacy.ErrVersion, Verb: "read", Object: "keyring", Cause: "version " + strconv.Itoa(f.Version)}
	}
	k := &Keyring{seeds: map[node][32]byte{}, erased: f.Erased}
	id, err1 := hex.DecodeString(f.ID)
	index, err2 := hex.DecodeString(f.Index)
	if err1 != nil || err2 != nil || len(id) != len(k.id) || len(index) != len(k.index) || f.Erased < 0 {
		return bad("its ids are malformed")
	}
	copy(k.id[:], id)
	copy(k.index[:], index)
	for at, text := range f.Seeds {
		d, p, _ := strings.Cut(at, "/")
		depth, err1 := strconv.ParseUint(d, 10, 8)
		prefix, err2 := strconv.ParseUint(p, 16, 64)
		seed, err3 := base64.StdEncoding.Strict().DecodeString(text)
		if err1 != nil || err2 != nil || err3 != nil || depth > treeDepth || len(seed) != 32 ||
			above(prefix, int(depth)).prefix != prefix || fmt.Sprintf("%d/%016x", depth, prefix) != at {
			return bad("a seed is malformed")
		}
		k.seeds[node{uint8(depth), prefix}] = [32]byte(seed)
	}
	for n := range k.seeds {
		for d := range int(n.depth) {
			if _, ok := k.seeds[above(n.prefix, d)]; ok {
				return bad("a seed lies under another")
			}
		}
	}
	return k, nil
}

// LoadKeyring reads a keyring file, which only its owner may read.
func LoadKeyring(path string) (*Keyring, error) {
	f, err := openSecret(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxKeyring))
	if err != nil {
		return nil, err
	}
	k, err := ParseKeyring(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

// Replace writes the keyring over its file: a new file first, then the old one
// is overwritten with zeros and replaced, so that an interruption leaves one of
// the two whole. File systems and disks may keep old blocks all the same.
func (k *Keyring) Replace(path string) error {
	data, err := k.Format()
	if err != nil {
		return err
	}
	next := path + ".next"
	if err = WriteSecret(next, data); err != nil {
		return err
	}
	old, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		os.Remove(next)
		return err
	}
	defer old.Close()
	if err = os.Rename(next, path); err != nil {
		os.Remove(next)
		return err
	}
	if dir, derr := os.Open(filepath.Dir(path)); derr == nil {
		err = dir.Sync()
		dir.Close()
		if err != nil {
			return err
		}
	}
	st, err := old.Stat()
	if err != nil {
		return err
	}
	zeros := make([]byte, 64<<10)
	for at := int64(0); at < st.Size(); {
		n, err := old.WriteAt(zeros[:min(int64(len(zeros)), st.Size()-at)], at)
		if err != nil {
			return err
		}
		at += int64(n)
	}
	return old.Sync()
}

// Seeds is how many seeds the keyring holds: 1, and up to 64 more per erasure.
func (k *Keyring) Seeds() int { return len(k.seeds) }
