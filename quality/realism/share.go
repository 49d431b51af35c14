package realism

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// shares measures R10 and R11.
func (j *judge) shares(context.Context) error {
	d, m := j.d, j.in.Mapping
	if len(d.patterns) > 0 {
		inside := 0.0
		for _, p := range d.patterns {
			inside += p
		}
		j.add("r10.outside", 1-inside/float64(len(d.patterns)), "")
	}
	value, badValue, bad := 0.0, 0.0, float64(d.positives)
	for i, a := range d.amount {
		a = math.Abs(finite(a))
		value += a
		badValue += a * float64(d.label[i])
	}
	rows := float64(len(d.amount))
	j.add("r11.bp.value", 1e4*badValue/value, "")
	j.add("r11.bp.number", 1e4*bad/rows, "")
	j.add("r11.ticket", badValue/bad/((value-badValue)/(rows-bad)), "fraud against genuine")
	if c := d.all[m.Channel]; c != nil && len(m.NotPresent) > 0 {
		share := 0.0
		for i, v := range c.values {
			if d.label[i] == 1 && !math.IsNaN(v) && slices.ContainsFunc(m.NotPresent, func(s string) bool {
				k, ok := c.codes[s]
				return ok && k == int(v)
			}) {
				share += math.Abs(finite(d.amount[i]))
			}
		}
		j.add("r11.cnp", share/badValue, "of fraud value")
	}
	if at, home := d.all[m.Country], d.all[m.Home]; at != nil && (home != nil || m.HomeCountry != "") {
		abroad := 0.0
		names := make([]string, at.size)
		for s, k := range at.codes {
			names[k] = s
		}
		for i, v := range at.values {
			if d.label[i] == 0 || math.IsNaN(v) || home != nil && math.IsNaN(home.values[i]) {
				continue
			}
			foreign := names[int(v)] != m.HomeCountry
			if home != nil {
				k, ok := home.codes[names[int(v)]]
				foreign = !ok || k != int(home.values[i])
			}
			if foreign {
				abroad += math.Abs(finite(d.amount[i]))
			}
		}
		j.add("r11.crossborder", abroad/badValue, "of fraud value")
	}
	return nil
}

// ledger measures R9: postings after which the balance is not the last one of
// the account plus the amount. Integers and decimals are added exactly.
func (j *judge) ledger(ctx context.Context) error {
	l := j.in.Mapping.Ledger
	if l.Table == "" {
		return nil
	}
	s, err := j.in.Source.Open(ctx, l.Table)
	if err != nil {
		return err
	}
	var at [3]int
	for k, name := range []string{l.Account, l.Amount, l.Balance} {
		if at[k], err = table.Column(s.Schema(), name); err != nil {
			return fmt.Errorf("table %q: %w", l.Table, err)
		}
	}
	if a, b := s.Schema().Field(at[1]).Type, s.Schema().Field(at[2]).Type; !arrow.TypeEqual(a, b) || !exact(a) {
		j.miss("r9.breaks", "amount and balance are not of one exact type: an integer or a decimal")
		return nil
	}
	last := map[string]*big.Int{}
	breaks, row, first := 0.0, int64(0), ""
	for b, err := range s.Batches(ctx) {
		if err != nil {
			return err
		}
		account, amount, balance := b.Column(at[0]), integer(b.Column(at[1])), integer(b.Column(at[2]))
		for i := range int(b.NumRows()) {
			if account.IsNull(i) || b.Column(at[1]).IsNull(i) || b.Column(at[2]).IsNull(i) {
				breaks++
			} else {
				name, now := account.ValueStr(i), balance(i)
				if was, ok := last[name]; ok && new(big.Int).Add(was, amount(i)).Cmp(now) != 0 {
					if breaks++; first == "" {
						first = fmt.Sprintf("the first at row %d", row)
					}
				}
				last[name] = now
			}
			row++
		}
	}
	if row == 0 {
		j.miss("r9.breaks", "the ledger has no row")
		return nil
	}
	j.add("r9.breaks", breaks, first)
	return nil
}

func exact(dt arrow.DataType) bool {
	switch dt.ID() {
	case arrow.INT32, arrow.INT64, arrow.DECIMAL128:
		return true
	}
	return false
}

func integer(arr arrow.Array) func(i int) *big.Int {
	switch a := arr.(type) {
	case *array.Int32:
		return func(i int) *big.Int { return big.NewInt(int64(a.Value(i))) }
	case *array.Int64:
		return func(i int) *big.Int { return big.NewInt(a.Value(i)) }
	default:
		d := arr.(*array.Decimal128) // exact has let nothing else pass
		return func(i int) *big.Int { return d.Value(i).BigInt() }
	}
}
