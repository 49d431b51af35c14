package pedersen

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/formats/table"
	"github.com/verisim/verisim/privacy"
)

func secret(t testing.TB, v int64, scale int) *Secret {
	t.Helper()
	return must1(New(big.NewInt(v), scale))(t)
}

// TestFiles adds totals of three makers, proves each kind of claim about the sum,
// and reads all files back, byte for byte.
func TestFiles(t *testing.T) {
	a, b, c := secret(t, 150, 2), secret(t, -40, 2), secret(t, 5, 2)
	ab := must1(AddSecrets(a, b))(t)
	sum := must1(AddSecrets(ab, c))(t)
	public := must1(AddPublic(&a.Public, &b.Public, &c.Public))(t)
	if sum.Commitment != public.Commitment || !slices.Equal(sum.Parts, public.Parts) || len(public.Parts) != 3 {
		t.Error("a sum of sums is not the sum")
	}
	file := must1(sum.Format())(t)
	back := must1(ParseSecret(file))(t)
	if again := must1(back.Format())(t); !bytes.Equal(again, file) || !IsSecret(file) {
		t.Error("ParseSecret: the opening is not the one that was written")
	}
	open := must1(public.Format())(t)
	p := must1(ParsePublic(open))(t)
	if again := must1(p.Format())(t); !bytes.Equal(again, open) || IsSecret(open) {
		t.Error("ParsePublic: the total is not the one that was written")
	}
	for want, claim := range map[string]Claim{
		"the total is exactly 1.15":                                          {Kind: Exact, Numbers: ints(115)},
		"the total is one of 0.00, 1.15":                                     {Kind: OneOf, Numbers: ints(0, 115)},
		"the total is from -0.05 to 10.00":                                   {Kind: Between, Numbers: ints(-5, 1000)},
		"the total is at least 1.15, and by less than 2^64 times 0.01 above": {Kind: AtLeast, Numbers: ints(115), Bits: 64},
		"the total is at most 1.15, and by less than 2^8 times 0.01 below":   {Kind: AtMost, Numbers: ints(115), Bits: 8},
	} {
		made := must1(back.Prove(claim, "for the auditor"))(t)
		text := must1(made.Format())(t)
		got := must1(ParseProof(text))(t)
		if err := got.Verify(); err != nil || got.For != "for the auditor" || got.Public.Commitment != public.Commitment {
			t.Errorf("Verify(%s) = %v", want, err)
		}
		if words := got.Claim.Words(got.Public.Scale); words != want {
			t.Errorf("Words = %q, want %q", words, want)
		}
		for what, change := range map[string]func(){
			"purpose":  func() { got.For = "" },
			"scale":    func() { got.For, got.Public.Scale = made.For, 3 },
			"parts":    func() { got.Public.Scale, got.Public.Parts = 2, nil },
			"a number": func() { got.Public.Parts, got.Claim.Numbers[0] = made.Public.Parts, big.NewInt(-6) },
			"a kind":   func() { got.Claim.Kind = map[bool]string{true: AtMost, false: AtLeast}[got.Claim.Kind == AtLeast] },
			"no proof": func() { got.Claim, got.Bytes = made.Claim, nil },
		} {
			fresh := must1(ParseProof(text))(t)
			got = fresh
			change()
			if err := got.Verify(); !errors.Is(err, privacy.ErrTampered) {
				t.Errorf("%s with another %s: Verify = %v, want tampered", want, what, err)
			}
		}
		if _, err := back.Prove(Claim{Kind: claim.Kind, Numbers: append(ints(7), claim.Numbers[1:]...), Bits: claim.Bits}, ""); claim.Kind == Exact && !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("Prove of another total = %v, want refused", err)
		}
	}
	for what, err := range map[string]error{
		"twice":         second(AddPublic(&a.Public, public)),
		"another scale": second(AddPublic(&a.Public, &secret(t, 1, 0).Public)),
		"too large":     second(AddSecrets(&Secret{a.Public, &Opening{new(big.Int).Lsh(big.NewInt(1), MaxBits), a.Opening.blind}}, c)),
		"no kind":       second(a.Prove(Claim{Kind: "x", Numbers: ints(1)}, "")),
		"no number":     second(a.Prove(Claim{Kind: Exact}, "")),
		"odd bits":      second(a.Prove(Claim{Kind: AtMost, Numbers: ints(1000), Bits: 7}, "")),
		"needless bits": second(a.Prove(Claim{Kind: Exact, Numbers: ints(150), Bits: 8}, "")),
		"false, exact":  second(a.Prove(Claim{Kind: Exact, Numbers: ints(151)}, "")),
		"false, one of": second(a.Prove(Claim{Kind: OneOf, Numbers: ints(151, 149)}, "")),
		"false, less":   second(a.Prove(Claim{Kind: AtMost, Numbers: ints(149), Bits: 8}, "")),
		"too far below": second(a.Prove(Claim{Kind: AtMost, Numbers: ints(406), Bits: 8}, "")),
		"false, more":   second(a.Prove(Claim{Kind: AtLeast, Numbers: ints(151), Bits: 8}, "")),
		"false, below":  second(a.Prove(Claim{Kind: Between, Numbers: ints(151, 160)}, "")),
		"false, above":  second(a.Prove(Claim{Kind: Between, Numbers: ints(100, 149)}, "")),
		"empty":         second(a.Prove(Claim{Kind: Between, Numbers: ints(151, 149)}, "")),
		"no scale":      second(New(big.NewInt(1), -1)),
	} {
		if !errors.Is(err, privacy.ErrRefused) {
			t.Errorf("%s: %v, want refused", what, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestFilesAreStrict: each file has one form.
func TestFilesAreStrict(t *testing.T) {
	a, b := secret(t, 7, 0), secret(t, 8, 0)
	sum := must1(AddSecrets(a, b))(t)
	total := string(must1(sum.Public.Format())(t))
	opening := string(must1(a.Format())(t))
	proof := string(must1(must1(a.Prove(Claim{Kind: Exact, Numbers: ints(7)}, "x"))(t).Format())(t))
	hexa := func(c Commitment) string { return hex.EncodeToString(c[:]) }
	p0 := hexa(sum.Parts[0].Commitment)
	k0, k1 := hex.EncodeToString(sum.Parts[0].Known[:]), hex.EncodeToString(sum.Parts[1].Known[:])
	o0, o1 := string(must1(privacy.Canonical(sum.Parts[0].file()))(t)), string(must1(privacy.Canonical(sum.Parts[1].file()))(t))
	single := string(must1(a.Public.Format())(t))
	for what, err := range map[string]error{
		"no line feed":        second(ParsePublic([]byte(strings.TrimSpace(total)))),
		"two line feeds":      second(ParsePublic([]byte(total + "\n"))),
		"white space":         second(ParsePublic([]byte(strings.Replace(total, ":", ": ", 1)))),
		"capital hex":         second(ParsePublic([]byte(strings.Replace(total, hexa(sum.Commitment), strings.ToUpper(hexa(sum.Commitment)), 1)))),
		"parts in disorder":   second(ParsePublic([]byte(strings.NewReplacer(o0, o1, o1, o0).Replace(total)))),
		"a part twice":        second(ParsePublic([]byte(strings.Replace(total, o1, o0, 1)))),
		"one part":            second(ParsePublic([]byte(strings.Replace(total, ","+o1, "", 1)))),
		"another part":        second(ParsePublic([]byte(strings.Replace(total, p0, strings.Repeat("0", 64), 1)))),
		"a part not known":    second(ParsePublic([]byte(strings.Replace(total, k0, k1, 1)))),
		"no proof of knowing": second(ParsePublic([]byte(strings.Replace(total, k0, "", 1)))),
		"a sum that is known": second(ParsePublic([]byte(strings.Replace(total, `"parts"`, `"known":"`+k0+`","parts"`, 1)))),
		"another scale":       second(ParsePublic([]byte(strings.Replace(single, `"scale":0`, `"scale":2`, 1)))),
		"not known":           second(ParsePublic([]byte(strings.Replace(single, `"known":"`, `"known":"00`, 1)))),
		"parts of another":    second(ParsePublic([]byte(strings.Replace(total, hexa(sum.Commitment), p0, 1)))),
		"another member":      second(ParsePublic([]byte(strings.Replace(total, `"scale":0`, `"scale":0,"unit":1`, 1)))),
		"a negative scale":    second(ParsePublic([]byte(strings.Replace(total, `"scale":0`, `"scale":-1`, 1)))),
		"nothing":             second(ParsePublic(nil)),
		"another total":       second(ParseSecret([]byte(strings.Replace(opening, `"total":"7"`, `"total":"8"`, 1)))),
		"a longer total":      second(ParseSecret([]byte(strings.Replace(opening, `"total":"7"`, `"total":"07"`, 1)))),
		"no total":            second(ParseSecret([]byte(strings.Replace(opening, `"total":"7"`, `"total":""`, 1)))),
		"no blinding":         second(ParseSecret([]byte(strings.Replace(opening, `{"blind":"`, `{"blind":"00`, 1)))),
		"an opening as total": second(ParsePublic([]byte(opening))),
		"a total as opening":  second(ParseSecret([]byte(total))),
		"a claim of no kind":  second(ParseProof([]byte(strings.Replace(proof, `"kind":"exact"`, `"kind":"exactly"`, 1)))),
		"a number of 0 bits":  second(ParseProof([]byte(strings.Replace(proof, `"numbers":["7"]`, `"numbers":["7 "]`, 1)))),
		"odd hex":             second(ParseProof([]byte(strings.Replace(proof, `"proof":"`, `"proof":"0`, 1)))),
	} {
		if !errors.Is(err, privacy.ErrTampered) {
			t.Errorf("%s: %v, want tampered", what, err)
		}
	}
	for what, err := range map[string]error{
		"total":   second(ParsePublic([]byte(strings.Replace(total, "total/v1", "total/v2", 1)))),
		"opening": second(ParseSecret([]byte(strings.Replace(opening, "opening/v1", "opening/v2", 1)))),
		"proof":   second(ParseProof([]byte(strings.Replace(proof, "proof/v1", "proof/v2", 1)))),
	} {
		if !errors.Is(err, privacy.ErrVersion) {
			t.Errorf("a %s of version 2: %v, want unknown version", what, err)
		}
	}
}

func TestSum(t *testing.T) {
	mem := memory.DefaultAllocator
	batch := func(col arrow.Array) table.Stream {
		s := arrow.NewSchema([]arrow.Field{{Name: "x", Type: col.DataType(), Nullable: true}}, nil)
		return table.FromBatches(s, array.NewRecord(s, []arrow.Array{col}, int64(col.Len())))
	}
	i64 := array.NewInt64Builder(mem)
	i64.AppendValues([]int64{-1 << 63, 1<<63 - 1, -1, 5, 1<<63 - 1, 1<<63 - 1}, []bool{true, true, true, false, true, true})
	u64 := array.NewUint64Builder(mem)
	u64.AppendValues([]uint64{1<<64 - 1, 1<<64 - 1, 3}, []bool{true, true, false})
	u8 := array.NewUint8Builder(mem)
	u8.AppendValues([]uint8{255, 255}, nil)
	i8 := array.NewInt8Builder(mem)
	i8.AppendValues([]int8{-128, -128, 1}, nil)
	dec := array.NewDecimal128Builder(mem, &arrow.Decimal128Type{Precision: 38, Scale: 2})
	large := new(big.Int).Exp(big.NewInt(10), big.NewInt(37), nil)
	for _, v := range []*big.Int{large, new(big.Int).Neg(large), big.NewInt(-250), large} {
		dec.Append(decimal128.FromBigInt(v))
	}
	dec.AppendNull()
	for want, col := range map[string]arrow.Array{
		"18446744073709551612":                  i64.NewArray(),
		"36893488147419103230":                  u64.NewArray(),
		"510":                                   u8.NewArray(),
		"-255":                                  i8.NewArray(),
		"9999999999999999999999999999999999750": dec.NewArray(),
	} {
		v, scale, err := Sum(context.Background(), batch(col), "x")
		if err != nil {
			t.Fatal(err)
		}
		if decimals := map[bool]int{true: 2}[col.DataType().ID() == arrow.DECIMAL128]; v.String() != want || scale != decimals {
			t.Errorf("Sum of %s = %s, %d, want %s, %d", col.DataType(), v, scale, want, decimals)
		}
	}
	f := array.NewFloat64Builder(mem)
	f.Append(0.1)
	if _, _, err := Sum(context.Background(), batch(f.NewArray()), "x"); !errors.Is(err, privacy.ErrRefused) {
		t.Errorf("Sum of floats = %v, want refused", err)
	}
	f.Append(0.1)
	if _, _, err := Sum(context.Background(), batch(f.NewArray()), "y"); !errors.As(err, new(*table.NoColumnError)) {
		t.Errorf("Sum of no column = %v", err)
	}
}

func TestUnits(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0.00": "0", "12": "1200", "-4.5": "-450", "1000000000000000000000.25": "100000000000000000000025", "1.500": "150",
		"": "", ".5": "", "5.": "", "1e3": "", "+1": "", "1.234": "", "--1": "", "1.-2": "", "1.2.3": "", " 1": "", "-": "",
	} {
		v, err := Units(text, 2)
		if got := ""; err == nil {
			if got = v.String(); got != want {
				t.Errorf("Units(%q) = %q, want %q", text, got, want)
			}
		} else if want != "" {
			t.Errorf("Units(%q) = %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{"0.00", "-0.05", "12.34", "-1200.00"} {
		if got := Decimal(must1(Units(text, 2))(t), 2); got != text {
			t.Errorf("Decimal(Units(%q)) = %q", text, got)
		}
	}
	if got := Decimal(big.NewInt(-7), 0); got != "-7" {
		t.Errorf("Decimal(-7, 0) = %q", got)
	}
}

// FuzzFiles: hostile files are errors, and what is read is written the same.
func FuzzFiles(f *testing.F) {
	a, b := secret(f, 7, 1), secret(f, 8, 1)
	sum := must1(AddSecrets(a, b))(f)
	f.Add(must1(sum.Public.Format())(f))
	f.Add(must1(sum.Format())(f))
	f.Add(must1(must1(a.Prove(Claim{Kind: OneOf, Numbers: ints(7, 9)}, "x"))(f).Format())(f))
	f.Add(must1(must1(a.Prove(Claim{Kind: AtMost, Numbers: ints(9), Bits: 8}, ""))(f).Format())(f))
	f.Fuzz(func(t *testing.T, data []byte) {
		type file interface{ Format() ([]byte, error) }
		check := func(v file) {
			if again, err := v.Format(); err != nil || !bytes.Equal(again, data) {
				t.Fatalf("read %q, wrote %q, %v", data, again, err)
			}
		}
		if v, err := ParsePublic(data); err == nil {
			check(v)
		}
		if v, err := ParseSecret(data); err == nil {
			check(v)
		}
		if v, err := ParseProof(data); err == nil {
			check(v)
			_ = v.Verify() // whatever it says, without a panic
		}
	})
}

// TestVersion1 reads what was written once.
func TestVersion1(t *testing.T) {
	total := must1(ParsePublic(must1(os.ReadFile("testdata/v1.total"))(t)))(t)
	opening := must1(ParseSecret(must1(os.ReadFile("testdata/v1.opening"))(t)))(t)
	if got := Decimal(opening.Opening.Total, opening.Scale); got != "1165.50" || opening.Commitment != total.Commitment {
		t.Errorf("the opening is of %s, or of another total", got)
	}
	for _, kind := range []string{Exact, OneOf, Between, AtLeast, AtMost} {
		p := must1(ParseProof(must1(os.ReadFile("testdata/v1." + kind + ".proof"))(t)))(t)
		if err := p.Verify(); err != nil || p.Claim.Kind != kind || p.Public.Commitment != total.Commitment {
			t.Errorf("Verify(%s) = %v", kind, err)
		}
	}
}
