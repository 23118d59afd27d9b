package recorder

import (
	"fmt"
	"sync"
	"syscall"
	"time"

	"bellhop/firmware/boxapi"
)

const guardEvery = 2 * time.Second

// guard watches the free space of the disk. Below the floor recording stops; it goes
// on only when there is a tenth more than that, so that it does not flap.
type guard struct {
	recorder *Recorder
	mu       sync.Mutex
	full     bool
	low      bool // less than twice the floor: a warning
}

// check looks at the disk now and reports whether it is full.
func (g *guard) check() bool {
	r := g.recorder
	free, err := r.Free(r.Dir)
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		r.Log.Warn("free space unknown", "dir", r.Dir, "err", err)
		return g.full
	}
	g.set(&g.full, "disk-full", free, r.Floor)
	g.set(&g.low, "disk-low", free, 2*r.Floor)
	return g.full
}

func (g *guard) set(state *bool, kind string, free, limit int64) {
	was := *state
	switch {
	case free < limit:
		*state = true
	case free > limit+limit/10:
		*state = false
	}
	if *state == was {
		return
	}
	r := g.recorder
	r.Log.Warn("free space on the disk", "alert", kind, "raised", *state, "free", free, "limit", limit)
	r.report(r.now(), boxapi.Event{AlertChanged: &boxapi.AlertChanged{
		Kind: kind, Raised: *state, Detail: fmt.Sprintf("%d MB free, %d MB are kept", free>>20, r.Floor>>20),
	}})
}

func (g *guard) isFull() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.full
}

func freeBytes(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * s.Bsize, nil
}
