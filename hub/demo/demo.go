// Package demo fills an empty office with a believable one: customers, their people,
// calls and documents of a firm in Hangzhou. It is made anew around the day it is
// started, always with the same people.
package demo

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

const (
	company  = "杭州铃客办公设备有限公司"
	areaCode = "0571"
	box      = "demo" // calls of before came from a box that is no more
)

// staff are the people of the office; a superior stands before those below him.
var staff = []struct {
	login, name      string
	role             crm.Role
	department, post string
	superior         string
	mobile           string
	extension        string
}{
	{"admin", "周敏", crm.Admin, "总经办", "总经理", "", "13906510001", "8001"},
	{"chenjing", "陈静", crm.Manager, "销售部", "销售经理", "周敏", "13906510002", "8010"},
	{"zhaomin", "赵敏", crm.Sales, "销售一组", "销售代表", "陈静", "13906510003", "8011"},
	{"liwei", "李伟", crm.Sales, "销售一组", "销售代表", "陈静", "13906510004", "8012"},
	{"zhouyang", "周洋", crm.Sales, "销售二组", "销售代表", "陈静", "13906510005", "8021"},
}

// departments are the office's, each after the one it lies in.
var departments = []struct{ name, parent string }{
	{"总经办", ""}, {"销售部", ""}, {"销售一组", "销售部"}, {"销售二组", "销售部"}, {"客服部", ""},
}

// Fill makes the office on the first start and prints the logins; where there are
// users it does nothing.
func Fill(ctx context.Context, out io.Writer, s *store.Store, r *records.Records) error {
	n, err := s.CountUsers(ctx)
	if err != nil || n > 0 {
		return err
	}
	o := &office{
		ctx: ctx, store: s, today: time.Now(), random: rand.New(rand.NewPCG(2026, 1122)),
		byName: map[string]*rights.Rights{}, users: map[string]*crm.User{},
	}
	o.clock = o.today
	o.records = r.At(func() time.Time { return o.clock })
	fmt.Fprintln(out, "\n  The demo office is being set up. Log in as:")
	if err := o.hire(out); err != nil {
		return err
	}
	for _, fill := range []func(){o.fillParties, o.fillDeals, o.fillHistory, o.fillCalls, o.fillTexts} {
		fill()
	}
	fmt.Fprintln(out)
	return o.err
}

// office is being filled. The first error stops everything after it.
type office struct {
	ctx     context.Context
	store   *store.Store
	records *records.Records
	today   time.Time
	clock   time.Time // when the next record is written
	random  *rand.Rand
	users   map[string]*crm.User
	byName  map[string]*rights.Rights
	err     error

	customers []*customer
	numbers   int // mobiles given out
}

// hire makes the users. Their passwords are weak on purpose, and said aloud.
func (o *office) hire(out io.Writer) error {
	places, err := o.found()
	if err != nil {
		return err
	}
	for i, person := range staff {
		u := auth.NewUser(person.login, person.name, person.role)
		u.Department, u.Post, u.Mobile, u.Extension = places[person.department], person.post, person.mobile, person.extension
		if superior := o.users[person.superior]; superior != nil {
			u.Superior = superior.ID
		}
		password := "demo-" + person.login
		fmt.Fprintf(out, "    %-9s  %-14s  %s, %s\n", person.login, password, person.name, person.role)
		var err error
		if i == 0 {
			err = o.store.FirstUser(o.ctx, u, auth.Hash(password), map[string]string{
				"company": company, "area_code": areaCode, "record.incoming": "1", "record.outgoing": "1",
				"line.1.label": "总机", "line.2.label": "销售热线",
			})
		} else {
			err = o.store.CreateUser(o.ctx, u, auth.Hash(password))
		}
		if err != nil {
			return err
		}
		o.users[person.name] = u
		o.byName[person.name] = rights.For(u, o.records.Schema())
	}
	return nil
}

// found makes the departments.
func (o *office) found() (map[string]crm.ID, error) {
	places := map[string]crm.ID{}
	for i, d := range departments {
		id := crm.NewID()
		places[d.name] = id
		if err := o.store.PutDepartment(o.ctx, &crm.Department{ID: id, Parent: places[d.parent], Name: d.name, Position: i}); err != nil {
			return nil, err
		}
	}
	return places, nil
}

type values = map[string]any

// create writes one record as the named user, at the given time.
func (o *office) create(who string, at time.Time, entity string, v values) *records.Row {
	if o.err != nil {
		return &records.Row{}
	}
	o.clock = at
	row, err := o.records.Create(o.ctx, o.byName[who], entity, v, "")
	if err != nil {
		o.err = fmt.Errorf("%s %v: %w", entity, v, err)
		return &records.Row{}
	}
	return row
}

// ago is a moment in working hours about so many days before today.
func (o *office) ago(days int) time.Time {
	day := o.today.AddDate(0, 0, -days)
	for days > 0 && (day.Weekday() == time.Saturday || day.Weekday() == time.Sunday) {
		day = day.AddDate(0, 0, -1)
	}
	at := time.Date(day.Year(), day.Month(), day.Day(), 9+o.random.IntN(8), o.random.IntN(60), o.random.IntN(60), 0, day.Location())
	if at.After(o.today) {
		return o.today.Add(-time.Duration(5+o.random.IntN(40)) * time.Minute)
	}
	return at
}

func day(t time.Time) string { return t.Format("2006-01-02") }

// pick takes one of the list, the same one in every demo.
func pick[T any](o *office, list []T) T { return list[o.random.IntN(len(list))] }

func yuan(n int) map[string]any {
	return values{"minor": int64(n) * 100, "currency": "CNY"}
}
