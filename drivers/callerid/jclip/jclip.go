// Package jclip is caller ID by NTT's "number display" (J-CLIP): V.23 keying to a
// terminal that has answered the exchange's first, silent call. Octets have seven bits
// and even parity and are framed as ISO 1745 does, with a cyclic check of 16 bits:
//
//	DLE SOH 07 DLE STX  40 length { type length data }…  DLE ETX  crc crc
//
// A passive listener hears it only where a terminal answers.
package jclip

import (
	"math/bits"

	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/fsk"
)

const name = "jclip"

// Standard is this package's member of the family.
var Standard = callerid.Standard{Name: name, Modem: fsk.V23.Name, Encode: Encode, Parse: Parse}

const (
	dle = 0x90 // 10h with its parity bit
	etx = 0x03
	// mark before the first octet, in bits; there is no seizure.
	mark = 96

	service = 0x40 // number display
)

// Parameter types.
const (
	number  = 0x02
	absence = 0x04 // C public telephone, O not known, P withheld, S service conflict
	dialled = 0x09
)

// header is DLE SOH 07 DLE STX, with parity.
var header = [5]byte{dle, 0x81, 0x87, dle, 0x82}

// trailer is how many octets follow the parameters: DLE ETX and the check.
const trailer = 4

// Encode returns m as the exchange sends it.
func Encode(m callerid.Message, s callerid.Sending) ([]int16, error) {
	frame, err := Write(m)
	if err != nil {
		return nil, err
	}
	return mdmf.Send(fsk.V23, frame, s, 0, mark), nil
}

// Write makes the frame of m.
func Write(m callerid.Message) ([]byte, error) {
	kind, data := byte(number), m.Number
	if data == "" {
		kind, data = absence, "O"
		if m.NumberReason == callerid.Private {
			data = "P"
		}
	}
	if len(data) > 32 {
		return nil, callerid.ErrGrammar
	}
	body := append([]byte{kind, byte(len(data))}, data...)
	frame := append([]byte(nil), header[:]...)
	for _, b := range append([]byte{service, byte(len(body))}, body...) {
		frame = append(frame, parity(b))
	}
	frame = append(frame, dle, etx)
	sum := check(frame[2:])
	return append(frame, byte(sum), byte(sum>>8)), nil
}

// parity sets bit 7 so that the number of ones is even.
func parity(b byte) byte { return b&0x7f | byte(bits.OnesCount8(b&0x7f)&1)<<7 }

// check is CRC-16 of x¹⁶+x¹²+x⁵+1, least bit first, over the octets as sent, from the
// one after DLE SOH to ETX.
func check(octets []byte) uint16 {
	var c uint16
	for _, b := range octets {
		c ^= uint16(b)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0x8408
			} else {
				c >>= 1
			}
		}
	}
	return c
}

// Parse reads a frame from DLE SOH to the check.
func Parse(frame []byte) (callerid.Message, error) {
	m := callerid.Message{Standard: name, Raw: frame}
	body, err := unwrap(frame)
	if err != nil {
		return m, err
	}
	for len(body) > 0 {
		if len(body) < 2 || len(body) < 2+int(body[1]) {
			return m, callerid.ErrGrammar
		}
		n := 2 + int(body[1])
		m.Params = append(m.Params, callerid.Param{Type: body[0], Data: body[2:n:n]})
		if err := read(&m, body[0], body[2:n]); err != nil {
			return m, err
		}
		body = body[n:]
	}
	if m.Number == "" && m.NumberReason == 0 {
		return m, callerid.ErrGrammar
	}
	return m, nil
}

// unwrap checks the frame and returns its parameters without parity.
func unwrap(frame []byte) ([]byte, error) {
	if len(frame) < len(header)+2+trailer {
		return nil, callerid.ErrShort
	}
	n := int(frame[6] & 0x7f)
	if len(frame) != len(header)+2+n+trailer {
		return nil, callerid.ErrShort
	}
	if [5]byte(frame) != header || frame[5] != parity(service) ||
		frame[len(frame)-4] != dle || frame[len(frame)-3] != etx {
		return nil, callerid.ErrType
	}
	sum := check(frame[2 : len(frame)-2])
	if byte(sum) != frame[len(frame)-2] || byte(sum>>8) != frame[len(frame)-1] {
		return nil, callerid.ErrChecksum
	}
	body := make([]byte, n)
	for i, b := range frame[7 : 7+n] {
		if parity(b) != b {
			return nil, callerid.ErrChecksum
		}
		body[i] = b & 0x7f
	}
	return body, nil
}

func read(m *callerid.Message, kind byte, data []byte) error {
	switch kind {
	case number:
		if !mdmf.ValidNumber(data) {
			return callerid.ErrGrammar
		}
		m.Number = string(data)
	case absence:
		if len(data) != 1 {
			return callerid.ErrGrammar
		}
		switch data[0] {
		case 'P':
			m.NumberReason = callerid.Private
		case 'O', 'C', 'S':
			m.NumberReason = callerid.Unavailable
		default:
			return callerid.ErrGrammar
		}
	}
	return nil
}
