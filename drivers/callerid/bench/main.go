// Command bench measures the ears and prints the figures beside what theory and other
// programs reach: messages read against noise, keys read against noise, false alarms
// in speech and music, the test signals, speed.
//
//	go run ./drivers/callerid/bench [-bursts 200] [-hours 0.2] [-docs drivers/callerid/docs]
//	    [-corpus manifest.json] [-only part]
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	bursts := flag.Int("bursts", 200, "bursts at each point of a curve")
	hours := flag.Float64("hours", 0.2, "hours of speech, and as much music, for the false-alarm count (2 for a claim)")
	docs := flag.String("docs", "drivers/callerid/docs", "folder to write the plots to as SVG, empty for none")
	only := flag.String("only", "", "one of curves, tail, certainty, dtmf, corpus, speed, talkoff")
	corpus := flag.String("corpus", "", "manifest of a corpus to score, in the form of drivers/callerid/testdata/manifest.json")
	flag.Parse()
	if err := run(*bursts, *hours, *docs, *only, *corpus); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(bursts int, hours float64, docs, only, corpus string) error {
	want := func(part string) bool { return only == "" || only == part }
	if want("curves") || want("tail") {
		remove, err := buildForeign()
		if err != nil {
			return err
		}
		defer remove()
	}
	if want("curves") {
		for _, c := range []curve{bell202, v23} {
			points := c.measure(bursts)
			c.print(points)
			if err := c.plot(docs, points); err != nil {
				return err
			}
		}
	}
	if want("tail") {
		printTail(5 * bursts)
	}
	if want("certainty") {
		printCertainty(bursts)
	}
	if want("dtmf") {
		points := keyCurve.measure(bursts)
		keyCurve.print(points)
		if err := keyCurve.plot(docs, points); err != nil {
			return err
		}
	}
	if corpus != "" && want("corpus") {
		if err := printCorpus(corpus); err != nil {
			return err
		}
	}
	if want("speed") {
		printSpeed()
	}
	if want("talkoff") {
		return printTalkOff(hours)
	}
	return nil
}
