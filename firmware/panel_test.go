package main

import (
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/drivers/button"
	"bellhop/drivers/oled"
	"bellhop/firmware/boxapi"
)

// machineDouble notes what the service below is asked.
func machineDouble(t *testing.T, socket string) <-chan string {
	asked := make(chan string, 10)
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in map[string]string
		json.NewDecoder(r.Body).Decode(&in)
		asked <- strings.TrimPrefix(r.URL.Path, "/v1/system/") + " " + in["do"] + in["confirm"]
		w.Write([]byte("{}"))
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return asked
}

func TestButton(t *testing.T) {
	dir := t.TempDir()
	cfg := testConfig(t, dir)
	cfg.System = filepath.Join(dir, "system.sock")
	asked := machineDouble(t, cfg.System)
	b := startBox(t, cfg)
	confirm := boxapi.Command{ConfirmFactoryReset: &boxapi.ConfirmFactoryReset{}}

	t.Run("BOX-06 a short press switches off", func(t *testing.T) {
		b.pressed(button.Short)
		if got := <-asked; got != "power off" {
			t.Error(got)
		}
	})
	t.Run("BOX-06 a reset that nobody asked for by hand is refused", func(t *testing.T) {
		if r := b.do(confirm); r.Error != "not-asked" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("BOX-06 a long press waits for a confirmation", func(t *testing.T) {
		b.pressed(button.Long)
		b.until("the alert", func(e boxapi.Event) bool {
			return e.AlertChanged != nil && e.AlertChanged.Kind == alertResetAsked && e.AlertChanged.Raised
		})
		select {
		case got := <-asked:
			t.Fatal("not confirmed, and yet:", got)
		default:
		}
		if r := b.do(confirm); r.Error != "" {
			t.Fatalf("%+v", r)
		}
		if got := <-asked; got != "reset "+boxapi.ResetWord {
			t.Error(got)
		}
	})
	t.Run("BOX-06 a long press is forgotten after two minutes", func(t *testing.T) {
		b.pressed(button.Long)
		b.panel.asked.Store(time.Now().Add(-resetPatience).UnixMilli())
		b.forgetReset()
		b.until("the end of the alert", func(e boxapi.Event) bool {
			return e.AlertChanged != nil && e.AlertChanged.Kind == alertResetAsked && !e.AlertChanged.Raised
		})
		if r := b.do(confirm); r.Error != "not-asked" {
			t.Errorf("%+v", r)
		}
	})
	t.Run("BOX-05 the lamps hear of a failed backup", func(t *testing.T) {
		b.do(boxapi.Command{ShowBackup: &boxapi.ShowBackup{Failed: true}})
		if !b.backupFailed.Load() {
			t.Error("not shown")
		}
	})
}

func TestPage(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 5, 0, 0, time.Local)
	line := boxapi.LineStatus{Line: boxapi.Line{ID: 1, State: boxapi.LineRinging}}
	for name, tt := range map[string]struct {
		status  boxapi.Status
		address string
		want    string
	}{
		"at work": {
			boxapi.Status{Lines: []boxapi.LineStatus{line}, Modems: []boxapi.ModemChanged{{State: boxapi.ModemReady, SignalDB: -71}}},
			"192.168.100.200", "http://192.168.100.200|192.168.|100.200|1 ringing|sms -71|||09:05",
		},
		"no network": {boxapi.Status{Modems: []boxapi.ModemChanged{{State: boxapi.ModemNoSIM}}}, "", "|no|network|sms no-sim||||09:05"},
		"many lines": {boxapi.Status{Lines: []boxapi.LineStatus{line, line, line, line}}, "10.0.0.5", "http://10.0.0.5|10.0.0.5||1 ringing|1 ringing|||09:05"},
	} {
		p := page(tt.status, tt.address, at)
		got := p.Address + "|" + strings.Join(p.Lines, "|")
		if got != tt.want || len(p.Lines) != oled.Lines {
			t.Errorf("BOX-02 %s: %q, want %q", name, got, tt.want)
		}
		for _, l := range p.Lines {
			if len(l) > oled.Letters {
				t.Errorf("%s: %q is too long", name, l)
			}
		}
	}
}
