package bundle

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verisim/verisim/formats"
)

func TestManifestRoundTrip(t *testing.T) {
	in := &Manifest{
		Version: 1, Name: "n", Tool: "t",
		Sources: []Source{{Name: "a.csv", Bytes: 3, SHA256: "00"}},
		Tables:  []Table{{Name: "a", File: "tables/a.arrow", Rows: 2, Origin: "real", Commitment: json.RawMessage(`{"x":1}`)}},
		Sealed:  []Sealed{{Table: "a", Columns: []string{"c"}, Recipients: []string{"me"}}},
	}
	data, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	out, err := DecodeManifest(data)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

func TestDecodeManifestRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"garbage":        `x`,
		"unknown member": `{"version":1,"more":1}`,
		"trailing":       `{"version":1} {}`,
		"path":           `{"version":1,"tables":[{"name":"a","file":"../a"}]}`,
		"twice":          `{"version":1,"tables":[{"name":"a","file":"a"},{"name":"a","file":"b"}]}`,
		"name":           `{"version":1,"tables":[{"name":"a\nsigned by x","file":"a"}]}`,
		"bundle":         `{"version":1,"name":"a\nsigned by x, whom you named"}`,
		"tool":           `{"version":1,"tool":"t\u001b[2A"}`,
		"rows":           `{"version":1,"tables":[{"name":"a","file":"a","rows":-1}]}`,
	} {
		if _, err := DecodeManifest([]byte(text)); !errors.Is(err, formats.ErrCorrupt) {
			t.Errorf("%s: DecodeManifest = %v, want corrupt", name, err)
		}
	}
	_, err := DecodeManifest([]byte(`{"version":2}`))
	var v *VersionError
	if !errors.As(err, &v) || !strings.Contains(err.Error(), "version is 2") {
		t.Errorf("DecodeManifest(version 2) = %v, want VersionError", err)
	}
}

func FuzzDecodeManifest(f *testing.F) {
	f.Add([]byte(`{"version":1,"tables":[{"name":"a","file":"a","rows":1}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeManifest(data)
		if err != nil {
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeManifest(again); err != nil {
			t.Errorf("what was read does not read again: %v", err)
		}
	})
}
