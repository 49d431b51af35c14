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
// the account plus the amount, entries that do not sum to zero, balances below
// their limit. Integers and decimals are added exactly.
func (j *judge) ledger(ctx context.Context) error {
	l := j.in.Mapping.Ledger
	if l.Table == "" {
		return nil
	}
	s, err := j.in.Source.Open(ctx, l.Table)
	if err != nil {
		return err
	}
	at := [5]int{-1, -1, -1, -1, -1}
	var money arrow.DataType
	for k, name := range [...]string{l.Account, l.Amount, l.Balance, l.Entry, l.Limit} {
		if name == "" && k > 2 {
			continue
		}
		if at[k], err = table.Column(s.Schema(), name); err != nil {
			return fmt.Errorf("table %q: %w", l.Table, err)
		}
		if k == 0 || k == 3 {
			continue
		}
		dt := s.Schema().Field(at[k]).Type
		if money == nil {
			money = dt
		}
		if !arrow.TypeEqual(money, dt) || !exact(dt) {
			j.miss("r9.breaks", "amount, balance and limit are not of one exact type: an integer or a decimal")
			return nil
		}
	}
	b := &book{last: map[string]*big.Int{}, open: map[string]*big.Int{}}
	for batch, err := range s.Batches(ctx) {
		if err != nil {
			return err
		}
		b.add(batch, at)
	}
	if b.rows == 0 {
		j.miss("r9.breaks", "the ledger has no row")
		return nil
	}
	j.add("r9.breaks", b.breaks, b.first)
	if l.Entry != "" {
		j.add("r9.unbalanced", float64(len(b.open)), "")
	}
	if l.Limit != "" {
		j.add("r9.overdrawn", b.overdrawn, "")
	}
	return nil
}

// book follows the balances of all accounts.
type book struct {
	last      map[string]*big.Int // by account
	open      map[string]*big.Int // by entry, where the legs so far do not sum to zero
	rows      int64
	breaks    float64
	overdrawn float64
	first     string
}

func (b *book) add(batch table.Batch, at [5]int) {
	account, amounts, balances := batch.Column(at[0]), batch.Column(at[1]), batch.Column(at[2])
	amount, balance := integer(amounts), integer(balances)
	for i := range int(batch.NumRows()) {
		b.rows++
		if account.IsNull(i) || amounts.IsNull(i) || balances.IsNull(i) {
			b.fail()
			continue
		}
		name, now := account.ValueStr(i), balance(i)
		if was, ok := b.last[name]; ok && was.Add(was, amount(i)).Cmp(now) != 0 {
			b.fail()
		}
		b.last[name] = now
		if at[3] >= 0 {
			entry := batch.Column(at[3]).ValueStr(i)
			sum, ok := b.open[entry]
			if !ok {
				sum = new(big.Int)
				b.open[entry] = sum
			}
			if sum.Add(sum, amount(i)).Sign() == 0 {
				delete(b.open, entry) // so that the map holds open entries only
			}
		}
		if at[4] >= 0 && batch.Column(at[4]).IsValid(i) && now.Cmp(integer(batch.Column(at[4]))(i)) < 0 {
			b.overdrawn++
		}
	}
}

func (b *book) fail() {
	if b.breaks++; b.first == "" {
		b.first = fmt.Sprintf("the first at row %d", b.rows-1)
	}
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
