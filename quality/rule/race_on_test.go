//go:build race

package rule

const underRace = true
