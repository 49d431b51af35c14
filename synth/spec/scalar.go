package spec

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/verisim/verisim/formats/document"
)

// quantity is a number of things, such as rows: 1500, 20k, 5M, 1.5G.
type quantity int64

// maxRows keeps row numbers within what keys and references can hold.
const maxRows = 1 << 50

func (q *quantity) UnmarshalNode(n *document.Node) error {
	if n.Kind != document.Int && n.Kind != document.String && n.Kind != document.Float {
		return n.Pos.Errorf("here stands %s, expected a number such as 1500, 20k or 5M", n.Kind)
	}
	text, unit := strings.ReplaceAll(strings.TrimSpace(n.Text), "_", ""), 1.0
	if text != "" {
		switch text[len(text)-1] {
		case 'k', 'K':
			unit = 1e3
		case 'M':
			unit = 1e6
		case 'G':
			unit = 1e9
		}
		if unit > 1 {
			text = text[:len(text)-1]
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	v *= unit
	if err != nil || v != math.Trunc(v) {
		return n.Pos.Errorf("expected a whole number such as 1500, 20k or 5M")
	}
	if v < 0 || v > maxRows {
		return n.Pos.Errorf("the number is outside 0 to 2^50")
	}
	*q = quantity(v)
	return nil
}

func (q quantity) String() string { return strconv.FormatInt(int64(q), 10) }

// share is a part of a whole: 4% or 0.04.
type share float64

func (s *share) UnmarshalNode(n *document.Node) error {
	text, unit := strings.TrimSpace(n.Text), 1.0
	if cut, ok := strings.CutSuffix(text, "%"); ok {
		text, unit = strings.TrimSpace(cut), 100
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || n.Kind == document.List || n.Kind == document.Map {
		return n.Pos.Errorf("expected a share such as 4%% or 0.04")
	}
	if v /= unit; !(v >= 0 && v <= 1) {
		return n.Pos.Errorf("a share is 0%% to 100%%")
	}
	*s = share(v)
	return nil
}

func (s share) String() string { return strconv.FormatFloat(float64(s)*100, 'g', 10, 64) + "%" }

// span is a length of time: 90s, 15m, 36h, 2d, 1w, or several: 1d12h.
type span time.Duration

var spanUnits = []struct {
	word string
	unit time.Duration
}{
	{"ms", time.Millisecond},
	{"us", time.Microsecond},
	{"w", 7 * 24 * time.Hour},
	{"d", 24 * time.Hour},
	{"h", time.Hour},
	{"m", time.Minute},
	{"s", time.Second},
}

// maxSpan keeps sums of times within 64 bits of microseconds.
const maxSpan = 1000 * 366 * 24 * float64(time.Hour) / 10

func parseSpan(text string) (span, bool) {
	total, rest := 0.0, strings.TrimSpace(text)
	for rest != "" {
		digits := 0
		for digits < len(rest) && (rest[digits] >= '0' && rest[digits] <= '9' || rest[digits] == '.') {
			digits++
		}
		v, err := strconv.ParseFloat(rest[:digits], 64)
		if err != nil {
			return 0, false
		}
		rest = rest[digits:]
		found := false
		for _, u := range spanUnits {
			if cut, ok := strings.CutPrefix(rest, u.word); ok {
				total, rest, found = total+v*float64(u.unit), cut, true
				break
			}
		}
		if !found {
			return 0, false
		}
	}
	return span(total), text != "" && total <= maxSpan
}

func (s *span) UnmarshalNode(n *document.Node) error {
	v, ok := parseSpan(n.Text)
	if !ok || n.Kind != document.String {
		return n.Pos.Errorf("expected a length of time such as 90s, 15m, 36h, 2d or 1w, below 100 years")
	}
	*s = v
	return nil
}

func (s span) String() string {
	d := time.Duration(s)
	if d == 0 {
		return "0s"
	}
	for _, u := range spanUnits[2:] {
		if d%u.unit == 0 {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.word
		}
	}
	return strconv.FormatInt(d.Microseconds(), 10) + "us"
}

// moment is a point in time, in microseconds since 1970-01-01 UTC.
type moment int64

const (
	firstYear = 1800
	lastYear  = 2200
)

func parseMoment(text string) (moment, bool) {
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return moment(t.UnixMicro()), t.Year() >= firstYear && t.Year() <= lastYear
		}
	}
	return 0, false
}

func (m *moment) UnmarshalNode(n *document.Node) error {
	v, ok := parseMoment(n.Text)
	if !ok {
		return n.Pos.Errorf("expected a time such as 2026-01-31 or 2026-01-31T12:00:00Z, in the years %d to %d", firstYear, lastYear)
	}
	*m = v
	return nil
}

func (m moment) time() time.Time { return time.UnixMicro(int64(m)).UTC() }

func (m moment) String() string { return m.time().Format(time.RFC3339Nano) }

// day is the moment's day since 1970-01-01.
func (m moment) day() int32 { return int32(floorDiv(int64(m), microsPerDay)) }

const microsPerDay = 24 * 3600 * 1_000_000

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// number prints a float the way the language reads it.
func number(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return fmt.Sprintf("%.0f", v)
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
