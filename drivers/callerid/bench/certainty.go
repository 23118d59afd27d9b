package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/bellcore"
	"bellhop/drivers/callerid/etsi"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/dsp"
	"bellhop/drivers/fsk"
	"bellhop/drivers/listen"
)

// printCertainty counts messages delivered wrong over all that exchanges send: names in
// capitals, in both cases, in Chinese octets or none, numbers of 3 to 15 digits, MDMF
// and SDMF, and both kinds of transmitter clock.
func printCertainty(bursts int) {
	fmt.Printf("\nMessages of every kind, %d a point: %% right (wrong, doubted)\n", bursts)
	fmt.Printf("  %8s %16s %16s\n", "SNR dB", "Bell 202", "V.23")
	wrongs, sent := 0, 0
	for snr := -3.0; snr <= 4; snr++ {
		fmt.Printf("  %8.1f", snr)
		for _, s := range []callerid.Standard{bellcore.Standard, etsi.Standard} {
			t := tally(bursts, func(seed uint64) verdict { return anyMessage(s, seed, snr, 0) })
			wrongs, sent = wrongs+t.wrong, sent+bursts
			fmt.Printf(" %7.1f (%d, %d)", 100*float64(t.right)/float64(bursts), t.wrong, t.doubted)
		}
		fmt.Println()
	}
	fmt.Printf("  wrong: %d of %d\n", wrongs, sent)
	for _, snr := range []float64{4, 10, 30} {
		t := tally(bursts, func(seed uint64) verdict {
			return anyMessage([]callerid.Standard{bellcore.Standard, etsi.Standard}[seed>>1&1], seed, snr, 1+byte(seed%255))
		})
		fmt.Printf("  sums that the exchange sent wrong, at %.0f dB: %d of %d delivered\n", snr, t.wrong+t.right, bursts)
	}
}

// verdict is what became of one burst.
type verdict struct{ right, wrong, doubted int }

func tally(n int, trial func(seed uint64) verdict) verdict {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		total verdict
	)
	workers := runtime.NumCPU()
	for w := range workers {
		wg.Go(func() {
			var mine verdict
			for i := w; i < n; i += workers {
				v := trial(uint64(i))
				mine.right, mine.wrong, mine.doubted = mine.right+v.right, mine.wrong+v.wrong, mine.doubted+v.doubted
			}
			mu.Lock()
			total.right, total.wrong, total.doubted = total.right+mine.right, total.wrong+mine.wrong, total.doubted+mine.doubted
			mu.Unlock()
		})
	}
	wg.Wait()
	return total
}

// anyMessage sends a random message; spoil is added to its checksum.
func anyMessage(s callerid.Standard, seed uint64, snr float64, spoil byte) verdict {
	rng := rand.New(rand.NewPCG(seed, uint64(int64(snr*8))+77))
	want := callerid.Message{
		Time:   fmt.Sprintf("%02d%02d%02d%02d", 1+rng.IntN(12), 1+rng.IntN(28), rng.IntN(24), rng.IntN(60)),
		Number: digits(rng, 3+rng.IntN(13)),
		Name:   anyName(rng, int(seed%5)),
	}
	sending := callerid.Sending{LevelDBm0: level, Grid: seed&1 == 1, Single: want.Name == "" && seed&2 == 0}
	frame, err := mdmf.Write(want, sending.Single)
	if err != nil {
		panic(err)
	}
	frame[len(frame)-1] += spoil
	p := append(make([]int16, 1200+rng.IntN(400)), key(s, frame, sending)...)
	p = append(p, make([]int16, 1600)...)
	dsp.NewNoise(seed+1000, level-snr).Add(p)
	var v verdict
	l := listen.New(listen.Config{RingSensor: true, HookSensor: true})
	l.Write(p, func(e listen.Event) {
		switch {
		case e.Rejected != nil && e.Rejected.Why == "doubt":
			v.doubted = 1
		case e.Caller == nil:
		case bytes.Equal(e.Caller.Raw, frame) && e.Caller.Name == want.Name:
			v.right = 1
		default:
			v.wrong = 1
		}
	})
	return v
}

func digits(rng *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0' + byte(rng.IntN(10))
	}
	return string(b)
}

// anyName is a name of one of five kinds.
func anyName(rng *rand.Rand, kind int) string {
	switch kind {
	case 0, 1:
		return name(rng, 5+rng.IntN(16))
	case 2:
		words := strings.Fields(strings.ToLower(name(rng, 5+rng.IntN(16))))
		for i, w := range words {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
		return strings.Join(words, " ")
	case 3:
		const common = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧伟芳娜敏静丽强磊军洋勇艳杰涛明超秀霞平刚桂英华玉兰萍鹏辉建国志永文"
		all := []rune(common)
		b := make([]rune, 2+rng.IntN(5))
		for i := range b {
			b[i] = all[rng.IntN(len(all))]
		}
		return string(b)
	}
	return ""
}

// key is frame as s sends it.
func key(s callerid.Standard, frame []byte, how callerid.Sending) []int16 {
	modem := fsk.Bell202
	if s.Modem == fsk.V23.Name {
		modem = fsk.V23
	}
	return mdmf.Send(modem, frame, how, 300, 180)
}
