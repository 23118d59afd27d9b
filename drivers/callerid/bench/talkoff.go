package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"bellhop/drivers/audio/wav"
	"bellhop/drivers/dsp"
	"bellhop/drivers/listen"
)

var voices = []string{"en-us+m3", "en-gb+f2", "en-us+f4", "en-gb+m7", "cmn", "cmn+f3", "cmn+m2", "de", "de+f2", "es", "es+f1", "fr", "fr+m4"}

// words give espeak-ng something to say in every voice; what it means is no matter,
// what counts are vowels, hissing and pauses.
var words = strings.Fields(`the quick brown fox jumps over lazy dogs near river banks seven nine
	eleven order invoice delivery tomorrow please call again hello yes no maybe zero price market
	ni hao xie xie dian hua gong si wo men ming tian zai jian guten morgen vielen dank rechnung
	buenos dias gracias factura bonjour merci livraison you we are going to see about that machine
	engine noise eleven seventeen beep whistle singing oooh aaah eee mmm`)

// printTalkOff counts what is heard where there is nothing: in speech of several
// languages and in made-up music.
func printTalkOff(hours float64) error {
	espeak, err := exec.LookPath("espeak-ng")
	if err != nil {
		fmt.Println("\nTalk-off: skipped, espeak-ng is not installed (apt-get install espeak-ng)")
		return nil
	}
	folder, err := os.MkdirTemp("", "talkoff")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var total falseCount
	rng := rand.New(rand.NewPCG(1, 2))
	for turn := 0; total.seconds < hours*3600; turn++ {
		p, err := say(espeak, folder, voices[turn%len(voices)], rng)
		if err != nil {
			return err
		}
		total.count(p)
	}
	speechHours := total.seconds / 3600
	fmt.Printf("\nTalk-off, %.2f h of espeak-ng speech in %d voices, %d seeds: %d false keys (%.2f an hour), %d false caller IDs, %d rejected bursts\n",
		speechHours, len(voices), int(total.files), total.keys, float64(total.keys)/speechHours, total.callers, total.rejected)
	var music falseCount
	for seed := uint64(0); music.seconds < hours*3600; seed++ {
		music.count(song(seed))
	}
	fmt.Printf("Music, %.2f h: %d false keys, %d false caller IDs, %d rejected bursts\n",
		music.seconds/3600, music.keys, music.callers, music.rejected)
	return nil
}

type falseCount struct {
	files                   int
	seconds                 float64
	keys, callers, rejected int
}

func (f *falseCount) count(p []int16) {
	f.files++
	f.seconds += float64(len(p)) / dsp.Rate
	l := listen.New(listen.Config{})
	l.Write(p, func(e listen.Event) {
		switch {
		case e.Digit != nil:
			f.keys++
		case e.Caller != nil:
			f.callers++
		case e.Rejected != nil:
			f.rejected++
		}
	})
}

// say returns a minute or so of speech at -18 dBm0.
func say(espeak, folder, voice string, rng *rand.Rand) ([]int16, error) {
	var text []string
	for range 120 {
		text = append(text, words[rng.IntN(len(words))])
		if rng.IntN(9) == 0 {
			text = append(text, ",")
		}
	}
	path := filepath.Join(folder, "s.wav")
	speed := fmt.Sprint(130 + rng.IntN(80))
	pitch := fmt.Sprint(20 + rng.IntN(65))
	if out, err := exec.Command(espeak, "-v", voice, "-s", speed, "-p", pitch, "-w", path, strings.Join(text, " ")).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("espeak-ng: %w: %s", err, out)
	}
	p, err := wav.ReadAll(path)
	if err != nil {
		return nil, err
	}
	setLevel(p, -18)
	return p, nil
}

// setLevel scales p to a mean level in dBm0.
func setLevel(p []int16, dbm0 float64) {
	sum := 0.0
	for _, s := range p {
		sum += float64(s) * float64(s)
	}
	gain := dsp.Peak(dbm0) / dsp.Peak(dsp.DBm0(sum/float64(max(1, len(p)))))
	for i, s := range p {
		p[i] = dsp.Clip(float64(s) * gain)
	}
}

// song is a minute of chords of decaying harmonics and a sung line above them.
func song(seed uint64) []int16 {
	rng := rand.New(rand.NewPCG(seed, 3))
	p := make([]int16, 60*dsp.Rate)
	for at := 0; at < len(p); at += dsp.Rate/4 + rng.IntN(dsp.Rate/2) {
		for range 1 + rng.IntN(4) {
			note(p, at, rng)
		}
	}
	setLevel(p, -18)
	return p
}

func note(p []int16, at int, rng *rand.Rand) {
	hz := 110.0
	for range rng.IntN(48) {
		hz *= 1.0594631
	}
	n := dsp.Rate/8 + rng.IntN(2*dsp.Rate)
	var oscs [6]dsp.Osc
	decay, vibrato := 1-1/float64(1000+rng.IntN(16000)), dsp.Osc{}
	gain, depth := 1500.0, 0.006*rng.Float64()
	for i := at; i < min(len(p), at+n); i++ {
		v := 1 + depth*vibrato.Next(5.5)
		x := 0.0
		for k := range oscs {
			x += oscs[k].Next(hz*v*float64(k+1)) / float64(k+1)
		}
		p[i] = dsp.Clip(float64(p[i]) + gain*x)
		gain *= decay
	}
}
