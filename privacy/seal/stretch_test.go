package seal

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/verisim/verisim/privacy"
)

// TestStretchWork: each passphrase slot of a hostile file is within bounds, and
// all together would keep its reader busy for an hour.
func TestStretchWork(t *testing.T) {
	s := newSmall(t)
	f, err := readFile(bytes.NewReader(s.data), int64(len(s.data)))
	if err != nil {
		t.Fatal(err)
	}
	parse := func(slots int) error {
		h := *f.h
		for range slots {
			h.Slots = append(h.Slots, slot{
				Kind: kindPassphrase, Suite: "argon2id,t=10,m=262144,p=1", Enc: encode64(make([]byte, stretchSalt)), Columns: []int{}, Shares: []slotShare{},
			})
		}
		text, err := privacy.Canonical(&h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = h.encode(); (err == nil) != (slots < 5) || err != nil && !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("%d slots: encode = %v", slots, err)
		}
		_, err = parseHeader(string(text) + strings.Repeat(" ", h.Immutable.HeaderSize-len(text)))
		return err
	}
	if err := parse(4); err != nil {
		t.Errorf("four slots: %v", err)
	}
	if err := parse(5); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("five slots: %v, want tampered", err)
	}
}
