// Package auth knows who is asking: passwords, sessions and the locks against
// guessing (SEC-27). It decides nothing about records; hub/rights does.
package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"sync"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// Limits of sessions and guessing.
const (
	IdleLimit     = 24 * time.Hour      // a session not used for so long is over
	AbsoluteLimit = 30 * 24 * time.Hour // and at the latest after this
	LockAfter     = 5                   // wrong passwords in a row
	LockFor       = 15 * time.Minute

	// One address may try so often a minute, over all accounts; then guessing a common
	// password for every login is slow too.
	AddressTries = 20

	seenEvery = time.Minute // how often a session's last use is written down
)

// Session is a logged-in browser.
type Session struct {
	Hash string // of the token, as stored
	User *crm.User
	CSRF string

	Locked    bool  // its page is covered: the user was away
	RightsRev int64 // the office's revision, read with the session
}

// Auth checks logins. Its methods may be called from any goroutine.
type Auth struct {
	store *store.Store
	now   func() time.Time
	// Hashing takes 19 MiB each time: a flood of logins may not take the box's memory.
	hashing    chan struct{}
	tries      *tries
	keyUse     *tries        // requests by key
	neighbours func() string // the kernel's table of IPv4 neighbours

	mu    sync.Mutex
	ended []func(Ended)
}

// New returns an Auth on store.
func New(s *store.Store) *Auth {
	return &Auth{store: s, now: time.Now, hashing: make(chan struct{}, 2), tries: newTries(AddressTries, time.Minute), keyUse: newTries(KeyRequests, time.Minute), neighbours: neighbours}
}

// Ended tells which sessions are over: the one with the hash Session, or all of User
// but Kept.
type Ended struct {
	Session string
	User    crm.ID
	Kept    string
	Reason  string // "logout", "password", "account", "idle", "hours", "seat"
}

// OnEnd registers fn to be called when sessions end before their time: a logout, a
// disabled user, a password changed elsewhere.
func (a *Auth) OnEnd(fn func(Ended)) {
	a.mu.Lock()
	a.ended = append(a.ended, fn)
	a.mu.Unlock()
}

func (a *Auth) tell(e Ended) {
	a.mu.Lock()
	ended := a.ended
	a.mu.Unlock()
	for _, fn := range ended {
		fn(e)
	}
}

// End ends a user's sessions, except the one with the hash kept.
func (a *Auth) End(ctx context.Context, user crm.ID, kept, reason string) error {
	if err := a.store.EndSessions(ctx, user, kept); err != nil {
		return err
	}
	a.tell(Ended{User: user, Kept: kept, Reason: reason})
	return nil
}

// Login checks a password and opens a session; token is what the browser keeps. A
// wrong login and a wrong password are told alike and take equally long.
func (a *Auth) Login(ctx context.Context, login, password string, from Origin) (*Session, string, error) {
	if wait := a.tries.take(from.Address, a.now()); wait > 0 {
		return nil, "", &crm.Error{Code: crm.RateLimited, Key: "login.rate_limited", RetryAfter: seconds(wait)}
	}
	secret, err := a.store.Secret(ctx, login)
	if crm.IsCode(err, crm.NotFound) || err == nil && secret.User.Service {
		a.verify(password, decoyHash)
		return nil, "", errWrong
	}
	if err != nil {
		return nil, "", err
	}
	if err := a.prove(ctx, secret, password, errWrong); err != nil {
		return nil, "", err
	}
	if !secret.User.Active {
		return nil, "", errWrong
	}
	if err := a.allows(secret.User, from); err != nil {
		return nil, "", err
	}
	if err := a.bound(ctx, secret.User, from); err != nil {
		return nil, "", err
	}
	if err := a.sit(ctx, ""); err != nil {
		return nil, "", err
	}
	session, token, err := a.Open(ctx, secret.User, from.Address, from.Device)
	if err != nil {
		return nil, "", err
	}
	// Two may have asked for the last seat at once.
	if err := a.sit(ctx, session.Hash); err != nil {
		_ = a.store.EndSession(ctx, session.Hash)
		return nil, "", err
	}
	return session, token, nil
}

var errWrong = &crm.Error{Code: crm.Unauthorized, Key: "login.wrong"}

func lockedError(left time.Duration) error {
	left = max(left, time.Second)
	return &crm.Error{Code: crm.Locked, Key: "login.locked", RetryAfter: seconds(left),
		Args: map[string]string{"minutes": minutes(left)}}
}

// prove checks the password of an account that has tries left; the fifth wrong one in
// a row locks it. A wrong one is answered with wrong.
func (a *Auth) prove(ctx context.Context, secret store.Secret, password string, wrong error) error {
	now := a.now()
	left, err := a.store.TryLogin(ctx, secret.User.ID, LockAfter, now, now.Add(LockFor))
	if err != nil {
		return err
	}
	if left < 0 {
		return lockedError(secret.LockedUntil.Sub(now))
	}
	if a.verify(password, secret.Hash) {
		return a.store.LoginSucceeded(ctx, secret.User.ID)
	}
	if left == 0 {
		return lockedError(LockFor)
	}
	return wrong
}

// Open opens a session for a user who has proved himself.
func (a *Auth) Open(ctx context.Context, user *crm.User, address, device string) (*Session, string, error) {
	token, csrf := random(), random()
	session := &Session{Hash: hashToken(token), User: user, CSRF: csrf}
	now := a.now()
	err := a.store.CreateSession(ctx, store.Session{
		Hash: session.Hash, User: user.ID, CSRF: csrf, CreatedAt: now, SeenAt: now,
		ExpiresAt: now.Add(AbsoluteLimit), Address: address, Device: clip(device, 200),
	})
	return session, token, err
}

// Check finds the session of a token. A disabled user has none; one outside his login
// hours, or where he may not be, has one no more.
func (a *Auth) Check(ctx context.Context, token string, from Origin) (*Session, error) {
	if token == "" {
		return nil, errNoSession
	}
	hash := hashToken(token)
	kept, user, err := a.store.Session(ctx, hash)
	if crm.IsCode(err, crm.NotFound) {
		return nil, errNoSession
	}
	if err != nil {
		return nil, err
	}
	now := a.now()
	if !user.Active || now.After(kept.ExpiresAt) || now.Sub(kept.SeenAt) > IdleLimit {
		return nil, errNoSession
	}
	if err := a.allows(user, from); err != nil {
		return nil, err
	}
	if now.Sub(kept.SeenAt) > seenEvery {
		if err := a.Alive(ctx, hash); err != nil {
			return nil, err
		}
		// A full disk can't note it; that is no reason to refuse a user who only reads.
		_ = a.store.SessionSeen(ctx, hash, now)
	}
	return &Session{Hash: hash, User: user, CSRF: kept.CSRF, Locked: kept.Locked, RightsRev: kept.RightsRev}, nil
}

var errNoSession = &crm.Error{Code: crm.Unauthorized, Key: "login.needed"}

// Logout ends one session.
func (a *Auth) Logout(ctx context.Context, s *Session) error {
	if err := a.store.EndSession(ctx, s.Hash); err != nil {
		return err
	}
	a.tell(Ended{Session: s.Hash, Reason: "logout"})
	return nil
}

// Lock covers the session's page: until Unlock it gets no data.
func (a *Auth) Lock(ctx context.Context, s *Session) error {
	return a.store.LockSession(ctx, s.Hash, true)
}

// Prove asks a user for his password again, before what can't be undone. Guesses count
// as at login.
func (a *Auth) Prove(ctx context.Context, s *Session, password string) error {
	secret, err := a.store.Secret(ctx, s.User.Login)
	if err != nil {
		return err
	}
	return a.prove(ctx, secret, password, &crm.Error{Code: crm.Invalid, Key: "password.wrong", Field: "password"})
}

// Unlock uncovers the page for who knows the password.
func (a *Auth) Unlock(ctx context.Context, s *Session, password string) error {
	if err := a.Prove(ctx, s, password); err != nil {
		return err
	}
	return a.store.LockSession(ctx, s.Hash, false)
}

// Sweep ends the sessions that are over: unused for too long, too old, or of users
// whose login hours have passed. Their pages are told.
func (a *Auth) Sweep(ctx context.Context) error {
	now := a.now()
	stale, err := a.store.StaleSessions(ctx, now, now.Add(-IdleLimit))
	if err != nil {
		return err
	}
	hourly, err := a.store.HourlySessions(ctx)
	if err != nil {
		return err
	}
	for _, hash := range stale {
		if err := a.end(ctx, hash, "idle"); err != nil {
			return err
		}
	}
	for _, open := range hourly {
		if within(open.Limits, now) {
			continue
		}
		if err := a.end(ctx, open.Hash, "hours"); err != nil {
			return err
		}
	}
	return a.store.SweepShares(ctx, now)
}

func (a *Auth) end(ctx context.Context, hash, reason string) error {
	if err := a.store.EndSession(ctx, hash); err != nil {
		return err
	}
	a.tell(Ended{Session: hash, Reason: reason})
	return nil
}

// ChangePassword sets a user's own new password after checking the old one. Other
// browsers of his are logged out.
func (a *Auth) ChangePassword(ctx context.Context, s *Session, old, new string) error {
	secret, err := a.store.Secret(ctx, s.User.Login)
	if err != nil {
		return err
	}
	wrong := &crm.Error{Code: crm.Invalid, Key: "password.old_wrong", Field: "old"}
	if err := a.prove(ctx, secret, old, wrong); err != nil {
		return err
	}
	if old == new {
		return &crm.Error{Code: crm.Invalid, Key: "password.same", Field: "new"}
	}
	hash, err := a.NewHash(new, s.User.Login)
	if err != nil {
		return err
	}
	if err := a.store.SetPassword(ctx, s.User.ID, hash, false); err != nil {
		return err
	}
	return a.End(ctx, s.User.ID, s.Hash, "password")
}

// SetPassword sets another user's password; he is logged out and must change it.
func (a *Auth) SetPassword(ctx context.Context, user *crm.User, password string) error {
	hash, err := a.NewHash(password, user.Login)
	if err != nil {
		return err
	}
	if err := a.store.SetPassword(ctx, user.ID, hash, true); err != nil {
		return err
	}
	return a.End(ctx, user.ID, "", "password")
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func random() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func clip(s string, n int) string {
	r := []rune(s)
	if len(r) > n {
		r = r[:n]
	}
	return string(r)
}
