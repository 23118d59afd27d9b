package audit

import (
	"context"
	"strconv"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Rule is what has to come before a reading.
type Rule string

const (
	Free     Rule = "off"
	Reason   Rule = "reason"   // the reader says why
	Approval Rule = "approval" // and the data keeper agrees
)

// Policy is what an office has set about its customer files.
type Policy struct {
	Export      Rule `json:"export"`      // exporting, printing lists, sending to many, reading en masse
	Important   Rule `json:"important"`   // opening an important customer
	PassMinutes int  `json:"passMinutes"` // how long one purpose lasts
	OpenLimit   int  `json:"openLimit"`   // customers opened in an hour before the keeper is told; 0 for no limit
	ListLimit   int  `json:"listLimit"`   // records listed on a day before the Export rule holds for lists; 0 for no limit
	Watermark   bool `json:"watermark"`   // everybody's pages carry his name, not only of those who may not copy out
}

var usual = Policy{Export: Free, Important: Reason, PassMinutes: 60, OpenLimit: 100}

// Bounds of what can be set.
const (
	maxPassMinutes = 24 * 60
	maxLimit       = 1_000_000
)

// Policy reads what is set.
func (a *Audit) Policy(ctx context.Context) (Policy, error) {
	all, err := a.store.Settings(ctx)
	p := usual
	if err != nil {
		return p, err
	}
	rule := func(into *Rule, key string) {
		if v := Rule(all[key]); v == Free || v == Reason || v == Approval {
			*into = v
		}
	}
	number := func(into *int, key string) {
		if n, err := strconv.Atoi(all[key]); err == nil {
			*into = n
		}
	}
	rule(&p.Export, "audit.export")
	rule(&p.Important, "audit.important")
	number(&p.PassMinutes, "audit.pass_minutes")
	number(&p.OpenLimit, "audit.open_limit")
	number(&p.ListLimit, "audit.list_limit")
	p.Watermark = all["audit.watermark"] == "1"
	return p, nil
}

// SetPolicy keeps what an office has set, and who may copy out.
func (a *Audit) SetPolicy(ctx context.Context, p Policy, rules []store.CopyRule) error {
	for _, r := range []struct {
		rule  Rule
		field string
	}{{p.Export, "export"}, {p.Important, "important"}} {
		if r.rule != Free && r.rule != Reason && r.rule != Approval {
			return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: r.field}
		}
	}
	for _, n := range []struct {
		value, least, most int
		field              string
	}{{p.PassMinutes, 1, maxPassMinutes, "passMinutes"}, {p.OpenLimit, 0, maxLimit, "openLimit"}, {p.ListLimit, 0, maxLimit, "listLimit"}} {
		if n.value < n.least || n.value > n.most {
			return &crm.Error{Code: crm.Invalid, Key: "audit.out_of_bounds", Field: n.field,
				Args: map[string]string{"least": strconv.Itoa(n.least), "most": strconv.Itoa(n.most)}}
		}
	}
	for _, r := range rules {
		if r.Subject != "user" && r.Subject != "role" {
			return &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "copying"}
		}
	}
	watermark := "0"
	if p.Watermark {
		watermark = "1"
	}
	return a.store.SetSecurity(ctx, map[string]string{
		"audit.export": string(p.Export), "audit.important": string(p.Important), "audit.pass_minutes": strconv.Itoa(p.PassMinutes),
		"audit.open_limit": strconv.Itoa(p.OpenLimit), "audit.list_limit": strconv.Itoa(p.ListLimit), "audit.watermark": watermark,
	}, rules)
}

// CopyRules are who may copy out and who may not.
func (a *Audit) CopyRules(ctx context.Context) ([]store.CopyRule, error) {
	return a.store.CopyRules(ctx)
}

// MayCopy tells whether the user may copy out: select, print, export (SEC-16). What is
// said of himself goes before what is said of his roles, and one role that may is enough.
func (a *Audit) MayCopy(ctx context.Context, who *rights.Rights) (bool, error) {
	rules, err := a.store.CopyRules(ctx)
	if err != nil || len(rules) == 0 {
		return true, err
	}
	said := map[store.CopyRule]bool{}
	for _, r := range rules {
		said[r] = true
	}
	for _, allowed := range []bool{true, false} {
		if said[store.CopyRule{Subject: "user", ID: who.User.ID, Allowed: allowed}] {
			return allowed, nil
		}
	}
	for _, role := range who.Roles() {
		if !said[store.CopyRule{Subject: "role", ID: role.ID}] {
			return true, nil
		}
	}
	return len(who.Roles()) == 0, nil
}
