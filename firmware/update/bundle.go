package update

import (
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// A bundle is one release as a file, made so that it can be checked before its first
// byte is used and written while it still arrives:
//
//	"BELLHOP-UPDATE\x00\x01"  length  manifest (JSON)  signature  { part (gzip) }...
//
// The length has four octets, the highest first; the ed25519 signature has 64 and
// covers all before it. The manifest names each part's content by SHA-256, so that the
// signature vouches for every byte that ends up on the card.
const magic = "BELLHOP-UPDATE\x00\x01"

// maxManifest is more than any manifest needs.
const maxManifest = 64 << 10

var (
	ErrNotBundle = errors.New("update: this is no update file")
	ErrSignature = errors.New("update: not signed by a key this box trusts")
	ErrDamaged   = errors.New("update: the file is damaged")
)

// The parts of a bundle.
const (
	PartBoot = "boot" // the boot file system: kernel, device trees, firmware of the Pi
	PartRoot = "root" // the read-only root file system
)

// Manifest is what a bundle says of itself.
type Manifest struct {
	Release
	Parts []Part `json:"parts"` // boot, then root
}

// Part is one partition's content.
type Part struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`   // unpacked
	SHA256 string `json:"sha256"` // of the content unpacked, hex
	Packed int64  `json:"packed"` // octets in the bundle
}

// Bundle is an open bundle whose manifest has been verified. Its parts are read in
// order, each once.
type Bundle struct {
	Manifest
	r io.Reader
}

// Open reads the head of a bundle and verifies it; any one of the keys will do.
func Open(r io.Reader, keys []ed25519.PublicKey) (*Bundle, error) {
	head := make([]byte, len(magic)+4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, short(err, ErrNotBundle)
	}
	if string(head[:len(magic)]) != magic {
		return nil, ErrNotBundle
	}
	length := binary.BigEndian.Uint32(head[len(magic):])
	if length == 0 || length > maxManifest {
		return nil, ErrDamaged
	}
	rest := make([]byte, int(length)+ed25519.SignatureSize)
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, short(err, ErrDamaged)
	}
	text, signature := rest[:length], rest[length:]
	if !signedByAny(keys, append(head, text...), signature) {
		return nil, ErrSignature
	}
	b := &Bundle{r: r}
	if err := json.Unmarshal(text, &b.Manifest); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return b, b.check()
}

func signedByAny(keys []ed25519.PublicKey, message, signature []byte) bool {
	for _, k := range keys {
		if ed25519.Verify(k, message, signature) {
			return true
		}
	}
	return false
}

// short is what a file that ends early means; other errors of reading stay.
func short(err, meaning error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends too early", meaning)
	}
	return err
}

func (m Manifest) check() error {
	if err := m.Release.check(); err != nil {
		return err
	}
	if len(m.Parts) != 2 || m.Parts[0].Name != PartBoot || m.Parts[1].Name != PartRoot {
		return fmt.Errorf("%w: its parts are not boot and root", ErrDamaged)
	}
	for _, p := range m.Parts {
		if hash, err := hex.DecodeString(p.SHA256); err != nil || len(hash) != sha256.Size || p.Size <= 0 || p.Packed <= 0 {
			return fmt.Errorf("%w: part %s", ErrDamaged, p.Name)
		}
	}
	return nil
}

// unpack gives the content of the next part.
func (b *Bundle) unpack(p Part) (io.Reader, error) {
	z, err := gzip.NewReader(&exactly{r: b.r, left: p.Packed})
	if err != nil {
		return nil, short(err, ErrDamaged)
	}
	return z, nil
}

// exactly reads left octets of r; an end before that is unexpected.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(b []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(b[:min(int64(len(b)), e.left)])
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Write makes a bundle of the release from the images of its parts and signs it. The
// same input gives the same octets.
func Write(w io.Writer, r Release, boot, root string, key ed25519.PrivateKey) error {
	m := Manifest{Release: r}
	var packed []*os.File
	defer func() {
		for _, f := range packed {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	for _, from := range []struct{ name, path string }{{PartBoot, boot}, {PartRoot, root}} {
		f, err := os.CreateTemp("", "bellhop-part-*")
		if err != nil {
			return err
		}
		packed = append(packed, f)
		p, err := pack(f, from.path)
		if err != nil {
			return err
		}
		p.Name = from.name
		m.Parts = append(m.Parts, p)
	}
	if err := m.check(); err != nil {
		return err
	}
	if err := writeHead(w, m, key); err != nil {
		return err
	}
	for _, f := range packed {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
		if _, err := io.Copy(w, f); err != nil {
			return err
		}
	}
	return nil
}

func writeHead(w io.Writer, m Manifest, key ed25519.PrivateKey) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	head := binary.BigEndian.AppendUint32([]byte(magic), uint32(len(text)))
	head = append(head, text...)
	_, err = io.Copy(w, bytes.NewReader(append(head, ed25519.Sign(key, head)...)))
	return err
}

func pack(to *os.File, from string) (Part, error) {
	in, err := os.Open(from)
	if err != nil {
		return Part{}, err
	}
	defer in.Close()
	hash := sha256.New()
	// What is inside is packed already, but for the empty ends.
	z, _ := gzip.NewWriterLevel(to, gzip.BestSpeed)
	size, err := io.Copy(io.MultiWriter(z, hash), in)
	if err != nil {
		return Part{}, err
	}
	if err := z.Close(); err != nil {
		return Part{}, err
	}
	packed, err := to.Seek(0, io.SeekEnd)
	return Part{Size: size, SHA256: hex.EncodeToString(hash.Sum(nil)), Packed: packed}, err
}
