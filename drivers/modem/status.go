package modem

// State is how far the modem has come.
type State string

const (
	Absent    State = "absent"     // no such port, or it does not open
	Starting  State = "starting"   // open, being initialised
	NoSIM     State = "no-sim"     // works, holds no usable SIM
	PIN       State = "pin"        // the SIM wants a PIN or PUK
	NoNetwork State = "no-network" // not registered; texts wait
	Ready     State = "ready"
	Suspect   State = "suspect" // did not answer in time; being brought back
)

// Status is the modem as a technician wants to see it.
type Status struct {
	State        State
	Model        string
	Operator     string
	SignalDBm    int // 0 unknown
	StorageUsed  int // texts in the memory where new ones arrive
	StorageTotal int // 0 unknown
	Why          string
}

// StorageFull reports whether the memory for arriving texts is at least four fifths
// full, which a sweep normally never leaves it.
func (s Status) StorageFull() bool {
	return s.StorageTotal > 0 && s.StorageUsed*5 >= s.StorageTotal*4
}
