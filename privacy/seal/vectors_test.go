package seal

import (
	"bytes"
	"compress/zlib"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"slices"
	"testing"
)

// vectors is a Wycheproof file with the members that the tests here use.
type vectors struct {
	TestGroups []struct {
		Tests []struct {
			ID                                     int `json:"tcId"`
			Result, Comment                        string
			Flags                                  []string
			Key, Ctx, CT, IV, AAD, Msg, Tag        string
			MsgSHA512                              string `json:"msgSha512"`
			MsgLength                              int64  `json:"msgLength"`
			PlaintextPrefixLength, PlaintextLength int64
		}
	}
}

func readVectors(t *testing.T, path string) vectors {
	t.Helper()
	var v vectors
	if err := json.Unmarshal(must(os.ReadFile(path)), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWycheproofChunks(t *testing.T) {
	valid, refused := 0, 0
	for _, g := range readVectors(t, "testdata/vectors/chunked_aes_256_gcm.json").TestGroups {
		for _, x := range g.Tests {
			key, context := unhex(t, x.Key), unhex(t, x.Ctx)
			ct := must(io.ReadAll(must(zlib.NewReader(bytes.NewReader(unhex(t, x.CT))))))
			if slices.Contains(x.Flags, "InvalidKeySize") {
				continue // the caller's types hold the key's size; header.go and slot.go check it
			}
			var plain []byte
			r, err := openChunk(ct, key, context)
			if err == nil {
				plain, err = io.ReadAll(r)
			}
			if (err == nil) != (x.Result == "valid") {
				t.Errorf("test %d (%s): open = %v, want %s", x.ID, x.Comment, err, x.Result)
			}
			if err != nil {
				refused++
				continue
			}
			valid++
			sum := sha512.Sum512(plain)
			if hex.EncodeToString(sum[:]) != x.MsgSHA512 || plainSize(int64(len(ct))) != int64(len(plain)) {
				t.Errorf("test %d (%s): another plaintext", x.ID, x.Comment)
			}
			again := must(sealChunk(nil, key, [saltSize]byte(ct), context, [][]byte{plain}))
			if !bytes.Equal(again, ct) {
				t.Errorf("test %d (%s): sealing it again gives other bytes", x.ID, x.Comment)
			}
		}
	}
	if valid < 8 || refused < 15 {
		t.Errorf("%d valid and %d refused vectors ran, want at least 8 and 15", valid, refused)
	}
}

func TestWycheproofGCM(t *testing.T) {
	n := 0
	for _, g := range readVectors(t, "testdata/vectors/aes_256_gcm.json").TestGroups {
		for _, x := range g.Tests {
			n++
			box := must(cellBox(unhex(t, x.Key)))
			got, err := box.Open(nil, unhex(t, x.IV), append(unhex(t, x.CT), unhex(t, x.Tag)...), unhex(t, x.AAD))
			if (err == nil) != (x.Result == "valid") {
				t.Errorf("test %d (%s): open = %v, want %s", x.ID, x.Comment, err, x.Result)
			}
			if err == nil && !bytes.Equal(got, unhex(t, x.Msg)) {
				t.Errorf("test %d (%s): another plaintext", x.ID, x.Comment)
			}
		}
	}
	if n < 50 {
		t.Errorf("%d vectors ran, want at least 50", n)
	}
}
