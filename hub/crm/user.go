package crm

// Role is what a user is in the office; hub/rights says what each may do.
type Role string

const (
	Admin   Role = "admin"
	Manager Role = "manager"
	Sales   Role = "sales"
)

// User is a person with a login.
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
}
