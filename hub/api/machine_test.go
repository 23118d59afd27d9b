package api

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/support"
	"bellhop/hub/boxclient/boxclienttest"
	"bellhop/hub/crm"
)

// machineOf is a machine that remembers what it was asked.
type machineOf struct {
	mu    sync.Mutex
	asked []string
}

func (m *machineOf) do(op string, body json.RawMessage) (any, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asked = append(m.asked, op+" "+string(body))
	if strings.Contains(string(body), "999") {
		return nil, &boxapi.SystemError{Key: boxapi.BadAddress, Detail: "999"}
	}
	return boxapi.Network{Host: "bellhop", Trial: 120, Interfaces: []boxapi.Interface{}}, nil
}

func (m *machineOf) last() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.asked) == 0 {
		return ""
	}
	return m.asked[len(m.asked)-1]
}

func TestMachine(t *testing.T) {
	x := newExchange(t)
	m := &machineOf{}
	admin, manager := x.user("admin", crm.Admin), x.user("manager", crm.Manager)
	t.Run("BOX-04 a machine that is not set up from here says so", func(t *testing.T) {
		admin.post("/api/box/machine/network", obj{}).refused(t, 503, "machine.no-system")
	})
	x.box.SetMachine(m.do, nil)
	t.Run("BOX-02 an administrator sets the network from the page, on trial", func(t *testing.T) {
		got := admin.post("/api/box/machine/network.set", obj{"dhcp": false, "address": "192.168.1.20/24"}).ok()
		if got.str("host") != "bellhop" || got.body["trial"] != float64(120) {
			t.Error(got.text)
		}
		if m.last() != `network.set {"address":"192.168.1.20/24","dhcp":false}` {
			t.Error(m.last())
		}
		admin.post("/api/box/machine/network.set", obj{"address": "999"}).refused(t, 422, "machine.bad-address")
	})
	t.Run("BOX-04 nobody else sets it up, and nothing off the list is asked", func(t *testing.T) {
		before := m.last()
		for _, op := range []string{"network", "network.set", "power", "reset", "logs"} {
			manager.post("/api/box/machine/"+op, obj{"confirm": "ERASE", "password": password}).refused(t, 403, "machine.forbidden")
		}
		manager.get("/api/box/pin").refused(t, 403, "machine.forbidden")
		manager.get("/api/box/support").refused(t, 403, "machine.forbidden")
		for _, op := range []string{"update", "backup", "logs", "..%2fstatus"} {
			if a := admin.post("/api/box/machine/"+op, obj{}); a.status != 404 {
				t.Errorf("%s: %d %s", op, a.status, a.text)
			}
		}
		if m.last() != before {
			t.Error(m.last())
		}
	})
	t.Run("BOX-19 a factory reset wants the word and the password", func(t *testing.T) {
		admin.post("/api/box/machine/reset", obj{"confirm": "erase", "password": password}).refused(t, 422, "machine.not-confirmed")
		admin.post("/api/box/machine/reset", obj{"confirm": "ERASE", "password": "wrong"}).refused(t, 422, "password.wrong")
		if strings.HasPrefix(m.last(), "reset") {
			t.Fatal("erased without the password")
		}
		admin.post("/api/box/machine/reset", obj{"confirm": "ERASE", "password": password}).ok()
		if m.last() != `reset {"confirm":"ERASE"}` {
			t.Error(m.last())
		}
	})
	t.Run("BOX-04 the administrator reads the PIN of the box", func(t *testing.T) {
		if got := admin.get("/api/box/pin").ok(); got.str("pin") != boxclienttest.PIN {
			t.Error(got.text)
		}
	})
	t.Run("BOX-04 what a technician did stands in the system log", func(t *testing.T) {
		x.settled(x.box.Emit(boxapi.Event{Serviced: &boxapi.Serviced{What: "time zone set to Asia/Taipei", From: "serial"}}))
		got := admin.get("/api/logs/system?kind=serviced").ok()
		for _, want := range []string{"time zone set to Asia/Taipei", "serial", "Technician"} {
			if !strings.Contains(got.text, want) {
				t.Errorf("%q is not in %s", want, got.text)
			}
		}
	})
	t.Run("BOX-18 one file with logs and state of both, and nothing of customers", func(t *testing.T) {
		var box bytes.Buffer
		if err := support.Write(&box, support.Parts{"firmware.log": "call from 13800138000"}); err != nil {
			t.Fatal(err)
		}
		x.box.SetMachine(m.do, box.Bytes())
		admin.post("/api/o/customer", obj{"values": obj{"name": "机密客户有限公司", "phones": []obj{{"label": "mobile", "number": "13912345678"}}}}).is(201)
		got := admin.get("/api/box/support").ok()
		zip, err := gzip.NewReader(strings.NewReader(got.text))
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for in := tar.NewReader(zip); ; {
			head, err := in.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			text, _ := io.ReadAll(in)
			files[head.Name] = string(text)
		}
		var hub struct{ Rows map[string]int }
		if err := json.Unmarshal([]byte(files["bellhop-support/hub.json"]), &hub); err != nil || hub.Rows["customer"] != 1 {
			t.Errorf("%v %v", err, files)
		}
		if files["bellhop-support/firmware.log"] != "call from (number)" {
			t.Error(files)
		}
		for name, text := range files {
			for _, secret := range []string{"机密", "13912345678", "13800138000", boxclienttest.PIN} {
				if strings.Contains(text, secret) {
					t.Errorf("%s tells %s", name, secret)
				}
			}
		}
	})
}
