package proof

import (
	"context"
	"errors"
	"math/big"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"

	"github.com/verisim/verisim/privacy"
	"github.com/verisim/verisim/privacy/proof/field"
)

// TestKeysDoNotGoRound: a key that two rows have, in a list that goes from the first
// to the second once round the field, in steps that each are allowed, over numbers
// that are nobody's. Only that values stand before all others refuses it.
func TestKeysDoNotGoRound(t *testing.T) {
	const rows, steps = 700, 520 // p/520 is below the largest step of these columns, 2^119
	schema := arrow.NewSchema([]arrow.Field{{Name: "a", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "b", Type: arrow.PrimitiveTypes.Int64}}, nil)
	rb := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	for i := range rows {
		if i == 10 || i == 300 {
			rb.Field(0).(*array.Int64Builder).Append(5)
		} else {
			rb.Field(0).AppendNull()
		}
		rb.Field(1).(*array.Int64Builder).Append(7)
	}
	p := New(decode(t, `
version: 1
table: t
statements:
- range: {column: a, min: -9223372036854775808, max: 9223372036854775807}
- range: {column: b, min: 0, max: 36028797018963967}
- unique: {columns: [a, b], missing: true}
`), Options{InsecureParams: &toySize})
	tab, err := p.Table("t", schema, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if err = tab.Add(rb.NewRecord()); err != nil {
		t.Fatal(err)
	}
	// The number of both rows, as the packing makes it.
	stride := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 64), big.NewInt(1))
	key := new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 63), big.NewInt(5+1))
	key.Add(key, stride.Mul(stride, big.NewInt(7+1)))
	round := new(big.Int).Sub(field.Order(), big.NewInt(1)) // the last step counts one for the value
	step, rest := new(big.Int).DivMod(round, big.NewInt(steps), new(big.Int))
	p.lies = true
	p.keys = &keyList{
		at: func(i int) field.Elem {
			x := new(big.Int).Mul(step, big.NewInt(int64(i)))
			if i > 0 {
				x.Add(x, rest)
			}
			if i >= steps {
				x.SetInt64(0)
			}
			return field.Big(x.Add(x, key))
		},
		is: func(i int) bool { return i == 0 || i == steps },
		step: func(i int) rowKey {
			switch {
			case i == 0:
				return rowKeyOf(new(big.Int).Add(step, rest))
			case i >= steps:
				return rowKey{}
			}
			return rowKeyOf(step)
		},
	}
	file, err := p.Prove(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Verify(context.Background(), file, VerifyOptions{InsecureParams: true}); !errors.Is(err, privacy.ErrTampered) {
		t.Errorf("Verify = %v, want tampered", err)
	}
}
