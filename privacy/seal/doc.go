// Package seal writes and reads sealed Arrow: an Arrow IPC file in which chosen
// columns are encrypted for chosen recipients, the rest is readable by any
// Arrow reader, and any change is found. FORMAT.md beside this file is the
// whole format, its key schedule and its threats.
//
// [Create] starts a file and gives a writer of batches. [Inspect] tells without
// a key who may open what. [Open] takes keys and gives the columns that they
// open, as a stream or batch by batch. [Rewrap] changes who may open a file
// without touching its data; [Rotate] re-encrypts chosen columns. A [CellGrant]
// hands out one cell of a column in [ModeCell].
//
// # Guarantee
//
// Without a granted key, a sealed column shows nothing but its name, its type,
// and the sizes of its ciphertexts. Whoever opens a column learns that its
// cells, the rows' order and number, all clear columns, the schema and the list
// of grants are those that a holder of the file's keys wrote; cutting,
// reordering, splicing and editing are errors that match privacy.ErrTampered. A
// recipient can forge what he can open, since the keys are symmetric: a signed
// attestation (package attest) closes that. Ciphertexts of columns that one
// cannot open are not checked.
//
// # When not to use it
//
// For opaque files use age. When a reader must skip clear columns that it does
// not want, mind that opening reads each batch's clear columns, because they
// are bound to the sealed ones.
package seal
