package mp3

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"

	"bellhop/drivers/audio"
	"bellhop/drivers/dsp"
)

// ErrNoEncoder is returned by NewEncoder where lame can't be started.
var ErrNoEncoder = errors.New("mp3: no encoder (install the program lame)")

// EncodedRate is the sample rate of what an Encoder writes, in Hz.
const EncodedRate = 16000

// FrameSamples is how many samples at 8 kHz one written frame holds.
const FrameSamples = 576 * audio.Rate / EncodedRate

// Encoder is a Sink that turns 8 kHz samples into MP3. One goroutine uses it.
type Encoder struct {
	lame  *exec.Cmd
	stdin io.WriteCloser
	up    *dsp.Resampler
	in    []float32
	out   []float32
	bytes []byte
	ended chan struct{} // closed when lame has said its last
	err   error         // of the copying goroutine; read after ended
}

// NewEncoder starts program ("" is "lame") and writes what it makes to w, frame by
// frame as it comes, from a goroutine of its own until Close returns.
func NewEncoder(program string, w io.Writer) (*Encoder, error) {
	if program == "" {
		program = "lame"
	}
	cmd := exec.Command(program, "--quiet", "--flush",
		"-r", "-s", "16", "--bitwidth", "16", "--signed", "--little-endian", // in: raw
		"-m", "m", "-b", "24", "--cbr", "--nores", "-t", "-q", "5", "-", "-") // out: frames that stand alone, no tag
	// A Ctrl-C meant for the firmware would end it in the middle of a call.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoEncoder, err)
	}
	e := &Encoder{lame: cmd, stdin: stdin, up: dsp.NewResampler(audio.Rate, EncodedRate), ended: make(chan struct{})}
	go func() {
		defer close(e.ended)
		_, copyErr := io.Copy(w, stdout)
		if copyErr != nil {
			cmd.Process.Kill() // nobody takes what it says: let Write fail, not block
		}
		e.err = errors.Join(copyErr, cmd.Wait())
	}()
	return e, nil
}

// Write encodes p. It fails once lame is dead or w has refused.
func (e *Encoder) Write(p []int16) (int, error) {
	e.in = e.in[:0]
	for _, s := range p {
		e.in = append(e.in, float32(s))
	}
	e.out = e.up.Write(e.out[:0], e.in)
	if err := e.feed(); err != nil {
		return 0, fmt.Errorf("mp3: lame: %w", err)
	}
	return len(p), nil
}

func (e *Encoder) feed() error {
	e.bytes = e.bytes[:0]
	for _, x := range e.out {
		s := uint16(dsp.Clip(float64(x)))
		e.bytes = append(e.bytes, byte(s), byte(s>>8))
	}
	_, err := e.stdin.Write(e.bytes)
	return err
}

// Ended is closed when lame has ended, by Close or by itself.
func (e *Encoder) Ended() <-chan struct{} { return e.ended }

// Close encodes what is still held, and returns when w has all of it.
func (e *Encoder) Close() error {
	e.out = e.up.Flush(e.out[:0])
	feedErr := e.feed()
	e.stdin.Close()
	<-e.ended
	return errors.Join(feedErr, e.err)
}

// Kill ends lame without its last words; Write fails from then on, Close tells when
// w has had all that came before. Any goroutine may call it.
func (e *Encoder) Kill() { e.lame.Process.Kill() }
