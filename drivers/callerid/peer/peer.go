// Package peer lets another program's speech and hearing judge ours: it builds a small
// C program on libspandsp where that is installed. It serves tests and the bench;
// nothing of the box depends on it.
package peer

import (
	"bytes"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed testdata/spandsp.c
var source embed.FS

// ErrMissing says that gcc or libspandsp is not installed.
var ErrMissing = errors.New("libspandsp is missing: apt-get install gcc libspandsp-dev")

// Spandsp is the built program.
type Spandsp struct{ path string }

// Build compiles the program into folder, or returns ErrMissing.
func Build(folder string) (Spandsp, error) {
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		return Spandsp{}, ErrMissing
	}
	c, err := source.ReadFile("testdata/spandsp.c")
	if err != nil {
		return Spandsp{}, err
	}
	path := filepath.Join(folder, "spandsp")
	probe := exec.Command(gcc, "-E", "-o", os.DevNull, "-x", "c", "-")
	probe.Stdin = strings.NewReader("#include <spandsp.h>\n")
	if probe.Run() != nil {
		return Spandsp{}, ErrMissing
	}
	if err := os.WriteFile(path+".c", c, 0o644); err != nil {
		return Spandsp{}, err
	}
	if out, err := exec.Command(gcc, "-O2", "-Wall", "-o", path, path+".c", "-lspandsp", "-lm").CombinedOutput(); err != nil {
		return Spandsp{}, fmt.Errorf("gcc: %w: %s", err, out)
	}
	return Spandsp{path}, nil
}

// Hear returns the messages adsi_rx reads from 8 kHz sound, without their checksums.
// modem is "bell202" or "v23".
func (s Spandsp) Hear(modem string, p []int16) ([][]byte, error) {
	out, err := s.run(samples(p), "hear", standard(modem))
	if err != nil {
		return nil, err
	}
	var messages [][]byte
	for _, line := range strings.Fields(string(out)) {
		m, err := hex.DecodeString(line)
		if err != nil {
			return nil, err
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// Keys returns the keys dtmf_rx hears.
func (s Spandsp) Keys(p []int16) (string, error) {
	out, err := s.run(samples(p), "keys")
	return strings.TrimSpace(string(out)), err
}

// Say returns each message as adsi_tx sends it. A message is without its checksum;
// the program puts the length in the second octet itself.
func (s Spandsp) Say(modem string, messages ...[]byte) ([][]int16, error) {
	var in bytes.Buffer
	for _, m := range messages {
		fmt.Fprintf(&in, "%x\n", m)
	}
	out, err := s.run(in.Bytes(), "say", standard(modem))
	if err != nil {
		return nil, err
	}
	var sounds [][]int16
	for r := bytes.NewReader(out); r.Len() > 0; {
		var n int32
		if err := binary.Read(r, binary.NativeEndian, &n); err != nil {
			return nil, err
		}
		p := make([]int16, n)
		if err := binary.Read(r, binary.NativeEndian, p); err != nil {
			return nil, err
		}
		sounds = append(sounds, p)
	}
	if len(sounds) != len(messages) {
		return nil, fmt.Errorf("spandsp sent %d of %d messages", len(sounds), len(messages))
	}
	return sounds, nil
}

func (s Spandsp) run(stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.Command(s.path, args...)
	cmd.Stdin = bytes.NewReader(stdin)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("spandsp %s: %w", args[0], err)
	}
	return out, nil
}

func standard(modem string) string {
	if modem == "v23" {
		return "clip"
	}
	return "class"
}

func samples(p []int16) []byte {
	b := make([]byte, 0, 2*len(p))
	for _, v := range p {
		b = binary.NativeEndian.AppendUint16(b, uint16(v))
	}
	return b
}
