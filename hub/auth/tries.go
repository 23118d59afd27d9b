package auth

import (
	"strconv"
	"sync"
	"time"
)

// tries counts login attempts by address in a window that refills steadily.
type tries struct {
	limit  int
	window time.Duration

	mu        sync.Mutex
	addresses map[string]*bucket
}

type bucket struct {
	left float64
	at   time.Time
}

// More addresses than an office has mean somebody is making them up: forget the
// counts of those that have recovered.
const maxAddresses = 4096

func newTries(limit int, window time.Duration) *tries {
	return &tries{limit: limit, window: window, addresses: map[string]*bucket{}}
}

// take uses up one try and returns how long to wait if there was none left.
func (t *tries) take(address string, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	perTry := t.window / time.Duration(t.limit)
	b := t.addresses[address]
	if b == nil {
		t.makeRoom(now)
		b = &bucket{left: float64(t.limit), at: now}
		t.addresses[address] = b
	}
	b.left = min(float64(t.limit), b.left+float64(now.Sub(b.at))/float64(perTry))
	b.at = now
	if b.left < 1 {
		return time.Duration((1 - b.left) * float64(perTry))
	}
	b.left--
	return 0
}

func (t *tries) makeRoom(now time.Time) {
	if len(t.addresses) < maxAddresses {
		return
	}
	for address, b := range t.addresses {
		if now.Sub(b.at) > t.window {
			delete(t.addresses, address)
		}
	}
	if len(t.addresses) >= maxAddresses {
		clear(t.addresses)
	}
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func minutes(d time.Duration) string {
	return strconv.Itoa(int((d + time.Minute - 1) / time.Minute))
}
