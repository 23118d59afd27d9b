package auth

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"bellhop/hub/crm"
)

// Setup is what the first-run page asks.
type Setup struct {
	Company  string `json:"company"`
	AreaCode string `json:"areaCode"` // of the office: "021", "0571"
	Name     string `json:"name"`
	Login    string `json:"login"`
	Password string `json:"password"`
	Lang     string `json:"lang"`
}

var (
	areaCode = regexp.MustCompile(`^(010|02\d|0[3-9]\d{2})$`)
	loginOK  = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,39}$`)
)

// Setup keeps the office's name and area code and makes its first administrator. It
// works once.
func (a *Auth) Setup(ctx context.Context, in Setup) (*crm.User, error) {
	if err := CheckOffice(in.Company, in.AreaCode); err != nil {
		return nil, err
	}
	user := NewUser(in.Login, in.Name, crm.Admin)
	user.Lang = in.Lang
	if err := CheckUser(user); err != nil {
		return nil, err
	}
	hash, err := a.NewHash(in.Password, user.Login)
	if err != nil {
		return nil, err
	}
	return user, a.store.FirstUser(ctx, user, hash, map[string]string{
		"company": strings.TrimSpace(in.Company), "area_code": in.AreaCode,
		"record.incoming": "1", "record.outgoing": "1",
	})
}

// CheckOffice refuses an office without a name or with an area code that is none.
func CheckOffice(company, code string) error {
	if strings.TrimSpace(company) == "" {
		return &crm.Error{Code: crm.Invalid, Key: "settings.company_needed", Field: "company"}
	}
	if !areaCode.MatchString(code) {
		return &crm.Error{Code: crm.Invalid, Key: "settings.bad_area_code", Field: "areaCode"}
	}
	return nil
}

// NewUser returns a user with the usual choices, not yet kept.
func NewUser(login, name string, role crm.Role) *crm.User {
	return &crm.User{
		ID: crm.NewID(), Login: strings.TrimSpace(login), Name: strings.TrimSpace(name), Role: role, Active: true,
		Lang: "zh-CN", State: crm.EmployeeStates[0], Theme: "system", Density: "comfortable", RingSound: "off", CallerDisplay: true,
	}
}

const day = 24 * 60 // minutes

// CheckUser refuses a user who could not be told from others.
func CheckUser(u *crm.User) error {
	switch {
	case !loginOK.MatchString(u.Login):
		return &crm.Error{Code: crm.Invalid, Key: "user.bad_login", Field: "login"}
	case u.Name == "":
		return &crm.Error{Code: crm.Invalid, Key: "user.name_needed", Field: "name"}
	case u.Role != crm.Admin && u.Role != crm.Manager && u.Role != crm.Sales:
		return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "role"}
	case !slices.Contains(crm.EmployeeStates, u.State):
		return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "state"}
	case u.Limits.Days < 0 || u.Limits.Days > 127 || u.Limits.From < 0 || u.Limits.From > day || u.Limits.To < 0 || u.Limits.To > day || u.Limits.LockMinutes < 0 || u.Limits.LockMinutes > day:
		return &crm.Error{Code: crm.Invalid, Key: "user.bad_hours", Field: "limits"}
	case u.Lang != "zh-CN" && u.Lang != "zh-TW" && u.Lang != "en":
		return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "lang"}
	}
	return nil
}
