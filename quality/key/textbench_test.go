//go:build unix

package key

import (
	"fmt"
	"syscall"
	"testing"
	"time"
)

// cpuTime is what the process has used: wall time says nothing on a machine that
// others use too.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTexts adds ten million different texts of 21 to 25 bytes, in memory
// and with less of it.
func BenchmarkTexts(b *testing.B) {
	for _, limit := range []int64{4 << 30, 256 << 20, 64 << 20} {
		b.Run(fmt.Sprintf("MiB=%d", limit>>20), func(b *testing.B) {
			const n = 10_000_000
			from := cpuTime()
			for b.Loop() {
				s := NewSet(false, limit, b.TempDir())
				buf := []byte("customer-")
				for i := range uint64(n) {
					buf = fmt.Appendf(buf[:9], "%x", (i+1)*0x9e3779b97f4a7c15>>uint(i&15))
					if _, err := s.Add(buf); err != nil {
						b.Fatal(err)
					}
				}
				s.Close()
			}
			b.ReportMetric(float64((cpuTime()-from).Nanoseconds())/float64(b.N)/n, "cpu-ns/key")
		})
	}
}
