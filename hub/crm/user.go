package crm

// Role is the delivered role a user has above all; hub/rights holds every role and
// says what each may do.
type Role string

const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Sales   Role = "sales"
)

// User is a person with a login: an employee of the office. It is comparable, so that
// two moments of one user can be.
type User struct {
	ID            ID
	Login         string
	Name          string
	Role          Role
	Active        bool
	Lang          string // "zh-CN", "zh-TW", "en"
	Theme         string // "system", "light", "dark"
	Density       string // "comfortable", "compact"
	RingSound     string // "off", "once", "repeat"
	CallerDisplay bool   // a card opens when a line rings (TEL-13)
	MustChange    bool   // the password was set by somebody else
	Service       bool   // a program with a key acts as it; nobody logs in

	Department ID // 0 for none
	Superior   ID // 0 for none
	Post       string
	EmployeeNo string
	Mobile     string
	Extension  string
	Email      string
	State      string // of EmployeeStates; who has left can't log in

	Limits LoginLimits
}

// EmployeeStates are how an employee stands with the office.
var EmployeeStates = []string{"regular", "trial", "left"}

// LoginLimits bound when, where and with what a user may be logged in.
type LoginLimits struct {
	BoundDevices bool // only with devices an administrator has bound (SEC-12)
	LANOnly      bool // not from outside the office's network (SEC-14)
	PCOnly       bool // not with a telephone or tablet
	Days         int  // bit 0 is Monday; 0 for every day (SEC-13)
	From, To     int  // minutes of the day; equal for the whole day
	LockMinutes  int  // of absence until the page is covered; 0 for the office's (SEC-11)
}

// Department is a part of the office.
type Department struct {
	ID       ID     `json:"id"`
	Parent   ID     `json:"parent"` // 0 for one at the top
	Name     string `json:"name"`
	Position int    `json:"position"` // among those of one parent
}

// Group is a number of users that records are shared with as one (共享群).
type Group struct {
	ID      ID     `json:"id"`
	Name    string `json:"name"`
	Members []ID   `json:"members"`
}
