package rights

// Action is something a user does with the records of an entity, or in an area.
type Action string

const (
	Read     Action = "read"
	Create   Action = "create"
	Edit     Action = "edit"
	Delete   Action = "delete"
	Approve  Action = "approve"
	Print    Action = "print"
	Export   Action = "export"
	Import   Action = "import"
	Batch    Action = "batch"    // change many records at once
	Share    Action = "share"    // let others see a record
	Transfer Action = "transfer" // hand a record to another owner
	Play     Action = "play"     // listen to the recordings of their calls
	Reveal   Action = "reveal"   // see a masked value whole
)

// Actions are all of them, in the order pages show them.
var Actions = []Action{Read, Create, Edit, Delete, Approve, Print, Export, Import, Batch, Share, Transfer, Play, Reveal}

// Area is a part of the hub that is no entity and has rights of its own. "*" of a role
// says nothing about areas.
type Area struct {
	Name    string
	Actions []Action // that mean something there
}

// Areas are all of them. Their texts are "area.<name>".
var Areas = []Area{
	{Calls, []Action{Read, Play, Export, Delete}}, // the last two of recordings
	{Texts, []Action{Read, Create}},
	{Audit, []Action{Read, Export, Approve}},
	{Users, []Action{Read, Edit}},
	{Settings, []Action{Read, Edit}},
}

const (
	Calls    = "calls"    // the call log; play is for calls that belong to no record
	Texts    = "sms"      // text messages
	Audit    = "audit"    // the logs
	Users    = "users"    // employees, departments, roles
	Settings = "settings" // the office and its telephone lines
)

// IsArea tells an area from an entity.
func IsArea(name string) bool {
	for _, a := range Areas {
		if a.Name == name {
			return true
		}
	}
	return false
}

// set is a number of actions, a bit each in Actions' order.
type set uint32

func setOf(actions []Action) (s set) {
	for _, a := range actions {
		s |= a.bit()
	}
	return s
}

func (a Action) bit() set {
	for i, known := range Actions {
		if a == known {
			return 1 << i
		}
	}
	return 0
}

// Known tells whether there is such an action.
func (a Action) Known() bool { return a.bit() != 0 }
