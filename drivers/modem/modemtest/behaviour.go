package modemtest

import "slices"

// Behaviour is how SIM, network and modem behave at the moment.
type Behaviour struct {
	SIM          string // answer to +CPIN?: "READY", "SIM PIN", …; "" means not inserted
	PIN          string // what unlocks "SIM PIN"
	Registration int    // +CREG: 0 not, 1 home, 2 searching, 5 roaming
	Signal       int    // +CSQ, 0 to 31 or 99
	Centre       string // service centre; "" none

	// Refuse holds +CMS errors for the next submissions, one each; 0 lets one through.
	Refuse []int
	// RefuseTo holds +CMS errors by recipient, as dialled.
	RefuseTo map[string]int
	// Swallow is how many next submissions are sent and not answered.
	Swallow int
	// LateAnswer is how many next submissions are sent, and answered only after the
	// driver's ESC.
	LateAnswer int
	// NoPrompt is how many next +CMGS get no prompt.
	NoPrompt int
	// UnplugAfterPDU pulls the modem out right after the next PDU was sent.
	UnplugAfterPDU bool
	// UnplugAtPrompt pulls it out instead of prompting.
	UnplugAtPrompt bool
	// Deaf swallows this many next command lines whole.
	Deaf int
	// Late holds command prefixes that are answered only after the next command came.
	Late []string
	// Noise is announced in the middle of every answer.
	Noise []string
	// ReportStatus is the TP-ST of delivery reports; 0 is delivered.
	ReportStatus byte
	// Unannounced keeps arriving texts from being announced.
	Unannounced bool
}

// Set changes the behaviour.
func (m *Modem) Set(f func(*Behaviour)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was := m.behave.SIM
	f(&m.behave)
	if was == "READY" && m.behave.SIM == "" {
		m.line("+CPIN: NOT READY")
	}
	m.bringWaiting()
}

// Personality is what differs from one make to the next.
type Personality struct {
	Manufacturer, Model, Revision string
	NewMessage                    string   // answer to +CNMI=?
	Refuses                       []string // command prefixes answered with ERROR
	Memory                        string   // where texts arrive, "SM" or "ME"
	Boot                          []string // said when its port is first used
	UnreadableReports             bool     // with ds 2, +CDSI names a place that holds nothing
}

var (
	// Plain does what the standard says.
	Plain = Personality{
		Manufacturer: "Bellhop", Model: "Simulated modem", Revision: "1",
		NewMessage: "(0-3),(0-3),(0,2,3),(0-2),(0,1)", Memory: "SM",
	}
	// SIM800 takes no stored reports and knows no LTE.
	SIM800 = Personality{
		Manufacturer: "SIMCOM_Ltd", Model: "SIMCOM_SIM800C", Revision: "Revision:1418B06SIM800C24",
		NewMessage: "(0-3),(0-3),(0,2),(0,1),(0,1)", Memory: "SM",
		Refuses: []string{"+CEREG"},
	}
	// EC25 announces stored reports that can't be read.
	EC25 = Personality{
		Manufacturer: "Quectel", Model: "EC25", Revision: "EC25EFAR06A06M4G",
		NewMessage: "(0-2),(0-3),(0,2),(0-2),(0,1)", Memory: "ME",
		UnreadableReports: true,
	}
	// Poor announces nothing and refuses whatever may be refused.
	Poor = Personality{
		Manufacturer: "HUAWEI", Model: "E173", Revision: "11.126", Memory: "SM",
		Refuses: []string{"+CNMI", "+CPMS", "+CSMS", "+CSCS", "+CEREG", "+CGREG", "+COPS=", "+CMEE", "V1"},
	}
)

func (p Personality) refuses(cmd string) bool {
	return slices.ContainsFunc(p.Refuses, func(prefix string) bool { return hasPrefix(cmd, prefix) })
}

// ForgetAnnouncing drops +CNMI, as network events make some modems do.
func (m *Modem) ForgetAnnouncing() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.newMsg = [5]int{}
}
