package job

import (
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/verisim/verisim/formats/table"
)

// fan hands each batch to several consumers at once and waits for all, so that
// the lent batch is theirs only while they run. The first error, in the order
// of the consumers, is the one that is told.
type fan []func(table.Batch) error

func (f fan) add(b table.Batch) error {
	for _, c := range b.Columns() {
		settle(c)
	}
	errs := make([]error, len(f))
	var wg sync.WaitGroup
	for i, consume := range f[1:] {
		wg.Go(func() { errs[i+1] = consume(b) })
	}
	errs[0] = f[0](b)
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// settle makes what Arrow makes of an array when it is first asked for, which it
// does without a lock: the values of a dictionary.
func settle(a arrow.Array) {
	switch a := a.(type) {
	case *array.Dictionary:
		settle(a.Dictionary())
	case *array.Struct:
		for i := range a.NumField() {
			settle(a.Field(i))
		}
	case array.ListLike:
		settle(a.ListValues())
	}
}
