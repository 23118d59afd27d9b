package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bellhop/firmware/boxapi"

	"github.com/hajimehoshi/go-mp3"
)

// The kill -9 tests run both real programs: the hub is this test binary started
// again as the program, the firmware is built once.
func TestMain(m *testing.M) {
	if os.Getenv("BELLHOP_RUN_AS_HUB") == "1" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// crashRounds and the calls in each: every round kills a program twice while three
// calls are at three different places.
const (
	crashRounds  = 12
	callsInRound = 3
)

func TestKillInMidCall(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real programs for minutes")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	o := openCrashOffice(t)

	kills := 0
	for round := range crashRounds {
		// Three rounds in four kill the hub, the fourth the firmware.
		killFirmware := round%4 == 3
		var numbers []string
		for line := 1; line <= callsInRound; line++ {
			number := fmt.Sprintf("139%04d%04d", round, line*1111)
			numbers = append(numbers, number)
			o.simulate(t, boxapi.Simulate{Ring: &boxapi.SimulateRing{Line: line, From: number, Quick: true, Rings: 2, TalkMS: 3000}})
			time.Sleep(time.Duration(random.IntN(700)) * time.Millisecond)
		}
		for range 2 {
			time.Sleep(time.Duration(random.IntN(2200)) * time.Millisecond)
			if killFirmware {
				o.firmware.kill(t)
				o.startFirmware(t)
			} else {
				o.hub.kill(t)
				o.startHub(t)
			}
			kills++
		}
		for _, number := range numbers {
			o.checkCall(t, number, killFirmware)
		}
	}
	o.checkNoDoubles(t)
	t.Logf("%d kills, every call whole", kills)
}

// program is one of the two real programs, started again after each kill.
type program struct {
	cmd *exec.Cmd
	log *os.File
}

func (p *program) kill(t *testing.T) {
	t.Helper()
	if p.cmd == nil {
		return
	}
	p.cmd.Process.Kill()
	p.cmd.Wait()
	p.cmd = nil
}

type crashOffice struct {
	dir              string
	firmwarePath     string
	hubURL, boxURL   string
	hub, firmware    program
	client           *http.Client
	csrf, boxToken   string
	hubAddr, boxAddr string
	commands         int
}

func openCrashOffice(t *testing.T) *crashOffice {
	t.Helper()
	o := &crashOffice{dir: t.TempDir()}
	o.firmwarePath = filepath.Join(o.dir, "firmware")
	readSources(t, "../firmware", "../drivers", "../board")
	build := exec.Command("go", "build", "-o", o.firmwarePath, "../firmware")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the firmware: %v\n%s", err, out)
	}
	o.hubAddr, o.boxAddr = freeAddr(t), freeAddr(t)
	o.hubURL, o.boxURL = "http://"+o.hubAddr, "http://"+o.boxAddr
	jar, _ := cookiejar.New(nil)
	o.client = &http.Client{Jar: jar, Timeout: 20 * time.Second}
	t.Cleanup(func() {
		o.hub.kill(t)
		o.firmware.kill(t)
		if t.Failed() {
			for _, name := range []string{"hub.log", "firmware.log"} {
				text, _ := os.ReadFile(filepath.Join(o.dir, name))
				t.Logf("%s:\n%s", name, tail(text, 6000))
			}
		}
	})
	o.startFirmware(t)
	o.startHub(t)
	o.setUp(t)
	return o
}

// readSources opens every source file below dirs, so that the go command's test
// cache knows that this test depends on them.
func readSources(t *testing.T, dirs ...string) {
	for _, dir := range dirs {
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") {
				if f, err := os.Open(path); err == nil {
					f.Close()
				}
			}
			return nil
		})
	}
}

func (o *crashOffice) start(t *testing.T, p *program, name string, cmd *exec.Cmd, ready func() bool) {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(o.dir, name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log.Close()
	p.cmd = cmd
	waitFor(t, name+" to start", 30*time.Second, ready)
}

func (o *crashOffice) startFirmware(t *testing.T) {
	t.Helper()
	tokenFile := filepath.Join(o.dir, "box.token")
	cmd := exec.Command(o.firmwarePath, "-board", "sim", "-lines", fmt.Sprint(callsInRound),
		"-data", filepath.Join(o.dir, "box"), "-listen", o.boxAddr, "-token-file", tokenFile,
		"-console", filepath.Join(o.dir, "console"))
	o.start(t, &o.firmware, "firmware", cmd, func() bool {
		token, err := os.ReadFile(tokenFile)
		o.boxToken = strings.TrimSpace(string(token))
		return err == nil && reachable(o.boxAddr)
	})
}

func (o *crashOffice) startHub(t *testing.T) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-listen", o.hubAddr, "-data", filepath.Join(o.dir, "hub"),
		"-box", o.boxURL, "-box-token-file", filepath.Join(o.dir, "box.token"))
	cmd.Env = append(os.Environ(), "BELLHOP_RUN_AS_HUB=1")
	o.start(t, &o.hub, "hub", cmd, func() bool {
		res, err := http.Get(o.hubURL + "/api/health")
		if err == nil {
			res.Body.Close()
		}
		return err == nil && res.StatusCode == http.StatusOK
	})
}

func (o *crashOffice) setUp(t *testing.T) {
	t.Helper()
	var me struct{ CSRF string }
	o.call(t, "POST", "/api/setup", map[string]string{"company": "测试公司", "areaCode": "0571",
		"name": "管理员", "login": "admin", "password": "correct-horse-7", "lang": "zh-CN"}, &me)
	o.csrf = me.CSRF
}

// call does one request to the hub and fails the test unless it succeeds.
func (o *crashOffice) call(t *testing.T, method, path string, body, into any) {
	t.Helper()
	var buf bytes.Buffer
	if body != nil {
		json.NewEncoder(&buf).Encode(body)
	}
	req, err := http.NewRequest(method, o.hubURL+path, &buf)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-CSRF", o.csrf)
	res, err := o.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	if res.StatusCode >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, text)
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, text)
		}
	}
}

func (o *crashOffice) simulate(t *testing.T, s boxapi.Simulate) {
	t.Helper()
	o.commands++
	body, _ := json.Marshal(boxapi.Command{ID: fmt.Sprintf("crash-%d", o.commands), Simulate: &s})
	req, _ := http.NewRequest("POST", o.boxURL+"/v1/commands", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+o.boxToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var result boxapi.Result
	json.NewDecoder(res.Body).Decode(&result)
	if result.Error != "" {
		t.Fatalf("simulate: %s %s", result.Error, result.Detail)
	}
}

type loggedCall struct {
	ID        string
	State     string
	Outcome   string
	Number    string
	TalkMS    int64
	Recording *struct {
		State      string
		DurationMS int64
		Complete   bool
	}
}

func (o *crashOffice) calls(t *testing.T, query string) []loggedCall {
	t.Helper()
	var page struct{ Rows []loggedCall }
	o.call(t, "GET", "/api/calls?"+query, nil, &page)
	return page.Rows
}

// checkCall waits for the end of the one call from number and looks whether it is
// whole: caller, outcome, recording that plays. A call whose firmware died may have
// ended before its burst, and then has neither number nor sound.
func (o *crashOffice) checkCall(t *testing.T, number string, firmwareDied bool) {
	t.Helper()
	var rows []loggedCall
	ended := func() bool {
		rows = o.calls(t, "number="+number)
		return len(rows) == 1 && rows[0].State == "ended" &&
			(rows[0].Recording == nil || rows[0].Recording.State != "recording")
	}
	if firmwareDied {
		waitFor(t, "every call to be closed", 30*time.Second, func() bool {
			for _, c := range o.calls(t, "limit=20") {
				if c.State != "ended" || c.Recording != nil && c.Recording.State == "recording" {
					return false
				}
			}
			return true
		})
		if !ended() {
			return
		}
	} else {
		waitFor(t, "the call from "+number+" to end", 30*time.Second, ended)
		if rows[0].Outcome != "answered" || rows[0].Recording == nil || rows[0].Recording.State != "ready" {
			t.Errorf("call from %s: outcome %q, recording %v; want answered and recorded", number, rows[0].Outcome, rows[0].Recording)
		}
	}
	switch rec := rows[0].Recording; {
	case rec == nil:
	case rec.State == "ready":
		o.checkPlays(t, rows[0].ID, rec.DurationMS)
	case rows[0].TalkMS > 2000: // a power cut may cost two seconds of sound, so all of a shorter talk
		t.Errorf("call from %s: %d ms of talk, recording %s", number, rows[0].TalkMS, rec.State)
	}
}

func (o *crashOffice) checkPlays(t *testing.T, call string, durationMS int64) {
	t.Helper()
	res, err := o.client.Get(o.hubURL + "/api/calls/" + call + "/recording")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	sound, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK {
		t.Errorf("recording of %s: %d %s", call, res.StatusCode, sound)
		return
	}
	d, err := mp3.NewDecoder(bytes.NewReader(sound))
	if err != nil {
		t.Errorf("recording of %s (%d bytes): %v", call, len(sound), err)
		return
	}
	n, err := io.Copy(io.Discard, d)
	if err != nil {
		t.Errorf("recording of %s: %v", call, err)
	}
	const bytesPerMS = 16 * 4 // 16 kHz, go-mp3 always gives two 16-bit channels
	if got := n / bytesPerMS; got < durationMS-300 || got > durationMS+300 {
		t.Errorf("recording of %s plays %d ms, said to be %d ms", call, got, durationMS)
	}
}

// checkNoDoubles holds that no call was logged twice.
func (o *crashOffice) checkNoDoubles(t *testing.T) {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range o.calls(t, "limit=200") {
		if c.Number != "" && seen[c.Number] {
			t.Errorf("two calls from %s", c.Number)
		}
		seen[c.Number] = true
	}
}

func waitFor(t *testing.T, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %v for %s", limit, what)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func reachable(addr string) bool {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func tail(b []byte, n int) []byte {
	if len(b) > n {
		return b[len(b)-n:]
	}
	return b
}
