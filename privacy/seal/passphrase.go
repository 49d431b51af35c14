package seal

import (
	"crypto/sha256"
	"fmt"
	"io"

	"golang.org/x/crypto/argon2"

	"github.com/verisim/verisim/privacy"
)

// The passphrase slot: a key stretched by Argon2id (RFC 9106) encrypts the
// grant. The parameters are in the slot's suite, and bounded, so that a hostile
// file cannot make its reader work or allocate without end.
const (
	stretchSalt   = 16
	stretchTime   = 3
	stretchMemory = 64 << 10 // KiB; RFC 9106 section 4, second recommended option
	stretchLanes  = 4

	maxStretchTime   = 10
	maxStretchMemory = 1 << 18 // KiB
	maxStretchLanes  = 16
	// maxStretchWork bounds what all slots of a file cost together, in KiB times
	// passes: a reader tries each one. It is 64 slots as this package writes them.
	maxStretchWork = 64 * stretchTime * stretchMemory
)

// stretchWork says whether the passphrase slots can be tried in bounded time.
func stretchWork(slots []slot) bool {
	work := 0
	for i := range slots {
		if slots[i].Kind != kindPassphrase {
			continue
		}
		if st, err := parseStretch(slots[i].Suite); err == nil {
			work += int(st.time) * int(st.memory)
		}
	}
	return work <= maxStretchWork
}

type stretch struct {
	time, memory uint32
	lanes        uint8
}

func (s stretch) String() string {
	return fmt.Sprintf("argon2id,t=%d,m=%d,p=%d", s.time, s.memory, s.lanes)
}

func parseStretch(text string) (stretch, error) {
	var s stretch
	_, err := fmt.Sscanf(text, "argon2id,t=%d,m=%d,p=%d", &s.time, &s.memory, &s.lanes)
	if err != nil || s.String() != text {
		return s, fmt.Errorf("key stretching %q is malformed", text)
	}
	if s.time < 1 || s.time > maxStretchTime || s.lanes < 1 || s.lanes > maxStretchLanes ||
		s.memory < 8*uint32(s.lanes) || s.memory > maxStretchMemory {
		return s, fmt.Errorf("key stretching %q is out of bounds", text)
	}
	return s, nil
}

func (s stretch) key(passphrase, salt []byte) []byte {
	return argon2.IDKey(passphrase, salt, s.time, s.memory, s.lanes, keySize)
}

func (s *slot) sealPassphrase(random io.Reader, h [sha256.Size]byte, passphrase, plain []byte) error {
	st := stretch{stretchTime, stretchMemory, stretchLanes}
	var salt [stretchSalt]byte
	if _, err := io.ReadFull(random, salt[:]); err != nil {
		return err
	}
	s.Kind, s.Suite, s.Enc = kindPassphrase, st.String(), encode64(salt[:])
	key := st.key(passphrase, salt[:])
	defer clear(key)
	return s.sealText(random, h, key, plain)
}

// context binds a symmetric slot to the file and to its own public members.
func (s *slot) context(h [sha256.Size]byte) ([]byte, error) {
	public, err := s.public()
	return append(slotInfo(h, s.Kind), public...), err
}

// openPassphrase tries a passphrase. A wrong one cannot be told from a damaged
// slot, so the error matches privacy.ErrNoKey.
func (s *slot) openPassphrase(h [sha256.Size]byte, passphrase []byte) (*keySet, error) {
	wrong := privacy.NoKey("open", "file", "the passphrase does not open it")
	st, err := parseStretch(s.Suite)
	if err != nil {
		return nil, privacy.Tampered("read", "slot", "%v", err)
	}
	salt, err := decode64(s.Enc, stretchSalt)
	if err != nil {
		return nil, wrong
	}
	ct, err := decode64(s.CT, -1)
	if err != nil {
		return nil, wrong
	}
	key := st.key(passphrase, salt)
	defer clear(key)
	plain, err := s.openText(h, key, ct)
	if err != nil {
		return nil, wrong
	}
	return unpack(plain, s.Columns)
}

// openText opens the symmetric text of a slot.
func (s *slot) openText(h [sha256.Size]byte, key, ct []byte) ([]byte, error) {
	context, err := s.context(h)
	if err != nil {
		return nil, err
	}
	r, err := openChunk(ct, key, context)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
