package exchange

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

func TestValues(t *testing.T) {
	moment := func(s string) string {
		at, err := time.ParseInLocation("2006-01-02 15:04:05", s, time.Local)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(at.UnixMilli())
	}
	for _, tt := range []struct {
		read func(string) (any, error)
		in   string
		want string // JSON, "" for refused
	}{
		{readDate, "2026-11-22", `"2026-11-22"`}, {readDate, "2026/1/2", `"2026-01-02"`}, {readDate, "2026.1.2", `"2026-01-02"`},
		{readDate, "2026年11月22日", `"2026-11-22"`}, {readDate, "２０２６年１１月２２日", `"2026-11-22"`}, {readDate, "2026年11月", `"2026-11-01"`},
		{readDate, "二〇二六年十一月二十二日", `"2026-11-22"`}, {readDate, "民國115年11月22日", `"2026-11-22"`}, {readDate, "20261122", `"2026-11-22"`},
		{readDate, "46348", `"2026-11-22"`}, {readDate, "46348.5", `"2026-11-22"`}, {readDate, "26-11-22", `"2026-11-22"`}, {readDate, "85-3-9", `"1985-03-09"`},
		{readDate, "22-Nov-2026", `"2026-11-22"`}, {readDate, "Nov 22, 2026", `"2026-11-22"`}, {readDate, "2026-11-22 星期日", `"2026-11-22"`},
		{readDate, "11/22/2026", `"2026-11-22"`}, {readDate, "31/12/2026", `"2026-12-31"`}, {readDate, "2026-11-22T00:00:00.000", `"2026-11-22"`},
		{readDate, "2026-02-30", ""}, {readDate, "1985", ""}, {readDate, "下周三", ""}, {readDate, "11-22", ""},
		{readDatetime, "2026-11-22 13:05", moment("2026-11-22 13:05:00")}, {readDatetime, "2026年11月22日下午1点05分", moment("2026-11-22 13:05:00")},
		{readDatetime, "2026-11-22T13:05:06", moment("2026-11-22 13:05:06")}, {readDatetime, "2026/11/22 1:05 PM", moment("2026-11-22 13:05:00")},
		{readDatetime, "46348.545138889", moment("2026-11-22 13:05:00")}, {readDatetime, "2026-11-22 25:00", ""},
		{readMoney, "¥1,280.00", `{"currency":"CNY","minor":128000}`}, {readMoney, "12.8万", `{"currency":"CNY","minor":12800000}`},
		{readMoney, "１，２８０元", `{"currency":"CNY","minor":128000}`}, {readMoney, "US$ 300.5", `{"currency":"USD","minor":30050}`},
		{readMoney, "1.28亿元", `{"currency":"CNY","minor":12800000000}`}, {readMoney, "-0.07", `{"currency":"CNY","minor":-7}`},
		{readMoney, "(1,280.00)", `{"currency":"CNY","minor":-128000}`}, {readMoney, "RMB 300 元整", `{"currency":"CNY","minor":30000}`},
		{readMoney, "0.125", `{"currency":"CNY","minor":12.5}`}, {readMoney, "JP¥ 1,280", `{"currency":"JPY","minor":1280}`}, {readMoney, "0.00005", `{"currency":"CNY","minor":0.01}`}, {readMoney, "1.28E+3", `{"currency":"CNY","minor":128000}`},
		{readMoney, "面议", ""}, {readMoney, "1.2.3", ""},
		{readInt, "1,024", "1024"}, {readInt, "45人", "45"}, {readInt, "3千", "3000"}, {readInt, "007", "7"}, {readInt, "1.5", ""}, {readInt, "很多", ""},
		{readDecimal, "13%", `"13"`}, {readDecimal, "12.500", `"12.5"`}, {readDecimal, "123456789012345678.123", `"123456789012345678.123"`}, {readDecimal, "x", ""},
		{readRating, "★★★☆☆", "3"}, {readRating, "4", "4"},
		{readBool, "是", "true"}, {readBool, "Ｎ", "false"}, {readBool, "√", "true"}, {readBool, "maybe", ""},
		{phonesOf(""), "13800138000", `[{"label":"mobile","number":"13800138000"}]`},
		{phonesOf(""), "0571-8765 4321 转 801", `[{"label":"office","number":"0571-8765 4321 转 801"}]`},
		{phonesOf(""), "138 0013 8000/0571-87654321", `[{"label":"mobile","number":"138 0013 8000"},{"label":"office","number":"0571-87654321"}]`},
		{phonesOf(""), "手机：１３８００１３８０００；传真:0571-87654321", `[{"label":"mobile","number":"13800138000"},{"label":"fax","number":"0571-87654321"}]`},
		{phonesOf("home"), "13800138000 13900139000", `[{"label":"home","number":"13800138000"},{"label":"home","number":"13900139000"}]`},
		{phonesOf(""), "+86 138 0013 8000", `[{"label":"mobile","number":"+86 138 0013 8000"}]`},
		{phonesOf(""), "没有", ""},
	} {
		got, err := tt.read(tt.in)
		text := ""
		if err == nil {
			b, _ := json.Marshal(got)
			text = string(b)
		}
		if text != tt.want {
			t.Errorf("%q is %s (%v), want %s", tt.in, text, err, tt.want)
		}
	}
}

func phonesOf(label string) func(string) (any, error) {
	return func(s string) (any, error) { return readPhones(s, label) }
}

func FuzzValues(f *testing.F) {
	for _, s := range []string{"2026年11月22日下午1点", "¥1,280.00万", "手机：138 0013 8000/0571-87654321转8", "民國1年1月1日", "1e308", "(-5)", "二十年十月三十一日", "Nov 22, 2026"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for i, read := range []func(string) (any, error){readDate, readDatetime, readMoney, readInt, readDecimal, readRating, readBool, phonesOf("")} {
			v, err := read(s)
			if err != nil {
				continue
			}
			b, err := json.Marshal(v)
			if err != nil {
				t.Errorf("%d: %q: %v", i, s, err)
			}
			// A date is read the same when it is read again.
			if i == 0 {
				if again, err := readDate(v.(string)); err != nil || again != v {
					t.Errorf("%q: %s is read as %v, %v", s, b, again, err)
				}
			}
		}
		clean(s)
	})
}
