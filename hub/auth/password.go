package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime/debug"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"bellhop/hub/crm"
)

// argon2id at OWASP's second setting: 19 MiB, two passes, one lane. About a tenth of
// a second on a Raspberry Pi 4.
const (
	hashMemory  = 19 * 1024 // KiB
	hashPasses  = 2
	hashLanes   = 1
	hashLength  = 32
	saltLength  = 16
	minPassword = 8
	maxPassword = 200
)

// decoyHash costs as much to check as a real one; no password is known for it.
var decoyHash = encode(make([]byte, saltLength), make([]byte, hashLength), params{hashMemory, hashPasses, hashLanes})

type params struct {
	memory, passes uint32
	lanes          uint8
}

type parsed struct {
	params
	salt, sum []byte
}

// NewHash checks that a password is good enough for login and hashes it.
func (a *Auth) NewHash(password, login string) (string, error) {
	if err := CheckStrength(password, login); err != nil {
		return "", err
	}
	defer a.hash()()
	return Hash(password), nil
}

// Hash gives the PHC string of a password:
//
//	$argon2id$v=19$m=19456,t=2,p=1$<salt>$<sum>
func Hash(password string) string {
	salt := make([]byte, saltLength)
	rand.Read(salt)
	p := params{hashMemory, hashPasses, hashLanes}
	return encode(salt, argon2.IDKey([]byte(password), salt, p.passes, p.memory, p.lanes, hashLength), p)
}

func encode(salt, sum []byte, p params) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, p.passes, p.lanes,
		b64.EncodeToString(salt), b64.EncodeToString(sum))
}

func (a *Auth) verify(password, hash string) bool {
	defer a.hash()()
	return Verify(password, hash)
}

// hash waits until a password may be hashed; the function returned says that it is
// done. The last one gives the memory back, which on a small box is wanted elsewhere
// and would be kept for hours.
func (a *Auth) hash() (done func()) {
	a.hashing <- struct{}{}
	return func() {
		<-a.hashing
		if len(a.hashing) == 0 {
			debug.FreeOSMemory()
		}
	}
}

// Verify tells whether hash is password's.
func Verify(password, hash string) bool {
	p, ok := parseHash(hash)
	if !ok {
		return false
	}
	sum := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.sum)))
	return subtle.ConstantTimeCompare(sum, p.sum) == 1
}

// ValidHash tells whether hash is an argon2id hash that a password can be checked by.
func ValidHash(hash string) bool {
	_, ok := parseHash(hash)
	return ok
}

// parseHash refuses costs that would take the box down; the hash may come from outside.
func parseHash(hash string) (parsed, bool) {
	var p parsed
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, false
	}
	if p.memory < 8 || p.memory > 256*1024 || p.passes < 1 || p.passes > 16 || p.lanes < 1 || p.lanes > 8 {
		return p, false
	}
	var err1, err2 error
	p.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	p.sum, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	return p, err1 == nil && err2 == nil && len(p.salt) >= 8 && len(p.sum) >= 16 && len(p.sum) <= 64
}

// CheckStrength refuses what is guessed first: short ones, the login itself, and the
// usual list.
func CheckStrength(password, login string) error {
	refuse := func(key string) error {
		return &crm.Error{Code: crm.Invalid, Key: key, Field: "password"}
	}
	low := strings.ToLower(password)
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return refuse("password.short")
	case n > maxPassword:
		return refuse("password.long")
	case login != "" && strings.Contains(low, strings.ToLower(login)):
		return refuse("password.has_login")
	case common(low) || monotone(low):
		return refuse("password.common")
	}
	return nil
}

// common are the stems people in an office here use first; digits at their ends
// don't make them better.
func common(low string) bool {
	stem := strings.Trim(low, "0123456789!@#$%.*_-")
	switch stem {
	case "password", "passw0rd", "p@ssw0rd", "admin", "administrator", "qwerty", "qwertyuiop", "abc", "abcd", "aaa", "woaini",
		"iloveyou", "bellhop", "root", "test", "user", "qazwsx", "zxcvbn", "zxcvbnm", "asdfgh", "asdfghjkl", "welcome", "letmein", "q1w2e3r4":
		return true
	}
	for _, usual := range []string{"123qwe", "1q2w3e", "qwe123", "1qaz2wsx", "147258", "5201314", "a123456"} {
		if strings.HasPrefix(low, usual) {
			return true
		}
	}
	return false
}

// monotone finds 11111111, 12345678, 87654321, abcdefgh, 12121212, and digits alone when few.
func monotone(low string) bool {
	r := []rune(low)
	steps := map[rune]int{}
	runes := map[rune]bool{}
	digits := true
	for i, c := range r {
		runes[c] = true
		digits = digits && c >= '0' && c <= '9'
		if i > 0 {
			steps[c-r[i-1]]++
		}
	}
	most := max(steps[0], steps[1], steps[-1])
	return len(runes) <= 2 || most >= (len(r)-1)*3/4 || digits && len(r) < 10
}
