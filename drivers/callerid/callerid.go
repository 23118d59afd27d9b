// Package callerid holds the words every caller ID standard shares: the message a
// line carries, the burst that was refused, and the Standard and Decoder that each
// member of the family provides. It knows no signal; bellcore, etsi and their
// neighbours do.
package callerid

// Reason says why the exchange sent no number or no name (GR-30, EN 300 659-3
// clause 5.4.3): the two are never mixed with "no caller ID was heard".
type Reason byte

const (
	Given       Reason = 0   // the number (or name) itself was sent
	Private     Reason = 'P' // withheld by the caller
	Unavailable Reason = 'O' // out of area, not known to the exchange
)

// Param is one parameter of a message as it was sent, kept even where its type is
// not known.
type Param struct {
	Type byte
	Data []byte
}

// Message is one caller ID message.
type Message struct {
	Standard string // of the Standard that read it: "bellcore", "etsi", "dtmfclip", …
	Modem    string // "bell202", "v23" or "dtmf"

	Number       string // digits, * and # as sent; empty with a NumberReason
	NumberReason Reason
	Name         string // UTF-8
	NameReason   Reason
	Time         string // MMDDhhmm as the exchange sent it, or empty
	Waiting      *bool  // message waiting lamp (VMWI); nil in a call set-up

	Params []Param // every parameter in the order sent
	Raw    []byte  // type octet to checksum octet; the tone characters for CLIP-DTMF

	Start, End int64   // first and one past the last sample of the burst, 8 kHz, since the decoder began
	Confidence float64 // 0..1; below 1 where bits were repaired or the evidence was thin
	Repaired   int     // bits changed to satisfy checksum and grammar
}

// Rejected is a burst that looked like caller ID and was not believed: a technician
// reads from it why.
type Rejected struct {
	Modem      string
	Raw        []byte // what could be read
	Why        string // stable English key: "checksum", "short", "grammar", "carrier", "doubt", …
	Start, End int64
}
