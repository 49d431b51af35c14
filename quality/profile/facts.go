package profile

import "github.com/verisim/verisim/formats/table"

// Version is the version of the JSON form of [Profile].
const Version = 1

// Profile is what is known of a table after one pass. It holds aggregates and
// a few frequent values, never rows.
type Profile struct {
	Version int      `json:"version"`
	Table   string   `json:"table,omitempty"`
	Rows    int64    `json:"rows"`
	Columns []Column `json:"columns"`
	// DistinctRows counts different whole rows.
	DistinctRows Count `json:"distinct_rows"`
	// SampleRows is the number of rows that Pairs, Keys and Dependencies were
	// computed on. It equals Rows when the table is small.
	SampleRows   int64        `json:"sample_rows"`
	Pairs        []Pair       `json:"pairs,omitempty"`
	Keys         []Key        `json:"keys,omitempty"`
	Dependencies []Dependency `json:"dependencies,omitempty"`
}

// Count is a number of different things, exact or estimated.
type Count struct {
	Value float64 `json:"value"`
	Exact bool    `json:"exact"`
	// StdErr is the standard error of Value, in the same unit; 0 when exact.
	StdErr float64 `json:"std_err,omitempty"`
}

// Kind says how a column's values were read.
type Kind string

// The kinds.
const (
	KindBool   Kind = "bool"
	KindInt    Kind = "int"    // integers and exact decimals
	KindFloat  Kind = "float"  // binary floating point, wide decimals
	KindTime   Kind = "time"   // dates and timestamps
	KindSpan   Kind = "span"   // durations and times of day
	KindText   Kind = "text"   // UTF-8 strings
	KindBytes  Kind = "bytes"  // binary strings
	KindNested Kind = "nested" // lists, structs, maps: rows and nulls only
)

// Column is what is known of one column. Number, Text and Time are present as
// the kind asks for.
type Column struct {
	Name   string       `json:"name"`
	Type   string       `json:"type"` // the Arrow type
	Kind   Kind         `json:"kind"`
	Role   table.Role   `json:"role,omitempty"`
	Origin table.Origin `json:"origin,omitempty"`
	Rows   int64        `json:"rows"`
	Nulls  int64        `json:"nulls"`
	// Distinct counts different non-null values.
	Distinct Count `json:"distinct"`
	// Single counts values that occur exactly once.
	Single    Count      `json:"single"`
	Number    *Number    `json:"number,omitempty"`
	Text      *Text      `json:"text,omitempty"`
	Time      *Time      `json:"time,omitempty"`
	Top       []Value    `json:"top,omitempty"`
	Shapes    []Shape    `json:"shapes,omitempty"`
	Histogram []Bar      `json:"histogram,omitempty"`
	Evidence  []Evidence `json:"evidence,omitempty"`
}

// Number holds the facts of numeric values. Mean, Variance, Skewness and
// Kurtosis are computed from exact sums and rounded once.
type Number struct {
	Min       float64    `json:"min"`
	Max       float64    `json:"max"`
	Mean      float64    `json:"mean"`
	Variance  float64    `json:"variance"` // of the sample, divisor n-1
	Skewness  float64    `json:"skewness"` // m3 / m2^1.5, divisor n
	Kurtosis  float64    `json:"kurtosis"` // excess: m4 / m2^2 - 3, divisor n
	Sum       float64    `json:"sum"`
	Zeros     int64      `json:"zeros"`
	Negatives int64      `json:"negatives"`
	NaNs      int64      `json:"nans"`
	Infinite  int64      `json:"infinite"`
	Integral  bool       `json:"integral"` // every finite value is a whole number
	Quantiles []Quantile `json:"quantiles"`
}

// Quantile is the smallest value with at least P of the values at or below it,
// known to lie within [Value-Error, Value+Error].
type Quantile struct {
	P     float64 `json:"p"`
	Value float64 `json:"value"`
	Error float64 `json:"error,omitempty"`
}

// Text holds the facts of strings. Lengths are in bytes for binary columns and
// in code points for text.
type Text struct {
	MinLength  int64      `json:"min_length"`
	MaxLength  int64      `json:"max_length"`
	MeanLength float64    `json:"mean_length"`
	Lengths    []Quantile `json:"lengths"`
	Empty      int64      `json:"empty"`
	Padded     int64      `json:"padded"`       // with space at either end
	NonASCII   int64      `json:"non_ascii"`    // with a byte of 0x80 or above
	Invalid    int64      `json:"invalid_utf8"` // not UTF-8 though declared text
	Min        string     `json:"min"`          // first in byte order, cut to 64 bytes
	Max        string     `json:"max"`
}

// Time holds the facts of dates and timestamps, as RFC 3339 text in UTC.
type Time struct {
	Min       string         `json:"min"`
	Max       string         `json:"max"`
	Quantiles []TimeQuantile `json:"quantiles"`
	// Gaps lists the longest stretches without a row.
	Gaps []Gap `json:"gaps,omitempty"`
	// Week counts rows by hour of the week, Monday 00:00 UTC first; absent for
	// dates.
	Week []int64 `json:"week,omitempty"`
}

// TimeQuantile is a quantile of times; ErrorSeconds bounds its error.
type TimeQuantile struct {
	P            float64 `json:"p"`
	Value        string  `json:"value"`
	ErrorSeconds float64 `json:"error_seconds,omitempty"`
}

// Gap is a stretch of time without a row, at least Factor times as long as the
// usual distance between occupied buckets.
type Gap struct {
	From    string  `json:"from"`
	To      string  `json:"to"`
	Seconds float64 `json:"seconds"`
	Factor  float64 `json:"factor"`
}

// Value is a frequent value. Share is of the non-null values.
type Value struct {
	Text  string  `json:"text"`
	Count int64   `json:"count"`
	Share float64 `json:"share"`
	Exact bool    `json:"exact"` // else estimated from the row sample
}

// Shape is a pattern of character classes: 9 digit, a lower, A upper, 中 Han,
// _ space, any other character itself, + for a run.
type Shape struct {
	Pattern string  `json:"pattern"`
	Share   float64 `json:"share"`
}

// Bar is one bar of a histogram over [From, To).
type Bar struct {
	From  float64 `json:"from"`
	To    float64 `json:"to"`
	Count int64   `json:"count"`
}

// Evidence says why a column looks sensitive.
type Evidence struct {
	What   string     `json:"what"`   // such as "email", "cn-resident-id"
	Passed int64      `json:"passed"` // of Tested different values
	Tested int64      `json:"tested"`
	Chance float64    `json:"chance"` // pass rate of random values of this shape
	Header string     `json:"header,omitempty"`
	Score  float64    `json:"score"` // 0..1
	Role   table.Role `json:"role"`
}

// Pair is how two columns go together, on the sample.
type Pair struct {
	A           string  `json:"a"`
	B           string  `json:"b"`
	Pearson     float64 `json:"pearson,omitempty"`
	Spearman    float64 `json:"spearman,omitempty"`
	Information float64 `json:"information"` // mutual information, nats, Miller-Madow corrected
	CramerV     float64 `json:"cramer_v"`    // bias-corrected
	Rows        int64   `json:"rows"`
}

// Key is a set of columns whose values look unique.
type Key struct {
	Columns []string `json:"columns"`
	// Proven says that uniqueness was seen on every row, up to collisions of a
	// 64-bit hash; else on the sample only.
	Proven bool `json:"proven"`
}

// Dependency says that From determines To but for a share G3 of the rows.
type Dependency struct {
	From    []string `json:"from"`
	To      string   `json:"to"`
	G3      float64  `json:"g3"`
	MuPlus  float64  `json:"mu_plus"` // corrected pdep, 0 none .. 1 exact
	Groups  int64    `json:"groups"`
	Support int64    `json:"support"`
}

// Reference is a foreign key that two tables' profiles suggest.
type Reference struct {
	Table     string  `json:"table"`
	Column    string  `json:"column"`
	ToTable   string  `json:"to_table"`
	ToColumn  string  `json:"to_column"`
	Contained float64 `json:"contained"` // share of the child's different values found in the parent
	Compared  int64   `json:"compared"`
}
