package main

// verbs lists the commands, in the order of help.
func verbs() []verb {
	return []verb{
		runVerb(),
		verifyVerb(),
		openVerb(),
		generateVerb(),
		specVerb(),
		rowVerb(),
		whoisVerb(),
		convertVerb(),
		inspectVerb(),
		profileVerb(),
		validateVerb(),
		suiteVerb(),
		cleanVerb(),
		keysVerb(),
		versionVerb(),
		completionVerb(),
	}
}
