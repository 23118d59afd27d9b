// Package boxapi is the contract between a box and its hub: the events a box
// reports, numbered and kept until acknowledged, and the commands it takes. It holds
// types and nothing else; boxserver serves it, the hub's boxclient follows it.
//
//	GET  /v1/events?after=SEQ   application/x-ndjson: every event after SEQ, then each new
//	                            one as it happens; an empty line every 5 s keeps it alive.
//	                            SEQ beyond the last event (the box has lost its data): all
//	POST /v1/ack                {"seq":N}: events up to N are safe with the hub and may go
//	POST /v1/commands           Command → Result; the same ID again gives the same Result
//	GET  /v1/status             Status
//	GET  /v1/recordings/FILE    MP3 or peaks (Range requests); DELETE removes both, PUT
//	                            takes back one from a backup
//	GET  /v1/captures/FILE      WAV of a rejected burst
//	GET  /v1/scope              a line as it is heard, for a technician: see ScopeFrame
//	POST /v1/system/OP          the machine below: see Network and its like
//	GET  /v1/pin                {"pin":"12345678"}: opens shell and SSH of the box
//	GET  /v1/support            tar.gz of logs and state, without a customer's data
//
// Every request carries "Authorization: Bearer TOKEN". Times are Unix milliseconds.
package boxapi

// Event is one numbered fact. Exactly one of the pointers is set.
type Event struct {
	Seq  uint64 `json:"seq"`  // 1, 2, 3, … for the life of the box
	At   int64  `json:"at"`   // when it happened
	Box  string `json:"box"`  // which box
	Boot string `json:"boot"` // which run of the firmware

	BoxStarted         *BoxStarted         `json:"boxStarted,omitempty"`
	LineChanged        *LineChanged        `json:"lineChanged,omitempty"`
	CallStarted        *CallStarted        `json:"callStarted,omitempty"`
	CallerIdentified   *CallerIdentified   `json:"callerIdentified,omitempty"`
	CallerUnreadable   *CallerUnreadable   `json:"callerUnreadable,omitempty"`
	NumberDialled      *NumberDialled      `json:"numberDialled,omitempty"`
	CallAnswered       *CallAnswered       `json:"callAnswered,omitempty"`
	CallEnded          *CallEnded          `json:"callEnded,omitempty"`
	RecordingStarted   *RecordingStarted   `json:"recordingStarted,omitempty"`
	RecordingFinished  *RecordingFinished  `json:"recordingFinished,omitempty"`
	RecordingFailed    *RecordingFailed    `json:"recordingFailed,omitempty"`
	ModemChanged       *ModemChanged       `json:"modemChanged,omitempty"`
	SMSReceived        *SMSReceived        `json:"smsReceived,omitempty"`
	SMSChanged         *SMSChanged         `json:"smsChanged,omitempty"`
	AlertChanged       *AlertChanged       `json:"alertChanged,omitempty"`
	AdministratorReset *AdministratorReset `json:"administratorReset,omitempty"`
	Serviced           *Serviced           `json:"serviced,omitempty"`
}

// BoxStarted is the first event of a run. Calls of an earlier run that it does not
// mention as open have been closed by CallEnded with OutcomeInterrupted.
type BoxStarted struct {
	Version string `json:"version"`
	Board   string `json:"board"`
	Lines   []Line `json:"lines"`
}

// Line is one telephone line of the box.
type Line struct {
	ID    int       `json:"id"` // 1, 2, …
	Label string    `json:"label"`
	State LineState `json:"state"`
	Call  string    `json:"call,omitempty"` // the call in progress
}

type LineState string

const (
	LineIdle    LineState = "idle"
	LineRinging LineState = "ringing"
	LineTalking LineState = "talking" // off-hook
	LineFault   LineState = "fault"   // no audio, device gone
)

type LineChanged struct {
	Line  int       `json:"line"`
	State LineState `json:"state"`
	Call  string    `json:"call,omitempty"`
	Why   string    `json:"why,omitempty"` // of a fault
}

type Direction string

const (
	Incoming Direction = "in"
	Outgoing Direction = "out"
)

// CallStarted opens a call: the first ring or a caller ID burst before it, or the
// set lifted with no ring. Call is unique for ever.
type CallStarted struct {
	Call      string    `json:"call"`
	Line      int       `json:"line"`
	Direction Direction `json:"direction"`
}

// CallerIdentified is a believed caller ID message for Call.
type CallerIdentified struct {
	Call       string  `json:"call"`
	Line       int     `json:"line"`
	Number     string  `json:"number,omitempty"` // as sent by the exchange
	Name       string  `json:"name,omitempty"`
	Reason     string  `json:"reason,omitempty"` // "P" withheld, "O" unavailable
	Time       string  `json:"time,omitempty"`   // MMDDhhmm by the exchange's clock
	Standard   string  `json:"standard"`
	Confidence float64 `json:"confidence"`
	Raw        string  `json:"raw,omitempty"` // hex
	BurstEnd   int64   `json:"burstEnd"`      // when the last bit of the burst was on the line
}

// CallerUnreadable is a burst that was heard and not believed.
type CallerUnreadable struct {
	Call    string `json:"call,omitempty"`
	Line    int    `json:"line"`
	Why     string `json:"why"`
	Raw     string `json:"raw,omitempty"`     // hex
	Capture string `json:"capture,omitempty"` // file under /v1/captures
}

// NumberDialled is the number keyed on the set of an outgoing call; it grows until
// the talk begins, each event holding all of it.
type NumberDialled struct {
	Call   string `json:"call"`
	Number string `json:"number"`
}

type CallAnswered struct {
	Call string `json:"call"`
}

type Outcome string

const (
	OutcomeAnswered    Outcome = "answered"
	OutcomeMissed      Outcome = "missed"
	OutcomeInterrupted Outcome = "interrupted" // the firmware died in mid-call
)

type CallEnded struct {
	Call    string  `json:"call"`
	Outcome Outcome `json:"outcome"`
	TalkMS  int64   `json:"talkMs"`
	Why     string  `json:"why,omitempty"` // "on-hook", "busy-tone", "ring-stopped", "silence", …
}

type RecordingStarted struct {
	Call string `json:"call"`
}

// RecordingFinished names a file that plays, complete or (after a power cut) as far
// as it got.
type RecordingFinished struct {
	Call       string `json:"call"`
	File       string `json:"file"` // under /v1/recordings; peaks beside it with ".peaks" appended
	DurationMS int64  `json:"durationMs"`
	Bytes      int64  `json:"bytes"`
	Complete   bool   `json:"complete"`
}

type RecordingFailed struct {
	Call string `json:"call"`
	Why  string `json:"why"` // "disk-full", "encoder", …
}

// ModemChanged tells the state of the GSM modem.
type ModemChanged struct {
	Modem    string     `json:"modem"` // "1", …
	State    ModemState `json:"state"`
	Model    string     `json:"model,omitempty"`
	Operator string     `json:"operator,omitempty"`
	SignalDB int        `json:"signalDbm,omitempty"`
	Why      string     `json:"why,omitempty"`
}

type ModemState string

const (
	ModemAbsent    ModemState = "absent"
	ModemStarting  ModemState = "starting"
	ModemNoSIM     ModemState = "no-sim"
	ModemPIN       ModemState = "pin"
	ModemNoNetwork ModemState = "no-network"
	ModemReady     ModemState = "ready"
	ModemSuspect   ModemState = "suspect"
)

// SMSReceived is a whole text, or after ten minutes the parts that came ("[…]"
// where one is missing, Complete false; completed later under the same ID).
type SMSReceived struct {
	ID       string `json:"id"`
	From     string `json:"from"`
	Text     string `json:"text"`
	SentAt   int64  `json:"sentAt,omitempty"` // by the service centre's clock
	Complete bool   `json:"complete"`
}

type SMSState string

const (
	SMSQueued    SMSState = "queued"
	SMSSending   SMSState = "sending"
	SMSSent      SMSState = "sent" // the network took it
	SMSDelivered SMSState = "delivered"
	SMSFailed    SMSState = "failed"
	SMSUnknown   SMSState = "unknown" // handed over, no answer: never resent by itself
)

type SMSChanged struct {
	ID    string   `json:"id"` // of SendSMS
	State SMSState `json:"state"`
	Parts int      `json:"parts,omitempty"`
	Why   string   `json:"why,omitempty"`
}

// AlertChanged raises or clears something a person must know: Kind "disk-full",
// "disk-low", "line-fault", "modem-absent", …
type AlertChanged struct {
	Kind   string `json:"kind"`
	Raised bool   `json:"raised"`
	Line   int    `json:"line,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// AdministratorReset carries a new password for the first administrator, set at the
// technician's console; the hub ends that user's sessions and asks for a change at
// the next login.
type AdministratorReset struct {
	PasswordHash string `json:"passwordHash"` // argon2id, PHC string
}

// Serviced tells what a technician changed at the console, for the system log.
type Serviced struct {
	What string `json:"what"`           // in English, as it stands in the box's own log
	From string `json:"from,omitempty"` // "serial", "ssh 192.168.1.7", …
}
