package main

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"time"

	"bellhop/hub/config"
)

func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	err = run(context.Background(), config.Config{Listen: taken.Addr().String(), Data: t.TempDir(), Log: "error"})
	if err == nil || !strings.Contains(err.Error(), "already in use") || !strings.Contains(err.Error(), "-listen") {
		t.Errorf("says %v", err)
	}
}

func TestTwoHubsOnOneDatabase(t *testing.T) {
	dir := t.TempDir()
	held, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{Listen: "127.0.0.1:0", Data: dir, Log: "error"}
	if err := run(t.Context(), c); err == nil || !strings.Contains(err.Error(), "another hub") {
		t.Errorf("says %v", err)
	}
	held.Close()
	again, err := lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

func TestBadLogLevel(t *testing.T) {
	if err := run(context.Background(), config.Config{Log: "loud"}); err == nil || !strings.Contains(err.Error(), "choose") {
		t.Errorf("says %v", err)
	}
}

// TestStopsWithAnOpenStream: a page's stream never ends by itself, and must not keep
// the hub from stopping.
func TestStopsWithAnOpenStream(t *testing.T) {
	addr := freeAddr(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, config.Config{Listen: addr, Data: t.TempDir(), Log: "error"}) }()

	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	setup := `{"company":"铃客","areaCode":"0571","name":"周敏","login":"chief","password":"correct horse 42","lang":"zh-CN"}`
	var answer *http.Response
	for deadline := time.Now().Add(30 * time.Second); ; {
		var err error
		if answer, err = client.Post("http://"+addr+"/api/setup", "application/json", strings.NewReader(setup)); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Fatalf("setup: %d", answer.StatusCode)
	}
	stream, err := client.Get("http://" + addr + "/api/events")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	if !lines.Scan() {
		t.Fatal("the stream says nothing")
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("the hub does not stop")
	}
}
