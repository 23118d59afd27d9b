package telephony

import (
	"context"
	"slices"
	"sync"

	"bellhop/hub/crm"
	"bellhop/hub/label"
	"bellhop/hub/rights"
)

// staff are the users of one moment, with their rights.
type staff struct {
	service *Service
	schema  *crm.Schema
	users   map[crm.ID]*crm.User
	groups  map[int][]crm.ID // by line
}

func (s *Service) staff(ctx context.Context) (*staff, error) {
	users, err := s.store.Users(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := s.store.RingGroups(ctx)
	if err != nil {
		return nil, err
	}
	f := &staff{service: s, schema: s.records.Schema(), users: make(map[crm.ID]*crm.User, len(users)), groups: groups}
	for _, u := range users {
		f.users[u.ID] = u
	}
	return f, nil
}

// compiled remembers the rights made of a user, as long as neither he nor the schema
// has changed: compiling those of a large office for every event is its dearest part.
type compiled struct {
	sync.Mutex
	rights map[crm.ID]*rights.Rights
	schema *crm.Schema
}

func (c *compiled) of(user *crm.User, schema *crm.Schema) *rights.Rights {
	c.Lock()
	defer c.Unlock()
	if c.schema != schema {
		c.rights, c.schema = map[crm.ID]*rights.Rights{}, schema
	}
	r := c.rights[user.ID]
	if r == nil || *r.User != *user {
		r = rights.For(user, schema)
		c.rights[user.ID] = r
	}
	return r
}

// who gives a user's rights, nil for one who may not log in.
func (f *staff) who(user crm.ID) *rights.Rights {
	u := f.users[user]
	if u == nil || !u.Active {
		return nil
	}
	return f.service.compiled.of(u, f.schema)
}

// lang is the language a user reads.
func (f *staff) lang(user crm.ID) string {
	if u := f.users[user]; u != nil && slices.Contains(label.Langs, u.Lang) {
		return u.Lang
	}
	return label.Langs[0]
}

// name is what a user is called, "" for nobody.
func (f *staff) name(user crm.ID) string {
	if u := f.users[user]; u != nil {
		return u.Name
	}
	return ""
}

func (f *staff) person(user crm.ID) *Person {
	if user == 0 {
		return nil
	}
	return &Person{ID: user, Name: f.name(user)}
}
