package pedersen_test

import (
	"fmt"
	"math/big"

	"github.com/verisim/verisim/privacy/proof/pedersen"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Two makers commit to totals in cents; whom both gave their openings shows that
// the sum is at most 2,000.00.
func ExampleSecret_Prove() {
	a := must(pedersen.New(big.NewInt(120000), 2))
	b := must(pedersen.New(big.NewInt(3450), 2))
	sum := must(pedersen.AddSecrets(a, b))
	claim := pedersen.Claim{Kind: pedersen.AtMost, Numbers: []*big.Int{big.NewInt(200000)}, Bits: 32}
	file := must(must(sum.Prove(claim, "the auditor")).Format())

	// The auditor has the totals and the proof.
	public := must(pedersen.AddPublic(&a.Public, &b.Public))
	proof := must(pedersen.ParseProof(file))
	fmt.Println(proof.Public.Commitment == public.Commitment, proof.Verify())
	fmt.Println(proof.Claim.Words(public.Scale))
	// Output:
	// true <nil>
	// the total is at most 2000.00, and by less than 2^32 times 0.01 below
}

// Three totals are shown to be below 2^16 in one proof.
func ExampleBasis() {
	basis := must(pedersen.NewBasis(16, 3))
	var cs []pedersen.Commitment
	var os []*pedersen.Opening
	for _, v := range []int64{0, 65535, 77} {
		c, o, err := pedersen.Commit(big.NewInt(v), nil)
		if err != nil {
			panic(err)
		}
		cs, os = append(cs, c), append(os, o)
	}
	proof := must(basis.ProveRange([]byte("2024"), cs, os, nil))
	fmt.Println(len(proof), basis.VerifyRange([]byte("2024"), cs, proof))
	// Output: 672 <nil>
}

func ExampleProveBetween() {
	c, o, err := pedersen.Commit(big.NewInt(-5), nil)
	if err != nil {
		panic(err)
	}
	lo, hi := big.NewInt(-10), big.NewInt(1000)
	proof := must(pedersen.ProveBetween(nil, c, o, lo, hi, nil))
	fmt.Println(pedersen.VerifyBetween(nil, c, lo, hi, proof))
	// Output: <nil>
}

func ExampleProveOneOf() {
	c, o, err := pedersen.Commit(big.NewInt(7), nil)
	if err != nil {
		panic(err)
	}
	choices := []*big.Int{big.NewInt(0), big.NewInt(7)}
	proof := must(pedersen.ProveOneOf(nil, c, o, choices, nil))
	fmt.Println(pedersen.VerifyOneOf(nil, c, choices, proof))
	// Output: <nil>
}

func ExampleProveKnown() {
	c, o, err := pedersen.Commit(big.NewInt(7), nil)
	if err != nil {
		panic(err)
	}
	proof := must(pedersen.ProveKnown([]byte("2024"), c, o, nil))
	fmt.Println(pedersen.VerifyKnown([]byte("2024"), c, proof))
	// Output: <nil>
}
