package system

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"
)

// PIN is the unit's own secret of eight digits. It opens the shell and the console over
// SSH; the administrator reads it on the page. path is made at the first start.
func PIN(path string) (string, error) {
	if text, err := os.ReadFile(path); err == nil && len(strings.TrimSpace(string(text))) == pinDigits {
		return strings.TrimSpace(string(text)), nil
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1e8))
	if err != nil {
		return "", err
	}
	pin := fmt.Sprintf("%0*d", pinDigits, n)
	return pin, writeFile(path, pin+"\n", 0o600)
}

const (
	pinDigits = 8
	maxTries  = 5
	triesIn   = time.Minute
)

// tries bounds guessing: five wrong ones a minute leave 10^8 PINs for 38 years.
type tries struct{ wrong []time.Time }

// check compares in constant time; ok is false with allowed for a wrong PIN, and not
// allowed after too many.
func (t *tries) check(pin, want string, now time.Time) (ok, allowed bool) {
	recent := t.wrong[:0]
	for _, at := range t.wrong {
		if now.Sub(at) < triesIn {
			recent = append(recent, at)
		}
	}
	t.wrong = recent
	if len(t.wrong) >= maxTries {
		return false, false
	}
	if subtle.ConstantTimeCompare([]byte(strings.TrimSpace(pin)), []byte(want)) == 1 {
		return true, true
	}
	t.wrong = append(t.wrong, now)
	return false, true
}
