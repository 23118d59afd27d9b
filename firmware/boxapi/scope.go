package boxapi

// The line scope lets a technician watch a line as the detectors hear it. Nothing of
// it is kept, and nobody watching costs nothing.
//
//	GET /v1/scope?line=N                      application/x-ndjson: ten ScopeFrame a second
//	GET /v1/scope/capture?line=N&seconds=S    WAV of the last S seconds, at most ScopeSeconds
//
// 404: there is no such line.

// ScopeSeconds is how much sound of each line is at hand for a capture.
const ScopeSeconds = 30

// The spectrum's bins, in Hz: bin i holds what is between ScopeLowHz+i*ScopeStepHz and
// one step above it.
const (
	ScopeLowHz  = 275
	ScopeStepHz = 50
	ScopeBins   = 63 // up to 3425 Hz
)

// ScopeFrame is one look at a line. Levels are in dBm0; -99 stands for silence and
// 3.14 is the level of a sine that fills 16 bits.
type ScopeFrame struct {
	At    int64     `json:"at"`
	Line  int       `json:"line"`
	State LineState `json:"state"`

	LevelDBm0 float64 `json:"levelDbm0"` // of the last 100 ms, without DC
	PeakDBm0  float64 `json:"peakDbm0"`  // the greatest sample in it, as a sine of that height
	OffsetPct float64 `json:"offsetPct"` // DC, of full scale
	Clipped   int     `json:"clipped"`   // samples at the rails since the frame before

	// Warning is what a person should do something about: see the constants. It holds
	// for a few seconds after its cause.
	Warning ScopeWarning `json:"warning,omitempty"`

	Spectrum []float64 `json:"spectrum"` // ScopeBins levels

	Ringing bool   `json:"ringing"`
	OffHook bool   `json:"offHook"`
	Tone    string `json:"tone,omitempty"`    // call-progress tone on the line: "dial", "busy", …
	Carrier string `json:"carrier,omitempty"` // "bell202" or "v23" while data is keyed
	Bits    string `json:"bits,omitempty"`    // bits keyed since the frame before, "0" and "1"
	Keys    string `json:"keys,omitempty"`    // the last DTMF keys, newest last

	// Bursts are those that became known since the frame before; the first frame of a
	// stream has the last ScopeBursts.
	Bursts []ScopeBurst `json:"bursts,omitempty"`
}

// ScopeBursts is how many bursts are remembered for those who come later.
const ScopeBursts = 20

type ScopeWarning string

const (
	// WarnClipping: the sound is too loud for the sound card. Ringing clips on a
	// capacitor tap and is no cause.
	WarnClipping ScopeWarning = "clipping"
	// WarnSilence: the set is lifted and nothing but noise is heard.
	WarnSilence ScopeWarning = "silence"
	// WarnDead: the sound card sends nothing but zeros, which no line does.
	WarnDead ScopeWarning = "dead"
)

// ScopeBurst is caller ID as it was heard: believed where Why is empty.
type ScopeBurst struct {
	ID         int64   `json:"id"` // grows; the same burst has the same ID in every stream
	At         int64   `json:"at"` // of its end
	DurationMS int64   `json:"durationMs"`
	LevelDBm0  float64 `json:"levelDbm0"` // mean over the burst; 0 if its sound is gone
	Modem      string  `json:"modem,omitempty"`
	Standard   string  `json:"standard,omitempty"` // which recognised it
	Number     string  `json:"number,omitempty"`
	Name       string  `json:"name,omitempty"`
	Reason     string  `json:"reason,omitempty"` // "P" withheld, "O" unavailable
	Time       string  `json:"time,omitempty"`   // MMDDhhmm
	Waiting    *bool   `json:"waiting,omitempty"`
	Confidence float64 `json:"confidence,omitempty"`
	Repaired   int     `json:"repaired,omitempty"` // bits changed to satisfy checksum and grammar
	Why        string  `json:"why,omitempty"`      // "checksum", "short", "grammar", "carrier", …
	Raw        string  `json:"raw,omitempty"`      // hex
}
