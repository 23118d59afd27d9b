package telephony

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"bellhop/firmware/boxapi"
	"bellhop/hub/store"
	"bellhop/hub/store/storetest"
)

// TestEventThatPanics: an event the hub can't cope with is logged and left out, and
// does not come again.
func TestEventThatPanics(t *testing.T) {
	db, err := store.Open(t.Context(), storetest.Source(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var log bytes.Buffer
	s := &Service{store: db, log: slog.New(slog.NewTextHandler(&log, nil))}
	b := &box{service: s} // not made by Start: it has no place for modems, and panics
	ev := &boxapi.Event{Box: "box", Seq: 7, ModemChanged: &boxapi.ModemChanged{Modem: "m1", Model: "SIM800"}}
	if err := b.Handle(t.Context(), ev); err != nil {
		t.Fatal(err)
	}
	if seq, err := b.Seen(t.Context(), "box"); err != nil || seq != 7 {
		t.Errorf("taken up to %d, %v; want 7", seq, err)
	}
	if !strings.Contains(log.String(), "SIM800") || !strings.Contains(log.String(), "left out") {
		t.Errorf("the log says %s", log.String())
	}
}
