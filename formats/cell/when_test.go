package cell

import (
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
)

// FuzzTimestamp compares ParseTimestamp with the time package: the same texts
// are read, as the same instants. Left out is what that reads beyond the rule:
// a comma for the point, and offsets of 24 hours or 60 minutes.
func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{
		"2024-02-29T23:59:59.123456789Z", "2023-02-29T00:00:00Z", "0000-01-01 00:00+14:00", "9999-12-31T23:59:59-23:59",
		"1969-12-31T23:59:59.999999999", "2024-01-01T24:00:00Z", "2024-13-01T00:00Z", "1677-09-21T00:12:43.145224193Z", "2262-04-11T23:47:16.854775807Z",
	} {
		f.Add([]byte(s))
	}
	layouts := []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00", "2006-01-02 15:04Z07:00", "2006-01-02 15:04:05Z07:00"}
	f.Fuzz(func(t *testing.T, s []byte) {
		for _, unit := range []arrow.TimeUnit{arrow.Second, arrow.Microsecond, arrow.Nanosecond} {
			got, err := ParseTimestamp(s, &arrow.TimestampType{Unit: unit, TimeZone: "UTC"})
			if err != nil {
				continue
			}
			read := false
			for _, layout := range layouts {
				want, bad := time.Parse(layout, string(s))
				if bad != nil {
					continue
				}
				read = true
				if have := got.ToTime(unit); !have.Equal(want) {
					t.Errorf("ParseTimestamp(%q, %s) = %v, want %v", s, unit, have, want)
				}
			}
			if !read {
				t.Errorf("ParseTimestamp(%q, %s) = %d, which package time does not read", s, unit, got)
			}
		}
	})
}

// TestTimestamp holds that what the time package writes is read, for a time of
// every hour of some years, near leap days and far from 1970.
func TestTimestamp(t *testing.T) {
	utc := &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	for _, year := range []int{0, 4, 100, 1600, 1899, 1900, 1969, 2000, 2023, 2024, 9999} {
		at := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		for ; at.Year() == year; at = at.Add(59*time.Minute + 59*time.Second + 999_001*time.Microsecond) {
			text := at.Format(time.RFC3339Nano)
			if got, err := ParseTimestamp([]byte(text), utc); err != nil || int64(got) != at.UnixMicro() {
				t.Fatalf("ParseTimestamp(%s) = %d, %v, want %d", text, got, err, at.UnixMicro())
			}
			if got, ok := ParseDate([]byte(text[:10])); !ok || got != floorDiv(at.Unix(), 86400) {
				t.Fatalf("ParseDate(%s) = %d, %v", text[:10], got, ok)
			}
		}
	}
	ns := &arrow.TimestampType{Unit: arrow.Nanosecond}
	for text, want := range map[string]int64{"1677-09-21T00:12:43.145224192": -1 << 63, "2262-04-11T23:47:16.854775807": 1<<63 - 1, "1969-12-31T23:59:59.999999999": -1} {
		if got, err := ParseTimestamp([]byte(text), ns); err != nil || int64(got) != want {
			t.Errorf("ParseTimestamp(%s) = %d, %v, want %d", text, got, err, want)
		}
	}
	for _, bad := range []string{"1677-09-21T00:12:43.145224191", "2262-04-11T23:47:16.854775808"} {
		if got, err := ParseTimestamp([]byte(bad), ns); err == nil {
			t.Errorf("ParseTimestamp(%s) = %d, want an error", bad, got)
		}
	}
	for _, bad := range []string{"2024-01-01T00:00:60Z", "2024-01-01T00:60Z", "2024-01-01T24:00Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+1:00", "2024-02-30T00:00Z", "2024-01-01T00:00:00.1234567Z", "20x4-01-01T00:00Z", "2024-01-01T0:000Z"} {
		if got, err := ParseTimestamp([]byte(bad), utc); err == nil {
			t.Errorf("ParseTimestamp(%s) = %d, want an error", bad, got)
		}
	}
}
