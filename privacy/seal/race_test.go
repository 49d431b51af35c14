//go:build race

package seal

// Under the race detector every seventh byte is enough: races are not found by
// flipping bytes. The plain tests flip all.
const stride = 7
