package update

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// KeysDir holds the public keys whose bundles a box takes, a file "NAME.pub" each. It
// lies on the read-only root: only a signed release changes whom a box trusts.
const KeysDir = "/usr/lib/bellhop/update-keys"

// Keys reads the public keys in dir: base64 of 32 octets, a line each.
func Keys(dir string) ([]ed25519.PublicKey, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.pub"))
	if err != nil {
		return nil, err
	}
	var keys []ed25519.PublicKey
	for _, name := range names {
		b, err := readKey(name, ed25519.PublicKeySize)
		if err != nil {
			return nil, err
		}
		keys = append(keys, b)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("no *.pub in %s", dir)
	}
	return keys, nil
}

// ReadPrivateKey reads what NewKey wrote.
func ReadPrivateKey(path string) (ed25519.PrivateKey, error) {
	seed, err := readKey(path, ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// NewKey makes a pair: the private half at path, which must not exist, and the public
// one beside it, with ".pub" appended.
func NewKey(path string) error {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := fmt.Fprintln(f, base64.StdEncoding.EncodeToString(private.Seed())); err != nil {
		return err
	}
	return os.WriteFile(path+".pub", []byte(base64.StdEncoding.EncodeToString(public)+"\n"), 0o644)
}

func readKey(path string, size int) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(b) != size {
		return nil, fmt.Errorf("%s: not a key of %d octets in base64", path, size)
	}
	return b, nil
}
