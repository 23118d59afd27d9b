package exchange

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/exchange/table"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// ServerForm is a connection as an administrator writes it. Without Password the one
// that is kept stays.
type ServerForm struct {
	ID        crm.ID
	Kind      string
	Name      string
	Host      string
	Port      int
	Database  string
	Login     string
	Password  *string
	Encrypted bool
}

func administrates(who *rights.Rights) error {
	if !who.Administrates() {
		return &crm.Error{Code: crm.Forbidden, Key: "user.forbidden"}
	}
	return nil
}

// Servers lists the office's connections, for administrators.
func (x *Service) Servers(ctx context.Context, who *rights.Rights) ([]*store.ImportServer, error) {
	if err := administrates(who); err != nil {
		return nil, err
	}
	return x.Store.ImportServers(ctx)
}

// SetServer keeps a connection, once it has answered.
func (x *Service) SetServer(ctx context.Context, who *rights.Rights, f ServerForm) (*store.ImportServer, error) {
	if err := administrates(who); err != nil {
		return nil, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	v := &store.ImportServer{ID: f.ID, Kind: f.Kind, Name: f.Name, Host: f.Host, Port: f.Port, Database: f.Database, Login: f.Login, Encrypted: f.Encrypted}
	if v.ID == 0 {
		v.ID = crm.NewID()
	} else {
		old, err := x.Store.ImportServer(ctx, v.ID)
		if err != nil {
			return nil, err
		}
		// A password goes to the server it was typed for, and to no other.
		if old.Host == v.Host && old.Port == v.Port && old.Kind == v.Kind {
			v.Secret = old.Secret
		}
	}
	if f.Password != nil {
		var err error
		if v.Secret, err = x.seal(*f.Password); err != nil {
			return nil, err
		}
	}
	db, err := x.connect(v)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := db.(*table.Database).Check(ctx); err != nil {
		return nil, err
	}
	return v, x.Store.SetImportServer(ctx, v, x.now())
}

const maxServerText = 100 // characters

func (f *ServerForm) check() error {
	f.Name, f.Host, f.Database, f.Login = strings.TrimSpace(f.Name), strings.TrimSpace(f.Host), strings.TrimSpace(f.Database), strings.TrimSpace(f.Login)
	if f.Name == "" {
		f.Name = f.Host
	}
	for key, text := range map[string]string{"host": f.Host, "database": f.Database, "login": f.Login} {
		if text == "" {
			return &crm.Error{Code: crm.Invalid, Key: "field.required", Field: key}
		}
	}
	for key, text := range map[string]string{"name": f.Name, "host": f.Host, "database": f.Database, "login": f.Login} {
		if len([]rune(text)) > maxServerText {
			return &crm.Error{Code: crm.Invalid, Key: "field.too_long", Field: key, Args: map[string]string{"max": itoa(maxServerText)}}
		}
	}
	if !slices.Contains([]string{table.MySQL, table.SQLServer}, f.Kind) {
		return &crm.Error{Code: crm.Invalid, Key: "import.server_kind", Field: "kind"}
	}
	if f.Port < 0 || f.Port > 65535 {
		return &crm.Error{Code: crm.Invalid, Key: "import.server_port", Field: "port"}
	}
	return nil
}

// DropServer forgets a connection.
func (x *Service) DropServer(ctx context.Context, who *rights.Rights, id crm.ID) error {
	if err := administrates(who); err != nil {
		return err
	}
	return x.Store.DropImportServer(ctx, id)
}

func (x *Service) connect(v *store.ImportServer) (table.Source, error) {
	password, err := x.unseal(v.Secret)
	if err != nil {
		return nil, err
	}
	return table.OpenServer(table.Server{Kind: v.Kind, Host: v.Host, Port: v.Port, Database: v.Database, Login: v.Login, Password: password,
		Encrypted: v.Encrypted}, x.limits)
}

// Passwords of servers are sealed by a key that lies beside the files, not in the
// database: a copy of the database alone gives none of them away.

const keyFile = "server.key"

func (x *Service) aead() (cipher.AEAD, error) {
	name := filepath.Join(x.Dir, keyFile)
	key, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		key = make([]byte, 32)
		rand.Read(key)
		if err = os.MkdirAll(x.Dir, 0o700); err == nil {
			err = os.WriteFile(name, key, 0o600)
		}
	}
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (x *Service) seal(text string) (string, error) {
	if text == "" {
		return "", nil
	}
	a, err := x.aead()
	if err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(a.Seal(nil, nil, []byte(text), nil)), nil
}

// unseal gives "" for what the key does not fit: the server will ask for a password.
func (x *Service) unseal(sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	a, err := x.aead()
	if err != nil {
		return "", err
	}
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", nil
	}
	text, err := a.Open(nil, nil, b, nil)
	if err != nil {
		return "", nil
	}
	return string(text), nil
}
