package main

import (
	"errors"

	"github.com/verisim/verisim/privacy"
)

// privacyCode maps the privacy rooms' errors to exit codes.
func privacyCode(err error) (int, bool) {
	switch {
	case errors.Is(err, privacy.ErrNoKey):
		return exitNoKey, true
	case errors.Is(err, privacy.ErrTampered), errors.Is(err, privacy.ErrVersion):
		return exitCorrupt, true
	case errors.Is(err, privacy.ErrRefused):
		return exitRefused, true
	}
	return 0, false
}
