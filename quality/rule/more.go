package rule

import "github.com/verisim/verisim/quality"

// more lists the checks that stand in a file of their own, by family.
func more() []Def {
	whole := func(d Def) Def {
		d.whole = true
		return d
	}
	return []Def{
		whole(Def{
			Name: "coverage_of", Family: "presence", Dimension: quality.Completeness, Example: "{from: 2026-01-01, to: 2026-01-31, every: 24h}", bind: (*binder).coverageOf,
			About: "every value of a list, of a file, of another table's column, or every step of a range occurs, or at least this share of them",
		}),
		whole(Def{
			Name: "dictionary_in", Family: "type", Dimension: quality.Validity, Example: "[a, b, c]", bind: (*binder).dictionaryIn,
			About: "every entry of the column's dictionary, used or not, is one of a list, or of the lines of a file",
		}),
		{
			Name: "max_digits", Family: "value", Dimension: quality.Validity, Example: "9", bind: (*binder).digits,
			About: "takes at most so many digits to write out, before and after the decimal point, as the precision of SQL's DECIMAL",
		},
		whole(Def{
			Name: "duplicate_rows", Family: "unique", Dimension: quality.Uniqueness, Example: "5", scope: scopeTable, bind: (*binder).duplicateRows,
			About: "at most so many rows repeat an earlier row in all columns; nulls are equal to each other",
		}),
		whole(Def{
			Name: "near_duplicates", Family: "unique", Dimension: quality.Uniqueness, Example: "5", bind: (*binder).nearDuplicates,
			About: "at most so many rows repeat an earlier row's text, letter case, space and punctuation aside",
		}),
		{
			Name: "no_fold_overlap", Family: "tables", Dimension: quality.Consistency, Example: "{fold: split, key: [customer_id]}", scope: scopeTable, bind: (*binder).noFoldOverlap,
			About: "no key, or where none is given no row, is in more than one fold, such as train and test: rows in another fold than the first of their key fail",
		},
		{
			Name: "custom", Family: "rows", Dimension: quality.Validity, Example: "house_rules", scope: scopeTable, bind: (*binder).custom,
			About: "keeps a rule of one's own, by its name: a function given from Go, in Options.Funcs, or a program given by --custom NAME=COMMAND",
		},
		{
			Name: "reconcile", Family: "tables", Dimension: quality.Accuracy, Example: "{key: [id], columns: [amount], to: ledger, tolerance: 0.01}", scope: scopeTable, bind: (*binder).reconcile,
			About: "every row has a row of another table with the same key, and in these columns the same numbers to within a tolerance, or a share of the other's",
		},
		whole(Def{
			Name: "metric", Family: "rows", Dimension: quality.Validity, Example: `{of: mean, expr: "price * quantity", between: [10, 20]}`, scope: scopeTable, bind: (*binder).metric,
			About: "the sum, mean, min or max of a row expression, or the share of rows for which it is true, lies in [LOW, HIGH]",
		}),
		{
			Name: "order_dependency", Family: "time", Dimension: quality.Consistency, Example: "{from: salary, to: tax, by: [state]}", scope: scopeTable, bind: (*binder).orderDependency,
			About: "of rows that are equal in the columns by, if any, sorting by one column sorts another, equal values of the first in any order: the fewest rows that stand in the way fail",
		},
	}
}
