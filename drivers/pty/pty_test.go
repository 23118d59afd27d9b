package pty

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestBothWays(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	link := filepath.Join(t.TempDir(), "line")
	for range 2 { // a second time replaces it
		if err := p.Link(link); err != nil {
			t.Fatal(err)
		}
	}
	if p.Attached() {
		t.Error("attached before anybody opened it")
	}
	if n, err := p.Write([]byte("lost")); n != 4 || err != nil {
		t.Errorf("write with nobody there: %d %v", n, err)
	}

	slave, err := os.OpenFile(link, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(context.Background()); err != nil {
		t.Fatal(err)
	}
	// No echo, no translation of line ends.
	for _, text := range []string{"AT\r\n", "\x1a\x03\x04\xff"} {
		transfer(t, slave, p, text)
		transfer(t, p, slave, text)
	}
	slave.Close()
	if _, err := p.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("after the user left: %v, want EOF", err)
	}

	again, err := os.OpenFile(link, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	transfer(t, p, again, "back")
	p.Close()
	if n, err := again.Read(make([]byte, 8)); n > 0 || err == nil {
		t.Errorf("after the master hung up: %d %v", n, err)
	}
}

func transfer(t *testing.T, from io.Writer, to io.Reader, text string) {
	t.Helper()
	if _, err := io.WriteString(from, text); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(text))
	if _, err := io.ReadFull(to, got); err != nil || string(got) != text {
		t.Fatalf("got %q %v, want %q", got, err, text)
	}
}

func TestWaitEnds(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	if err := p.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestCloseEndsRead(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(p.Path(), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	done := make(chan error)
	go func() {
		_, err := p.Read(make([]byte, 1))
		done <- err
	}()
	p.Close()
	if err := <-done; !errors.Is(err, os.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
