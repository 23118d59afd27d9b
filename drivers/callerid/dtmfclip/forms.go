package dtmfclip

import (
	"strings"

	"bellhop/drivers/callerid"
)

// Form is a way of writing a number that some exchanges use: any of Start begins it
// and any of End closes it. Without Start the digits stand alone.
type Form struct{ Start, End string }

// The forms of EN 300 659-1 and of the networks that never read it.
var (
	Lettered = Form{Start: "ABD", End: "C"} // no telephone has these keys: nobody dialled it
	Any      = Form{Start: "ABD", End: "CD#"}
	D        = Form{Start: "D", End: "C#"} // Taiwan, Kuwait
	A        = Form{Start: "A", End: "C#"} // Denmark, India, the Netherlands, Brazil, …
	Bare     = Form{End: "#"}              // Denmark, the Netherlands, private exchanges
)

// ParseForms is Parse for a line whose exchange uses these forms only. A number in
// another is refused with callerid.ErrGrammar, it may have been dialled; a reason is
// never dialled.
func ParseForms(raw []byte, forms []Form) (callerid.Message, error) {
	m, err := Parse(raw)
	if err != nil || m.Number == "" {
		return m, err
	}
	for _, f := range forms {
		if f.fits(raw) {
			return m, nil
		}
	}
	m.Number = ""
	return m, callerid.ErrGrammar
}

func (f Form) fits(raw []byte) bool {
	digit := raw[0] >= '0' && raw[0] <= '9'
	if f.Start == "" != digit || !digit && !strings.ContainsRune(f.Start, rune(raw[0])) {
		return false
	}
	return strings.ContainsRune(f.End, rune(raw[len(raw)-1]))
}
