package rights

import (
	"context"
	"sync"

	"bellhop/hub/crm"
)

// Source is where the office is kept.
type Source interface {
	// RightsRev counts the changes of users, departments, groups and roles, by whatever
	// process.
	RightsRev(ctx context.Context) (int64, error)
	Office(ctx context.Context) (*Office, error)
}

// Book remembers the rights made of users, as long as neither the office nor the
// definitions have changed: compiling them is the dearest part of many a request.
type Book struct {
	source Source

	mu     sync.Mutex
	office *Office
	schema *crm.Schema
	sheets map[crm.ID]*sheet
}

// NewBook returns a Book of what source keeps.
func NewBook(source Source) *Book { return &Book{source: source} }

// For gives the rights of user as the office is now.
func (b *Book) For(ctx context.Context, user *crm.User, schema *crm.Schema) (*Rights, error) {
	rev, err := b.source.RightsRev(ctx)
	if err != nil {
		return nil, err
	}
	return b.At(ctx, user, schema, rev)
}

// At gives the rights of user in the office of revision rev, which the caller has just
// read, or a later one.
func (b *Book) At(ctx context.Context, user *crm.User, schema *crm.Schema, rev int64) (*Rights, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.office == nil || b.office.Rev < rev || b.schema != schema {
		office, err := b.source.Office(ctx)
		if err != nil {
			return nil, err
		}
		b.office, b.schema, b.sheets = office, schema, map[crm.ID]*sheet{}
	}
	s := b.sheets[user.ID]
	if s == nil {
		s = Compile(user, schema, b.office).sheet
		b.sheets[user.ID] = s
	}
	return &Rights{User: user, sheet: s}, nil
}

// Office gives the office as it is now.
func (b *Book) Office(ctx context.Context) (*Office, error) {
	rev, err := b.source.RightsRev(ctx)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.office != nil && b.office.Rev >= rev {
		return b.office, nil
	}
	return b.source.Office(ctx)
}
