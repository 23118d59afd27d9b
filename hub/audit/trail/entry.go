// Package trail holds the words of the office's three logs: an entry, who and what it
// came from, and the chain of hashes that shows when one was altered, taken out, put in
// or moved. It knows no database; hub/store writes entries, hub/audit asks about them.
package trail

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Log names one of the three chains.
type Log string

const (
	Access Log = "access" // who read, revealed, heard, printed, exported or sent what
	Change Log = "change" // what became of each record, field by field
	System Log = "system" // logins and everything done in the office that is no record
)

// Logs are all of them, in the order a transaction locks their heads.
var Logs = []Log{Access, Change, System}

// Entry is one line of a log. It is never changed once written.
type Entry struct {
	Seq     int64  `json:"seq"` // 1, 2, 3 … without gaps
	At      int64  `json:"at"`  // Unix ms
	User    int64  `json:"user,string"`
	Name    string `json:"name"` // what the user was called then; "" is the program itself
	Address string `json:"address"`
	Device  string `json:"device"` // "Chrome 142 · Windows"
	Kind    string `json:"kind"`   // "update", "login", "view"
	Via     string `json:"via"`    // what it came through: see Origin
	Entity  string `json:"entity"` // the record it is about, if one is
	Record  int64  `json:"record,string"`
	Label   string `json:"label"`  // what that is called
	Detail  string `json:"detail"` // JSON, of the kind's own shape; may be empty
	Hash    string `json:"hash"`   // hex; of the entry before and all of the above
}

// Link returns the hash of e as the entry after the one with the hash prev ("" for the
// first): SHA-256 over prev, the log's name and every value of e but its hash, each
// with its length before it, so that no two entries are written alike:
//
//	uvarint(len) prev  uvarint(len) log  int64 seq, at, user, record  { uvarint(len) text }...
func Link(prev string, log Log, e *Entry) string {
	b := make([]byte, 0, 256+len(e.Detail))
	b = appendText(b, prev)
	b = appendText(b, string(log))
	for _, n := range [...]int64{e.Seq, e.At, e.User, e.Record} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, s := range [...]string{e.Name, e.Address, e.Device, e.Kind, e.Via, e.Entity, e.Label, e.Detail} {
		b = appendText(b, s)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
