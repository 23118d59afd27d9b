package voicemodem

import (
	"regexp"
	"strconv"
	"strings"

	"bellhop/drivers/audio/wav"
)

// format is one way the modem sends sound, a line of the answer to +VSM=?:
//
//	131,"8-BIT ULAW",(7200,8000,11025)      conexant
//	1,"UNSIGNED PCM",8,0,8000,0,0           usr5637
type format struct {
	code   int // of +VSM
	octets int // per sample
	decode func([]byte) int16
}

// kinds in the order of preference, all at 8 kHz. Eight bits come first: they fit
// through a port of 115,200 bit/s, and G.711 is what the exchange sent anyway.
var kinds = []struct {
	words  []string // all in the line, upper case
	octets int
	decode func([]byte) int16
}{
	{[]string{"ULAW"}, 1, func(b []byte) int16 { return wav.MuLaw(b[0]) }},
	{[]string{"MU-LAW"}, 1, func(b []byte) int16 { return wav.MuLaw(b[0]) }},
	{[]string{"U-LAW"}, 1, func(b []byte) int16 { return wav.MuLaw(b[0]) }},
	{[]string{"ALAW"}, 1, func(b []byte) int16 { return wav.ALaw(b[0]) }},
	{[]string{"A-LAW"}, 1, func(b []byte) int16 { return wav.ALaw(b[0]) }},
	{[]string{"16-BIT LINEAR"}, 2, func(b []byte) int16 { return int16(uint16(b[0]) | uint16(b[1])<<8) }},
	{[]string{`"SIGNED PCM",8`}, 1, func(b []byte) int16 { return int16(int8(b[0])) << 8 }},
	{[]string{`"UNSIGNED PCM",8`}, 1, unsigned8},
	{[]string{"8-BIT LINEAR"}, 1, unsigned8},
}

func unsigned8(b []byte) int16 { return (int16(b[0]) - 128) << 8 }

var formatLine = regexp.MustCompile(`^(?:\+VSM:)?\s*(\d+)\s*,\s*"`)

// chooseFormat takes the best that carries plain samples at 8 kHz; ok is false where
// there is none (ADPCM only).
func chooseFormat(lines []string) (f format, ok bool) {
	for _, kind := range kinds {
		for _, line := range lines {
			line = strings.ToUpper(line)
			code := formatLine.FindStringSubmatch(line)
			if code == nil || !has(line, "8000") || has(line, "ADPCM") || !all(line, kind.words) {
				continue
			}
			n, err := strconv.Atoi(code[1])
			if err != nil {
				continue
			}
			return format{code: n, octets: kind.octets, decode: kind.decode}, true
		}
	}
	return format{}, false
}

func all(line string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(line, w) {
			return false
		}
	}
	return true
}
