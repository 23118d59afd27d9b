package auth

import (
	"context"
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store"
)

const (
	// KeyPrefix begins every key, so that one that leaks into a file is known for what
	// it is.
	KeyPrefix = "bellhop_"
	// KeyRequests is how many requests a key may make in a minute.
	KeyRequests = 600
	hintLength  = 4
)

// MakeKey gives a new key, what is kept of it, and the last of its characters.
func MakeKey() (key, hash, hint string) {
	key = KeyPrefix + random()
	return key, hashToken(key), key[len(key)-hintLength:]
}

var (
	errKey        = &crm.Error{Code: crm.Unauthorized, Key: "key.unknown"}
	errKeyRevoked = &crm.Error{Code: crm.Unauthorized, Key: "key.revoked"}
	errKeyExpired = &crm.Error{Code: crm.Unauthorized, Key: "key.expired"}
)

// CheckKey finds the key another program shows and the user it acts as. Too many
// requests are refused, and too many wrong keys from one address.
func (a *Auth) CheckKey(ctx context.Context, shown string, from Origin) (store.Key, *crm.User, error) {
	now := a.now()
	if !strings.HasPrefix(shown, KeyPrefix) {
		return store.Key{}, nil, a.wrongKey(from, now)
	}
	key, err := a.store.KeyByHash(ctx, hashToken(shown))
	switch {
	case crm.IsCode(err, crm.NotFound):
		return store.Key{}, nil, a.wrongKey(from, now)
	case err != nil:
		return store.Key{}, nil, err
	case key.RevokedAt != 0:
		return store.Key{}, nil, errKeyRevoked
	case key.ExpiresAt != 0 && now.UnixMilli() >= key.ExpiresAt:
		return store.Key{}, nil, errKeyExpired
	}
	if wait := a.keyUse.take(key.ID.String(), now); wait > 0 {
		return store.Key{}, nil, tooMany(wait)
	}
	user, err := a.store.User(ctx, key.User)
	if err != nil {
		return store.Key{}, nil, err
	}
	if !user.Active {
		return store.Key{}, nil, errKeyRevoked
	}
	if now.Sub(time.UnixMilli(key.LastUsed)) > seenEvery {
		// A full disk can't note it; that is no reason to refuse a program that only reads.
		_ = a.store.KeyUsed(ctx, key.ID, now.UnixMilli(), from.Address)
	}
	return key, user, nil
}

// wrongKey slows down who tries keys one after the other.
func (a *Auth) wrongKey(from Origin, now time.Time) error {
	if wait := a.tries.take(from.Address, now); wait > 0 {
		return tooMany(wait)
	}
	return errKey
}

func tooMany(wait time.Duration) error {
	return &crm.Error{Code: crm.RateLimited, Key: "key.rate_limited", RetryAfter: seconds(wait)}
}
