package voicemodem

import (
	"bytes"
	"encoding/hex"
	"strings"

	"bellhop/drivers/audio"
	"bellhop/drivers/callerid"
	"bellhop/drivers/callerid/mdmf"
	"bellhop/drivers/listen"
)

// Names under which what the modem read is reported.
const (
	standardName = "vcid"
	modemName    = "voicemodem"
)

// Confidence in a message: the modem has checked a sum we do not see, or it gave us
// all octets but the sum, or all.
const (
	readByModem = 0.95
	withoutSum  = 0.9
	withSum     = 1
)

// Times in samples.
const (
	quietAfterNumber = audio.Rate / 4     // a name follows within it, or none does
	quietBefore      = audio.Rate * 3 / 2 // as long a number may take to follow its time
	ringLength       = audio.Rate         // RING has no end; the shortest silence is 0.2 s, ours need not be true
	lineLimit        = 1024
)

// Reports reads what a modem says unasked: RING, and caller ID as
//
//	DATE = 0321
//	TIME = 1405
//	NMBR = 5551234567
//	NAME = JOHN DOE
//	MESG = 0304…         a parameter the modem does not know: type, length, data, sum
//
// in any order, any of them missing, before or after the first RING, or all of the
// message in hexadecimal. The zero value is ready. It never panics on any input.
type Reports struct {
	line   []byte
	record record
	ringAt int64 // of the last RING, with ringing
	ring   bool
}

// record is the caller ID under way.
type record struct {
	text             []byte // lines as they came
	date, time       string
	number, name     string
	gotNumber        bool
	gotName          bool
	params           []callerid.Param // from MESG
	packet           []byte           // the whole message, unformatted
	start, last      int64
	wantsMoreHexText bool
}

// Write takes octets that came at sample at.
func (r *Reports) Write(p []byte, at int64, emit func(listen.Event)) {
	for _, c := range p {
		if c == '\r' || c == '\n' {
			r.Line(string(r.line), at, emit)
			r.line = r.line[:0]
		} else if len(r.line) < lineLimit {
			r.line = append(r.line, c)
		}
	}
}

// Line takes one line.
func (r *Reports) Line(line string, at int64, emit func(listen.Event)) {
	line = strings.Trim(line, " \t\x00\x10")
	if line == "" {
		return
	}
	if isRing(line) {
		r.finish(emit)
		r.Ring(at, emit)
		return
	}
	if r.record.wantsMoreHexText && isHex(line) {
		r.addHex(line, at)
	} else if tag, value, ok := field(line); ok {
		r.add(tag, value, line, at, emit)
	} else if isHex(line) && startsMessage(line) {
		r.begin(at, emit)
		r.addHex(line, at)
	}
	if r.record.complete() {
		r.finish(emit)
	}
}

// Ring tells of a RING, however it was worded.
func (r *Reports) Ring(at int64, emit func(listen.Event)) {
	r.ringAt = at
	if !r.ring {
		r.ring = true
		emit(listen.Event{At: at, Ring: &listen.Ring{On: true}})
	}
}

// Tick ends what time ends: a ring, and a message after which nothing came.
func (r *Reports) Tick(at int64, emit func(listen.Event)) {
	if r.ring && at-r.ringAt >= ringLength {
		r.ring = false
		emit(listen.Event{At: at, Ring: &listen.Ring{}})
	}
	wait := int64(quietBefore)
	if r.record.gotNumber {
		wait = quietAfterNumber
	}
	if !r.record.empty() && at-r.record.last >= wait {
		r.finish(emit)
	}
}

// isRing knows RING and the ways of telling distinctive ones ("RING A", "RING 2").
func isRing(line string) bool {
	rest, ok := strings.CutPrefix(strings.ToUpper(line), "RING")
	return ok && (rest == "" || len(rest) <= 3 && rest[0] == ' ')
}

// field splits "NMBR = 123"; ok only for the tags of caller ID, whatever stands
// around them, so that echoes and answers of commands are not taken for them.
func field(line string) (tag, value string, ok bool) {
	i := strings.IndexAny(line, "=:")
	if i < 0 {
		return "", "", false
	}
	tag = strings.ToUpper(strings.TrimSpace(line[:i]))
	value = strings.TrimSpace(line[i+1:])
	switch tag {
	case "DATE", "TIME", "NMBR", "NAME":
		return tag, value, true
	case "MESG":
		return tag, strings.ReplaceAll(value, " ", ""), true
	case "NUMBER", "CALLER NUMBER":
		return "NMBR", value, true
	case "CALLER NAME":
		return "NAME", value, true
	}
	return "", "", false
}

func (r *Reports) begin(at int64, emit func(listen.Event)) {
	r.finish(emit)
	r.record.start, r.record.last = at, at
}

func (r *Reports) add(tag, value, line string, at int64, emit func(listen.Event)) {
	c := &r.record
	if c.empty() || c.has(tag) {
		r.begin(at, emit)
	}
	c.text = append(append(c.text, line...), '\n')
	c.last = at
	c.wantsMoreHexText = false
	switch tag {
	case "DATE":
		c.date = value
	case "TIME":
		c.time = value
	case "NMBR":
		c.number, c.gotNumber = value, true
	case "NAME":
		c.name, c.gotName = value, true
	case "MESG":
		r.addMessage(value)
	}
}

// addMessage takes the value of MESG: the whole message, or one parameter of it.
func (r *Reports) addMessage(value string) {
	c := &r.record
	if isHex(value) && startsMessage(value) {
		c.packet, c.wantsMoreHexText = unhex(value), true
		return
	}
	if b := unhex(value); len(b) >= 2 && len(b) >= 2+int(b[1]) {
		c.params = append(c.params, callerid.Param{Type: b[0], Data: b[2 : 2+int(b[1])]})
	}
}

// addHex takes a line of the message in hexadecimal, which may fill several.
func (r *Reports) addHex(line string, at int64) {
	c := &r.record
	c.text = append(append(c.text, line...), '\n')
	c.packet = append(c.packet, unhex(line)...)
	c.last, c.wantsMoreHexText = at, true
}

func (c *record) empty() bool { return len(c.text) == 0 }

func (c *record) has(tag string) bool {
	switch tag {
	case "DATE":
		return c.date != ""
	case "TIME":
		return c.time != ""
	case "NMBR":
		return c.gotNumber
	case "NAME":
		return c.gotName
	}
	return false
}

// complete reports whether nothing more can come.
func (c *record) complete() bool {
	if len(c.packet) > 2 {
		return len(c.packet) >= int(c.packet[1])+3
	}
	return c.date != "" && c.time != "" && c.gotNumber && c.gotName
}

// finish tells of the record under way, if any, and begins anew.
func (r *Reports) finish(emit func(listen.Event)) {
	c := r.record
	r.record = record{}
	if c.empty() {
		return
	}
	e := listen.Event{At: c.last}
	m, why := c.message()
	if why == "" {
		m.Standard, m.Modem, m.Start, m.End = standardName, modemName, c.start, c.last
		e.Caller = &m
	} else {
		e.Rejected = &callerid.Rejected{Modem: modemName, Raw: c.text, Why: why, Start: c.start, End: c.last}
	}
	emit(e)
}

func (c *record) message() (m callerid.Message, why string) {
	if c.packet != nil {
		return c.unformatted()
	}
	if !c.gotNumber && !c.gotName && len(c.params) == 0 {
		// Time alone: the modem is set to another country, or the line sends none.
		return m, "no-number"
	}
	number, name := c.numberParams(), c.nameParams()
	frame, err := build(c.timeParam(), number, name, c.params)
	if err == nil {
		m, err = mdmf.Read(frame)
	}
	if err != nil { // an odd time or name must not cost the number
		if frame, err = build(nil, number, nil, nil); err == nil {
			m, err = mdmf.Read(frame)
		}
	}
	if err != nil {
		return m, callerid.Why(err)
	}
	if m.Number == "" && m.NumberReason == callerid.Given && m.Waiting == nil {
		m.NumberReason = callerid.Unavailable // a name came without number
	}
	m.Raw, m.Confidence = c.text, readByModem
	return m, ""
}

// unformatted reads the message as the exchange sent it. Modems leave the sum out,
// or not.
func (c *record) unformatted() (m callerid.Message, why string) {
	frame, confidence := bytes.TrimLeft(c.packet, "\x55"), float64(withSum)
	if len(frame) >= 2 && len(frame) == int(frame[1])+2 {
		frame = append(frame, mdmf.Checksum(frame))
		confidence = withoutSum
	}
	if len(frame) >= 2 && len(frame) > int(frame[1])+3 {
		frame = frame[:int(frame[1])+3] // carriage of the next burst's first mark bits
	}
	m, err := mdmf.Read(frame)
	if err != nil {
		return m, callerid.Why(err)
	}
	m.Confidence = confidence
	return m, ""
}

func build(groups ...[]callerid.Param) ([]byte, error) {
	var all []callerid.Param
	for _, g := range groups {
		all = append(all, g...)
	}
	return mdmf.Build(mdmf.Call, all...)
}

// timeParam is MMDDhhmm, or nothing where the modem's date makes no sense.
func (c *record) timeParam() []callerid.Param {
	t := []byte(digits(c.date) + digits(c.time))
	if !mdmf.ValidTime(t) {
		return nil
	}
	return []callerid.Param{{Type: mdmf.Time, Data: t}}
}

func (c *record) numberParams() []callerid.Param {
	if !c.gotNumber {
		return nil
	}
	if r := absence(c.number); r != callerid.Given {
		return []callerid.Param{{Type: mdmf.NumberReason, Data: []byte{byte(r)}}}
	}
	return []callerid.Param{{Type: mdmf.Number, Data: []byte(c.number)}}
}

func (c *record) nameParams() []callerid.Param {
	if c.name == "" {
		return nil
	}
	if r := absence(c.name); r != callerid.Given {
		return []callerid.Param{{Type: mdmf.NameReason, Data: []byte{byte(r)}}}
	}
	return []callerid.Param{{Type: mdmf.Name, Data: []byte(c.name)}}
}

// absence knows the modems' words for a number or name that was not sent.
func absence(value string) callerid.Reason {
	switch strings.ToUpper(value) {
	case "P", "PRIVATE", "ANONYMOUS", "WITHHELD":
		return callerid.Private
	case "", "O", "UNAVAILABLE", "UNKNOWN", "OUT OF AREA", "OUT-OF-AREA":
		return callerid.Unavailable
	}
	return callerid.Given
}

// digits drops what some modems put between them ("03/21", "14:05").
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// startsMessage reports whether hexadecimal text can be a whole message: seizure left
// in front, or a message type with a length that fits it. Parameter 04 in a MESG line
// is one octet long, a message of type 04 nine or more.
func startsMessage(text string) bool {
	b := bytes.TrimLeft(unhex(text), "\x55")
	if len(b) < 4 {
		return false
	}
	switch b[0] {
	case mdmf.Call, mdmf.Waiting, mdmf.Charge:
		return true
	case mdmf.SingleCall:
		return b[1] >= 9
	case mdmf.SingleWaiting:
		return b[1] == 3 && (b[2] == 0x42 || b[2] == 0x6f)
	}
	return false
}

func isHex(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) >= 2
}

// unhex returns the octets up to the first character that is no hexadecimal digit.
func unhex(s string) []byte {
	b, _ := hex.DecodeString(s)
	return b
}
