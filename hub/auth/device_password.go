package auth

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/store"
)

// MaxDevicePasswords is how many a user may have.
const MaxDevicePasswords = 10

// legible are the characters of a device password: none is taken for another.
const legible = "abcdefghjkmnpqrstuvwxyz23456789"

// MakeDevicePassword gives a password to be typed into a telephone, "xk7d-9fmq-…", 79
// bits of chance, and what is kept of it.
func MakeDevicePassword() (password, hash string) {
	var b strings.Builder
	for i := range 16 {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letter())
	}
	return b.String(), hashDevicePassword(b.String())
}

// letter is any of legible, all alike likely.
func letter() byte {
	var one [1]byte
	for {
		rand.Read(one[:])
		if int(one[0]) < 256/len(legible)*len(legible) {
			return legible[int(one[0])%len(legible)]
		}
	}
}

func hashDevicePassword(typed string) string {
	return hashToken(strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(typed)))
}

// CheckDevice finds who a telephone reads for. The user's own limits hold for it too.
func (a *Auth) CheckDevice(ctx context.Context, login, password string, from Origin) (*crm.User, error) {
	now := a.now()
	kept, err := a.store.DevicePassword(ctx, hashDevicePassword(password))
	if crm.IsCode(err, crm.NotFound) {
		if wait := a.tries.take(from.Address, now); wait > 0 {
			return nil, &crm.Error{Code: crm.RateLimited, Key: "login.rate_limited", RetryAfter: seconds(wait)}
		}
		return nil, errWrong
	}
	if err != nil {
		return nil, err
	}
	user, err := a.store.User(ctx, kept.User)
	if err != nil {
		return nil, err
	}
	if !user.Active || !strings.EqualFold(strings.TrimSpace(login), user.Login) {
		return nil, errWrong
	}
	if err := a.allows(user, from); err != nil {
		return nil, err
	}
	if err := a.bound(ctx, user, from); err != nil {
		return nil, err
	}
	if now.Sub(time.UnixMilli(kept.LastUsed)) > seenEvery {
		_ = a.store.DevicePasswordUsed(ctx, kept.ID, now.UnixMilli(), clip(strings.TrimSpace(from.Address+" "+trail.Device(from.Device)), 120))
	}
	return user, nil
}

// NewDevicePassword makes one for a user.
func (a *Auth) NewDevicePassword(ctx context.Context, user crm.ID, name string) (store.DevicePassword, string, error) {
	password, hash := MakeDevicePassword()
	p := store.DevicePassword{ID: crm.NewID(), User: user, Name: name, Hash: hash, CreatedAt: a.now().UnixMilli()}
	return p, password, a.store.AddDevicePassword(ctx, p, MaxDevicePasswords)
}
