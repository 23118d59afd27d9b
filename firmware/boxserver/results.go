package boxserver

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"sync"

	"bellhop/firmware/boxapi"
)

// keepResults is how many results are remembered, the newest; a hub asks again
// within seconds or minutes, not after a thousand other commands.
const keepResults = 1000

// Results remembers what commands answered, over restarts, so that a command sent
// twice is carried out once.
type Results struct {
	path string

	mu      sync.Mutex
	file    *os.File
	lines   int // in file
	order   []string
	known   map[string]boxapi.Result
	running map[string]chan struct{} // closed when the result is known
}

// OpenResults reads the results kept at path, which need not exist.
func OpenResults(path string) (*Results, error) {
	r := &Results{path: path, known: map[string]boxapi.Result{}, running: map[string]chan struct{}{}}
	f, err := os.Open(path)
	if err == nil {
		lines := bufio.NewScanner(f)
		for lines.Scan() {
			var result boxapi.Result
			if json.Unmarshal(lines.Bytes(), &result) == nil && result.ID != "" { // a torn last line is left out
				r.remember(result)
			}
		}
		f.Close()
	} else if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	return r, r.rewrite()
}

// Once returns the result known for id, or that of do, which it keeps. A second call
// while do runs waits for it. The error is about keeping, the result stands.
func (r *Results) Once(id string, do func() boxapi.Result) (boxapi.Result, error) {
	r.mu.Lock()
	for {
		if result, ok := r.known[id]; ok {
			r.mu.Unlock()
			return result, nil
		}
		busy, ok := r.running[id]
		if !ok {
			break
		}
		r.mu.Unlock()
		<-busy
		r.mu.Lock()
	}
	done := make(chan struct{})
	r.running[id] = done
	r.mu.Unlock()

	result := do()
	result.ID = id

	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.running, id)
	close(done)
	r.remember(result)
	return result, r.keep(result)
}

func (r *Results) remember(result boxapi.Result) {
	r.known[result.ID] = result
	r.order = append(r.order, result.ID)
	if len(r.order) > keepResults {
		delete(r.known, r.order[0])
		r.order = r.order[1:]
	}
}

func (r *Results) keep(result boxapi.Result) error {
	if r.lines >= 2*keepResults {
		return r.rewrite()
	}
	b, err := json.Marshal(result)
	if err != nil {
		return err
	}
	if _, err := r.file.Write(append(b, '\n')); err != nil {
		return err
	}
	r.lines++
	return r.file.Sync()
}

// rewrite replaces the file by what is remembered.
func (r *Results) rewrite() error {
	f, err := os.OpenFile(r.path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	encoder := json.NewEncoder(w)
	for _, id := range r.order {
		encoder.Encode(r.known[id])
	}
	err = errors.Join(w.Flush(), f.Sync())
	if err == nil {
		err = os.Rename(r.path+".new", r.path)
	}
	if err != nil {
		f.Close()
		return err
	}
	if r.file != nil {
		r.file.Close()
	}
	r.file, r.lines = f, len(r.order)
	return nil
}

// Close closes the file.
func (r *Results) Close() error { return r.file.Close() }
