package addressbook

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/emersion/go-vcard"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/modules/all"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

func TestSplit(t *testing.T) {
	for name, want := range map[string][2]string{
		"曾雨桐": {"曾", "雨桐"}, "王伟": {"王", "伟"}, "欧阳娜娜": {"欧阳", "娜娜"}, "歐陽菲菲": {"歐陽", "菲菲"}, "司马光": {"司马", "光"},
		"张三丰爷": {"张", "三丰爷"}, "李": {"", "李"}, "杭州西湖机电": {"", "杭州西湖机电"}, "Anna Maria Weber": {"Weber", "Anna Maria"},
		"王工（采购）": {"", "王工（采购）"}, "": {"", ""}, "欧阳": {"欧", "阳"}, " 王 伟 ": {"", "王 伟"},
	} {
		if family, given := split(name); family != want[0] || given != want[1] {
			t.Errorf("%q is %q %q, want %q", name, family, given, want)
		}
	}
}

func maker(t testing.TB) Maker {
	schema, err := crm.Compile(all.Modules)
	if err != nil {
		t.Fatal(err)
	}
	user := &crm.User{ID: 1, Role: crm.Manager, Active: true}
	return Maker{Schema: schema, Who: rights.For(user, schema)}
}

func person(values map[string]any) *records.Row {
	label, _ := values["name"].(string)
	return &records.Row{Record: crm.Record{Entity: "contact", ID: 7, Label: label, Values: values, UpdatedAt: 1790000000000}}
}

func TestCard(t *testing.T) {
	m := maker(t)
	row := person(map[string]any{
		"name": "曾雨桐", "title": "采购经理", "department": "采购部", "email": "zeng@jinding.cn", "wechat": "zeng_yt", "birthday": field.Date("1988-03-09"),
		"customer": field.Ref{ID: 3, Entity: "customer", Label: "北京金鼎机电;分部, 一"},
		"phones": []field.Phone{{Label: "mobile", Number: "+8613800138000"}, {Label: "office", Number: "+861085321234"}, {Label: "fax", Number: "+861085321235"},
			{Label: "home", Display: "138****0000", Masked: true}},
	})
	t.Run("IMP-10 vCard 3.0: Chinese name, several numbers with their kinds", func(t *testing.T) {
		text := string(Encode(m.Card(row, V3)))
		for _, line := range []string{"BEGIN:VCARD", "VERSION:3.0", "N:曾;雨桐;;;", "FN:曾雨桐", "TEL;TYPE=CELL;TYPE=VOICE:+8613800138000", "TEL;TYPE=WORK;TYPE=VOICE:+861085321234",
			"TEL;TYPE=WORK;TYPE=FAX:+861085321235", "EMAIL;TYPE=INTERNET;TYPE=WORK:zeng@jinding.cn", `ORG:北京金鼎机电；分部\, 一;采购部`, "TITLE:采购经理", "BDAY:1988-03-09", "X-WECHAT:zeng_yt", "END:VCARD"} {
			if !strings.Contains(text, line+"\r\n") {
				t.Errorf("no line %s in\n%s", line, text)
			}
		}
		if strings.Contains(text, "0000\r\nTEL") || strings.Contains(text, "****") || strings.Contains(text, "PHOTO") {
			t.Errorf("what is masked stands in it:\n%s", text)
		}
	})
	t.Run("IMP-10 vCard 4.0", func(t *testing.T) {
		text := string(Encode(m.Card(row, V4)))
		if !strings.Contains(text, "VERSION:4.0\r\n") || !strings.Contains(text, "TEL;TYPE=cell;TYPE=voice:+8613800138000\r\n") || !strings.Contains(text, "EMAIL;TYPE=work:") {
			t.Error(text)
		}
	})
	t.Run("IMP-10 a company is shown as one", func(t *testing.T) {
		company := person(map[string]any{"name": "北京金鼎机电有限公司", "kind": "company", "address": "朝阳路1号", "postcode": "100020"})
		company.Entity = "customer"
		card := m.Card(company, V3)
		if card.Value("FN") != "北京金鼎机电有限公司" || card.Value("N") != ";;;;" || card.Value("ORG") != "北京金鼎机电有限公司" || card.Value("X-ABSHOWAS") != "COMPANY" || !strings.Contains(card.Value("ADR"), "朝阳路1号") {
			t.Errorf("%s", Encode(card))
		}
	})
	t.Run("IMP-10 long lines are folded between characters, and read back whole", func(t *testing.T) {
		name := strings.Repeat("很长的名字", 12)
		b := Encode(m.Card(person(map[string]any{"name": name}), V3))
		for line := range strings.SplitSeq(string(b), "\r\n") {
			if len(line) > longestLine || !utf8.ValidString(line) {
				t.Errorf("%d octets: %q", len(line), line)
			}
		}
		card, err := vcard.NewDecoder(bytes.NewReader(b)).Decode()
		if err != nil || card.Value("FN") != name {
			t.Errorf("%v %q", err, card.Value("FN"))
		}
	})
	t.Run("SEC-19 a masked field and one masked in lists stay out", func(t *testing.T) {
		e, _ := m.Schema.Entity("contact")
		f, _ := e.Field("email")
		f.Mask = field.MaskInList
		if one := m.Card(row, V3); one.Value("EMAIL") == "" {
			t.Error("on its own it may be seen")
		}
		many := m
		many.List = true
		if card := many.Card(row, V3); card.Value("EMAIL") != "" {
			t.Error("masked in lists")
		}
		f.Mask = field.MaskAlways
		if card := m.Card(row, V3); card.Value("EMAIL") != "" {
			t.Error("masked")
		}
	})
}

func FuzzCard(f *testing.F) {
	f.Add("曾雨桐", "+8613800138000", "a@b.cn")
	f.Add("a;b,c\\n\r\nTEL:1", "1\r\nEND:VCARD", "\x00\xff")
	m := maker(f)
	f.Fuzz(func(t *testing.T, name, number, title string) {
		if !utf8.ValidString(name + number + title) {
			t.Skip("values are checked before they are kept")
		}
		b := Encode(m.Card(person(map[string]any{"name": name, "title": title, "phones": []field.Phone{{Label: "mobile", Number: number}}}), V3))
		if n := bytes.Count(b, []byte("\r\nEND:VCARD")); n != 1 {
			t.Errorf("%d ends:\n%s", n, b)
		}
		if !bytes.HasSuffix(b, []byte("\r\nEND:VCARD\r\n")) {
			t.Errorf("ends in %q", b)
		}
	})
}

// FuzzServe gives requests that no telephone makes, where no record is asked for.
func FuzzServe(f *testing.F) {
	for _, body := range []string{"", "<", `<propfind xmlns="DAV:"><prop><x xmlns="a"/></prop></propfind>`, `<propfind xmlns="DAV:"><propname/></propfind>`,
		`<a:addressbook-query xmlns:a="urn:ietf:params:xml:ns:carddav"><a:filter><a:prop-filter name="FN"/></a:filter></a:addressbook-query>`} {
		f.Add("PROPFIND", Root, body)
		f.Add("REPORT", principal, body)
	}
	schema := maker(f).Schema
	f.Fuzz(func(t *testing.T, method, path, body string) {
		if strings.HasPrefix(path, home) || method == "REPORT" && !strings.Contains(body, "multiget") || strings.Contains(path, ".vcf") || strings.Contains(path, "%") {
			t.Skip()
		}
		book := Book{Records: records.New(nil, schema), Who: rights.For(&crm.User{ID: 1}, schema), Name: "铃客"}
		if a, err := book.Serve(context.Background(), Request{Method: method, Path: path, Body: []byte(body)}); err == nil && a.Status == 0 {
			t.Error("no status")
		}
	})
}
