package telephony

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"bellhop/firmware/boxapi"
	"bellhop/hub/boxclient"
)

func TestBackupLamp(t *testing.T) {
	shown := make(chan bool, 10)
	boxHTTP := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var c boxapi.Command
		if json.NewDecoder(r.Body).Decode(&c) == nil && c.ShowBackup != nil {
			shown <- c.ShowBackup.Failed
		}
		json.NewEncoder(w).Encode(boxapi.Result{ID: c.ID})
	}))
	defer boxHTTP.Close()
	log := slog.New(slog.DiscardHandler)
	s := &Service{log: log}
	b := &box{service: s, client: boxclient.New(boxHTTP.URL, "token", log)}
	s.boxes = []*box{b}

	s.ShowBackup(true)
	s.wg.Wait()
	if len(shown) > 0 {
		t.Fatal("BOX-05 a box that is away was told")
	}
	b.connected = true
	b.showBackup() // as at the connection
	if !<-shown {
		t.Error("BOX-05 a box that comes back does not show the failed backup")
	}
	s.ShowBackup(true) // nothing new
	s.ShowBackup(false)
	if <-shown {
		t.Error("BOX-05 the lamp stays after a good backup")
	}
	s.wg.Wait()
	if len(shown) > 0 {
		t.Error("BOX-05 told twice")
	}
}
