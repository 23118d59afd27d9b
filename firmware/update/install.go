package update

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
)

var (
	ErrOlder        = errors.New("update: older than what this box already runs")
	ErrOtherBox     = errors.New("update: made for another kind of box")
	ErrTooLarge     = errors.New("update: does not fit its place on the card")
	ErrNotWritten   = errors.New("update: the card does not give back what was written")
	ErrNotCommitted = errors.New("update: the running system is still on trial")
)

// Installer writes bundles over the slot that is not running.
type Installer struct {
	Disk    Disk
	Keys    []ed25519.PublicKey
	Running Release // what runs
	Slot    Slot    // where it lies
	Newest  int64   // the highest sequence this box has ever kept; older ones are refused

	// Progress, if set, is told how far a part is. Phase is "write" or "verify".
	Progress func(phase, part string, done, of int64)
}

const (
	chunk = 1 << 20
	// syncEvery bounds what waits in memory for the card: else one sync at the end would
	// hold up the database's for many seconds.
	syncEvery = 4 << 20
)

// Install writes the bundle that r gives into the other slot and compares what is then
// on the card with what was signed. Whatever goes wrong, the running slot and the choice
// of slots are untouched.
func (i Installer) Install(r io.Reader) (Manifest, error) {
	b, err := Open(r, i.Keys)
	if err != nil {
		return Manifest{}, err
	}
	if err := i.accept(b.Manifest); err != nil {
		return b.Manifest, err
	}
	// A slot being written must not be the one that starts.
	selected, err := Selection(i.Disk)
	if err != nil {
		return b.Manifest, err
	}
	if selected != i.Slot {
		return b.Manifest, ErrNotCommitted
	}
	for _, p := range b.Parts {
		n := i.Slot.Other().boot()
		if p.Name == PartRoot {
			n = i.Slot.Other().root()
		}
		if err := use(i.Disk, n, func(dev Device) error { return i.part(b, p, dev) }); err != nil {
			return b.Manifest, fmt.Errorf("part %s: %w", p.Name, err)
		}
	}
	return b.Manifest, Bind(i.Disk, i.Slot.Other())
}

// accept decides by the manifest, before anything is written.
func (i Installer) accept(m Manifest) error {
	switch {
	case m.Compatible != i.Running.Compatible:
		return fmt.Errorf("%w: %s, this is %s", ErrOtherBox, m.Compatible, i.Running.Compatible)
	case m.Sequence < max(i.Running.Sequence, i.Running.Floor, i.Newest):
		return fmt.Errorf("%w: %s", ErrOlder, m.Version)
	}
	for _, p := range m.Parts {
		n := i.Slot.Other().boot()
		if p.Name == PartRoot {
			n = i.Slot.Other().root()
		}
		err := use(i.Disk, n, func(dev Device) error {
			if p.Size > dev.Size() {
				return fmt.Errorf("%w: %s", ErrTooLarge, p.Name)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (i Installer) part(b *Bundle, p Part, dev Device) error {
	content, err := b.unpack(p)
	if err != nil {
		return err
	}
	if err := i.write(content, p, dev); err != nil {
		return err
	}
	return i.verify(p, dev)
}

// write puts the content on the card and checks it on the way: a file damaged in
// transit is told apart from a card that forgets.
func (i Installer) write(content io.Reader, p Part, dev Device) error {
	hash := sha256.New()
	buf := make([]byte, chunk)
	var at int64
	for at < p.Size {
		n, err := io.ReadFull(content, buf[:min(chunk, p.Size-at)])
		if err != nil {
			return damaged(err)
		}
		hash.Write(buf[:n])
		if _, err := dev.WriteAt(buf[:n], at); err != nil {
			return err
		}
		at += int64(n)
		if at%syncEvery == 0 {
			if err := dev.Sync(); err != nil {
				return err
			}
		}
		i.tell("write", p, at)
	}
	if n, err := io.ReadFull(content, buf[:1]); n > 0 || err != io.EOF {
		return damaged(err) // longer than it says, or a wrong sum of the packing
	}
	if hex.EncodeToString(hash.Sum(nil)) != p.SHA256 {
		return fmt.Errorf("%w: part %s is not what was signed", ErrDamaged, p.Name)
	}
	return dev.Sync()
}

// damaged keeps errors of the reader, and calls the packing's ErrDamaged.
func damaged(err error) error {
	if err == nil {
		return ErrDamaged
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

func (i Installer) verify(p Part, dev Device) error {
	if err := dev.Forget(); err != nil {
		return err
	}
	hash := sha256.New()
	buf := make([]byte, chunk)
	for at := int64(0); at < p.Size; {
		n, err := dev.ReadAt(buf[:min(chunk, p.Size-at)], at)
		if err != nil && !(err == io.EOF && at+int64(n) == p.Size) {
			return err
		}
		hash.Write(buf[:n])
		at += int64(n)
		i.tell("verify", p, at)
	}
	if hex.EncodeToString(hash.Sum(nil)) != p.SHA256 {
		return fmt.Errorf("%w: part %s", ErrNotWritten, p.Name)
	}
	return nil
}

func (i Installer) tell(phase string, p Part, done int64) {
	if i.Progress != nil {
		i.Progress(phase, p.Name, done, p.Size)
	}
}

// CommandLine is the file of the kernel's parameters in a boot partition. A bundle
// does not know in which slot or on which card it will lie, so what it names as root has
// only the form of one (root=PARTUUID=00000000-00).
const CommandLine = "CMDLINE.TXT"

var rootParameter = regexp.MustCompile(`root=PARTUUID=[0-9a-f]{8}-[0-9]{2}`)

// Bind names slot's own root in the parameters of its kernel, in place.
func Bind(d Disk, slot Slot) error {
	signature, err := d.Signature()
	if err != nil {
		return err
	}
	return use(d, slot.boot(), func(dev Device) error {
		file, err := findSectorFile(dev, CommandLine)
		if err != nil {
			return err
		}
		text, err := file.read()
		if err != nil {
			return err
		}
		root := fmt.Appendf(nil, "root=PARTUUID=%08x-%02d", signature, slot.root())
		bound := rootParameter.ReplaceAllLiteral(text, root)
		if !bytes.Contains(bound, root) {
			return fmt.Errorf("%w: %s names no root", ErrDamaged, CommandLine)
		}
		if err := file.replace(bound); err != nil {
			return err
		}
		if err := dev.Forget(); err != nil {
			return err
		}
		if text, err = file.read(); err != nil || !bytes.Equal(text, bound) {
			return errors.Join(err, ErrNotWritten)
		}
		return nil
	})
}
