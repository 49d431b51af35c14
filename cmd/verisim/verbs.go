package main

// verbs lists the commands, in the order of help.
func verbs() []verb {
	return []verb{
		runVerb(),
		verifyVerb(),
		sealVerb(),
		openVerb(),
		proveVerb(),
		totalVerb(),
		rewrapVerb(),
		rotateVerb(),
		eraseVerb(),
		cellVerb(),
		discloseVerb(),
		auditVerb(),
		attestVerb(),
		generateVerb(),
		specVerb(),
		rowVerb(),
		whoisVerb(),
		mergeVerb(),
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
