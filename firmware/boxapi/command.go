package boxapi

// Command asks the box for something. ID is chosen by the hub and is the key of
// idempotence. Exactly one of the pointers is set.
type Command struct {
	ID string `json:"id"`

	SendSMS      *SendSMS      `json:"sendSms,omitempty"`
	SetRecording *SetRecording `json:"setRecording,omitempty"`
	Record       *Record       `json:"record,omitempty"`
	Simulate     *Simulate     `json:"simulate,omitempty"`
	Restart      *Restart      `json:"restart,omitempty"`
	ShowBackup   *ShowBackup   `json:"showBackup,omitempty"`

	ConfirmFactoryReset *ConfirmFactoryReset `json:"confirmFactoryReset,omitempty"`
}

// Result answers a Command. Error is empty on success, else a stable key such as
// "not-simulated", "line-busy", "bad-number"; Detail is for the log.
type Result struct {
	ID     string `json:"id"`
	Error  string `json:"error,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// SendSMS queues one text; SMSChanged events with the command's ID tell its fate.
type SendSMS struct {
	To   string `json:"to"`
	Text string `json:"text"`
}

// SetRecording says which calls are recorded (REC-01, REC-02); kept over restarts.
type SetRecording struct {
	Incoming bool `json:"incoming"`
	Outgoing bool `json:"outgoing"`
	Paused   bool `json:"paused,omitempty"` // the space allowed is used up: nothing is recorded, and each call says so
}

// Record starts or stops the recording of a call in progress (REC-03). What is said in
// between is left out; the recording goes on in the same file. The box answers "no-call"
// when the call is not talking.
type Record struct {
	Call string `json:"call"`
	On   bool   `json:"on"`
}

// Simulate makes something happen on the board "sim"; other boards refuse it.
type Simulate struct {
	Ring *SimulateRing `json:"ring,omitempty"`
	Dial *SimulateDial `json:"dial,omitempty"`
	SMS  *SimulateSMS  `json:"sms,omitempty"`
}

// SimulateRing plays an incoming call into a line as audio in real time.
type SimulateRing struct {
	Line     int    `json:"line,omitempty"` // 1 unless told
	From     string `json:"from,omitempty"` // "P" withheld, "O" unavailable, "" no caller ID at all
	Name     string `json:"name,omitempty"`
	Standard string `json:"standard,omitempty"` // "bell202" (default), "v23", "dtmf"
	WAV      []byte `json:"wav,omitempty"`      // played instead of the made-up burst between ring 1 and 2
	Rings    int    `json:"rings,omitempty"`    // before it is answered or given up; 2 unless told
	NoAnswer bool   `json:"noAnswer,omitempty"`
	TalkMS   int64  `json:"talkMs,omitempty"` // 10 s unless told
	NoBurst  bool   `json:"noBurst,omitempty"`
	BadSum   bool   `json:"badSum,omitempty"` // send a wrong checksum
	Quick    bool   `json:"quick,omitempty"`  // for benches: first ring and gaps shortened to the least a line may do
}

// SimulateDial lifts the simulated set and dials To.
type SimulateDial struct {
	Line   int    `json:"line,omitempty"`
	To     string `json:"to"`
	TalkMS int64  `json:"talkMs,omitempty"`
}

// SimulateSMS delivers a text to the simulated modem.
type SimulateSMS struct {
	From string `json:"from"`
	Text string `json:"text"`
}

// Restart ends the firmware in good order; whoever started it starts it again.
type Restart struct{}

// ShowBackup says whether the last backup failed, for the lamps. It is forgotten with
// the box's restart; the hub says it again when it connects.
type ShowBackup struct {
	Failed bool `json:"failed"`
}

// ConfirmFactoryReset carries out what a long press of the box's button asked for within
// the last two minutes (alert "factory-reset-asked"); else the answer is "not-asked".
type ConfirmFactoryReset struct{}

// Status is the box as it is now.
type Status struct {
	Box       string         `json:"box"` // as in its events
	Version   string         `json:"version"`
	Board     string         `json:"board"`
	StartedAt int64          `json:"startedAt"`
	Lines     []LineStatus   `json:"lines"`
	Modems    []ModemChanged `json:"modems"`
	FreeBytes int64          `json:"freeBytes"`
	Pending   int            `json:"pending"` // events not yet acknowledged
	Last      uint64         `json:"last"`    // number of the newest event
	Recording SetRecording   `json:"recording"`
}

// LineStatus adds what only matters at the moment of asking.
type LineStatus struct {
	Line
	LevelDBm0 float64 `json:"levelDbm0"` // of the last 100 ms; -99 for silence
	Clipping  bool    `json:"clipping"`
}
