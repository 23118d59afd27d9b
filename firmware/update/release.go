package update

import (
	"encoding/json"
	"fmt"
	"os"
)

// ReleaseFile is where a system says which release it is.
const ReleaseFile = "/usr/lib/bellhop/release.json"

// Release says what a system is, and what a bundle brings.
type Release struct {
	Version    string `json:"version"`    // for people
	Sequence   int64  `json:"sequence"`   // grows with every release; what is compared
	Floor      int64  `json:"floor"`      // releases below it must not run again
	Compatible string `json:"compatible"` // which boxes it is made for
	BuiltAt    int64  `json:"builtAt"`    // Unix seconds

	// Notes are what it mends, a line each, by language ("zh-CN", "zh-TW", "en").
	Notes map[string][]string `json:"notes,omitempty"`
}

// ReadRelease reads the release of the running system from path.
func ReadRelease(path string) (Release, error) {
	var r Release
	b, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	return r, r.check()
}

func (r Release) check() error {
	if r.Version == "" || r.Compatible == "" || r.Sequence < 1 || r.Floor < 0 || r.Floor > r.Sequence {
		return fmt.Errorf("%w: incomplete release %q", ErrDamaged, r.Version)
	}
	return nil
}
