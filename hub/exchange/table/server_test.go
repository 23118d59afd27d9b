package table

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"bellhop/hub/crm"
)

func TestSQLServer(t *testing.T) {
	rows := [][]any{{int32(1), "宁波海天机械", "0574-87654321", nil}}
	for i := range 200 { // several packets
		rows = append(rows, []any{int32(i + 2), fmt.Sprintf("第%03d号客户", i), "138" + fmt.Sprintf("%08d", i), "𠮷田"})
	}
	s := &tdsServer{login: "reader", password: "密码 1", answers: map[string]tdsTable{
		"INFORMATION_SCHEMA.TABLES":    {[]string{""}, [][]any{{"客户"}, {"sales.订]单"}}},
		"SELECT * FROM [客户]":           {[]string{"ID", "公司名称", "电话", "备注"}, rows},
		"SELECT * FROM [sales].[订]]单]": {[]string{"单号"}, [][]any{{"XS-1"}}},
	}}
	port := s.start(t)
	open := func(t *testing.T, password string) *Database {
		t.Helper()
		db, err := OpenServer(Server{Kind: SQLServer, Host: "127.0.0.1", Port: port, Database: "office", Login: "reader", Password: password}, Standard)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	t.Run("IMP-03 a table of a SQL Server is read whole", func(t *testing.T) {
		db := open(t, "密码 1")
		if err := db.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		tables, err := db.Tables(t.Context())
		if err != nil || len(tables) != 2 || tables[0].Name != "客户" || tables[1].Name != "sales.订]单" {
			t.Fatalf("tables %v, %v", tables, err)
		}
		got := all(t, db, "客户")
		if len(got) != 202 || !reflect.DeepEqual(got[0], []string{"ID", "公司名称", "电话", "备注"}) ||
			!reflect.DeepEqual(got[1], []string{"1", "宁波海天机械", "0574-87654321", ""}) || got[201][3] != "𠮷田" {
			t.Errorf("%d rows: %q … %q", len(got), got[:2], got[len(got)-1])
		}
		if got := all(t, db, "sales.订]单"); len(got) != 2 || got[1][0] != "XS-1" {
			t.Errorf("of another schema: %q", got)
		}
		refusedBy(t, db.Each(t.Context(), "客户]; DROP TABLE [客户", nil), crm.Invalid, "import.no_such_table", "")
		close(s.asked)
		for text := range s.asked {
			if text = strings.TrimSpace(text); !strings.HasPrefix(strings.ToUpper(text), "SELECT") {
				t.Errorf("sent %q", text)
			}
		}
	})
	t.Run("IMP-03 a refused login is told in the server's words", func(t *testing.T) {
		refusedBy(t, open(t, "wrong").Check(t.Context()), crm.Unavailable, "import.server_said", "Login failed for user 'reader'")
	})
	t.Run("IMP-03 where TLS is asked for nothing goes out in the open", func(t *testing.T) {
		db, err := OpenServer(Server{Kind: SQLServer, Host: "127.0.0.1", Port: port, Database: "office", Login: "reader", Password: "密码 1", Encrypted: true}, Standard)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		refusedBy(t, db.Check(t.Context()), crm.Unavailable, "import.server_said", "")
	})
}

func TestServerOutOfReach(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for _, kind := range []string{MySQL, SQLServer} {
		check := func(ctx context.Context, host string, port int) error {
			db, err := OpenServer(Server{Kind: kind, Host: host, Port: port, Database: "d", Login: "l", Password: "p"}, Standard)
			if err != nil {
				return err
			}
			defer db.Close()
			return db.Check(ctx)
		}
		t.Run("IMP-03 "+kind+" on a port where nobody listens", func(t *testing.T) {
			refusedBy(t, check(t.Context(), "127.0.0.1", gone.Addr().(*net.TCPAddr).Port), crm.Unavailable, "import.server_said", "refused")
		})
		t.Run("IMP-03 "+kind+" that takes the call and never answers", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				if conn, err := silent.Accept(); err == nil {
					defer conn.Close()
					conn.Read(make([]byte, 1)) // mysql waits for the server, SQL Server speaks first
				}
			}()
			go cancel()
			refusedBy(t, check(ctx, "127.0.0.1", silent.Addr().(*net.TCPAddr).Port), crm.Unavailable, "import.server_said", "")
		})
		t.Run("IMP-03 "+kind+" outside of the office's network", func(t *testing.T) {
			for _, host := range []string{"203.0.113.9", "169.254.169.254", "2001:db8::1"} {
				refusedBy(t, check(t.Context(), host, 0), crm.Invalid, "import.server_outside", "")
			}
		})
	}
	if _, err := OpenServer(Server{Kind: "oracle"}, Standard); err == nil {
		t.Error("a kind nobody knows is opened")
	}
	for text, want := range map[string]bool{"192.168.1.9": true, "10.0.0.1": true, "127.0.0.1": true, "::ffff:172.16.0.1": true, "fd00::1": true,
		"169.254.169.254": false, "0.0.0.0": false, "8.8.8.8": false, "::ffff:8.8.8.8": false, "fe80::1": false} {
		if Allowed(netip.MustParseAddr(text)) != want {
			t.Errorf("%s: allowed is not %v", text, want)
		}
	}
}

func refusedBy(t *testing.T, err error, code crm.Code, key, says string) {
	t.Helper()
	var refusal *crm.Error
	if !errors.As(err, &refusal) || refusal.Code != code || refusal.Key != key || !strings.Contains(refusal.Args["text"], says) {
		t.Errorf("%v, want %s %q", err, key, says)
	}
}
