// Command gnark proves that N private values are below 2^16 and what their sum is,
// by gnark (Groth16 over BN254, its std/rangecheck) and by privacy/proof, one
// after the other. gnark's setup is by this process, so its proof is only as
// trustworthy as this process; ours needs none.
package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark/backend/groth16"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/frontend/cs/r1cs"
	"github.com/consensys/gnark/logger"
	"github.com/consensys/gnark/std/rangecheck"

	"github.com/verisim/verisim/privacy/proof"
)

type circuit struct {
	X   []frontend.Variable
	Sum frontend.Variable `gnark:",public"`
}

func (c *circuit) Define(api frontend.API) error {
	r := rangecheck.New(api)
	s := frontend.Variable(0)
	for _, x := range c.X {
		r.Check(x, 16)
		s = api.Add(s, x)
	}
	api.AssertIsEqual(s, c.Sum)
	return nil
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func step(name string, f func() string) {
	s, c := time.Now(), cpu()
	x := f()
	fmt.Printf("%-22s cpu %8.3f s  clock %8.3f s  %s\n", name, (cpu() - c).Seconds(), time.Since(s).Seconds(), x)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	logger.Disable()
	n, _ := strconv.Atoi(os.Args[1])
	r := rand.New(rand.NewPCG(1, 2))
	v := make([]int64, n)
	sum := int64(0)
	w := &circuit{X: make([]frontend.Variable, n)}
	for i := range v {
		v[i] = r.Int64N(65536)
		sum += v[i]
		w.X[i] = v[i]
	}
	w.Sum = sum
	cs, err := frontend.Compile(ecc.BN254.ScalarField(), r1cs.NewBuilder, &circuit{X: make([]frontend.Variable, n)})
	must(err)
	fmt.Println("values", n, "constraints", cs.GetNbConstraints())
	var pk groth16.ProvingKey
	var vk groth16.VerifyingKey
	step("groth16 setup", func() string { pk, vk, err = groth16.Setup(cs); must(err); return "" })
	full, err := frontend.NewWitness(w, ecc.BN254.ScalarField())
	must(err)
	pub, err := full.Public()
	must(err)
	var p groth16.Proof
	step("groth16 prove", func() string {
		p, err = groth16.Prove(cs, pk, full)
		must(err)
		var b bytes.Buffer
		p.WriteTo(&b)
		return fmt.Sprint(b.Len(), " bytes")
	})
	step("groth16 verify", func() string { must(groth16.Verify(p, vk, pub)); return "" })

	b := array.NewInt64Builder(memory.DefaultAllocator)
	b.AppendValues(v, nil)
	schema := arrow.NewSchema([]arrow.Field{{Name: "x", Type: arrow.PrimitiveTypes.Int64}}, nil)
	rec := array.NewRecord(schema, []arrow.Array{b.NewArray()}, int64(n))
	var file []byte
	step("privacy/proof prove", func() string {
		d, err := proof.DecodeDocument("s", []byte("version: 1\ntable: t\nstatements:\n- range: {column: x, min: 0, max: 65535}\n- sum: {column: x}\n"))
		must(err)
		pr := proof.New(d, proof.Options{Workers: 2})
		t, err := pr.Table("t", schema, nil, "")
		must(err)
		must(t.Add(rec))
		file, err = pr.Prove(context.Background())
		must(err)
		return fmt.Sprint(len(file), " bytes")
	})
	step("privacy/proof verify", func() string {
		_, err := proof.Verify(context.Background(), file, proof.VerifyOptions{})
		must(err)
		return ""
	})
}
