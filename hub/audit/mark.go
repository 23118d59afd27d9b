package audit

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// markLasts is how long one code stands in a user's pages.
const markLasts = time.Hour

// letters are those nobody takes for another on a photograph.
const letters = "23456789ABCDEFGHJKMNPQRTUVWXYZ"

const markLetters = 6

// Mark is the code the pages of this login carry now (SEC-20): found on a leaked page it
// leads to user, machine and hour.
func (a *Audit) Mark(ctx context.Context, who *rights.Rights, session string) (*store.PageMark, error) {
	now := a.now()
	m, err := a.store.MarkOf(ctx, session, now.UnixMilli())
	if err == nil || !crm.IsCode(err, crm.NotFound) {
		return m, err
	}
	from := trail.From(ctx)
	for range 5 {
		m = &store.PageMark{Code: newCode(), Session: session, User: who.User.ID, Name: who.User.Name, Address: from.Address,
			Device: from.Device, At: now.UnixMilli(), Until: now.Add(markLasts).UnixMilli()}
		if err = a.store.AddMark(ctx, m); !crm.IsCode(err, crm.Conflict) {
			break
		}
	}
	return m, err
}

func newCode() string {
	b := make([]byte, markLetters)
	rand.Read(b)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}

// Trace finds whose pages carried a code, and what he opened while they did.
func (a *Audit) Trace(ctx context.Context, code string) (*store.PageMark, []trail.Entry, error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	m, err := a.store.Mark(ctx, code)
	if err != nil {
		return nil, nil, err
	}
	entries, err := a.store.Entries(ctx, store.LogQuery{Log: trail.Access, User: m.User, From: m.At, To: m.Until, Limit: 200})
	return m, entries, err
}
