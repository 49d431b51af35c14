package job

import (
	"sync"

	"github.com/verisim/verisim/formats/table"
)

// fan hands each batch to several consumers at once and waits for all, so that
// the lent batch is theirs only while they run. The first error, in the order
// of the consumers, is the one that is told.
type fan []func(table.Batch) error

func (f fan) add(b table.Batch) error {
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
