package contract

import "testing"

// FuzzRead reads any text as a contract: an error, or a suite that parses.
func FuzzRead(f *testing.F) {
	f.Add(standard)
	f.Add("kind: DataContract\napiVersion: v3.0.0\nschema: [{name: x, quality: [{type: custom, engine: verisim, implementation: \"{row_count: 1}\"}]}]")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4000 {
			return
		}
		suite, _, err := Read("c.yaml", []byte(text))
		if err == nil && suite == "" {
			t.Error("no error and no suite")
		}
	})
}
