package auth

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
)

func TestCheckStrength(t *testing.T) {
	for password, key := range map[string]string{
		"123456": "password.short", "12345678": "password.common", "87654321": "password.common", "11111111": "password.common",
		"abcdefgh": "password.common", "Password1": "password.common", "admin2026!": "password.common", "qwertyuiop": "password.common",
		"1qaz2wsx3edc": "password.common", "5201314520": "password.common", "12121212": "password.common", "24681357": "password.common",
		"li-wei-2026": "password.has_login", strings.Repeat("x1", 101): "password.long",
		"correct horse 42": "", "红灯停绿灯行走路看": "", "x7#kQ!9z": "", "20261122-hz": "",
	} {
		err := CheckStrength(password, "Li-Wei")
		var got string
		if err != nil {
			got = err.(*crm.Error).Key
		}
		if got != key {
			t.Errorf("%q: %q, want %q", password, got, key)
		}
	}
}

func TestHash(t *testing.T) {
	hash := Hash("correct horse 42")
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error(hash)
	}
	if !Verify("correct horse 42", hash) || Verify("correct horse 43", hash) || Hash("correct horse 42") == hash {
		t.Error("the hash tells nothing")
	}
	for name, bad := range map[string]string{
		"empty": "", "plain text": "correct horse 42", "argon2i": strings.Replace(hash, "argon2id", "argon2i", 1),
		"memory of 4 GiB": strings.Replace(hash, "m=19456", "m=4194304", 1), "no passes": strings.Replace(hash, "t=2", "t=0", 1),
		"a thousand passes": strings.Replace(hash, "t=2", "t=1000", 1), "cut short": hash[:len(hash)-30], "more": hash + "$",
	} {
		if ValidHash(bad) || Verify("correct horse 42", bad) {
			t.Errorf("%s is taken for a hash", name)
		}
	}
}

func open(t *testing.T) (*Auth, *crm.User) {
	t.Helper()
	s, err := store.Open(context.Background(), storetest.Source(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	u := NewUser("li", "李伟", crm.Sales)
	if err := s.CreateUser(context.Background(), u, Hash("correct horse 42")); err != nil {
		t.Fatal(err)
	}
	return New(s), u
}

func TestSessionEnds(t *testing.T) {
	ctx := context.Background()
	for name, tt := range map[string]struct {
		step  time.Duration
		times int
		ends  bool
	}{
		"unused for too long":      {IdleLimit + time.Minute, 1, true},
		"used every now and then":  {IdleLimit - time.Minute, 5, false},
		"used for longer than any": {IdleLimit - time.Minute, 40, true},
	} {
		t.Run(name, func(t *testing.T) {
			a, u := open(t)
			now := time.Now()
			a.now = func() time.Time { return now }
			_, token, err := a.Open(ctx, u, "address", "device")
			if err != nil {
				t.Fatal(err)
			}
			var ended bool
			for range tt.times {
				now = now.Add(tt.step)
				_, err := a.Check(ctx, token, Origin{})
				ended = ended || crm.IsCode(err, crm.Unauthorized)
			}
			if ended != tt.ends {
				t.Errorf("ended: %v", ended)
			}
			if err := a.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
			if _, _, err := a.store.Session(ctx, hashToken(token)); crm.IsCode(err, crm.NotFound) != tt.ends {
				t.Errorf("after the sweep: %v", err)
			}
		})
	}
}

func TestLockEnds(t *testing.T) {
	ctx := context.Background()
	a, _ := open(t)
	now := time.Now()
	a.now = func() time.Time { return now }
	try := func(password string) error {
		_, _, err := a.Login(ctx, "li", password, Origin{Address: "address", Device: "device"})
		return err
	}
	for range LockAfter {
		try("wrong")
	}
	if err := try("correct horse 42"); !crm.IsCode(err, crm.Locked) {
		t.Fatal(err)
	}
	now = now.Add(LockFor + time.Second)
	if err := try("wrong"); !crm.IsCode(err, crm.Unauthorized) {
		t.Errorf("after the lock a wrong one gives %v", err)
	}
	if err := try("correct horse 42"); err != nil {
		t.Error(err)
	}
}

// Guesses sent side by side must not get past the count.
func TestGuessingSideBySide(t *testing.T) {
	a, _ := open(t)
	a.tries = newTries(1000, time.Minute)
	var mu sync.Mutex
	wrong := 0
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			_, _, err := a.Login(context.Background(), "li", "wrong", Origin{Address: "address", Device: "device"})
			mu.Lock()
			defer mu.Unlock()
			if crm.IsCode(err, crm.Unauthorized) {
				wrong++
			} else if !crm.IsCode(err, crm.Locked) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if wrong != LockAfter-1 {
		t.Errorf("%d were told they were wrong, want %d and then the lock", wrong, LockAfter-1)
	}
}

func TestTries(t *testing.T) {
	tries := newTries(3, time.Minute)
	now := time.Now()
	for i := range 3 {
		if wait := tries.take("a", now); wait != 0 {
			t.Fatalf("try %d waits %v", i, wait)
		}
	}
	wait := tries.take("a", now)
	if wait <= 0 || wait > 20*time.Second {
		t.Errorf("the fourth waits %v", wait)
	}
	if tries.take("b", now) != 0 {
		t.Error("another address waits too")
	}
	if tries.take("a", now.Add(wait)) != 0 {
		t.Error("waiting as told doesn't help")
	}
	for i := range maxAddresses + 10 {
		tries.take(time.Duration(i).String(), now)
	}
	if len(tries.addresses) > maxAddresses {
		t.Error("made-up addresses fill the memory")
	}
}

// A disk that takes nothing must not keep users from reading what is there.
func TestCheckWithoutWriting(t *testing.T) {
	storetest.OnlySQLite(t, "the trigger below is SQLite's")
	a, u := open(t)
	_, token, err := a.Open(t.Context(), u, "10.0.0.2", "browser")
	if err != nil {
		t.Fatal(err)
	}
	err = a.store.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), `CREATE TRIGGER refuse BEFORE UPDATE ON session BEGIN SELECT RAISE(FAIL, 'disk full'); END`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(2 * seenEvery)
	a.now = func() time.Time { return later }
	if err := a.store.SessionSeen(t.Context(), hashToken(token), later); err == nil {
		t.Fatal("the store writes all the same: this test tests nothing")
	}
	if _, err := a.Check(t.Context(), token, Origin{}); err != nil {
		t.Errorf("refused: %v", err)
	}
}

func TestSessionsEndAndTell(t *testing.T) {
	ctx := context.Background()
	a, u := open(t)
	now := time.Date(2026, 11, 23, 17, 0, 0, 0, time.Local)
	a.now = func() time.Time { return now }
	var told []Ended
	a.OnEnd(func(e Ended) { told = append(told, e) })
	session, token, err := a.Open(ctx, u, "10.0.0.2", "browser")
	if err != nil {
		t.Fatal(err)
	}
	u.Limits = crm.LoginLimits{From: 8 * 60, To: 18 * 60}
	if err := a.store.UpdateUser(ctx, u); err != nil {
		t.Fatal(err)
	}
	if err := a.Sweep(ctx); err != nil || len(told) != 0 {
		t.Fatalf("ended within the hours: %v %v", told, err)
	}
	t.Run("SEC-13 an open login ends at the limit, and its page is told", func(t *testing.T) {
		now = now.Add(time.Hour)
		if _, err := a.Check(ctx, token, Origin{}); !crm.IsCode(err, crm.Unauthorized) {
			t.Errorf("goes on: %v", err)
		}
		if err := a.Sweep(ctx); err != nil || len(told) != 1 || told[0].Session != session.Hash || told[0].Reason != "hours" {
			t.Errorf("told %v, %v", told, err)
		}
		if _, _, err := a.Login(ctx, "li", "correct horse 42", Origin{Address: "10.0.0.2"}); !crm.IsCode(err, crm.Unauthorized) || err.(*crm.Error).Key != "login.hours" {
			t.Errorf("18:00: %v", err)
		}
	})
	t.Run("a session that idles ends, and its page is told", func(t *testing.T) {
		told = nil
		u.Limits = crm.LoginLimits{}
		if err := a.store.UpdateUser(ctx, u); err != nil {
			t.Fatal(err)
		}
		session, _, err := a.Open(ctx, u, "10.0.0.2", "browser")
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(IdleLimit + time.Minute)
		if err := a.Sweep(ctx); err != nil || len(told) != 1 || told[0].Session != session.Hash || told[0].Reason != "idle" {
			t.Errorf("told %v, %v", told, err)
		}
	})
}

func TestSeats(t *testing.T) {
	ctx := context.Background()
	a, u := open(t)
	now := time.Now()
	a.now = func() time.Time { return now }
	if err := a.store.SetSetting(ctx, "seats.limit", "2"); err != nil {
		t.Fatal(err)
	}
	var told []Ended
	a.OnEnd(func(e Ended) { told = append(told, e) })
	login := func() (*Session, string, error) {
		t.Helper()
		return a.Login(ctx, "li", "correct horse 42", Origin{Address: "10.0.0.2"})
	}
	must := func(s *Session, token string, err error) (*Session, string) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s, token
	}
	full := func(err error) {
		t.Helper()
		if refused, ok := err.(*crm.Error); !ok || refused.Key != "login.seats_full" || refused.Args["limit"] != "2" {
			t.Errorf("a third sits down: %v", err)
		}
	}
	first, token := must(login())
	second, _ := must(login())
	_, _, err := login()
	full(err)
	t.Run("a seat is freed at logout", func(t *testing.T) {
		if err := a.Logout(ctx, second); err != nil {
			t.Fatal(err)
		}
		second, _ = must(login())
	})
	t.Run("and when the browser is gone", func(t *testing.T) {
		if err := a.Gone(ctx, second.Hash); err != nil {
			t.Fatal(err)
		}
		third, _ := must(login())
		if err := a.Alive(ctx, second.Hash); !crm.IsCode(err, crm.Unauthorized) {
			t.Errorf("one who comes back sits on another's seat: %v", err)
		}
		if err := a.Logout(ctx, third); err != nil {
			t.Fatal(err)
		}
		if err := a.Alive(ctx, second.Hash); err != nil {
			t.Errorf("one who comes back finds no free seat: %v", err)
		}
	})
	t.Run("and when nothing was heard of it", func(t *testing.T) {
		now = now.Add(seatPatience + time.Second)
		if err := a.Alive(ctx, second.Hash); err != nil {
			t.Fatal(err)
		}
		if taken, limit, err := a.Seats(ctx); taken != 1 || limit != 2 || err != nil {
			t.Errorf("%d of %d, %v", taken, limit, err)
		}
		if _, err := a.Check(ctx, token, Origin{}); err != nil {
			t.Errorf("the first comes back to a free seat: %v", err)
		}
		_, _, err := login()
		full(err)
	})
	t.Run("and from a page nobody uses, when somebody needs it", func(t *testing.T) {
		told = nil
		for range 30 {
			now = now.Add(2 * time.Minute)
			if err := a.Alive(ctx, first.Hash); err != nil {
				t.Fatal(err)
			}
			if err := a.Alive(ctx, second.Hash); err != nil {
				t.Fatal(err)
			}
		}
		now = now.Add(time.Minute)
		if _, err := a.Check(ctx, token, Origin{}); err != nil {
			t.Fatal(err)
		}
		must(login())
		if len(told) != 1 || told[0].Session != second.Hash || told[0].Reason != "seat" {
			t.Errorf("told %v", told)
		}
	})
	_ = u
}
