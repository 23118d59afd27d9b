// Command bench measures the hub as an office uses it: the real program, over HTTP, with
// rights on, on databases of made-up customers. It prints each figure beside the bar it
// is to stay under, and with -peer what PocketBase takes for the same question in the
// same minutes. Databases are made once and kept below -dir.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"bellhop/hub/api"
	"bellhop/hub/crm"
	"bellhop/hub/modules/all"
	"bellhop/hub/rights"
	"bellhop/hub/telephony"
)

type options struct {
	sizes  string
	dir    string
	hub    string
	peer   string
	rounds int
	only   string
	mixed  time.Duration
	make   bool
	db     string
	files  bool
}

func main() {
	var o options
	flag.StringVar(&o.sizes, "sizes", "10000,100000,1000000", "numbers of customers to measure with")
	flag.StringVar(&o.dir, "dir", "var/bench", "folder of the databases")
	flag.StringVar(&o.hub, "hub", "", "hub to measure; empty builds it")
	flag.StringVar(&o.peer, "peer", "", "program of the peer (hub/bench/peer); empty measures the hub alone")
	flag.IntVar(&o.rounds, "rounds", 300, "questions of each kind")
	flag.StringVar(&o.only, "only", "", "measure only the questions whose name holds this")
	flag.DurationVar(&o.mixed, "mixed", 10*time.Second, "how long eight clients work at once")
	flag.StringVar(&o.db, "db", os.Getenv("BELLHOP_TEST_POSTGRES"), "URL of an empty PostgreSQL database to measure with, of one size, in place of SQLite")
	flag.BoolVar(&o.make, "make", false, "only make the databases that are missing")
	flag.BoolVar(&o.files, "exchange", false, "measure import and export in place of questions")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	schema, err := crm.Compile(append(all.Modules[:len(all.Modules):len(all.Modules)], crm.Module{Name: "hub", Labels: api.Labels},
		crm.Module{Name: "rights", Labels: rights.Labels}, crm.Module{Name: "telephony", Labels: telephony.Labels}))
	if err != nil {
		return err
	}
	if o.hub == "" && !o.make {
		if o.hub, err = build(ctx, o.dir); err != nil {
			return err
		}
	}
	if o.files {
		return exchanges(ctx, o, schema)
	}
	failed := 0
	for _, text := range strings.Split(o.sizes, ",") {
		size, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("size %q is no number", text)
		}
		dir := ""
		if o.db != "" {
			err = generate(ctx, o.db, size, schema)
		} else {
			dir, err = makeDatabase(ctx, o.dir, size, schema)
		}
		if err != nil {
			return err
		}
		if o.make {
			continue
		}
		figures, err := measure(ctx, o, dir, size)
		if err != nil {
			return err
		}
		failed += report(os.Stdout, size, figures)
	}
	if failed > 0 {
		fmt.Printf("\n%d figures are over their bar.\n", failed)
	}
	return nil
}

func build(ctx context.Context, dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	program, err := filepath.Abs(filepath.Join(dir, "bellhop-hub"))
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "./hub")
	cmd.Stderr = os.Stderr
	return program, cmd.Run()
}
