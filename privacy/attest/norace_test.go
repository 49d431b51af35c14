//go:build !race

package attest

// stride is the distance between bytes that tests flip.
const stride = 1
