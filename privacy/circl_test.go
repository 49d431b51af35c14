package privacy

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

// Versions of circl before 1.6.5 have known faults in what this house uses: an
// and-gate of tkn20 that gave its secret away, a challenge of DLEQ without the
// base, scalars in several encodings. None below it may come back.
func TestCirclVersion(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`cloudflare/circl v1\.(\d+)\.(\d+)`).FindSubmatch(mod)
	if m == nil {
		t.Fatal("go.mod names no circl v1")
	}
	minor, _ := strconv.Atoi(string(m[1]))
	patch, _ := strconv.Atoi(string(m[2]))
	if minor < 6 || minor == 6 && patch < 5 {
		t.Errorf("go.mod requires circl 1.%d.%d, want at least 1.6.5", minor, patch)
	}
}
