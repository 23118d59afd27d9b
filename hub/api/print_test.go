package api

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"bellhop/hub/crm"
)

// paper is a PDF that came back.
type paper struct {
	*answer
	pages []string // the words of each, in their places
}

// printed posts a printing and reads the PDF back with another program.
func (p *person) printed(path string, in obj) *paper {
	t := p.o.t
	t.Helper()
	a := p.post(path, in).ok()
	if got := a.header.Get("Content-Type"); got != "application/pdf" {
		t.Fatalf("%s answers with %s", path, got)
	}
	name := filepath.Join(t.(interface{ TempDir() string }).TempDir(), "a.pdf")
	if keep := os.Getenv("PRINT_KEEP"); keep != "" {
		name = filepath.Join(keep, strings.NewReplacer("/", "_", " ", "_").Replace(t.Name())+"-"+fmt.Sprint(in["layout"])+".pdf")
	}
	if err := os.WriteFile(name, []byte(a.text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", name, "-").Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return &paper{a, strings.Split(strings.TrimSuffix(string(out), "\f"), "\f")}
}

func (p *person) print(entity, layout string, ids ...string) *paper {
	p.o.t.Helper()
	return p.printed("/api/o/"+entity+"/print", obj{"layout": layout, "ids": ids})
}

// all is the text without spaces, which a layout sets as it likes.
func (p *paper) all() string { return strings.Join(strings.Fields(strings.Join(p.pages, "")), "") }

func (p *paper) says(words ...string) *paper {
	p.t.Helper()
	for _, w := range words {
		if !strings.Contains(p.all(), strings.ReplaceAll(w, " ", "")) {
			p.t.Errorf("the paper does not say %q:\n%s", w, strings.Join(p.pages, "\f"))
		}
	}
	return p
}

func (p *paper) silent(words ...string) *paper {
	p.t.Helper()
	for _, w := range words {
		if strings.Contains(p.all(), strings.ReplaceAll(w, " ", "")) {
			p.t.Errorf("the paper says %q:\n%s", w, strings.Join(p.pages, "\f"))
		}
	}
	return p
}

// shop is an office that prints: its own data, a customer, an order.
type shop struct {
	*office
	boss            *person
	customer, order *answer
}

func newShop(t *testing.T) *shop {
	s := &shop{office: newOffice(t)}
	s.boss = s.user("boss", crm.Admin)
	s.boss.lang = "zh-CN"
	s.boss.put("/api/me", obj{"lang": "zh-CN"}).ok()
	s.boss.put("/api/options", obj{"values": obj{"company.address": "杭州市西湖区文三路 1 号", "company.phone": "0571-88001234", "company.postcode": "310012"}}).ok()
	s.customer = s.boss.must("customer", obj{"name": "宁波甬江机电设备有限公司", "level": "a", "address": "江北区人民路 132 号 5 楼", "postcode": "315020",
		"region": obj{"code": "330205"}, "phones": []any{obj{"label": "office", "number": "0574-87651234"}}})
	s.order = s.boss.must("order", obj{"customer": s.customer.str("id"), "date": "2026-10-22", "subject": "十月补货", "amount": obj{"minor": 100450, "currency": "CNY"}, "lines": []any{
		obj{"values": obj{"name": "激光打印机 HL-2260", "spec": "A4 双面", "unit": "台", "qty": "1", "price": yuan(980)}},
		obj{"values": obj{"name": "硒鼓 TN-2325", "unit": "支", "qty": "0.5", "price": yuan(49)}},
	}})
	return s
}

func (s *shop) logo(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 30))); err != nil {
		t.Fatal(err)
	}
	s.boss.send("PUT", "/api/company/logo", nil) // refused: no picture
	req := b.Bytes()
	if err := s.store.SetPicture(context.Background(), "logo", "image/png", req, 1); err != nil {
		t.Fatal(err)
	}
}

func TestPrint(t *testing.T) {
	s := newShop(t)
	order := s.order.str("id")
	t.Run("CFG-14 every kind of paper an order is offered on", func(t *testing.T) {
		s.logo(t)
		offered := s.boss.get("/api/print/order/layouts").ok()
		for _, row := range offered.list("rows") {
			l := row.(map[string]any)
			p := s.boss.print("order", l["id"].(string), order)
			if l["kind"] == "document" {
				p.says("宁波甬江机电设备有限公司", "激光打印机 HL-2260", s.order.str("values.no"))
			}
			if len(p.pages) != 1 {
				t.Errorf("%s has %d pages", l["name"], len(p.pages))
			}
		}
		s.boss.print("order", "a4", order).says("壹仟零肆元伍角整", "¥1,004.50", "¥980.00", "铃客测试", "杭州市西湖区文三路", "第1页/共1页", "BOSS")
	})
}
