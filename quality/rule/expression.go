package rule

import (
	"errors"

	"github.com/verisim/verisim/formats/document"
)

// filter is a compiled where.
type filter struct{ source string }

func (t *tablePlan) filter(source string, at document.Pos) (int, error) {
	return -1, at.Errorf("where: row expressions are not built in yet")
}

func (f *filter) mask(*view, bitmap) error { return errors.New("no row expressions") }

// rowChecks lists the checks of whole rows.
func rowChecks() []Def { return nil }
