package demo

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/modules/all"
)

// stopper ends a context when the text is written for the nth time, as Ctrl-C does in
// the middle.
type stopper struct {
	bytes.Buffer
	stop func()
	at   int
}

func (s *stopper) Write(b []byte) (int, error) {
	if s.at--; s.at == 0 {
		s.stop()
	}
	return s.Buffer.Write(b)
}

func TestMake(t *testing.T) {
	schema, err := crm.Compile(all.Modules)
	if err != nil {
		t.Fatal(err)
	}
	customers := func(path string) (users, customers int) {
		t.Helper()
		s, err := open(t.Context(), path, schema)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if users, err = s.CountUsers(t.Context()); err != nil {
			t.Fatal(err)
		}
		q := crm.Query{Entity: "customer", Scope: crm.Scope{All: true}}
		if customers, _, err = s.CountRecords(t.Context(), s.Read(), schema, &q); err != nil {
			t.Fatal(err)
		}
		return users, customers
	}
	path := filepath.Join(t.TempDir(), "hub", "hub.db")

	t.Run("an office stopped half-way is not there, and the next start makes it whole", func(t *testing.T) {
		for at := 1; at <= 1+len(staff); at += 2 { // before the first user, between users, with all of them
			ctx, cancel := context.WithCancel(t.Context())
			err := Make(ctx, &stopper{stop: cancel, at: at}, path, schema)
			if err == nil || !strings.Contains(err.Error(), "begins anew") {
				t.Fatalf("stopped at %d: %v", at, err)
			}
			if left, _ := filepath.Glob(path + "*"); len(left) != 0 {
				t.Fatalf("stopped at %d, left %v", at, left)
			}
		}
		// A power cut leaves the half behind.
		if err := os.WriteFile(path+".demo", []byte("half an office"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Make(t.Context(), &bytes.Buffer{}, path, schema); err != nil {
			t.Fatal(err)
		}
		if users, n := customers(path); users != len(staff) || n != 40 {
			t.Errorf("%d users, %d customers", users, n)
		}
		if left, _ := filepath.Glob(path + ".demo*"); len(left) != 0 {
			t.Errorf("left %v", left)
		}
	})
	t.Run("an office that has begun is left alone", func(t *testing.T) {
		own := filepath.Join(t.TempDir(), "hub.db")
		s, err := open(t.Context(), own, schema)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.CreateUser(t.Context(), auth.NewUser("own", "Own", crm.Admin), "x"); err != nil {
			t.Fatal(err)
		}
		s.Close()
		var out bytes.Buffer
		if err := Make(t.Context(), &out, own, schema); err != nil {
			t.Fatal(err)
		}
		if users, n := customers(own); users != 1 || n != 0 || out.Len() != 0 {
			t.Errorf("%d users, %d customers, said %q", users, n, out.String())
		}
	})
	t.Run("a database nobody has used yet becomes the demo office", func(t *testing.T) {
		empty := filepath.Join(t.TempDir(), "hub.db")
		customers(empty)
		if err := Make(t.Context(), &bytes.Buffer{}, empty, schema); err != nil {
			t.Fatal(err)
		}
		if users, _ := customers(empty); users != len(staff) {
			t.Errorf("%d users", users)
		}
	})
}
