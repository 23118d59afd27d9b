package console

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"time"

	"bellhop/firmware/boxapi"

	"golang.org/x/crypto/argon2"
)

// resetPassword gives the first administrator a temporary password, shown once.
func (m *menu) resetPassword(context.Context) error {
	ok, err := m.t.confirm("\nThis gives the administrator a new temporary password and logs him out\neverywhere. He must choose his own at the next login.")
	if err != nil || !ok {
		return err
	}
	password, err := temporaryPassword()
	if err != nil {
		return m.failed("make a password", err)
	}
	hash, err := phc(password)
	if err != nil {
		return m.failed("make a password", err)
	}
	event := boxapi.Event{At: time.Now().UnixMilli(), AdministratorReset: &boxapi.AdministratorReset{PasswordHash: hash}}
	if err := m.cfg.Emit(event); err != nil {
		return m.failed("store the new password", err)
	}
	m.did("administrator password reset")
	return m.t.print("\nTemporary password: %s\n\nWrite it down now; it is not shown again. It works as soon as the hub runs.\n", password)
}

// failed tells the technician that something did not work and what to do.
func (m *menu) failed(what string, err error) error {
	m.cfg.Log.Error("console", "could not", what, "error", err)
	return m.t.print("\nCould not %s: %v.\nNothing was changed. Check the free storage under 1 and try again.\n", what, err)
}

// temporaryPassword is easy to read out over the telephone: three pairs of syllables
// and four digits, 51 bits in all.
func temporaryPassword() (string, error) {
	const consonants, vowels = "bdfghkmnprstvwz", "aeiou"
	var groups []string
	for range 3 {
		var g strings.Builder
		for range 2 {
			for _, set := range []string{consonants, vowels} {
				n, err := rand.Int(rand.Reader, big.NewInt(int64(len(set))))
				if err != nil {
					return "", err
				}
				g.WriteByte(set[n.Int64()])
			}
		}
		groups = append(groups, g.String())
	}
	n, err := rand.Int(rand.Reader, big.NewInt(10000))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s-%04d", strings.Join(groups, "-"), n), nil
}

// Parameters of argon2id: OWASP's for 19 MiB, which a small box can spare.
const (
	argonMemory  = 19 * 1024 // KiB
	argonTime    = 2
	argonThreads = 1
	argonKey     = 32
)

// phc hashes a password into a PHC string:
// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>, both base64 without padding.
func phc(password string) (string, error) {
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return "", err
	}
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		argonMemory, argonTime, argonThreads, b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}
