// Package mdmf is the message format that GR-30 and EN 300 659-3 share: an octet of
// type, one of length, parameters (MDMF) or plain characters (SDMF), and a checksum.
// It reads and builds messages; how they are keyed is fsk's, and what a network adds
// to them is bellcore's and etsi's.
package mdmf

import "bellhop/drivers/callerid"

// Message types.
const (
	SingleCall    = 0x04 // SDMF call set-up: MMDDhhmm and number, or P/O
	SingleWaiting = 0x06 // SDMF message waiting: 42h ×3 on, 6Fh ×3 off
	Call          = 0x80 // call set-up
	Waiting       = 0x82 // message waiting indicator
	Charge        = 0x86 // advice of charge (ETSI)
	SMS           = 0x89 // short message (ETSI)
)

// Parameter types.
const (
	Time          = 0x01 // MMDDhhmm
	Number        = 0x02
	Called        = 0x03 // dialable number (GR-30), called line (ETSI)
	NumberReason  = 0x04 // O or P
	Redirected    = 0x05
	Name          = 0x07
	NameReason    = 0x08 // O or P
	Lamp          = 0x0b // ff on, 00 off
	Complementary = 0x10 // a second calling line identity (ETSI)
	CallType      = 0x11
	FirstCaller   = 0x12
	Messages      = 0x13 // how many wait
	Forwarding    = 0x15
	CallingUser   = 0x16
	Redirecting   = 0x1a
)

// Checksum returns the octet that makes frame, from its type, sum to zero modulo 256.
func Checksum(frame []byte) byte {
	var sum byte
	for _, b := range frame {
		sum += b
	}
	return -sum
}

// Parse splits frame, from the message type octet to the checksum octet, into its
// parameters in the order sent (EN 300 659-3, clause 5.1):
//
//	type  length  { parameter type  length  data }…  checksum
//
// Param.Data aliases frame. Parse returns callerid.ErrShort when frame ends early or
// goes on after its length, ErrChecksum when its octets do not sum to zero and
// ErrGrammar when the parameters do not fill it exactly.
func Parse(frame []byte) ([]callerid.Param, error) {
	body, err := Body(frame)
	if err != nil {
		return nil, err
	}
	var params []callerid.Param
	for len(body) > 0 {
		if len(body) < 2 || len(body) < 2+int(body[1]) {
			return params, callerid.ErrGrammar
		}
		n := 2 + int(body[1])
		params = append(params, callerid.Param{Type: body[0], Data: body[2:n:n]})
		body = body[n:]
	}
	return params, nil
}

// Body checks length and checksum of frame and returns what is between them.
func Body(frame []byte) ([]byte, error) {
	if len(frame) < 3 || len(frame) != int(frame[1])+3 {
		return nil, callerid.ErrShort
	}
	if Checksum(frame) != 0 {
		return nil, callerid.ErrChecksum
	}
	return frame[2 : len(frame)-1], nil
}

// Build makes a frame of the parameters. Together they must fit in 255 octets.
func Build(kind byte, params ...callerid.Param) ([]byte, error) {
	frame := []byte{kind, 0}
	for _, p := range params {
		if len(p.Data) > 255 {
			return nil, callerid.ErrGrammar
		}
		frame = append(frame, p.Type, byte(len(p.Data)))
		frame = append(frame, p.Data...)
	}
	return seal(frame)
}

// BuildSingle makes an SDMF frame.
func BuildSingle(kind byte, characters string) ([]byte, error) {
	return seal(append([]byte{kind, 0}, characters...))
}

func seal(frame []byte) ([]byte, error) {
	if len(frame) > 257 {
		return nil, callerid.ErrGrammar
	}
	frame[1] = byte(len(frame) - 2)
	return append(frame, Checksum(frame)), nil
}
