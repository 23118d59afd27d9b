package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"time"

	"bellhop/hub/cert"
	"bellhop/hub/config"
	"bellhop/hub/store"
)

// encrypt lets the plain address lead to the encrypted one, and gives the listener at
// which the pages are.
func encrypt(ctx context.Context, cfg config.Config, db *store.Store, plain, encrypted net.Listener) (net.Listener, error) {
	company, err := db.Setting(ctx, "company")
	if err != nil {
		return nil, err
	}
	authority, err := cert.Open(filepath.Join(cfg.Data, "cert"), cmp.Or(company, "Bellhop"))
	if err != nil {
		return nil, err
	}
	port := strconv.Itoa(encrypted.Addr().(*net.TCPAddr).Port)
	way := &http.Server{Handler: authority.Plain(port), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go way.Serve(plain)
	context.AfterFunc(ctx, func() { way.Close() })
	return tls.NewListener(encrypted, authority.Config()), nil
}
