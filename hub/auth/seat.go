package auth

import (
	"context"
	"strconv"
	"time"

	"bellhop/hub/crm"
)

// A seat is held by a page that is connected (FEATURES 5.17): one whose stream or
// request was heard of not longer ago than this.
const (
	seatPatience = 150 * time.Second
	usualIdle    = 60 * time.Minute // after which a page nobody uses may lose its seat to another
)

// seats are the office's settings "seats.limit" (0 or "" for no limit) and
// "seats.idle", minutes.
func (a *Auth) seats(ctx context.Context) (limit int, idle time.Duration, err error) {
	text, err := a.store.Setting(ctx, "seats.limit")
	if err != nil || text == "" || text == "0" {
		return 0, 0, err
	}
	limit, _ = strconv.Atoi(text)
	idle = usualIdle
	if text, err = a.store.Setting(ctx, "seats.idle"); err == nil && text != "" {
		minutes, _ := strconv.Atoi(text)
		idle = time.Duration(minutes) * time.Minute
	}
	return limit, idle, err
}

// sit gives the session a seat, or refuses. A page nobody has used for long is sent
// away for it.
func (a *Auth) sit(ctx context.Context, hash string) error {
	limit, idle, err := a.seats(ctx)
	if err != nil || limit == 0 {
		return err
	}
	now := a.now()
	ended, full, err := a.store.TakeSeat(ctx, hash, limit, now, now.Add(-seatPatience), now.Add(-idle))
	if err != nil {
		return err
	}
	if ended != "" {
		a.tell(Ended{Session: ended, Reason: "seat"})
	}
	if full {
		return &crm.Error{Code: crm.Conflict, Key: "login.seats_full", Args: map[string]string{"limit": strconv.Itoa(limit)}}
	}
	return nil
}

// Alive notes that a session's page is still connected. One that lost its seat while it
// was away may find it taken.
func (a *Auth) Alive(ctx context.Context, hash string) error {
	err := a.sit(ctx, hash)
	if full, ok := err.(*crm.Error); ok {
		out := *full
		out.Code = crm.Unauthorized // the page goes back to its login
		return &out
	}
	return err
}

// Gone frees the seat of a session whose last page was closed.
func (a *Auth) Gone(ctx context.Context, hash string) error {
	limit, _, err := a.seats(ctx)
	if err != nil || limit == 0 {
		return err
	}
	return a.store.LeaveSeat(ctx, hash)
}

// Seats tells how many pages are connected and how many may be, 0 for no limit.
func (a *Auth) Seats(ctx context.Context) (taken, limit int, err error) {
	if limit, _, err = a.seats(ctx); err != nil {
		return 0, 0, err
	}
	taken, err = a.store.SeatsTaken(ctx, a.now().Add(-seatPatience))
	return taken, limit, err
}
