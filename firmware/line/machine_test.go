package line

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"bellhop/drivers/callerid"
	"bellhop/drivers/listen"
	"bellhop/firmware/boxapi"
)

// notes writes down what the machine asks for, a word or two each.
type notes struct {
	calls int
	text  []string
}

func (n *notes) newCall(int64) string { n.calls++; return fmt.Sprint(n.calls) }

func (n *notes) add(format string, args ...any) {
	n.text = append(n.text, fmt.Sprintf(format, args...))
}

func (n *notes) report(at int64, e boxapi.Event) {
	switch {
	case e.CallStarted != nil:
		n.add("%s:%s", e.CallStarted.Call, e.CallStarted.Direction)
	case e.CallAnswered != nil:
		n.add("answered@%s", seconds(at))
	case e.CallEnded != nil:
		n.add("%s(%s,%d)@%s", e.CallEnded.Outcome, e.CallEnded.Why, e.CallEnded.TalkMS, seconds(at))
	case e.NumberDialled != nil:
		n.add("dialled=%s", e.NumberDialled.Number)
	case e.LineChanged != nil:
		n.add("[%s]", e.LineChanged.State)
	}
}

func (n *notes) identified(call string, m *callerid.Message, _ int64) {
	n.add("%s=%s%s", call, m.Number, strings.Trim(string(rune(m.NumberReason)), "\x00"))
}
func (n *notes) unreadable(call string, r *callerid.Rejected, _ int64) {
	n.add("%s?%s", call, r.Why)
}
func (n *notes) record(string, boxapi.Direction, int64) { n.add("rec") }
func (n *notes) stopRecording(_ int64, complete bool)   { n.add("stop=%v", complete) }

func seconds(at int64) string { return fmt.Sprintf("%.1f", float64(at)/8000) }

// happening is one thing at a time in seconds.
type happening struct {
	at float64
	do func(m *machine, at int64)
}

func ringOn(at float64) happening  { return heard(at, listen.Event{Ring: &listen.Ring{On: true}}) }
func ringOff(at float64) happening { return heard(at, listen.Event{Ring: &listen.Ring{}}) }
func key(at float64, k byte) happening {
	return heard(at, listen.Event{Digit: &listen.Digit{Key: k}})
}
func toneOf(at float64, name string, on, hangUp bool) happening {
	return heard(at, listen.Event{Tone: &listen.Tone{Name: name, On: on, HangUp: hangUp}})
}
func heard(at float64, e listen.Event) happening {
	return happening{at, func(m *machine, pos int64) { e.At = pos; m.hear(e) }}
}
func fsk(at float64, number string) happening { return message(at, "bell202", number, 0) }
func clip(at float64, number string) happening {
	return message(at, "dtmf", number, 0)
}
func message(at float64, modem, number string, reason callerid.Reason) happening {
	end := int64(at * 8000)
	return heard(at, listen.Event{Caller: &callerid.Message{
		Modem: modem, Number: number, NumberReason: reason, Start: end - 6000, End: end, Confidence: 1,
	}})
}
func bad(at float64, why string) happening {
	end := int64(at * 8000)
	return heard(at, listen.Event{Rejected: &callerid.Rejected{Modem: "bell202", Why: why, Start: end - 6000, End: end}})
}
func lift(at float64) happening {
	return happening{at, func(m *machine, pos int64) { m.hook(true, pos) }}
}
func drop(at float64) happening {
	return happening{at, func(m *machine, pos int64) { m.hook(false, pos) }}
}

func TestMachine(t *testing.T) {
	yes := true
	for name, tt := range map[string]struct {
		script  []happening
		silence time.Duration
		until   float64
		want    string
	}{
		"TEL-01 FSK between rings, answered, put down": {
			script: []happening{ringOn(1), ringOff(2), fsk(3.5, "13800138000"), ringOn(6), ringOff(7), lift(8), drop(18)},
			want:   "1:in [ringing] 1=13800138000 answered@8.0 [talking] rec stop=true answered(on-hook,10000)@18.0 [idle]",
		},
		"TEL-02 DTMF before the first ring, missed": {
			script: []happening{clip(1, "01085236699"), ringOn(2), ringOff(3), ringOn(7), ringOff(8)},
			want:   "1:in [ringing] 1=01085236699 stop=true missed(ring-stopped,0)@8.0 [idle]",
		},
		"TEL-02 DTMF between the first rings": {
			script: []happening{ringOn(1), ringOff(2), clip(3.5, "01085236699"), ringOn(6), ringOff(7), lift(8), drop(10)},
			want:   "1:in [ringing] 1=01085236699 answered@8.0 [talking] rec stop=true answered(on-hook,2000)@10.0 [idle]",
		},
		"TEL-02 keys in talk are no caller ID": {
			script: []happening{ringOn(1), ringOff(2), lift(3), key(5, 'D'), key(5.2, '1'), key(5.4, 'C'), clip(5.5, "1"), drop(9)},
			want:   "1:in [ringing] answered@3.0 [talking] rec stop=true answered(on-hook,6000)@9.0 [idle]",
		},
		"TEL-02 the number dialled is no caller ID": {
			script: []happening{lift(1), key(3, '1'), key(3.2, '1'), key(3.4, '4'), clip(3.6, "114"), drop(5)},
			want:   "1:out [talking] rec dialled=1 dialled=11 dialled=114 stop=true missed(on-hook,0)@5.0 [idle]",
		},
		"TEL-03 withheld": {
			script: []happening{ringOn(1), ringOff(2), message(3.5, "bell202", "", callerid.Private)},
			want:   "1:in [ringing] 1=P stop=true missed(ring-stopped,0)@2.0 [idle]",
		},
		"TEL-03 unreadable": {
			script: []happening{ringOn(1), ringOff(2), bad(3.5, "checksum")},
			want:   "1:in [ringing] 1?checksum stop=true missed(ring-stopped,0)@2.0 [idle]",
		},
		"TEL-03 unreadable, then sent again": {
			script: []happening{ringOn(1), ringOff(2), bad(3.2, "checksum"), fsk(4.5, "10086"), bad(5, "short"), ringOn(6), ringOff(7)},
			want:   "1:in [ringing] 1?checksum 1=10086 stop=true missed(ring-stopped,0)@7.0 [idle]",
		},
		"TEL-03 unreadable before the first ring": {
			script: []happening{bad(1, "checksum"), ringOn(2), ringOff(3)},
			want:   "1:in [ringing] 1?checksum stop=true missed(ring-stopped,0)@3.0 [idle]",
		},
		"unreadable with no ring, and again too soon": {
			script: []happening{bad(1, "carrier"), bad(20, "carrier")},
			until:  30,
			want:   "?carrier",
		},
		"many unreadable bursts in one call": {
			script: []happening{ringOn(1), ringOff(2), bad(3, "a"), bad(3.2, "b"), bad(3.4, "c"), bad(3.6, "d")},
			want:   "1:in [ringing] 1?a 1?b 1?c stop=true missed(ring-stopped,0)@2.0 [idle]",
		},
		"early caller ID, no ring": {
			script: []happening{clip(1, "10010")},
			want:   "1:in [ringing] 1=10010 stop=true missed(ring-stopped,0)@1.0 [idle]",
		},
		"the message lamp is no call": {
			script: []happening{heard(1, listen.Event{Caller: &callerid.Message{Waiting: &yes}})},
			until:  20,
		},
		"the same number sent twice": {
			script: []happening{ringOn(1), ringOff(2), fsk(3, "10086"), fsk(4.5, "10086")},
			want:   "1:in [ringing] 1=10086 stop=true missed(ring-stopped,0)@2.0 [idle]",
		},
		"answered before its burst": {
			script: []happening{ringOn(1), lift(1.5), ringOff(1.6), fsk(3.5, "10086"), drop(6)},
			want:   "1:in [ringing] answered@1.5 [talking] rec 1=10086 stop=true answered(on-hook,4500)@6.0 [idle]",
		},
		"answered in mid-burst": {
			script: []happening{ringOn(1), ringOff(2), lift(3), bad(3.1, "short"), drop(6)},
			want:   "1:in [ringing] answered@3.0 [talking] rec 1?short stop=true answered(on-hook,3000)@6.0 [idle]",
		},
		"a burst in the middle of talk is not this call's": {
			script: []happening{ringOn(1), ringOff(2), lift(3), fsk(30, "10010"), bad(31, "short"), drop(40)},
			want:   "1:in [ringing] answered@3.0 [talking] rec stop=true answered(on-hook,37000)@40.0 [idle]",
		},
		"hang-up heard, then the set put down": {
			script: []happening{ringOn(1), ringOff(2), lift(3), toneOf(10, "busy", true, false), toneOf(13, "busy", true, true), drop(20)},
			want:   "1:in [ringing] answered@3.0 [talking] rec stop=true answered(busy-tone,7000)@13.0 [talking] [idle]",
		},
		"a tone that does not last is no hang-up": {
			script: []happening{ringOn(1), ringOff(2), lift(3), toneOf(10, "busy", true, false), toneOf(12, "busy", false, false), drop(20)},
			want:   "1:in [ringing] answered@3.0 [talking] rec stop=true answered(on-hook,17000)@20.0 [idle]",
		},
		"hook flash": {
			script: []happening{ringOn(1), ringOff(2), lift(3), drop(10), lift(10.4), drop(20)},
			want:   "1:in [ringing] answered@3.0 [talking] rec stop=true answered(on-hook,17000)@20.0 [idle]",
		},
		"outgoing, ringback, talk": {
			script: []happening{lift(1), toneOf(1.5, "dial", true, false), key(3, '9'), toneOf(3, "dial", false, false), toneOf(5, "ringback", true, false),
				toneOf(12, "ringback", false, false), key(20, '1'), drop(30)},
			want: "1:out [talking] rec dialled=9 answered@12.0 stop=true answered(on-hook,18000)@30.0 [idle]",
		},
		"outgoing, engaged": {
			script: []happening{lift(1), key(3, '9'), toneOf(5, "busy", true, false), toneOf(8, "busy", true, true), drop(9)},
			want:   "1:out [talking] rec dialled=9 stop=true missed(busy-tone,0)@8.0 [talking] [idle]",
		},
		"outgoing, rings out": {
			script: []happening{lift(1), key(3, '9'), toneOf(5, "ringback", true, false), toneOf(30, "ringback", false, false),
				toneOf(30.5, "busy", true, false), toneOf(33, "busy", true, true), drop(35)},
			want: "1:out [talking] rec dialled=9 stop=true missed(busy-tone,0)@33.0 [talking] [idle]",
		},
		"outgoing, no ringback from this exchange": {
			script: []happening{lift(1), key(3, '9'), drop(30)},
			want:   "1:out [talking] rec dialled=9 answered@15.0 stop=true answered(on-hook,15000)@30.0 [idle]",
		},
		"engaged, dials another without putting the set down": {
			script: []happening{lift(1), key(2, '1'), toneOf(5, "busy", true, true), key(10, '2'), drop(12)},
			want:   "1:out [talking] rec dialled=1 stop=true missed(busy-tone,0)@5.0 [talking] 2:out [talking] rec dialled=2 stop=true missed(on-hook,0)@12.0 [idle]",
		},
		"silence ends a call where nobody sees the hook": {
			script:  []happening{ringOn(1), ringOff(2), heard(3, listen.Event{Hook: &listen.Hook{Off: true}})},
			silence: 20 * time.Second,
			until:   40,
			want:    "1:in [ringing] answered@3.0 [talking] rec stop=true answered(silence,20020)@23.0 [idle]",
		},
		"rings in mid-call: the set was put down unnoticed": {
			script: []happening{ringOn(1), ringOff(2), lift(3), ringOn(50), ringOff(51), ringOn(55), ringOff(56)},
			want:   "1:in [ringing] answered@3.0 [talking] rec stop=true answered(on-hook,47000)@50.0 [idle] 2:in [ringing] stop=true missed(ring-stopped,0)@56.0 [idle]",
		},
		"two calls": {
			script: []happening{ringOn(1), ringOff(2), ringOn(20), ringOff(21)},
			want:   "1:in [ringing] stop=true missed(ring-stopped,0)@2.0 [idle] 2:in [ringing] stop=true missed(ring-stopped,0)@21.0 [idle]",
		},
		"a ring whose end is not heard": {
			script: []happening{ringOn(1)},
			until:  30,
			want:   "1:in [ringing] stop=true missed(ring-stopped,0)@1.0 [idle]",
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := &notes{}
			m := newMachine(1, n, tt.silence)
			until := tt.until
			if until == 0 {
				until = tt.script[len(tt.script)-1].at + 15
			}
			next := 0
			for now := int64(0); now <= int64(until*8000); now += block {
				for next < len(tt.script) && int64(tt.script[next].at*8000) <= now {
					tt.script[next].do(m, int64(tt.script[next].at*8000))
					next++
				}
				m.advance(now, -60)
			}
			if got := strings.Join(n.text, " "); got != tt.want {
				t.Errorf("\n got %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestInterrupted(t *testing.T) {
	n := &notes{}
	m := newMachine(1, n, 0)
	m.ringing(true, 8000)
	m.hook(true, 16000)
	m.interrupt("line-fault", 24000)
	m.interrupt("line-fault", 25000)
	want := "1:in [ringing] answered@2.0 [talking] rec stop=false interrupted(line-fault,1000)@3.0 [idle]"
	if got := strings.Join(n.text, " "); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestPast(t *testing.T) {
	h := newPast(100)
	var n int16
	for range 37 {
		p := make([]int16, 7)
		for i := range p {
			p[i] = n
			n++
		}
		h.write(p)
	}
	for _, tt := range []struct{ from, to, first, len int64 }{
		{200, 210, 200, 10}, {0, 170, 159, 11}, {250, 999, 250, 9}, {300, 400, 0, 0}, {159, 259, 159, 100},
	} {
		p := h.between(tt.from, tt.to)
		if int64(len(p)) != tt.len || tt.len > 0 && int64(p[0]) != tt.first {
			t.Errorf("%d..%d: %d samples from %v", tt.from, tt.to, len(p), p)
		}
		for i := range p {
			if p[i] != p[0]+int16(i) {
				t.Fatalf("%d..%d: %v", tt.from, tt.to, p)
			}
		}
	}
}
