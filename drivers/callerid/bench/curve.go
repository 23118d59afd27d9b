package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/bellcore"
	"bellhop/drivers/callerid/etsi"
	"bellhop/drivers/dsp"
	"bellhop/drivers/dtmf"
	"bellhop/drivers/listen"
)

// curve is the share of messages read at each signal-to-noise ratio: burst power over
// the power of white noise between 300 and 3400 Hz.
type curve struct {
	title string
	file  string
	snr   []float64
	// trial sends one message at snr and says what became of it.
	trial func(seed uint64, snr float64) outcome
	refs  []reference
	// beside holds, for some of snr, the share in % that others and theory reach, in
	// the order of columns.
	columns []string
	beside  map[float64][]float64
}

// reference is somebody else's curve, or a limit: SNR in dB where half and where 95 %
// of the messages are right.
type reference struct {
	name       string
	half, most float64
}

type outcome int

const (
	missed outcome = iota
	right
	wrong
)

type point struct {
	snr                  float64
	right, wrong, number int
}

var bell202 = curve{
	title: "Bell 202, MDMF of 420 bits", file: "bell202.svg",
	snr: []float64{-1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 13, 17},
	trial: func(seed uint64, snr float64) outcome {
		return burst(bellcore.Standard, seed, snr)
	},
	refs: []reference{
		{"spandsp 0.0.6", 9.3, 11.2}, {"minimodem 0.24", 7.2, 10.4}, {"multimon-ng 1.2.0", 6.8, 8.8},
		{"ideal noncoherent, bit by bit", 6.8, 8.5}, {"ideal coherent, bit by bit", 4.6, 6.5},
		{"noncoherent over 3 bits", 3.9, 5.9}, {"noncoherent over 5 bits", 3.1, 5.0},
		{"noncoherent over 7 bits", 2.6, 4.6},
		{"coherent sequence (bound)", 1.6, 3.5}, {"… plus one bit mended", 0.7, 2.1},
	},
	columns: keying,
	beside: map[float64][]float64{
		2: {0, 0, 0, 0, 0.2, 65.5}, 3: {0, 0, 0, 0, 4.9, 89.5}, 4: {0, 0, 0.5, 0, 28.5, 97.9},
		5: {0, 0, 0, 1.2, 65.2, 99.7}, 6: {0, 8, 23.5, 18.6, 89.3, 100}, 7: {1, 44, 58, 60.1, 97.9, 100},
		8: {13, 79, 86, 89, 99.7, 100}, 10: {78, 94, 100, 99.8, 100, 100}, 13: {100, 100, 100, 100, 100, 100},
	},
}

var v23 = curve{
	title: "V.23, MDMF of 420 bits", file: "v23.svg",
	snr: bell202.snr,
	trial: func(seed uint64, snr float64) outcome {
		return burst(etsi.Standard, seed, snr)
	},
	refs: []reference{
		{"spandsp 0.0.6", 10.6, 12.9}, {"minimodem 0.24", 12.1, 15.6}, {"multimon-ng 1.2.0", 8.3, 10.4},
		{"ideal noncoherent, bit by bit", 7.8, 9.7}, {"ideal coherent, bit by bit", 4.4, 6.4},
		{"noncoherent over 3 bits", 3.6, 5.1}, {"noncoherent over 5 bits", 2.4, 4.3},
		{"noncoherent over 7 bits", 2.0, 3.7},
		{"coherent sequence (bound)", 1.4, 3.3}, {"… plus one bit mended", 0.5, 2.0},
	},
	columns: keying,
	beside: map[float64][]float64{
		6: {0, 0, 0.5, 1.6, 91.4, 100}, 7: {0, 0, 8, 18.3, 98.4, 100}, 8: {0, 0, 37.5, 56.6, 99.8, 100},
		10: {29.5, 3.5, 92.5, 97.2, 100, 100}, 13: {95.5, 70.5, 100, 100, 100, 100}, 17: {100, 98, 100, 100, 100, 100},
	},
}

var keyCurve = curve{
	title: "DTMF, strings of ten keys, 50/50 ms", file: "dtmf.svg",
	snr:   []float64{-4, -3, -2, -1, 0, 1, 2, 3, 4, 6, 10},
	trial: keys,
	// Telling four tones of 50 ms from each other in noise goes far lower; what keeps
	// anybody from going there is speech.
	refs: []reference{
		{"spandsp 0.0.6", 9.4, 10.9}, {"multimon-ng 1.2.0", 0.1, 1},
		{"ideal noncoherent, key given", -10.1, -7.9},
	},
	columns: []string{"spandsp", "multimon"},
	beside: map[float64][]float64{
		-4: {0, 0}, -2: {0, 0}, -1: {0, 0.5}, 0: {0, 44}, 1: {0, 96.5}, 2: {0, 99.5}, 4: {0, 99.5}, 6: {0, 99.5}, 10: {75.5, 100},
	},
}

// keying heads the columns beside the curves of both modems: three programs, then what
// a receiver with perfect timing reaches bit by bit and over the whole sequence. The
// programs were measured over bursts of spandsp and minimodem in equal parts.
var keying = []string{"spandsp", "minimodem", "multimon", "noncoh.", "coherent", "sequence"}

const level = -20 // dBm0

// burst sends a call set-up of 42 octets with a random number and name. The
// transmitters take turns: an exact bit clock, one that changes tone at whole samples of
// 8 kHz, and spandsp's.
func burst(s callerid.Standard, seed uint64, snr float64) outcome {
	rng := rand.New(rand.NewPCG(seed, uint64(int64(snr*8))+7))
	want := callerid.Message{
		Time:   fmt.Sprintf("%02d%02d%02d%02d", 1+rng.IntN(12), 1+rng.IntN(28), rng.IntN(24), rng.IntN(60)),
		Number: fmt.Sprintf("%010d", rng.Int64N(1e10)),
		Name:   name(rng, 15),
	}
	p := make([]int16, 2000+rng.IntN(400))
	b, err := send(s, want, seed)
	if err != nil {
		panic(err)
	}
	p = append(append(p, b...), make([]int16, 2000)...)
	dsp.NewNoise(seed, level-snr).Add(p)
	result := missed
	l := listen.New(listen.Config{})
	l.Write(p, func(e listen.Event) {
		if m := e.Caller; m != nil {
			if m.Number == want.Number && m.Name == want.Name && m.Time == want.Time {
				result = max(result, right)
			} else {
				result = wrong
			}
		}
	})
	return result
}

func name(rng *rand.Rand, n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rng.IntN(len(letters))]
		if i > 2 && i < n-2 && rng.IntN(7) == 0 {
			b[i] = ' '
		}
	}
	return string(b)
}

// keys sends ten keys of 50 ms; the level is that of both tones together.
func keys(seed uint64, snr float64) outcome {
	rng := rand.New(rand.NewPCG(seed, uint64(int64(snr*8))+9))
	b := make([]byte, 10)
	for i := range b {
		b[i] = dtmf.Keys[rng.IntN(16)]
	}
	s := dtmf.Sender{On: 50 * time.Millisecond, Off: 50 * time.Millisecond, LevelDBm0: level - 3.01}
	p := make([]int16, 2000+rng.IntN(400))
	p, err := s.Append(p, string(b))
	if err != nil {
		panic(err)
	}
	p = append(p, make([]int16, 2000)...)
	dsp.NewNoise(seed, level-snr).Add(p)
	var got []byte
	l := listen.New(listen.Config{})
	l.SetHook(true)
	l.Write(p, func(e listen.Event) {
		if e.Digit != nil {
			got = append(got, e.Digit.Key)
		}
	})
	switch {
	case string(got) == string(b):
		return right
	case len(got) > 0 && len(got) >= len(b):
		return wrong
	}
	return missed
}

// measure runs n trials a point on all processors.
func (c curve) measure(n int) []point {
	points := make([]point, len(c.snr))
	for i, snr := range c.snr {
		points[i] = c.point(snr, n)
	}
	return points
}

func (c curve) point(snr float64, n int) point {
	results := make([]outcome, n)
	var wg sync.WaitGroup
	workers := max(1, runtime.NumCPU()-1)
	for w := range workers {
		wg.Go(func() {
			for i := w; i < n; i += workers {
				results[i] = c.trial(uint64(i), snr)
			}
		})
	}
	wg.Wait()
	p := point{snr: snr, number: n}
	for _, r := range results {
		switch r {
		case right:
			p.right++
		case wrong:
			p.wrong++
		}
	}
	return p
}

// at returns where the curve first reaches share, between points in a straight line.
func at(points []point, share float64) float64 {
	for i, p := range points {
		y := float64(p.right) / float64(p.number)
		if y < share {
			continue
		}
		if i == 0 {
			return p.snr
		}
		q := points[i-1]
		x := float64(q.right) / float64(q.number)
		return q.snr + (p.snr-q.snr)*(share-x)/(y-x)
	}
	return math.Inf(1)
}

func (c curve) print(points []point) {
	fmt.Printf("\n%s: %% right (wrong) of %d a point\n", c.title, points[0].number)
	fmt.Printf("  %8s %8s      ", "SNR dB", "ours")
	for _, name := range c.columns {
		fmt.Printf(" %9s", name)
	}
	fmt.Println()
	wrongs := 0
	for _, p := range points {
		note := ""
		if p.wrong > 0 {
			note = fmt.Sprintf(" (%d)", p.wrong)
		}
		wrongs += p.wrong
		fmt.Printf("  %8.1f %8.1f %-5s", p.snr, 100*float64(p.right)/float64(p.number), note)
		for _, share := range c.beside[p.snr] {
			fmt.Printf(" %9.1f", share)
		}
		fmt.Println()
	}
	fmt.Printf("  %-32s %6s %6s\n", "SNR in dB for", "50 %", "95 %")
	fmt.Printf("  %-32s %6.1f %6.1f   wrong on the whole curve: %d\n", "ours", at(points, 0.5), at(points, 0.95), wrongs)
	for _, r := range c.refs {
		fmt.Printf("  %-32s %6.1f %6.1f\n", r.name, r.half, r.most)
	}
}
