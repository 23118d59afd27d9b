package sms

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"bellhop/drivers/modem"
	"bellhop/drivers/modem/all"
	"bellhop/drivers/modem/modemtest"
	"bellhop/firmware/boxapi"
)

// childDir tells the test program to be a box that gets killed.
const childDir, childPort = "SMS_TEST_DIR", "SMS_TEST_PORT"

const killTexts = 60

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir, os.Getenv(childPort)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// child is a box asked to send all texts again and again, whose events go to a file;
// it says when every text is settled.
func child(dir, port string) error {
	f, err := os.OpenFile(filepath.Join(dir, "events"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	s, err := New(Config{
		Dir: dir, Timing: quick,
		Modem: modem.New(modem.Config{
			Open:   func() (modem.Port, error) { return modem.OpenSerial(port, 115200) },
			Models: all.Models, Timing: quickModem,
		}),
		Emit: func(e boxapi.Event) error {
			b, err := json.Marshal(e)
			if err == nil {
				_, err = f.Write(append(b, '\n'))
			}
			return err
		},
	})
	if err != nil {
		return err
	}
	go s.Run(context.Background())
	for i := range killTexts {
		if err := s.Submit(fmt.Sprintf("c%d", i), "13800138000", fmt.Sprintf("text %d", i)); err != nil {
			return err
		}
	}
	fmt.Println("started")
	for {
		s.mu.Lock()
		left := len(s.which(func(m *outgoing) bool { return !m.settled() || m.Told != m.fate() }))
		s.mu.Unlock()
		if left == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	fmt.Println("settled")
	select {}
}

// TestKill kills a box at random moments. However often, no text may go twice, none
// may be lost without a word, and each that came in is told.
func TestKill(t *testing.T) {
	far, err := modemtest.Start(modemtest.Config{Report: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	dir := t.TempDir()
	const kills = 12
	for round := range kills + 1 {
		delivered := fmt.Sprintf("incoming %d", round)
		if err := far.Deliver("10086", delivered); err != nil {
			t.Fatal(err)
		}
		runChild(t, dir, far, round < kills)
		far.Unplug()
		if err := far.Replug(); err != nil {
			t.Fatal(err)
		}
	}
	fates, incoming := readEvents(t, filepath.Join(dir, "events"))
	times := map[string]int{}
	for _, m := range far.Sent() {
		times[m.Text]++
	}
	unknown := 0
	for i := range killTexts {
		state, n := fates[fmt.Sprintf("c%d", i)], times[fmt.Sprintf("text %d", i)]
		switch {
		case state == boxapi.SMSSent && n == 1:
		case state == boxapi.SMSUnknown && n <= 1:
			unknown++
		default:
			t.Errorf("text %d is %q and was sent %d times", i, state, n)
		}
	}
	t.Logf("%d sent, %d of unknown fate after %d kills", killTexts-unknown, unknown, kills)
	for round := range kills + 1 {
		if incoming[fmt.Sprintf("incoming %d", round)] == nil {
			t.Errorf("incoming %d was lost", round)
		}
	}
	for text, ids := range incoming {
		if len(ids) != 1 {
			t.Errorf("%q was told under %d IDs", text, len(ids))
		}
	}
}

// runChild starts a box and kills it: at any moment, or once it has nothing left to do.
func runChild(t *testing.T, dir string, far *modemtest.Modem, anyMoment bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir, childPort+"="+far.Path())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the box did not start")
	}
	if anyMoment {
		time.Sleep(rand.N(150 * time.Millisecond)) // anywhere between waking the modem and sending
		return
	}
	if !lines.Scan() {
		t.Fatal("the box did not settle its texts")
	}
	for far.Stored() > 0 || far.Waiting() > 0 { // the test's time-out bounds it
		time.Sleep(time.Millisecond)
	}
}

func readEvents(t *testing.T, path string) (fates map[string]boxapi.SMSState, incoming map[string]map[string]bool) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fates, incoming = map[string]boxapi.SMSState{}, map[string]map[string]bool{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var e boxapi.Event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue // torn by a kill
		}
		if c := e.SMSChanged; c != nil {
			fates[c.ID] = c.State
		}
		if r := e.SMSReceived; r != nil {
			if incoming[r.Text] == nil {
				incoming[r.Text] = map[string]bool{}
			}
			incoming[r.Text][r.ID] = true
		}
	}
	return fates, incoming
}
