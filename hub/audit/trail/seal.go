package trail

import (
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
)

// Seal vouches for a file of old entries: whoever changes the file, or says that it held
// other ones, breaks it.
type Seal struct {
	Log       Log    `json:"log"`
	First     int64  `json:"first"`
	Last      int64  `json:"last"`
	Prev      string `json:"prev"` // hash before the first
	Hash      string `json:"hash"` // of the last: the head when it was closed
	File      string `json:"file"`
	Sum       string `json:"sum"` // SHA-256 of the file, hex
	PublicKey string `json:"publicKey"`
	Signature string `json:"signature"`
	At        int64  `json:"at"`
}

func (s *Seal) said() []byte {
	return fmt.Appendf(nil, "bellhop log archive\n%s\n%d\n%d\n%s\n%s\n%s\n%s\n%d\n", s.Log, s.First, s.Last, s.Prev, s.Hash, s.File, s.Sum, s.At)
}

// Sign seals with an Ed25519 key.
func (s *Seal) Sign(key ed25519.PrivateKey) {
	s.PublicKey = hex.EncodeToString(key.Public().(ed25519.PublicKey))
	s.Signature = hex.EncodeToString(ed25519.Sign(key, s.said()))
}

// Holds tells whether the seal is unbroken.
func (s *Seal) Holds() bool {
	key, err := hex.DecodeString(s.PublicKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return false
	}
	signature, err := hex.DecodeString(s.Signature)
	return err == nil && ed25519.Verify(key, s.said(), signature)
}
