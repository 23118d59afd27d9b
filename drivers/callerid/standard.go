package callerid

import "errors"

// Standard is one way exchanges send the caller ID: how a message becomes sound and
// how what was received becomes a message.
type Standard struct {
	Name  string // "bellcore", "etsi", "bt", "jclip", "dtmfclip"
	Modem string // "bell202", "v23" or "dtmf"

	// Encode returns m as 8 kHz sound, as the exchange sends it.
	Encode func(m Message, s Sending) ([]int16, error)

	// Parse reads what the modem delivered: the octets from type to checksum, or the
	// tone characters of a DTMF burst. It fills in what the octets say and nothing
	// about time, modem or confidence. It never believes what it does not understand:
	// see the errors below.
	Parse func(raw []byte) (Message, error)
}

// Why a burst is not believed. The text after the colon is Rejected.Why.
var (
	ErrShort    = errors.New("callerid: short")    // ends before its lengths say
	ErrChecksum = errors.New("callerid: checksum") // octets do not sum to zero modulo 256
	ErrGrammar  = errors.New("callerid: grammar")  // lengths, dates or digits no exchange sends
	ErrType     = errors.New("callerid: type")     // message type not known
)

// Why returns the stable key of an error of this package for Rejected.Why.
func Why(err error) string {
	for _, e := range []error{ErrShort, ErrChecksum, ErrGrammar, ErrType} {
		if errors.Is(err, e) {
			return e.Error()[len("callerid: "):]
		}
	}
	return "grammar"
}

// Sending says how a message is put on the line. The zero value is what the standard
// asks for, at -15 dBm0.
type Sending struct {
	LevelDBm0 float64 // 0: -15
	TwistDB   float64 // space over mark, or high over low tones

	Seizure int  // bits of 0101… before the mark; 0: the standard's, -1: none
	Mark    int  // bits of mark before the first octet; 0: the standard's
	Gap     int  // mark bits between octets
	Alert   bool // precede by the dual-tone alert (DT-AS, CAS) and its pause

	ToneShift float64 // relative error of the tones, 0.01 = +1 %
	BaudShift float64 // relative error of the bit rate
	Grid      bool    // bits begin on whole samples

	Single bool   // FSK: the single data message format (SDMF) where it can carry m
	Form   string // DTMF: start and end character, "DC", "A#", …; "#" has no start
}

// Level returns LevelDBm0 or its default.
func (s Sending) Level() float64 {
	if s.LevelDBm0 == 0 {
		return -15
	}
	return s.LevelDBm0
}
