package modemtest

import (
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/warthog618/sms/encoding/tpdu"
)

// part is one SMS-SUBMIT the network took.
type part struct {
	tpdu tpdu.TPDU
	hex  string
	at   time.Time
}

// Message is a text the network took, its parts joined as a telephone joins them.
type Message struct {
	To           string // "+86…" if sent as international, else as dialled
	Text         string
	Parts        int  // taken so far
	Total        int  // that make it whole
	Reference    byte // of a long one
	ReportWanted bool
	SentAt       time.Time
	has          map[int]string
}

// Complete reports whether all parts came.
func (g Message) Complete() bool { return g.Parts == g.Total }

// Sent are the texts taken so far, in order of their first part.
func (m *Modem) Sent() []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []*Message
	for _, p := range m.sent {
		total, number, reference, long := p.tpdu.ConcatInfo()
		if !long {
			total, number = 1, 1
		}
		g := find(out, p.tpdu.DA.Number(), reference, total, number)
		if g == nil {
			g = &Message{
				To: p.tpdu.DA.Number(), Total: total, Reference: byte(reference), SentAt: p.at,
				ReportWanted: p.tpdu.FirstOctet&tpdu.FoSRR != 0, has: map[int]string{},
			}
			out = append(out, g)
		}
		g.has[number] = plain(p.tpdu)
		g.Parts++
	}
	messages := make([]Message, len(out))
	for i, g := range out {
		for n := 1; n <= g.Total; n++ {
			g.Text += g.has[n]
		}
		messages[i] = *g
	}
	return messages
}

// find returns the message a part belongs to, as a telephone decides: same address,
// reference and total, and that number still missing.
func find(messages []*Message, to string, reference, total, number int) *Message {
	if total == 1 {
		return nil
	}
	for _, g := range messages {
		if g.To == to && g.Reference == byte(reference) && g.Total == total && g.has[number] == "" {
			return g
		}
	}
	return nil
}

func plain(t tpdu.TPDU) string {
	alphabet, _ := t.Alphabet()
	b, err := tpdu.DecodeUserData(t.UD, t.UDH, alphabet, tpdu.WithAllCharsets)
	if err != nil {
		return fmt.Sprintf("<%v>", err)
	}
	return string(b)
}

// Submitted are the PDUs taken so far, as the driver printed them.
func (m *Modem) Submitted() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []string
	for _, p := range m.sent {
		out = append(out, p.hex)
	}
	return out
}

// prompt answers +CMGS=<length>. mu is held.
func (d *dialogue) prompt(arg string) ([]string, string) {
	m := d.m
	n, err := strconv.Atoi(arg)
	if err != nil || n < 1 || n > 176 {
		return nil, "+CMS ERROR: 304"
	}
	switch {
	case m.behave.UnplugAtPrompt:
		m.behave.UnplugAtPrompt = false
		d.unplug()
		return nil, silent
	case m.behave.NoPrompt > 0:
		m.behave.NoPrompt--
		return nil, silent
	}
	d.pdu = n
	m.say("\r\n> ")
	return nil, silent
}

// unplug pulls the modem out from within the dialogue.
func (d *dialogue) unplug() {
	p := d.m.pty
	d.m.pty = nil
	os.Remove(d.m.link)
	p.Close()
}

// submit takes the PDU that followed a prompt. mu is held.
func (m *Modem) submit(d *dialogue, text string, length int) {
	t, err := submission(text, length)
	if err != nil {
		m.line("+CMS ERROR: 304")
		return
	}
	if code := m.refusal(t.DA.Number()); code != 0 {
		m.line("+CMS ERROR: %d", code)
		return
	}
	m.mr++
	mr := m.mr
	m.sent = append(m.sent, part{t, text, time.Now()})
	if t.FirstOctet&tpdu.FoSRR != 0 && m.cfg.Report >= 0 {
		status := m.behave.ReportStatus
		m.later(m.cfg.Report, func() { m.report(mr, t.DA, status) })
	}
	answer := fmt.Sprintf("\r\n+CMGS: %d\r\n\r\nOK\r\n", mr)
	switch {
	case m.behave.UnplugAfterPDU:
		m.behave.UnplugAfterPDU = false
		d.unplug()
	case m.behave.Swallow > 0:
		m.behave.Swallow--
	case m.behave.LateAnswer > 0:
		m.behave.LateAnswer--
		d.late = append(d.late, answer)
	default:
		for _, n := range m.behave.Noise {
			m.line("%s", n)
		}
		m.say(answer)
	}
}

// submission reads the PDU a driver sent: upper-case hex, an empty service centre
// address, an SMS-SUBMIT of the length announced.
func submission(text string, length int) (tpdu.TPDU, error) {
	t := tpdu.TPDU{Direction: tpdu.MO}
	b, err := hex.DecodeString(text)
	if err != nil {
		return t, err
	}
	if len(b) < 1 || len(b) != 1+int(b[0])+length || strings.ToUpper(text) != text {
		return t, fmt.Errorf("length %d announced, %d sent", length, len(b))
	}
	if err := t.UnmarshalBinary(b[1+b[0]:]); err != nil {
		return t, err
	}
	if t.SmsType() != tpdu.SmsSubmit {
		return t, fmt.Errorf("a %v", t.SmsType())
	}
	return t, nil
}

// refusal is the +CMS error for a submission, 0 for none.
func (m *Modem) refusal(to string) int {
	if m.behave.Registration != 1 && m.behave.Registration != 5 {
		return 331
	}
	if code := m.behave.RefuseTo[to]; code != 0 {
		return code
	}
	if len(m.behave.Refuse) > 0 {
		code := m.behave.Refuse[0]
		m.behave.Refuse = m.behave.Refuse[1:]
		return code
	}
	return 0
}

// report tells what became of a text, as +CNMI wants it. mu is held.
func (m *Modem) report(mr byte, to tpdu.Address, status byte) {
	t := tpdu.TPDU{MR: mr, RA: to, ST: status, SCTS: now(), DT: now()}
	t.SetSmsType(tpdu.SmsStatusReport)
	b, err := t.MarshalBinary()
	if err != nil || m.pty == nil {
		return
	}
	switch m.newMsg[3] {
	case 1:
		m.line("+CDS: %d\r\n%s", len(b), pduHex(b))
	case 2:
		if m.cfg.Personality.UnreadableReports {
			m.line(`+CDSI: "SM",0`)
			return
		}
		if name, i, ok := m.store(b); ok {
			m.line(`+CDSI: "%s",%d`, name, i)
		}
	}
}

// now is the time as a service centre in China stamps it.
func now() tpdu.Timestamp {
	return tpdu.Timestamp{Time: time.Now().In(time.FixedZone("", 8*3600))}
}

// Deliver has a text arrive, in as many parts as it takes.
func (m *Modem) Deliver(from, text string) error {
	parts, err := m.Split(from, text)
	if err != nil {
		return err
	}
	m.DeliverParts(parts...)
	return nil
}

// Split makes the PDUs (SMS-DELIVER, hex) of a text, for DeliverParts in another
// order, twice or not at all. from is "+86…", a number as dialled, or a name.
func (m *Modem) Split(from, text string) ([]string, error) {
	m.mu.Lock()
	m.ref++
	ref := m.ref
	m.mu.Unlock()
	return deliverPDUs(from, text, ref)
}

func deliverPDUs(from, text string, ref byte) ([]string, error) {
	ud, _, alphabet := tpdu.EncodeUserData([]byte(text))
	dcs, err := tpdu.DCS(0).WithAlphabet(alphabet)
	if err != nil {
		return nil, err
	}
	t, err := tpdu.New(tpdu.SmsDeliver, dcs)
	if err != nil {
		return nil, err
	}
	t.OA, t.SCTS = origin(from), now()
	segments := t.Segment(ud, tpdu.WithConcatRef(reference(ref)))
	if len(segments) == 0 { // Segment makes nothing of an empty text
		segments = []tpdu.TPDU{*t}
	}
	var out []string
	for _, s := range segments {
		b, err := s.MarshalBinary()
		if err != nil {
			return nil, err
		}
		out = append(out, strings.ToUpper(hex.EncodeToString(b)))
	}
	return out, nil
}

type reference byte

func (r reference) Count() int { return int(r) }

func origin(from string) tpdu.Address {
	a := tpdu.Address{TOA: 0x80, Addr: from}
	digits, international := strings.CutPrefix(from, "+")
	switch {
	case strings.Trim(digits, "0123456789*#") != "":
		a.SetTypeOfNumber(tpdu.TonAlphanumeric)
	case international:
		a.Addr = digits
		a.SetTypeOfNumber(tpdu.TonInternational)
		a.SetNumberingPlan(tpdu.NpISDN)
	default:
		a.SetNumberingPlan(tpdu.NpISDN)
	}
	return a
}

// DeliverParts has PDUs arrive one after the other: those that find no room, no SIM
// or no modem wait in the network.
func (m *Modem) DeliverParts(parts ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.waiting = append(m.waiting, parts...)
	m.bringWaiting()
}

// bringWaiting stores and announces what the network holds. mu is held.
func (m *Modem) bringWaiting() {
	for len(m.waiting) > 0 && m.pty != nil && m.behave.SIM == "READY" {
		b, err := hex.DecodeString(m.waiting[0])
		if err != nil {
			m.waiting = slices.Delete(m.waiting, 0, 1)
			continue
		}
		name, index, ok := m.store(b)
		if !ok {
			return
		}
		m.waiting = slices.Delete(m.waiting, 0, 1)
		if m.newMsg[1] == 1 && !m.behave.Unannounced {
			m.line(`+CMTI: "%s",%d`, name, index)
		}
	}
}
