// Package dtmf sends and hears the sixteen two-tone keys of ITU-T Q.23, by the
// receiver limits of Q.24. It knows no caller ID: digits that spell a calling number
// are callerid/dtmfclip's.
package dtmf

import "strings"

// Low and High are the tones of the rows and columns, in Hz (Q.23).
var (
	Low  = [4]float64{697, 770, 852, 941}
	High = [4]float64{1209, 1336, 1477, 1633}
)

// Keys in rows of four, as Low and High cross.
const Keys = "123A456B789C*0#D"

// Tones returns the two frequencies of key, or ok false for what is no key.
func Tones(key byte) (low, high float64, ok bool) {
	i := strings.IndexByte(Keys, key)
	if i < 0 {
		return 0, 0, false
	}
	return Low[i/4], High[i%4], true
}
