package modem

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/warthog618/sms/encoding/tpdu"
	"github.com/warthog618/sms/encoding/ucs2"
)

var (
	ErrNoText  = errors.New("modem: no text")
	ErrTooLong = errors.New("modem: text longer than 255 parts")
	ErrNumber  = errors.New("modem: not a number a text can be sent to")
)

// fixedReference is a tpdu.Counter that gives every message the same reference.
type fixedReference byte

func (r fixedReference) Count() int { return int(r) }

// Encode makes the SMS-SUBMIT TPDUs of a text, in order, asking for delivery reports.
// It uses the 7-bit alphabet if the text fits it (160 characters, 153 a part when
// long), else UCS-2 (70, 67). reference ties the parts of a long text together
// (TS 23.040, clause 9.2.3.24.1): texts to one recipient need different ones, or the
// telephone mixes their parts.
func Encode(to, text string, reference byte) ([][]byte, error) {
	address, err := destination(to)
	if err != nil {
		return nil, err
	}
	segments, err := segment(text, reference, tpdu.SmsSubmit)
	if err != nil {
		return nil, err
	}
	tpdus := make([][]byte, len(segments))
	for i, s := range segments {
		s.DA = address
		s.FirstOctet |= tpdu.FoSRR
		if tpdus[i], err = s.MarshalBinary(); err != nil {
			return nil, fmt.Errorf("encode part %d: %w", i+1, err)
		}
	}
	return tpdus, nil
}

// Parts is how many parts a text is sent in; 0 for an empty one.
func Parts(text string) int {
	segments, _ := segment(text, 0, tpdu.SmsSubmit)
	return len(segments)
}

func segment(text string, reference byte, kind tpdu.SmsType) ([]tpdu.TPDU, error) {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.ReplaceAll(text, "\x1b", "") // the 7-bit alphabet's own escape: it would swallow what follows
	if text == "" {
		return nil, ErrNoText
	}
	ud, _, alphabet := tpdu.EncodeUserData([]byte(text))
	dcs, err := tpdu.DCS(0).WithAlphabet(alphabet)
	if err != nil {
		return nil, err
	}
	t, err := tpdu.New(kind, dcs)
	if err != nil {
		return nil, err
	}
	segments := t.Segment(ud, tpdu.WithConcatRef(fixedReference(reference)))
	if len(segments) > 255 {
		return nil, ErrTooLong
	}
	return segments, nil
}

// destination makes a TP-DA: "+86…" is international (type 0x91); anything else, such
// as 10086, 95588 or 13800138000, is sent as dialled (0x81). The codec's own To makes
// every number international.
func destination(to string) (tpdu.Address, error) {
	to = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(to)
	digits, international := strings.CutPrefix(to, "+")
	if len(digits) < 3 || len(digits) > 20 {
		return tpdu.Address{}, fmt.Errorf("%w: %q", ErrNumber, to)
	}
	for _, c := range digits {
		if (c < '0' || c > '9') && (international || c != '*' && c != '#') {
			return tpdu.Address{}, fmt.Errorf("%w: %q", ErrNumber, to)
		}
	}
	kind := tpdu.TonUnknown
	if international {
		kind = tpdu.TonInternational
	}
	a := tpdu.Address{TOA: 0x80, Addr: digits}
	a.SetTypeOfNumber(kind)
	a.SetNumberingPlan(tpdu.NpISDN)
	return a, nil
}

// Deliver is one SMS-DELIVER: a text, or one part of a long one. Total is 0 for one
// that could not be read; then only TPDU is set.
type Deliver struct {
	TPDU   []byte    // as the network sent it
	From   string    // "+8613800138000", "10086", or a name such as "CMCC"
	SentAt time.Time // by the service centre's clock; zero if unreadable
	Binary bool      // data for a program (WAP push, MMS notice), not a text

	// Of a part: Number counts from 1; Total is 1 for a whole text. Wide tells a 16-bit
	// reference from an 8-bit one.
	Reference, Total, Number int
	Wide                     bool

	tpdu tpdu.TPDU
}

// ParseDeliver reads an SMS-DELIVER, from its first octet on (TS 23.040, clause
// 9.2.2.1). TPDU aliases b.
func ParseDeliver(b []byte) (Deliver, error) {
	t, err := parse(b, tpdu.SmsDeliver)
	sentAt := t.SCTS.Time
	if err != nil {
		// Some centres send a time stamp that is none; the text is still good.
		if t, err = parse(withoutTime(b), tpdu.SmsDeliver); err != nil {
			return Deliver{TPDU: b}, err
		}
		sentAt = time.Time{}
	}
	d := Deliver{TPDU: b, tpdu: t, Total: 1, Number: 1, SentAt: sentAt}
	d.From = strings.TrimRight(t.OA.Number(), "\x00 ")
	alphabet, _ := t.Alphabet()
	_, port8 := t.UDH.IE(0x04)
	_, port16 := t.UDH.IE(0x05)
	d.Binary = alphabet == tpdu.Alpha8Bit || port8 || port16 || t.DCS.Compressed()
	if total, number, reference, ok := t.UDH.ConcatInfo(); ok && total > 1 && number >= 1 && number <= total {
		d.Total, d.Number, d.Reference = total, number, reference
		_, _, _, d.Wide = t.UDH.ConcatInfo16()
		if _, _, _, narrow := t.UDH.ConcatInfo8(); narrow {
			d.Wide = false
		}
	}
	return d, nil
}

// withoutTime returns an SMS-DELIVER with a valid time stamp of no meaning.
func withoutTime(b []byte) []byte {
	if len(b) < 2 {
		return b
	}
	at := 1 + 2 + (int(b[1])+1)/2 + 2 // first octet, TP-OA, TP-PID, TP-DCS
	if len(b) < at+7 {
		return b
	}
	return slices.Concat(b[:at], []byte{0, 0x10, 0x10, 0, 0, 0, 0}, b[at+7:])
}

// Missing stands in a joined text for a part that did not come.
const Missing = "[…]"

// Join puts the parts of one text together, in the order given. A nil part is one
// that has not come.
func Join(parts []*Deliver) string {
	var text strings.Builder
	var half []byte // of a surrogate pair cut in two
	for _, p := range parts {
		if p == nil {
			half = nil
			text.WriteString(Missing)
			continue
		}
		alphabet, _ := p.tpdu.Alphabet()
		ud := p.tpdu.UD
		if alphabet == tpdu.AlphaUCS2 {
			ud = append(half, ud...)
		}
		b, err := tpdu.DecodeUserData(ud, p.tpdu.UDH, alphabet, tpdu.WithAllCharsets)
		half = nil
		if dangling, ok := errors.AsType[ucs2.ErrDanglingSurrogate](err); ok {
			half = append([]byte(nil), dangling...)
		}
		text.Write(b)
	}
	return strings.ToValidUTF8(text.String(), "\uFFFD")
}

// Report is one SMS-STATUS-REPORT: what became of a text we sent.
type Report struct {
	Reference int    // as Submit returned it
	To        string // the recipient, in the network's spelling
	Status    byte   // TP-ST, TS 23.040, clause 9.2.3.15
	At        time.Time
}

// Delivered reports whether the text reached the telephone.
func (r Report) Delivered() bool { return r.Status < 0x20 }

// Failed reports whether the network gave up; between the two it still tries.
func (r Report) Failed() bool { return r.Status >= 0x40 }

// ParseReport reads an SMS-STATUS-REPORT from its first octet on.
func ParseReport(b []byte) (Report, error) {
	t, err := parse(b, tpdu.SmsStatusReport)
	if err != nil {
		return Report{}, err
	}
	return Report{Reference: int(t.MR), To: t.RA.Number(), Status: t.ST, At: t.DT.Time}, nil
}

var errKind = errors.New("modem: PDU of another kind")

// parse reads a TPDU sent to us. The codec panics on some damaged ones; a text from
// the network must not end the program.
func parse(b []byte, kind tpdu.SmsType) (t tpdu.TPDU, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("modem: damaged PDU: %v", r)
		}
	}()
	t = tpdu.TPDU{Direction: tpdu.MT}
	if err = t.UnmarshalBinary(b); err != nil {
		return t, err
	}
	if t.SmsType() != kind {
		return t, errKind
	}
	return t, nil
}

// isReport tells a status report from a text by the message type (TP-MTI).
func isReport(b []byte) bool { return len(b) > 0 && b[0]&3 == 2 }

// tpduOf cuts the TPDU out of a PDU as a modem prints it: service centre address,
// then length octets of TPDU. length ≤ 0 means not told.
func tpduOf(line string, length int) ([]byte, error) {
	b, err := hex.DecodeString(strings.TrimSpace(line))
	if err != nil {
		return nil, err
	}
	if len(b) == 0 {
		return nil, errors.New("modem: empty PDU")
	}
	start := 1 + int(b[0])
	if length > 0 && length <= len(b) && start+length != len(b) {
		// The address is missing or padded; the length counts from the end.
		start = len(b) - length
	}
	if start >= len(b) {
		return nil, errors.New("modem: PDU shorter than its address")
	}
	return b[start:], nil
}

// pduOf prints a TPDU for +CMGS: an empty service centre address, so that the SIM's
// is used, in the upper case that old firmware insists on.
func pduOf(tpdu []byte) string {
	return "00" + strings.ToUpper(hex.EncodeToString(tpdu))
}
