package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// report prints the figures of one size and counts those over their bar. CPU is the
// hub's processor time for one request.
func report(out io.Writer, size int, figures []figure) (failed int) {
	fmt.Fprintf(out, "\n== %d customers, %d activities; machine load %s on %d processors ==\n", size, 5*size, machineLoad(), runtime.NumCPU())
	fmt.Fprintf(out, "%-30s %9s %9s %9s   %9s %9s %9s\n", "", "p50", "p99", "bar", "CPU", "peer p50", "peer p99")
	for _, f := range figures {
		mark := "✓"
		if f.missed {
			mark, failed = "✗", failed+1
		}
		if f.value != "" {
			fmt.Fprintf(out, "%-30s %s", f.name, f.value)
			if len(f.took) > 0 {
				fmt.Fprintf(out, ", p50 %s, p99 %s, CPU %s", ms(quantile(f.took, 0.5)), ms(quantile(f.took, 0.99)), ms(f.cpu))
			}
			fmt.Fprintf(out, " %s\n", mark)
			continue
		}
		fmt.Fprintf(out, "%-30s %9s %9s %9s %s %9s %9s %9s\n", f.name, ms(quantile(f.took, 0.5)), ms(quantile(f.took, 0.99)), ms(f.bar), mark,
			ms(f.cpu), ms(quantile(f.peer, 0.5)), ms(quantile(f.peer, 0.99)))
	}
	return failed
}

// machineLoad is the load average of the last minute: with more of it than there are
// processors, the clock tells of others too, and the column CPU alone of the hub.
func machineLoad() string {
	text, _ := os.ReadFile("/proc/loadavg")
	load, _, _ := strings.Cut(string(text), " ")
	return load
}

func ms(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}
