//go:build !race

package seal

// stride is the distance between bytes that tests flip.
const stride = 1
