package main

// verbs lists the commands, in the order of help.
func verbs() []verb {
	return []verb{
		keysVerb(),
		versionVerb(),
		completionVerb(),
	}
}
