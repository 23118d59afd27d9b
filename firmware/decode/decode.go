// Package decode prints what a line's ears hear in a sound file, one JSON object a
// line: for technicians, for scripts and for scoring against a corpus.
package decode

import (
	"encoding/json"
	"io"

	"bellhop/drivers/audio/wav"
	"bellhop/drivers/callerid"
	"bellhop/drivers/listen"
)

// line is one printed object. Times are seconds since the beginning of the file.
type line struct {
	Kind string  `json:"kind"` // callerid, rejected, vmwi, dtmf, tone, ring, hook
	At   float64 `json:"at"`   // when it became certain

	Number     string  `json:"number,omitempty"`
	Name       string  `json:"name,omitempty"`
	Time       string  `json:"time,omitempty"`   // MMDDhhmm
	Reason     string  `json:"reason,omitempty"` // P or O
	NameReason string  `json:"name_reason,omitempty"`
	Valid      *bool   `json:"valid,omitempty"`
	Standard   string  `json:"standard,omitempty"`
	Modem      string  `json:"modem,omitempty"`
	Confidence float64 `json:"confidence,omitempty"`
	Repaired   int     `json:"repaired,omitempty"`
	Raw        []byte  `json:"raw,omitempty"` // base64
	Why        string  `json:"why,omitempty"`

	On     *bool  `json:"on,omitempty"`
	Digits string `json:"digits,omitempty"`
	HangUp bool   `json:"hangup,omitempty"`
}

// Run writes what is heard in the file at path to w. The country is not known, so
// every network's signals are taken.
func Run(w io.Writer, path string) error {
	f, err := wav.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	l := listen.New(listen.Config{Country: "auto"})
	var failed error
	emit := func(e listen.Event) {
		for _, v := range describe(e) {
			if err := out.Encode(v); err != nil && failed == nil {
				failed = err
			}
		}
	}
	buf := make([]int16, 4096)
	for failed == nil {
		n, err := f.Read(buf)
		l.Write(buf[:n], emit)
		if err == io.EOF {
			l.Write(make([]int16, 8000), emit) // what ends with the file ends in silence
			return failed
		}
		if err != nil {
			return err
		}
	}
	return failed
}

func describe(e listen.Event) []line {
	at := float64(e.At) / 8000
	switch {
	case e.Caller != nil:
		return caller(at, e.Caller)
	case e.Rejected != nil:
		r := e.Rejected
		return []line{{Kind: "rejected", At: at, Modem: r.Modem, Raw: r.Raw, Why: r.Why, Valid: new(bool)}}
	case e.Digit != nil:
		return []line{{Kind: "dtmf", At: at, Digits: string(e.Digit.Key)}}
	case e.Tone != nil && e.Tone.On:
		return []line{{Kind: "tone", At: at, Name: e.Tone.Name, On: &e.Tone.On, HangUp: e.Tone.HangUp}}
	case e.Ring != nil:
		return []line{{Kind: "ring", At: at, On: &e.Ring.On}}
	case e.Hook != nil:
		return []line{{Kind: "hook", At: at, On: &e.Hook.Off}}
	}
	return nil
}

func caller(at float64, m *callerid.Message) []line {
	v := line{
		Kind: "callerid", At: at, Number: m.Number, Name: m.Name, Time: m.Time,
		Reason: reason(m.NumberReason), NameReason: reason(m.NameReason), Valid: new(bool),
		Standard: m.Standard, Modem: m.Modem, Confidence: m.Confidence, Repaired: m.Repaired, Raw: m.Raw,
	}
	*v.Valid = true
	if m.Waiting == nil {
		return []line{v}
	}
	lamp := line{Kind: "vmwi", At: at, On: m.Waiting, Standard: m.Standard, Modem: m.Modem, Confidence: m.Confidence}
	if m.Number == "" && m.NumberReason == 0 && m.Time == "" {
		return []line{lamp}
	}
	return []line{v, lamp}
}

func reason(r callerid.Reason) string {
	if r == callerid.Given {
		return ""
	}
	return string(rune(r))
}
