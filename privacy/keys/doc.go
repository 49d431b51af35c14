// Package keys holds the keys of people: identities that open sealed columns,
// the recipients that belong to them, and signers that vouch for data. Opening
// and signing never share a key.
//
// An [Identity] is an X-Wing key pair (ML-KEM-768 with X25519,
// draft-connolly-cfrg-xwing-kem) used through HPKE (RFC 9180, base mode,
// HKDF-SHA256, AES-256-GCM). Its text form is that of age's post-quantum keys,
// "AGE-SECRET-KEY-PQ-1..." and "age1pq1...", so one key works with both tools;
// the info strings differ, so nothing made for one can be opened by the other.
// Classical X25519 recipients of age ("age1...") are understood too and refused
// by seal unless forced.
//
// A [Signer] is an Ed25519 and an ML-DSA-65 (FIPS 204) key pair; both must
// sign and both must verify.
//
// A [ProofSecret] is what the randomness of a proof is derived from, for those who
// are to tie the proof to the data.
//
// All calls into circl's key encapsulation, signatures, secret sharing and
// attribute-based encryption are made here, behind functions that return errors
// where circl panics and that refuse short, foreign, duplicate and low-order
// input.
//
// Secrets are erased from memory on a best-effort basis only: Go may have
// copied them.
package keys
