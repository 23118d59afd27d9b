package table

import (
	"context"
	"database/sql"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestScripts(t *testing.T) {
	for name, tt := range map[string]struct {
		script string
		table  string
		want   [][]string
	}{
		"MySQL dump": {"-- MySQL dump 10.13\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `client`;\n" +
			"CREATE TABLE `client` (\n  `id` int(11) NOT NULL AUTO_INCREMENT,\n  `name` varchar(100) DEFAULT 'x,)',\n  `note` text,\n  PRIMARY KEY (`id`),\n  KEY `n` (`name`)\n) ENGINE=InnoDB;\n" +
			"LOCK TABLES `client` WRITE;\nINSERT INTO `client` VALUES (1,'北京\\'金鼎\\'机电','第一行\\n第二行; -- 不是注释'),(2,'a\\\\',NULL);\nINSERT INTO `client` VALUES (3,_binary 'b',-1.50);\nUNLOCK TABLES;",
			"client", [][]string{{"id", "name", "note"}, {"1", "北京'金鼎'机电", "第一行\n第二行; -- 不是注释"}, {"2", `a\`, ""}, {"3", "b", "-1.50"}}},
		"SQL Server script": {"USE [crm]\nGO\nSET IDENTITY_INSERT [dbo].[Customers] ON \nGO\n" +
			"INSERT [dbo].[Customers] ([ID], [客户 名称], [Created], [Paid], [Old]) VALUES (1, N'O''Neil 公司', CAST(N'2020-01-31T09:30:00.000' AS DateTime), CAST(12.50 AS Decimal(18, 2)), CAST(0x0000AB5300000000 AS DateTime))\n" +
			"INSERT [dbo].[Customers] ([ID], [客户 名称], [Created], [Paid], [Old]) VALUES (2, N'路径 C:\\', CONVERT(varchar(50), N'x', 120), NULL, 0x41)\nGO\nSET IDENTITY_INSERT [dbo].[Customers] OFF",
			"Customers", [][]string{{"ID", "客户 名称", "Created", "Paid", "Old"}, {"1", "O'Neil 公司", "2020-01-31T09:30:00.000", "12.50", "2020-01-31"}, {"2", `路径 C:\`, "x", "", "A"}}},
		"PostgreSQL COPY": {"SET client_encoding = 'UTF8';\nCREATE FUNCTION f() RETURNS int AS $$ INSERT INTO trap VALUES (1); $$ LANGUAGE sql;\n" +
			"COPY public.client (id, name, note) FROM stdin;\n1\t北京\\t金鼎\t\\N\n2\tb\\\\c\td\n\\.\n\nSELECT 1;",
			"client", [][]string{{"id", "name", "note"}, {"1", "北京\t金鼎", ""}, {"2", `b\c`, "d"}}},
		"PostgreSQL inserts": {"INSERT INTO public.\"Client\" (id, name, at) OVERRIDING SYSTEM VALUE VALUES (1, E'a\\tb', '2020-01-31'::date), (2, 'c' || 'd', now());",
			"Client", [][]string{{"id", "name", "at"}, {"1", "a\tb", "2020-01-31"}, {"2", "cd", ""}}},
		"SQLite dump": {"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE client(id INTEGER PRIMARY KEY, \"公司\" TEXT, CHECK (id > 0));\n" +
			"INSERT INTO client VALUES(1,'甲''s');\nINSERT INTO \"client\" VALUES(2,replace('a\\nb','\\n',char(10)));\nINSERT OR REPLACE INTO client VALUES(3,X'e7949f');COMMIT;",
			"client", [][]string{{"id", "公司"}, {"1", "甲's"}, {"2", `a\nb`}, {"3", "生"}}},
		"columns in another order": {"insert into t (a,b) values (1,2); insert into t (b,a) values (3,4)", "t", [][]string{{"a", "b"}, {"1", "2"}, {"4", "3"}}},
		"no names anywhere":        {"INSERT INTO t VALUES (1,'x');", "t", [][]string{{"A", "B"}, {"1", "x"}}},
	} {
		t.Run("IMP-03 "+name, func(t *testing.T) {
			path := textFile(t, "dump.sql", []byte(tt.script))
			source, kind, err := Open(path, "dump.sql", Options{}, Standard)
			if err != nil || kind != KindSQL {
				t.Fatal(kind, err)
			}
			tables, err := source.Tables(context.Background())
			if err != nil || len(tables) != 1 || tables[0].Name != tt.table || tables[0].Rows != len(tt.want)-1 {
				t.Fatalf("tables %v, %v", tables, err)
			}
			if got := all(t, source, tt.table); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("rows %q\nwant %q", got, tt.want)
			}
		})
	}
	for name, tt := range map[string]struct{ script, key string }{
		"no rows":               {"DROP TABLE a; DELETE FROM b; INSERT INTO c SELECT * FROM d;", "import.script_without_rows"},
		"a string never closed": {"INSERT INTO a VALUES ('x);\n" + strings.Repeat("y", 300<<10), "import.quote_open"},
		"cut off":               {"INSERT INTO a VALUES ('x', 2", "import.script_cut"},
		"endless columns":       {"INSERT INTO a VALUES (" + strings.Repeat("1,", 5000), "import.too_many_columns"},
	} {
		t.Run("IMP-03 "+name, func(t *testing.T) { refused(t, textFile(t, "dump.sql", []byte(tt.script)), tt.key) })
	}
}

func TestSQLiteFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old crm.db")
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		`CREATE TABLE 客户 (id INTEGER PRIMARY KEY, "名 称" TEXT, born DATE, paid REAL)`,
		`INSERT INTO 客户 VALUES (1, '金鼎', '2020-01-31', 1280.5), (2, NULL, NULL, NULL)`,
		`CREATE VIEW trap AS SELECT load_extension('/tmp/x')`,
		`CREATE VIRTUAL TABLE words USING fts5(x)`,
	} {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	t.Run("IMP-03 a SQLite file is read, its views and virtual tables are not", func(t *testing.T) {
		source, kind, err := Open(path, "old crm.db", Options{}, Standard)
		if err != nil || kind != KindSQLite {
			t.Fatal(kind, err)
		}
		defer source.Close()
		tables, err := source.Tables(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables {
			if table.Name == "trap" || table.Name == "words" {
				t.Errorf("%s is offered", table.Name)
			}
		}
		want := [][]string{{"id", "名 称", "born", "paid"}, {"1", "金鼎", "2020-01-31", "1280.5"}, {"2", "", "", ""}}
		if got := all(t, source, "客户"); !reflect.DeepEqual(got, want) {
			t.Errorf("rows %q\nwant %q", got, want)
		}
		for _, name := range []string{"trap", `客户" UNION SELECT 1 --`} {
			if err := source.Each(context.Background(), name, func(int, []string) error { return nil }); err == nil {
				t.Errorf("%s was read", name)
			}
		}
		if _, err := source.(*Database).db.Exec(`DELETE FROM 客户`); err == nil {
			t.Error("the file can be written")
		}
	})
}

func FuzzScript(f *testing.F) {
	for _, s := range []string{
		"INSERT INTO `a` (`b`) VALUES ('c\\'d', 0x41), (NULL, -1);", "INSERT [dbo].[T] ([a]) VALUES (CAST(N'x' AS DateTime))\nGO",
		"COPY a (b) FROM stdin;\n\\N\tx\n\\.\n", "CREATE TABLE a (b int, PRIMARY KEY (b)); INSERT INTO a VALUES ($x$y$x$);", "/*! */ -- # '",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		limits := Limits{Rows: 100, Columns: 20, Cell: 500, Tables: 5}
		rows := 0
		scanSQL(context.Background(), strings.NewReader(string(b)), limits, func(name string, columns, cells []string) error {
			if rows++; rows > 1000 {
				return Stop
			}
			if name == "" || len(cells) > 20 || len(columns) > 20 {
				t.Errorf("%q: %d columns, %d cells", name, len(columns), len(cells))
			}
			return nil
		})
		s := &Script{path: textFile(t, "a.sql", b), encoding: "utf-8", limits: limits}
		s.Each(context.Background(), "", func(_ int, cells []string) error {
			if len(cells) > 20 {
				t.Errorf("%d cells", len(cells))
			}
			return nil
		})
	})
}
