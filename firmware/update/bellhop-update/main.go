// Command bellhop-update renews a box's system: see package update. On the box it runs
// as root, from units of its own; on the maker's desk it makes keys and bundles.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"

	"bellhop/firmware/update"
)

const usage = `usage: bellhop-update status             what runs, where, and what became of the last update (JSON)
       bellhop-update install FILE       write a bundle into the other slot ("-": standard input)
       bellhop-update try                start into it
       bellhop-update back               make the earlier version the one to try
       bellhop-update settle             at every start: keep a healthy update, leave another
       bellhop-update grow               let the data partition reach to the end of the card
       bellhop-update serve              answer on the socket that systemd hands over
       bellhop-update key FILE           make a pair of keys
       bellhop-update bundle -release R -boot B -root S -key K OUT
                                         make a signed bundle`

func main() {
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "✗", err)
		os.Exit(1)
	}
}

func command(args []string) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	name, args := args[0], args[1:]
	switch {
	case name == "status" && len(args) == 0:
		return withBox(status)
	case name == "install" && len(args) == 1:
		return withBox(func(b update.Box) error { return install(b, args[0]) })
	case name == "try" && len(args) == 0:
		return withBox(update.Box.Try)
	case name == "back" && len(args) == 0:
		return withBox(back)
	case name == "settle":
		return settle(args)
	case name == "grow" && len(args) == 0:
		return grow()
	case name == "serve" && len(args) == 0:
		return withBox(serve)
	case name == "key" && len(args) == 1:
		return update.NewKey(args[0])
	case name == "bundle":
		return bundle(args)
	}
	return errors.New(usage)
}

func settle(args []string) error {
	f := flag.NewFlagSet("settle", flag.ContinueOnError)
	patience := f.Duration("patience", 3*time.Minute, "how long an update has to come to work")
	if err := f.Parse(args); err != nil {
		return err
	}
	return withBox(func(b update.Box) error { return b.Settle(context.Background(), *patience) })
}

func withBox(do func(update.Box) error) error {
	b, err := openBox()
	if err != nil {
		return err
	}
	return do(b)
}

// openBox finds out where this system runs from.
func openBox() (update.Box, error) {
	var b update.Box
	card, slot, err := update.FindCard()
	if err != nil {
		return b, err
	}
	b = update.Box{Disk: card, Slot: slot, Trying: update.TrialBoot(), StateFile: "/data/update/state.json", Reboot: restart}
	if b.Running, err = update.ReadRelease(update.ReleaseFile); err != nil {
		return b, err
	}
	b.Health = update.Health{
		Hub: "http://127.0.0.1/api/health", Box: "http://127.0.0.1:8091", TokenFile: "/data/box.token", Version: b.Running.Version,
	}.Check
	b.Keys, err = update.Keys(update.KeysDir)
	return b, err
}

// restart lets systemd, where there is one, bring everything to an end first.
func restart(try bool) error {
	if _, err := exec.LookPath("systemctl"); err != nil {
		return update.RestartKernel(try)
	}
	args := []string{"reboot", "--no-block"}
	if try {
		args = append(args, "--reboot-argument="+update.TryArgument)
	}
	return exec.Command("systemctl", args...).Run()
}

func status(b update.Box) error {
	s, err := b.Status()
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(s)
}

func install(b update.Box, name string) error {
	in := os.Stdin
	if name != "-" {
		var err error
		if in, err = os.Open(name); err != nil {
			return err
		}
		defer in.Close()
	}
	last := int64(-1)
	b.Progress = func(phase, part string, done, of int64) {
		if tenth := done * 10 / of; tenth != last {
			last = tenth
			fmt.Printf("%s %s %d %%\n", phase, part, tenth*10)
		}
	}
	m, err := b.Install(bufio.NewReaderSize(in, 1<<20))
	if err == nil {
		fmt.Printf("%s is written; \"bellhop-update try\" starts it\n", m.Version)
	}
	return err
}

func back(b update.Box) error {
	r, err := b.Back()
	if err == nil {
		fmt.Printf("\"bellhop-update try\" starts %s\n", r.Version)
	}
	return err
}

func grow() error {
	card, _, err := update.FindCard()
	if err != nil {
		return err
	}
	grown, err := card.Grow()
	if err != nil {
		return err
	}
	if grown {
		fmt.Println("the data partition has grown")
	}
	// Also where it has not: an earlier start may have been cut off before this.
	return exec.Command("resize2fs", card.PartitionPath(update.PartitionData)).Run()
}

// idle is how long the server waits for another request before it ends; systemd starts
// it again when one comes.
const idle = time.Minute

func serve(b update.Box) error {
	const firstHandedOver = 3 // sd_listen_fds(3)
	if n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS")); n != 1 {
		return errors.New("serve is started by systemd, by way of bellhop-update.socket")
	}
	l, err := net.FileListener(os.NewFile(firstHandedOver, "socket"))
	if err != nil {
		return err
	}
	s := http.Server{Handler: &update.Handler{Box: b}, ReadHeaderTimeout: 10 * time.Second}
	working := 0
	var mu sync.Mutex
	quiet := time.AfterFunc(idle, func() { s.Close() })
	handle := s.Handler
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		count := func(by int) {
			mu.Lock()
			defer mu.Unlock()
			if working += by; working > 0 {
				quiet.Stop()
			} else {
				quiet.Reset(idle)
			}
		}
		count(1)
		defer count(-1)
		handle.ServeHTTP(w, r)
	})
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func bundle(args []string) error {
	f := flag.NewFlagSet("bundle", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	release, boot, root, key := f.String("release", "", ""), f.String("boot", "", ""), f.String("root", "", ""), f.String("key", "", "")
	if err := f.Parse(args); err != nil || f.NArg() != 1 {
		return errors.New(usage)
	}
	r, err := update.ReadRelease(*release)
	if err != nil {
		return err
	}
	private, err := update.ReadPrivateKey(*key)
	if err != nil {
		return err
	}
	out, err := os.Create(f.Arg(0))
	if err != nil {
		return err
	}
	return errors.Join(update.Write(out, r, *boot, *root, private), out.Close())
}
