package keys

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
)

// TestOPRFVectors holds circl's OPRF against RFC 9497, appendix A.1.1
// (ristretto255-SHA512, mode OPRF, test vector 1). Nothing here uses an OPRF
// yet; the vectors guard the group and its hashing, which sharing does use.
func TestOPRFVectors(t *testing.T) {
	unhex := func(s string) []byte {
		t.Helper()
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	suite := oprf.SuiteRistretto255
	key, err := oprf.DeriveKey(suite, oprf.BaseMode, bytes.Repeat([]byte{0xa3}, 32), []byte("test key"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := key.MarshalBinary()
	if err != nil || !bytes.Equal(got, unhex("5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e")) {
		t.Errorf("DeriveKey = %x, %v", got, err)
	}
	blind := suite.Group().NewScalar()
	if err = blind.UnmarshalBinary(unhex("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706")); err != nil {
		t.Fatal(err)
	}
	client := oprf.NewClient(suite)
	final, request, err := client.DeterministicBlind([][]byte{{0x00}}, []group.Scalar{blind})
	if err != nil {
		t.Fatal(err)
	}
	element := func(e group.Element) []byte {
		t.Helper()
		b, bad := e.MarshalBinaryCompress()
		if bad != nil {
			t.Fatal(bad)
		}
		return b
	}
	if got, want := element(request.Elements[0]), unhex("609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c"); !bytes.Equal(got, want) {
		t.Errorf("blinded element = %x, want %x", got, want)
	}
	server := oprf.NewServer(suite, key)
	answer, err := server.Evaluate(request)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := element(answer.Elements[0]), unhex("7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e"); !bytes.Equal(got, want) {
		t.Errorf("evaluated element = %x, want %x", got, want)
	}
	out, err := client.Finalize(final, answer)
	if err != nil {
		t.Fatal(err)
	}
	if want := unhex("527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6"); !bytes.Equal(out[0], want) {
		t.Errorf("output = %x, want %x", out[0], want)
	}
}
