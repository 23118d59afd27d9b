package boxapi

// The machine below the programs: network, clock, power, logs. It is changed by a service
// of its own with the rights for it (bellhop-firmware system); box and hub only ask.
//
//	POST /v1/system/OP   request → answer, both JSON; 422 {"error":KEY,"detail":…} when it
//	                     is refused, 501 where this machine has no such service
//
//	network          {}              → Network
//	network.set      Wired           → Network, for a trial: without network.keep within
//	                                   NetworkTrial what was before comes back
//	network.keep     {}              → Network
//	wifi.scan        {}              → []WifiNetwork
//	wifi.join        WifiJoin        → Network
//	wifi.forget      {"name":…}      → Network
//	wifi.open        {}              → AccessPoint: the box's own network for setting up
//	clock            {}              → Clock
//	clock.set        {"at":ms}       → Clock
//	clock.zone       {"zone":"Asia/Shanghai"} → Clock
//	power            {"do":"reboot"|"off"}    → {}
//	logs             {"unit":"hub"|"firmware"|"all","lines":N} → {"text":…}
//	reset            {"confirm":ResetWord}    → {}: everything is gone at the next start, which follows
//	update           Update          → the updater's status: as it is, where Update is empty
//	backup           Backup          → BackupAnswer

// NetworkTrial is how many seconds a new network setting lives until it is confirmed.
const NetworkTrial = 120

// ResetWord is what a factory reset wants to be told.
const ResetWord = "ERASE"

// SystemError is why the machine refused: a stable key, and words for the log.
type SystemError struct {
	Key    string `json:"error"`
	Detail string `json:"detail,omitempty"`
}

func (e *SystemError) Error() string {
	if e.Detail == "" {
		return e.Key
	}
	return e.Key + ": " + e.Detail
}

// Keys of SystemError.
const (
	NoSystem       = "no-system"       // this machine has no such service
	BadAddress     = "bad-address"     // not like 192.168.1.20/24
	BadGateway     = "bad-gateway"     // no address, or outside of the network
	BadNameServer  = "bad-name-server" // no address
	BadWifi        = "bad-wifi"        // name of 1 to 32 bytes, password of 8 to 63
	NoWifi         = "no-wifi"         // this machine has no radio
	BadTime        = "bad-time"        // before this version was made, or after 2099
	BadZone        = "bad-zone"        // no such time zone
	BadUnit        = "bad-unit"        // no such log
	BadPower       = "bad-power"       // neither reboot nor off
	NotConfirmed   = "not-confirmed"   // the word is missing
	BadPIN         = "bad-pin"         // or too many tries
	TriedTooOften  = "tried-too-often" // wait a minute
	BadUpdate      = "bad-update"      // not signed by us, damaged, or older
	NothingToTry   = "nothing-to-try"  // no version was written
	NothingBehind  = "nothing-behind"  // no other version to go back to
	SystemFailed   = "failed"          // a program of the machine failed; Detail has its words
	UnknownRequest = "unknown-request" // not in the list above
)

// Wired is how the box gets its address on the cable.
type Wired struct {
	DHCP    bool     `json:"dhcp"`
	Address string   `json:"address,omitempty"` // 192.168.1.20/24
	Gateway string   `json:"gateway,omitempty"`
	DNS     []string `json:"dns,omitempty"`
}

// Network is the network as it is set and as it is.
type Network struct {
	Host       string      `json:"host"` // reached as Host.local
	Wired      Wired       `json:"wired"`
	Trial      int         `json:"trial,omitempty"` // seconds until Wired is taken back
	Interfaces []Interface `json:"interfaces"`
	Gateway    string      `json:"gateway,omitempty"`
	DNS        []string    `json:"dns,omitempty"`
	Wifi       string      `json:"wifi,omitempty"` // the network kept for the radio
}

// Interface is one network card.
type Interface struct {
	Name      string   `json:"name"`
	MAC       string   `json:"mac"`
	Radio     bool     `json:"radio,omitempty"`
	Up        bool     `json:"up"` // a cable is plugged in, or the radio joined
	Addresses []string `json:"addresses,omitempty"`
}

// WifiNetwork is a network the radio hears.
type WifiNetwork struct {
	Name    string `json:"name"`
	Secured bool   `json:"secured"`
	Signal  int    `json:"signal"` // dBm
	Joined  bool   `json:"joined,omitempty"`
}

// WifiJoin asks to join a network and to keep it.
type WifiJoin struct {
	Name     string `json:"name"`
	Password string `json:"password,omitempty"`
}

// AccessPoint is the box's own radio network.
type AccessPoint struct {
	Name     string `json:"name"`
	Password string `json:"password"`
	Address  string `json:"address"`
}

// Clock is the time of the box and where it has it from.
type Clock struct {
	At     int64  `json:"at"`
	Zone   string `json:"zone"`
	Synced bool   `json:"synced"` // by the network
	Kept   bool   `json:"kept"`   // by a battery clock while the box is off
}

// Update asks for another version.
type Update struct {
	File string `json:"file,omitempty"` // a signed bundle
	Try  bool   `json:"try,omitempty"`  // start into what was written
	Back bool   `json:"back,omitempty"` // make the earlier version the one to try
}

// Backup asks the hub's program for something about backups.
type Backup struct {
	Do       string `json:"do"`                 // "now", "list", "restore", "undo"
	Snapshot string `json:"snapshot,omitempty"` // the latest where empty
	Sheet    string `json:"sheet,omitempty"`    // code of the recovery sheet; empty for the target that is set up
	HostKey  string `json:"hostKey,omitempty"`  // fingerprint an SSH server must have
}

// BackupAnswer is what the program said, in English.
type BackupAnswer struct {
	Text string `json:"text"`
}
