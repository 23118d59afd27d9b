package scope

import (
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"

	"bellhop/drivers/callerid"
	"bellhop/drivers/fsk"
	"bellhop/firmware/boxapi"
)

// Screen is what a terminal shows of a line. It is fed frames and drawn; it reads no
// clock and no terminal.
type Screen struct {
	Title  string // "line 1"
	Colour bool

	frame  boxapi.ScopeFrame
	hold   float64 // highest peak lately, dBm0
	holdAt int64
	bits   string
	bursts []boxapi.ScopeBurst // newest first
}

const (
	// The level bar's ends, dBm0.
	barLow, barHigh = -60.0, 3.0
	// The spectrum's ends, dBm0 of one bin.
	plotLow, plotHigh = -75.0, -3.0
	plotRows          = 8
	peakHold          = 1500 // ms
	keepBits          = 512
)

// Add takes the next frame.
func (s *Screen) Add(f boxapi.ScopeFrame) {
	if s.frame.At == 0 || f.PeakDBm0 >= s.hold || f.At-s.holdAt > peakHold {
		s.hold, s.holdAt = f.PeakDBm0, f.At
	}
	if f.Carrier != "" && s.frame.Carrier == "" && f.Bits != "" {
		s.bits = "" // a new burst
	}
	s.bits += f.Bits
	s.bits = s.bits[max(0, len(s.bits)-keepBits):]
	for _, b := range f.Bursts {
		s.bursts = append([]boxapi.ScopeBurst{b}, s.bursts...)
	}
	s.bursts = s.bursts[:min(len(s.bursts), boxapi.ScopeBursts)]
	s.frame = f
}

// Lines draws the screen, height lines of at most width columns.
func (s *Screen) Lines(width, height int) []string {
	f := s.frame
	var out []string
	add := func(line string) { out = append(out, line) }
	add(s.head(width))
	add(s.level(width))
	add(s.warning())
	for _, line := range plot(f.Spectrum) {
		add(line)
	}
	add(axis())
	add(s.markers())
	add(s.states())
	add(cut("bits    "+tail(s.bits, width-9), width-1))
	add(s.dim("last bursts"))
	for i, b := range s.bursts {
		if len(out)+2 > height {
			break
		}
		first, octets := s.burst(b)
		add(cut(first, width-1))
		if i > 0 {
			add(cut(octetsLeft+s.dim(octets), width-1))
			continue
		}
		for _, row := range rows(octets, width-1-len(octetsLeft)) { // of the newest all are shown
			add(octetsLeft + s.dim(row))
		}
	}
	if len(s.bursts) == 0 {
		add("        none yet; call the line from another telephone")
	}
	return out[:min(len(out), height)]
}

func (s *Screen) head(width int) string {
	left := "bellhop scope  " + s.Title
	if s.frame.State != "" {
		left += ": " + string(s.frame.State)
	}
	right := "q leaves"
	if s.frame.At != 0 {
		right = clock(s.frame.At) + "   " + right
	}
	return left + strings.Repeat(" ", max(1, width-1-columns(left)-columns(right))) + right
}

// level draws "level   [#######-----|----]  -23.4 dBm0  peak -12.1".
func (s *Screen) level(width int) string {
	numbers := fmt.Sprintf("%6.1f dBm0  peak %5.1f", s.frame.LevelDBm0, s.frame.PeakDBm0)
	if math.Abs(s.frame.OffsetPct) >= 3 {
		numbers += fmt.Sprintf("  DC %+.0f%%", s.frame.OffsetPct)
	}
	n := max(10, width-12-len(numbers))
	at := func(dbm0 float64) int {
		return int(math.Round(min(max((dbm0-barLow)/(barHigh-barLow), 0), 1) * float64(n)))
	}
	bar := []byte(strings.Repeat("#", at(s.frame.LevelDBm0)) + strings.Repeat("-", n-at(s.frame.LevelDBm0)))
	if i := at(s.hold); i > 0 && s.frame.At != 0 {
		bar[i-1] = '|'
	}
	return "level   [" + string(bar) + "] " + numbers
}

func (s *Screen) warning() string {
	switch s.frame.Warning {
	case boxapi.WarnClipping:
		return s.bad("WARNING clipping: turn down the sound card's capture level")
	case boxapi.WarnSilence:
		return s.bad("WARNING silence: the set is lifted and nothing is heard; check adapter and cable")
	case boxapi.WarnDead:
		return s.bad("WARNING no signal: the sound card sends only zeros; check its input and mute")
	}
	return ""
}

// plot draws the spectrum with eighths of a character.
func plot(bins []float64) []string {
	const eighths = " ▁▂▃▄▅▆▇█"
	steps := []rune(eighths)
	lines := make([]string, plotRows)
	for row := range lines {
		top := plotHigh - float64(row)*(plotHigh-plotLow)/plotRows
		bottom := top - (plotHigh-plotLow)/plotRows
		var b strings.Builder
		fmt.Fprintf(&b, "%5.0f |", top)
		for _, level := range bins {
			part := (level - bottom) / (top - bottom)
			b.WriteRune(steps[int(math.Round(8*min(max(part, 0), 1)))])
		}
		lines[row] = b.String()
	}
	return lines
}

const plotLeft = 7 // columns before the first bin

// axis draws "300   1000   2000   3000 Hz" under the bins.
func axis() string {
	line := []byte(strings.Repeat(" ", plotLeft+boxapi.ScopeBins+6))
	for _, hz := range []int{300, 1000, 1500, 2000, 2500, 3000} {
		copy(line[column(float64(hz)):], fmt.Sprint(hz))
	}
	copy(line[column(3400):], "Hz")
	return strings.TrimRight(string(line), " ")
}

// markers stand under the tones of caller ID: M mark, S space.
func (s *Screen) markers() string {
	line := []byte(strings.Repeat(" ", plotLeft+boxapi.ScopeBins))
	modem := fsk.Bell202
	if s.frame.Carrier == fsk.V23.Name {
		modem = fsk.V23
	}
	line[column(modem.MarkHz)], line[column(modem.SpaceHz)] = 'M', 'S'
	return s.dim(strings.TrimRight(string(line), " ") + "   tones of " + modem.Name)
}

func column(hz float64) int {
	return plotLeft + int((hz-boxapi.ScopeLowHz)/boxapi.ScopeStepHz)
}

func (s *Screen) states() string {
	f := s.frame
	hook := "on-hook"
	if f.OffHook {
		hook = s.good("OFF-HOOK")
	}
	ring := "ring -"
	if f.Ringing {
		ring = s.good("ring RINGING")
	}
	show := func(name, value string) string {
		if value == "" {
			return name + " -"
		}
		return s.good(name + " " + value)
	}
	return strings.Join([]string{"now     " + hook, ring, show("tone", f.Tone), show("data", f.Carrier), show("keys", f.Keys)}, "   ")
}

// octetsLeft stands before the octets of a burst.
const octetsLeft = "         "

// rows breaks text at blanks into rows of at most width columns.
func rows(text string, width int) (out []string) {
	row := ""
	for _, word := range strings.Fields(text) {
		if row != "" && len(row)+1+len(word) > width {
			out, row = append(out, row), ""
		}
		if row != "" {
			row += " "
		}
		row += word
	}
	return append(out, cut(row, width))
}

// burst draws one burst: what it says, or why it was not believed, and its octets.
func (s *Screen) burst(b boxapi.ScopeBurst) (first, octets string) {
	first = clock(b.At) + " "
	if b.Why != "" {
		first += s.bad("refused") + " " + pad(b.Modem, 8) + " " + Words(b.Why)
	} else {
		first += s.good(pad(b.Standard, 8)) + " " + Reading(b)
		first += fmt.Sprintf("  %.0f%%", 100*b.Confidence)
		if b.Repaired > 0 {
			first += fmt.Sprintf(" (%d bits repaired)", b.Repaired)
		}
	}
	if b.DurationMS > 0 {
		first += fmt.Sprintf("  %d ms", b.DurationMS)
	}
	if b.LevelDBm0 != 0 {
		first += fmt.Sprintf("  %.1f dBm0", b.LevelDBm0)
	}
	return first, Octets(b)
}

// Reading is what a believed burst says: its number or why there is none, name, time.
func Reading(b boxapi.ScopeBurst) string {
	var parts []string
	switch {
	case b.Number != "":
		parts = append(parts, b.Number)
	case b.Reason == string(rune(callerid.Private)):
		parts = append(parts, "withheld (P)")
	case b.Reason != "":
		parts = append(parts, "unavailable (O)")
	}
	if b.Waiting != nil {
		parts = append(parts, fmt.Sprintf("message lamp %v", map[bool]string{true: "on", false: "off"}[*b.Waiting]))
	}
	if b.Name != "" {
		parts = append(parts, `"`+b.Name+`"`)
	}
	if b.Time != "" {
		parts = append(parts, "@"+b.Time)
	}
	return strings.Join(parts, " ")
}

// Words says what a refusal means.
func Words(why string) string {
	switch why {
	case "checksum":
		return "the checksum is wrong: noise, clipping or a cut on the line"
	case "short":
		return "it ends too early: the line dropped out or the set was lifted"
	case "grammar":
		return "what it says no exchange sends"
	case "type":
		return "a kind of message that is not known"
	case "carrier":
		return "the carrier was too weak or too short"
	case "no-number":
		return "a time without a number: check the modem's country"
	}
	return why
}

// Octets are the octets of a burst as they came: keys for CLIP-DTMF, text of a voice
// modem, else in hexadecimal.
func Octets(b boxapi.ScopeBurst) string {
	raw, err := hex.DecodeString(b.Raw)
	switch {
	case err != nil:
		return b.Raw
	case b.Modem == "dtmf" || b.Modem == "voicemodem" && printable(raw):
		return strings.Join(strings.FieldsFunc(string(raw), func(r rune) bool { return r == '\n' || r == '\r' }), " | ")
	}
	return fmt.Sprintf("% x", raw)
}

func printable(raw []byte) bool {
	for _, c := range raw {
		if c < ' ' && c != '\n' && c != '\r' {
			return false
		}
	}
	return utf8.Valid(raw)
}

// clock is a time of day, or a position in a file.
func clock(ms int64) string {
	if ms < 1e12 {
		return fmt.Sprintf("%6.1f s", float64(ms)/1000)
	}
	return time.UnixMilli(ms).Format("15:04:05")
}

const (
	red   = "\x1b[31m"
	green = "\x1b[32m"
	faint = "\x1b[2m"
	plain = "\x1b[0m"
)

func (s *Screen) paint(colour, text string) string {
	if !s.Colour || text == "" {
		return text
	}
	return colour + text + plain
}
func (s *Screen) bad(text string) string  { return s.paint(red, text) }
func (s *Screen) good(text string) string { return s.paint(green, text) }
func (s *Screen) dim(text string) string  { return s.paint(faint, text) }

func tail(s string, n int) string { return s[max(0, len(s)-max(n, 0)):] }

func pad(s string, n int) string { return s + strings.Repeat(" ", max(0, n-columns(s))) }

// columns is how wide s is in a terminal: an ideograph takes two.
func columns(s string) (n int) {
	for _, r := range s {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// cut shortens s to n columns. Colours take none, and do not run on behind the cut.
func cut(s string, n int) string {
	used, escape, coloured := 0, false, false
	for i, r := range s {
		switch {
		case escape:
			escape = r != 'm'
		case r == 0x1b:
			escape, coloured = true, !coloured
		default:
			if used += columnsOf(r); used > n {
				if coloured {
					return s[:i] + plain
				}
				return s[:i]
			}
		}
	}
	return s
}
