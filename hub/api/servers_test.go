package api

import (
	"database/sql"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"bellhop/hub/crm"
)

// mariaDB is the port of the server that .dev/mariadb has started beside this test, and a
// connection that may write to it.
func mariaDB(t *testing.T) (port int, db *sql.DB) {
	t.Helper()
	port, err := strconv.Atoi(os.Getenv("BELLHOP_TEST_MARIADB"))
	if err != nil {
		t.Skip("run as .dev/mariadb go test ./hub/api: needs a MariaDB server")
	}
	c := mysql.NewConfig()
	c.User, c.Passwd, c.DBName, c.Net, c.Addr, c.MultiStatements = "bellhop", "bellhop-test", "office", "tcp", "127.0.0.1:"+strconv.Itoa(port), true
	connector, err := mysql.NewConnector(c)
	if err != nil {
		t.Fatal(err)
	}
	db = sql.OpenDB(connector)
	t.Cleanup(func() { db.Close() })
	return port, db
}

func TestImportFromMySQL(t *testing.T) {
	port, db := mariaDB(t)
	_, err := db.Exec("DROP TABLE IF EXISTS `客户`, orders; DROP VIEW IF EXISTS active; CREATE TABLE `客户` (id INT PRIMARY KEY, `公司名称` VARCHAR(100), `联系电话` VARCHAR(30), `生日` DATE, `级别` CHAR(1), `备注` TEXT, `建档` DATETIME);" +
		"CREATE TABLE orders (id INT); CREATE VIEW active AS SELECT `公司名称`, `联系电话` FROM `客户` WHERE id < 3")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		phone := any(fmt.Sprintf("138%08d", i))
		if i == 5 {
			phone = "不详"
		}
		if _, err := db.Exec("INSERT INTO `客户` VALUES (?,?,?,?,?,?,?)", i, fmt.Sprintf("数据库%03d号公司", i), phone, "1999-12-31", "A", "𠮷田商社 介绍", "2024-01-02 03:04:05"); err != nil {
			t.Fatal(err)
		}
	}
	o := newOffice(t)
	boss, seller := o.user("boss", crm.Admin), o.user("seller", crm.Sales)
	form := func(more obj) obj {
		in := obj{"kind": "mysql", "name": "旧系统", "host": "127.0.0.1", "port": port, "database": "office", "login": "bellhop", "password": "bellhop-test"}
		for k, v := range more {
			in[k] = v
		}
		return in
	}
	t.Run("IMP-03 a connection is kept only once the server has answered", func(t *testing.T) {
		seller.post("/api/exchange/servers", form(nil)).is(403)
		if a := boss.post("/api/exchange/servers", form(obj{"password": "wrong"})).is(503); !strings.Contains(a.text, "Access denied") {
			t.Errorf("a wrong password says %s", a.text)
		}
		boss.post("/api/exchange/servers", form(obj{"database": "nosuch"})).is(503)
		boss.post("/api/exchange/servers", form(obj{"host": "203.0.113.9"})).is(422) // outside the office
		boss.post("/api/exchange/servers", form(obj{"login": ""})).is(422).want("error.field", "login")
		if list := boss.get("/api/exchange/servers").ok(); len(list.list("rows")) != 0 {
			t.Errorf("kept all the same: %s", list.text)
		}
	})
	kept := boss.post("/api/exchange/servers", form(nil)).ok()
	t.Run("IMP-03 its password is told to nobody and goes to no other server", func(t *testing.T) {
		if list := boss.get("/api/exchange/servers").ok(); strings.Contains(kept.text+list.text, "bellhop-test") {
			t.Errorf("it is told: %s", list.text)
		}
		other := form(obj{"id": kept.str("id"), "host": "localhost"})
		delete(other, "password")
		boss.post("/api/exchange/servers", other).is(503)
		same := form(obj{"id": kept.str("id"), "name": "旧系统甲"})
		delete(same, "password")
		boss.post("/api/exchange/servers", same).ok().want("name", "旧系统甲")
	})
	t.Run("IMP-03 a table of a MySQL server is matched and imported like a file", func(t *testing.T) {
		id := boss.post("/api/imports", obj{"entity": "customer", "name": "旧系统", "server": kept.str("id")}).is(201).str("id")
		tables := boss.get("/api/imports/" + id + "/tables").ok()
		if got := fmt.Sprint(tables.at("tables")); !strings.Contains(got, "客户") || !strings.Contains(got, "orders") || !strings.Contains(got, "active") {
			t.Errorf("tables %s", got)
		}
		glance, plan := boss.look(id, "客户")
		glance.want("headerRow", 1)
		boss.post("/api/imports/"+id+"/preview", plan).ok().want("bad", 1).want("good", 49)
		done := boss.run(id, plan)
		if done.want("state", "done").want("total", 300); done.counts() != "299 0 0 1 0" {
			t.Errorf("%s: %s", done.counts(), boss.get("/api/imports/"+id+"/rows").text)
		}
		boss.query("customer", obj{"search": "数据库042号"}).want("rows.0.values.birthday", "1999-12-31").want("rows.0.values.notes", "𠮷田商社 介绍").
			want("rows.0.values.level", "a").want("rows.0.values.phones.0.number", "+8613800000042")
		if rows := boss.get("/api/imports/" + id + "/rows").ok(); !strings.Contains(rows.text, "不详") {
			t.Errorf("the row that was refused: %s", rows.text)
		}
	})
	t.Run("IMP-03 a table that is gone by now is told so, and nothing is half done", func(t *testing.T) {
		id := boss.post("/api/imports", obj{"entity": "customer", "name": "旧系统", "server": kept.str("id")}).is(201).str("id")
		_, plan := boss.look(id, "active")
		if _, err := db.Exec("DROP VIEW active"); err != nil {
			t.Fatal(err)
		}
		boss.post("/api/imports/"+id+"/preview", plan).is(422)
		boss.post("/api/imports/"+id+"/look", obj{"table": "客户` ; DROP TABLE `orders"}).is(422)
		var n int
		if err := db.QueryRow("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'office'").Scan(&n); err != nil || n != 2 {
			t.Errorf("%d tables, %v", n, err)
		}
	})
}
