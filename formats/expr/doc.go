// Package expr is the row expression language of the house: one language for
// derived columns in specs, for rules in suites and for --where, compiled to
// typed loops over whole columns.
//
//	amount > 0 && amount < limit && (status == "ok" || fee >= 0.5 * amount)
//
// It takes the expression grammar of CEL (Common Expression Language, language
// definition, section "Syntax") without messages, maps, macros and indexing.
//
// # Grammar
//
//	expr     = or [ "?" or ":" expr ]
//	or       = and { "||" and }
//	and      = rel { "&&" rel }
//	rel      = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum | "in" list ]
//	sum      = product { ( "+" | "-" ) product }
//	product  = unary { ( "*" | "/" | "%" ) unary }
//	unary    = { "!" | "-" } primary
//	primary  = literal | column | call | primary "." call | "(" expr ")"
//	call     = name "(" [ expr { "," expr } ] ")"
//	list     = "[" [ expr { "," expr } [ "," ] ] "]"
//	column   = name { "." name } | "`" any character but "`" "`"
//	name     = letter { letter | digit | "_" }          (Unicode; "_" is a letter)
//	literal  = "true" | "false" | "null" | int | float | duration | string
//	int      = digits | "0x" hexdigits
//	float    = digits "." digits [ exponent ] | digits exponent
//	duration = ( digits | digits "." digits ) ( "w"|"d"|"h"|"m"|"s"|"ms"|"us"|"ns" )
//	string   = "'" ... "'" | '"' ... '"' with the escapes of Go, or r"..." with none
//
// Space and line ends separate; "//" starts a comment that runs to the end of
// the line. s.f(x) is f(s, x). A dotted name is first looked up as the name of
// one column, then as a field of a struct column.
//
// Differences from CEL: a comparison is not chained; durations have literals
// (2d, 90m); decimal columns and dates exist; int, decimal and float mix (the
// operands become the wider of the two); a constant string beside a date, a
// timestamp or a duration is read as one; errors of a row are null; names may
// be quoted with backquotes and hold any letter.
//
// # Types
//
//	bool       bool
//	int        every integer column; 64 bits, a uint64 above 2^63-1 is refused
//	float      float16, float32, float64
//	decimal    decimal128; exact for + - * and comparison. A number written in
//	           the source takes the decimal's type without rounding
//	string     string, large string, string view, and dictionaries of them;
//	           lengths and positions count code points
//	date       date32, date64: days
//	timestamp  every unit; operands take the finer one. year, month, day, hour,
//	           minute and weekday are those of the column's time zone, else UTC
//	duration   duration columns and times of day (time32, time64)
//
// int / int truncates toward zero as in CEL. date - date and timestamp -
// timestamp are durations; date + duration is a timestamp.
//
// # Null
//
// Null is "unknown". It propagates through every operator and function, except:
// && and || follow Kleene (false && null is false, true || null is true);
// x == null and x != null ask whether x is null, as isNull(x) does;
// coalesce(a, b, ...) gives the first that is not null; c ? a : b looks only at
// the side taken, and is null where c is null. A filter keeps a row only where
// the expression is true.
//
// What a row cannot compute is null, not an error: overflow of int or decimal,
// int division by zero, a text that is no number or date, a time out of range, a
// replacement that makes more than 1 MiB.
// So x != 0 && y / x > 2 needs no order of evaluation. Floats follow IEEE 754:
// 1.0 / 0.0 is infinite, NaN equals nothing, every < with NaN is false.
//
// # Functions
//
//	abs(x) min(x, ...) max(x, ...) floor(x) ceil(x) round(x [, digits])
//	sqrt(x) exp(x) ln(x) pow(x, y) isNaN(x) isFinite(x)
//	size(s) = length(s) lower(s) upper(s) trim(s) concat(s, ...) replace(s, old, new)
//	substring(s, start [, end]) startsWith(s, t) endsWith(s, t) contains(s, t)
//	matches(s, "regexp")           RE2 syntax, found anywhere unless anchored
//	luhn(s)                        digits with a valid check digit (ISO/IEC 7812-1)
//	year(t) month(t) day(t) hour(t) minute(t) weekday(t)   weekday: Monday 1 ... Sunday 7
//	date(x) timestamp(x) duration(s) daysBetween(a, b)     b - a in whole days
//	days(d) hours(d) minutes(d) seconds(d)                 of a duration, as float
//	int(x) float(x) string(x) bool(x)
//	isNull(x) coalesce(x, ...) if(c, a, b)
//
// round is half away from zero. int(float) truncates; int(timestamp) is seconds
// and int(date) days since 1970-01-01.
//
// # Speed
//
// A [Program] is a list of typed kernels, each a loop over a block of 1,024
// rows, so intermediate values stay in the first-level cache; booleans are
// bitmaps. Equal subexpressions are computed once, constant ones when bound, and
// what depends on one dictionary column alone is computed once per dictionary
// entry and then looked up. After warm-up nothing is allocated but the output.
//
// [Where] filters a stream, [Take] picks rows of a batch.
//
// Not meant for aggregates or for more than one row: see quality/rule.
package expr
