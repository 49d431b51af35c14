//go:build race

package attest

// Under the race detector every eleventh byte is enough: races are not found by
// flipping bytes. The plain tests flip all.
const stride = 11
