package boxclienttest

import (
	"encoding/json"
	"net/http"

	"bellhop/firmware/boxapi"
)

// Capture is what the box answers as the sound of line 1.
var Capture = []byte("RIFF of line 1")

// SetScope makes line 1 show these frames, and then stay as it is.
func (b *Box) SetScope(frames ...boxapi.ScopeFrame) {
	b.mu.Lock()
	b.scope = frames
	b.mu.Unlock()
}

func (b *Box) serveScope(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	frames, cut := b.scope, b.cut
	b.mu.Unlock()
	if r.FormValue("line") != "1" || frames == nil {
		http.Error(w, "no such line", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out := json.NewEncoder(w)
	for _, f := range frames {
		out.Encode(f)
	}
	w.(http.Flusher).Flush()
	for {
		b.mu.Lock()
		more, gone := b.more, b.cut != cut
		b.mu.Unlock()
		if gone {
			return
		}
		select {
		case <-more:
		case <-r.Context().Done():
			return
		}
	}
}

func (b *Box) serveCapture(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("line") != "1" {
		http.Error(w, "no such line", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Write(Capture)
}
