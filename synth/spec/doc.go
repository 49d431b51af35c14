// Package spec makes tables that somebody declared: a page of YAML says which
// tables there are, how many rows, what each column holds and how the tables
// belong together, and the package compiles it to a [synth.Model].
//
//	s, err := spec.Load("shop.yaml", spec.Options{})
//	src := synth.NewSource(s, s.Seed(), 2)
//
// SPEC.md is the language, word by word; the words of columns are also listed,
// each with its sentence and its parameters, by [Words].
//
// # How it works
//
// A column is a maker: a function from (seed, rows) to an Arrow array, where
// rows is any list of row numbers. Most often the list is a range, but nothing
// depends on that: a row of a table that nobody made is a list of one, the
// parents of a batch of children are a list, and so are the children of a batch
// of parents. So a lookup, a sum over children and [Spec.Row] are the same
// machine as the table itself, and agree with it by construction.
//
// A frame holds one table's list of rows and the columns made for it so far.
// Columns ask their frame for other columns, for the parent's frame or for the
// frame of a reference; the compiler has checked that this ends.
//
// The children of one parent are one run of rows. Their number is a function of
// (seed, parent), and the model keeps the sum of every 256 parents (8 bytes
// each), so a child row finds its parent, and a parent its children, by binary
// search and a walk of at most 256 draws.
//
// What is unique is so by construction: the row number goes through a keyed
// bijection, and its image is written with fixed digits. Nothing is remembered
// and nothing is tried again, and the way back ([Spec.Whois]) is the inverse.
//
// # Guarantee
//
// Same spec, same seed, same bytes: on any number of workers, in any split into
// ranges. A fault of the spec is found before the first row, all faults at once,
// each with its line, its column and, for a wrong word, the nearest right one.
// Memory does not grow with rows. Nothing is allocated for a row: batches are
// written as flat buffers, which come back when a batch is released.
//
// # When not to use it
//
// Where the joint behaviour of many columns matters, learn a model from data
// instead; where people and time interact, use a simulator. Pools of gofakeit
// functions repeat: a pool says how many different values it has.
package spec
