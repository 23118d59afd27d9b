package telephony

import (
	"bellhop/hub/crm"
	"bellhop/hub/field"
)

// The types below are what pages get as JSON. Each is made for one user, with that
// user's rights.

// Person is a user as others see him.
type Person struct {
	ID   crm.ID `json:"id"`
	Name string `json:"name"`
}

// Named is a record by its name.
type Named struct {
	ID    crm.ID `json:"id"`
	Label string `json:"label"`
	Title string `json:"title,omitempty"` // of a contact: his post
}

// PartyRef is whom a call or text is filed under.
type PartyRef struct {
	Entity  string `json:"entity"`
	ID      crm.ID `json:"id"`
	Label   string `json:"label"`
	Contact *Named `json:"contact,omitempty"`
}

// Call is a line of the call log.
type Call struct {
	ID         crm.ID     `json:"id"`
	Line       int        `json:"line"`
	LineLabel  string     `json:"lineLabel"`
	Direction  string     `json:"direction"`
	State      string     `json:"state"`
	Outcome    string     `json:"outcome,omitempty"`
	StartedAt  int64      `json:"startedAt"`
	AnsweredAt int64      `json:"answeredAt,omitempty"`
	EndedAt    int64      `json:"endedAt,omitempty"`
	TalkMS     int64      `json:"talkMs,omitempty"`
	Number     string     `json:"number"`
	Display    string     `json:"display"`
	Caller     string     `json:"caller"`
	Place      string     `json:"place,omitempty"`
	Carrier    string     `json:"carrier,omitempty"`
	CallerName string     `json:"callerName,omitempty"`
	Handler    *Person    `json:"handler,omitempty"`
	Party      *PartyRef  `json:"party,omitempty"`
	Ignored    bool       `json:"ignored,omitempty"`
	Recording  *Recording `json:"recording,omitempty"`
	Notes      []Note     `json:"notes"`
	BurstEnd   int64      `json:"burstEnd,omitempty"`
	Restricted *Owner     `json:"restricted,omitempty"`
}

// Callers of Call.Caller beside the store's own words.
const (
	callerKnown   = "known"
	callerUnknown = "unknown"
	callerShared  = "shared"
)

// Recording is a call's sound. Play tells whether this user may listen.
type Recording struct {
	State      string `json:"state"`
	DurationMS int64  `json:"durationMs,omitempty"`
	Complete   bool   `json:"complete,omitempty"`
	Play       bool   `json:"play"`
	Why        string `json:"why,omitempty"`

	Control bool    `json:"control,omitempty"` // this user may start and stop it (REC-03)
	Delete  bool    `json:"delete,omitempty"`  // and delete it
	By      *Person `json:"by,omitempty"`      // who deleted it, or on whose computer it lies; nil for the space limit
	At      int64   `json:"at,omitempty"`      // when
	Place   string  `json:"place,omitempty"`   // where it lies instead of here
}

// Note is what a user wrote about a call.
type Note struct {
	User Person `json:"user"`
	Text string `json:"text"`
	At   int64  `json:"at"`

	activity crm.ID // the contact record it has become
}

// Owner is all that is told of a party outside the user's rights.
type Owner struct {
	Owner string `json:"owner"`
}

// Card is what opens when a line rings.
type Card struct {
	Call          *Call          `json:"call"`
	Mine          Mine           `json:"mine"`
	Party         *Party         `json:"party,omitempty"`
	Balance       *Balance       `json:"balance,omitempty"`
	Tickets       *Tickets       `json:"tickets,omitempty"`
	Opportunities *Opportunities `json:"opportunities,omitempty"`
	Orders        []Order        `json:"orders,omitempty"`
	Recent        []Recent       `json:"recent"`
	Candidates    []Candidate    `json:"candidates"`
	Near          []Candidate    `json:"near"`
	MissedBefore  int            `json:"missedBefore,omitempty"`
	Actions       Actions        `json:"actions"`
	Note          OwnNote        `json:"note"`
}

// Mine is how the card stands with its user. One who is not addressed sees a pill.
type Mine struct {
	Addressed bool `json:"addressed"`
	Closed    bool `json:"closed"`
}

// Party is the known caller.
type Party struct {
	Entity    string  `json:"entity"`
	ID        crm.ID  `json:"id"`
	Label     string  `json:"label"`
	KindLabel string  `json:"kindLabel"`
	Level     *Tag    `json:"level,omitempty"`
	Company   string  `json:"company,omitempty"`
	Owner     *Person `json:"owner,omitempty"`
	Contact   *Named  `json:"contact,omitempty"`
}

// Tag is a chosen option.
type Tag struct {
	Label string     `json:"label"`
	Tone  field.Tone `json:"tone"`
}

// Balance is what the caller owes.
type Balance struct {
	Due     field.Money `json:"due"`
	Overdue field.Money `json:"overdue"`
}

// Tickets are the caller's open ones.
type Tickets struct {
	Count  int     `json:"count"`
	Newest *Ticket `json:"newest,omitempty"`
}

type Ticket struct {
	ID    crm.ID `json:"id"`
	No    string `json:"no"`
	Title string `json:"title"`
}

// Opportunities are the caller's open ones.
type Opportunities struct {
	Count  int          `json:"count"`
	Newest *Opportunity `json:"newest,omitempty"`
}

type Opportunity struct {
	ID     crm.ID       `json:"id"`
	Title  string       `json:"title"`
	Amount *field.Money `json:"amount,omitempty"`
}

// Order is one of the caller's last.
type Order struct {
	ID     crm.ID       `json:"id"`
	No     string       `json:"no"`
	Date   string       `json:"date"`
	Amount *field.Money `json:"amount,omitempty"`
	State  *Tag         `json:"state,omitempty"`
}

// Recent is one of the last contact records.
type Recent struct {
	At   int64  `json:"at"`
	Kind string `json:"kind"`
	Who  string `json:"who"`
	Text string `json:"text"`
}

// Candidate is somebody the caller may be. One outside the user's rights has no ID and
// no name, only an owner.
type Candidate struct {
	Entity  string `json:"entity"`
	ID      string `json:"id"`
	Label   string `json:"label"`
	Sub     string `json:"sub"`
	Owner   string `json:"owner,omitempty"`
	Last    *Last  `json:"last,omitempty"`
	Contact *Named `json:"contact,omitempty"`
}

// Last is the latest contact record.
type Last struct {
	At   int64  `json:"at"`
	Text string `json:"text"`
}

// Actions are what this user may do from the card.
type Actions struct {
	Open   bool     `json:"open"`
	Create []string `json:"create"`
	Start  []string `json:"start"`
	SMS    bool     `json:"sms"`
	Take   bool     `json:"take"`
}

// OwnNote is the user's own note on the call.
type OwnNote struct {
	Version int64  `json:"version"`
	Text    string `json:"text"`
}

// SMS is a text message.
type SMS struct {
	ID        crm.ID    `json:"id"`
	Direction string    `json:"direction"`
	Number    string    `json:"number"`
	Display   string    `json:"display"`
	Text      string    `json:"text"`
	State     string    `json:"state"`
	At        int64     `json:"at"`
	Parts     int       `json:"parts,omitempty"`
	Why       string    `json:"why,omitempty"`
	User      *Person   `json:"user,omitempty"`
	Party     *PartyRef `json:"party,omitempty"`
	Complete  bool      `json:"complete,omitempty"`
}

// Line is a telephone line as it stands.
type Line struct {
	ID    int    `json:"id"`
	Label string `json:"label"`
	State string `json:"state"`
	Call  string `json:"call,omitempty"`
	Since int64  `json:"since,omitempty"`
	Why   string `json:"why,omitempty"`
}

// Modem is a GSM modem as it stands.
type Modem struct {
	Modem    string `json:"modem"`
	State    string `json:"state"`
	Model    string `json:"model,omitempty"`
	Operator string `json:"operator,omitempty"`
	SignalDB int    `json:"signalDbm,omitempty"`
	Why      string `json:"why,omitempty"`
}

// Alert is something a person must know.
type Alert struct {
	Kind   string `json:"kind"`
	Raised bool   `json:"raised"`
	Detail string `json:"detail"`
	Since  int64  `json:"since,omitempty"`
	Line   int    `json:"line,omitempty"`
}

// BoxStatus is the state of the boxes as a whole.
type BoxStatus struct {
	Connected bool    `json:"connected"`
	Board     string  `json:"board"`
	Version   string  `json:"version"`
	Lines     []Line  `json:"lines"`
	Modems    []Modem `json:"modems"`
	FreeBytes int64   `json:"freeBytes"`
	Pending   int     `json:"pending"`
	Alerts    []Alert `json:"alerts"`
}

// Active is the telephony of this moment.
type Active struct {
	Cards     []*Card `json:"cards"`
	Lines     []Line  `json:"lines"`
	Connected bool    `json:"connected"`
}
