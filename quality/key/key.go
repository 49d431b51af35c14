// Package key tells whether keys were seen before: exactly, since hashes only
// find candidates and the keys themselves are compared. A [Set] answers at
// once and stays in memory; a [Log] takes any number of keys, spills to disk,
// and answers at the end.
//
// Hashes are keyed with a fresh secret, so that nobody can make data collide.
// No answer depends on the secret.
package key

import "errors"

// ErrMemory marks a set that would outgrow its limit.
var ErrMemory = errors.New("too many keys for the memory allowed")
