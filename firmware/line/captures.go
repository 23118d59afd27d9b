package line

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"bellhop/drivers/audio/wav"
)

// keepCaptures bounds the folder: the newest are the ones a technician asks for.
const keepCaptures = 200

// Captures keeps the sound of bursts that were refused, as WAV files.
type Captures struct {
	dir string
	log *slog.Logger
	mu  sync.Mutex // one writer at a time
	wg  sync.WaitGroup
}

// NewCaptures keeps files in dir, which it makes if need be.
func NewCaptures(dir string, log *slog.Logger) (*Captures, error) {
	return &Captures{dir: dir, log: log}, os.MkdirAll(dir, 0o700)
}

// Keep writes p in the background and returns the name of the file-to-be, "" for no
// sound. name begins with the time, so that names sort by age.
func (c *Captures) Keep(name string, p []int16) string {
	if len(p) == 0 {
		return ""
	}
	name = strings.ReplaceAll(name, ".", "-") + ".wav"
	c.wg.Go(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := c.write(name, p); err != nil {
			c.log.Warn("capture of a refused burst not kept", "file", name, "err", err)
		}
	})
	return name
}

func (c *Captures) write(name string, p []int16) error {
	path := filepath.Join(c.dir, name)
	if err := wav.Write(path+".part", p); err != nil {
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	names, err := filepath.Glob(filepath.Join(c.dir, "*.wav"))
	if err != nil || len(names) <= keepCaptures {
		return err
	}
	slices.Sort(names)
	for _, old := range names[:len(names)-keepCaptures] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// Wait returns when everything kept is written.
func (c *Captures) Wait() { c.wg.Wait() }
