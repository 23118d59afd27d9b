package telephony

import (
	"context"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/label"
	"bellhop/hub/rights"
)

// staff are the users of one moment, with their rights.
type staff struct {
	service *Service
	users   map[crm.ID]*crm.User
	groups  map[int][]crm.ID // by line
	rev     int64            // of the office
}

func (s *Service) staff(ctx context.Context) (*staff, error) {
	rev, err := s.store.RightsRev(ctx)
	if err != nil {
		return nil, err
	}
	users, err := s.store.Staff(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := s.store.RingGroups(ctx)
	if err != nil {
		return nil, err
	}
	return &staff{service: s, users: users, groups: groups, rev: rev}, nil
}

// who gives a user's rights, nil for one who may not log in.
func (f *staff) who(user crm.ID) *rights.Rights {
	u := f.users[user]
	if u == nil || !u.Active {
		return nil
	}
	who, err := f.service.records.WhoAt(context.Background(), u, f.rev)
	if err != nil {
		f.service.log.Error("rights not known", "user", user, "err", err)
		return nil
	}
	return who
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
