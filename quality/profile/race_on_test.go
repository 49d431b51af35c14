//go:build race

package profile

// underRace is true where every step costs tenfold.
const underRace = true
