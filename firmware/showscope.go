package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"bellhop/firmware/boxapi"
	"bellhop/firmware/config"
	"bellhop/firmware/scope"
)

// showScope draws a line of the running box, or a recording, until q is pressed.
func showScope(args []string) error {
	file := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		file, args = args[0], args[1:]
	}
	var cfg config.Config
	f := cfg.Flags("bellhop-firmware scope")
	line := f.Int("line", 1, "which line")
	speed := f.Float64("speed", 1, "times real time at which a file is played; 0 is at once")
	if err := parse(f, args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if file != "" {
		played := scope.File{Path: file, Country: cfg.CountryOf(*line), Speed: *speed}
		return scope.Show(ctx, file, played.Watch, os.Stdin, os.Stdout)
	}
	c, err := newClient(cfg)
	if err != nil {
		return err
	}
	box := scope.Box{URL: c.url, Token: c.token}
	return scope.Show(ctx, fmt.Sprintf("line %d", *line), func(ctx context.Context, see func(boxapi.ScopeFrame) error) error {
		return box.Watch(ctx, *line, see)
	}, os.Stdin, os.Stdout)
}
