package proof

// Commit tells the table's root of privacy/commit, hex, which is known when all
// rows were added: it then stands in the proof instead of the one given to
// [Prover.Table].
func (t *Table) Commit(root string) { t.commitment = root }
