package main

// privacyCode maps the privacy rooms' errors to exit codes.
func privacyCode(error) (int, bool) { return 0, false }
