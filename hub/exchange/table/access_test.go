package table

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

var clients = jetTable{name: "客户资料", columns: []jetColumn{
	{"公司名称", jetText}, {"电话", jetText}, {"建档日期", jetDate}, {"欠款", jetMoney}, {"员工数", jetLong}, {"重点", jetBool}},
	rows: [][]any{
		{"北京金鼎机电有限公司", "010-65881234", time.Date(2003, 5, 1, 0, 0, 0, 0, time.UTC), int64(12_800_000), int32(45), true},
		{`带"引号"、逗号,的名称`, nil, time.Date(2003, 5, 1, 13, 5, 0, 0, time.UTC), nil, nil, false},
	}}

func TestAccess(t *testing.T) {
	if _, err := exec.LookPath("mdb-export"); err != nil {
		t.Skip("mdbtools are not here; .dev/setup test installs them")
	}
	for file, version := range map[string]byte{"2000.mdb": 1, "2007.accdb": 2} {
		t.Run("IMP-02 "+file, func(t *testing.T) {
			path := writeJet(t, file, version, jetTable{name: "Orders", columns: []jetColumn{{"No", jetText}}, rows: [][]any{{"1"}}}, clients)
			source, kind, err := Open(path, file, Options{}, Standard)
			if err != nil || kind != KindAccess {
				t.Fatal(kind, err)
			}
			defer source.Close()
			tables, err := source.Tables(context.Background())
			if err != nil || len(tables) != 2 || tables[0].Name != "Orders" || tables[1].Name != "客户资料" {
				t.Fatalf("tables %v, %v", tables, err)
			}
			got := all(t, source, "客户资料")
			want := [][]string{
				{"公司名称", "电话", "建档日期", "欠款", "员工数", "重点"},
				{"北京金鼎机电有限公司", "010-65881234", "2003-05-01", "1280.0000", "45", "1"},
				{`带"引号"、逗号,的名称`, "", "2003-05-01 13:05:00", "", "", "0"},
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("rows %q\nwant %q", got, want)
			}
			if got := all(t, source, "Orders"); len(got) != 2 {
				t.Errorf("rows %q", got)
			}
			err = source.Each(context.Background(), "客户资料", func(int, []string) error { return Stop })
			if err != nil {
				t.Errorf("stopped after a row: %v", err)
			}
			err = source.Each(context.Background(), "nobody's", func(int, []string) error { return nil })
			if err == nil {
				t.Error("a table that isn't there has rows")
			}
		})
	}
	t.Run("IMP-02 a file cut off or made of noise is refused", func(t *testing.T) {
		whole, err := os.ReadFile(writeJet(t, "a.mdb", 1, clients))
		if err != nil {
			t.Fatal(err)
		}
		noise := append([]byte{}, whole...)
		for i := jetPage; i < len(noise); i++ {
			noise[i] = byte(i * 7919 >> 3)
		}
		for name, b := range map[string][]byte{"cut": whole[:jetPage+100], "noise": noise} {
			path := filepath.Join(t.TempDir(), "x.mdb")
			os.WriteFile(path, b, 0o600)
			source, _, err := Open(path, "x.mdb", Options{}, Standard)
			if err != nil {
				continue
			}
			if _, err := source.Tables(context.Background()); err == nil {
				t.Errorf("%s: opened", name)
			}
		}
	})
}

// all reads every row of a table.
func all(t testing.TB, source Source, name string) (rows [][]string) {
	t.Helper()
	err := source.Each(context.Background(), name, func(_ int, cells []string) error {
		rows = append(rows, append([]string{}, cells...))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows { // cells at the end of a row that are empty are cut off
		for len(rows[i]) < len(rows[0]) {
			rows[i] = append(rows[i], "")
		}
	}
	return rows
}
