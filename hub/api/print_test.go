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
	"time"

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

// showLogo gives the office a logo.
func (s *shop) showLogo() {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 60, 30))); err != nil {
		s.t.Fatal(err)
	}
	if err := s.store.SetPicture(context.Background(), "logo", "image/png", b.Bytes(), 1); err != nil {
		s.t.Fatal(err)
	}
}

// drawn reads a delivered layout to draw on.
func (s *shop) drawn(entity, id string) obj {
	s.t.Helper()
	ticks := s.boss.get("/api/print/" + entity + "/layouts/" + id).ok().body["layout"]
	return s.boss.post("/api/print/"+entity+"/draw", obj{"layout": ticks}).ok().body["layout"].(obj)
}

func TestPrintDocuments(t *testing.T) {
	s := newShop(t)
	order := s.order.str("id")
	t.Run("CFG-13 the office's data stand on documents, the logo too", func(t *testing.T) {
		s.showLogo()
		p := s.boss.print("order", "a4", order).says("铃客测试", "杭州市西湖区文三路 1 号", "0571-88001234")
		if !strings.Contains(p.text, "/Subtype/Image") {
			t.Error("the logo is not on it")
		}
		s.boss.put("/api/options", obj{"values": obj{"company.address": "杭州市滨江区网商路 9 号"}}).ok()
		s.boss.print("order", "a4", order).says("滨江区网商路").silent("文三路")
	})
	t.Run("every layout that comes with the program prints the order on one page", func(t *testing.T) {
		for _, row := range s.boss.get("/api/print/order/layouts").ok().list("rows") {
			l := row.(obj)
			p := s.boss.print("order", l["id"].(string), order)
			if l["kind"] == "document" {
				p.says("宁波甬江机电设备有限公司", "激光打印机 HL-2260", s.order.str("values.no"))
			}
			if len(p.pages) != 1 {
				t.Errorf("%s has %d pages", l["name"], len(p.pages))
			}
		}
		s.boss.print("order", "a4", order).says("壹仟零肆元伍角整", "¥1,004.50", "¥980.00", "第1页/共1页", "BOSS")
	})
	t.Run("a receipt is as long as what stands on it", func(t *testing.T) {
		height := func(p *paper) (h float64) {
			_, rest, _ := strings.Cut(p.text, "/MediaBox[0 0 ")
			var w float64
			if _, err := fmt.Sscanf(rest, "%f %f]", &w, &h); err != nil || w < 226 || w > 227 {
				t.Fatalf("the paper is %v wide: %v", w, err)
			}
			return h
		}
		var lines []any
		for i := range 40 {
			lines = append(lines, obj{"values": obj{"name": fmt.Sprintf("螺丝 M%d", i), "qty": "1", "price": yuan(1)}})
		}
		long := s.boss.must("order", obj{"customer": s.customer.str("id"), "date": "2026-10-22", "lines": lines, "amount": yuan(40)})
		short, tall := s.boss.print("order", "roll-80", order), s.boss.print("order", "roll-80", long.str("id"))
		if len(tall.pages) != 1 || height(tall) < 2*height(short) {
			t.Errorf("%d pages, %v against %v points high", len(tall.pages), height(tall), height(short))
		}
		many := s.boss.print("order", "241x140", long.str("id"))
		if len(many.pages) < 2 {
			t.Fatal("forty lines stand on half a page")
		}
		for i, page := range many.pages {
			if want := fmt.Sprintf("第%d页/共%d页", i+1, len(many.pages)); !strings.Contains(strings.Join(strings.Fields(page), ""), want) || !strings.Contains(page, "品名") {
				t.Errorf("page %d lacks %q or the head of the table", i+1, want)
			}
		}
	})
	t.Run("CFG-14 two layouts of the sales order, with and without prices, are offered at print", func(t *testing.T) {
		with := s.drawn("order", "a4")
		without := s.drawn("order", "a4-plain")
		s.boss.post("/api/print/order/layouts", obj{"name": "含价", "kind": "document", "layout": with}).is(201)
		id := s.boss.post("/api/print/order/layouts", obj{"name": "不含价", "kind": "document", "layout": without}).is(201).str("id")
		offered := s.boss.get("/api/print/order/layouts").ok()
		if a, b := offered.str("rows.0.name"), offered.str("rows.1.name"); a != "含价" || b != "不含价" {
			t.Errorf("offered first are %q and %q", a, b)
		}
		s.boss.print("order", offered.str("rows.0.id"), order).says("¥1,004.50", "¥980.00", "壹仟零肆元伍角整")
		s.boss.print("order", id, order).says("激光打印机 HL-2260", "0.50").silent("¥", "980", "1,004", "壹仟")
		// It is renamed, and one that is dropped is offered no more.
		s.boss.put("/api/print/order/layouts/"+id, obj{"name": "送货联", "kind": "document", "layout": without}).ok().want("name", "送货联")
		s.boss.post("/api/print/order/layouts", obj{"name": "送货联", "kind": "document", "layout": without}).is(422).want("error.field", "name")
		s.boss.delete("/api/print/order/layouts/" + id).ok()
		s.boss.post("/api/o/order/print", obj{"layout": id, "ids": []string{order}}).is(404)
		clerk := s.user("clerk", crm.Sales)
		clerk.post("/api/print/order/layouts", obj{"name": "x", "kind": "document", "layout": with}).is(403)
		for _, entity := range []string{"quote", "customer", "contact", "supplier", "ticket"} {
			if rows := s.boss.get("/api/print/" + entity + "/layouts").ok().list("rows"); len(rows) < 2 {
				t.Errorf("%s has %d layouts", entity, len(rows))
			}
		}
	})
	t.Run("CFG-03 a renamed field is named so on paper", func(t *testing.T) {
		s.boss.print("customer", "a4", s.customer.str("id")).says("级别：", "江北区人民路").silent("客户星级")
		s.boss.put("/api/customize/customer/fields/level", obj{"labels": obj{"zh-CN": "客户星级"}}).ok()
		s.boss.print("customer", "a4", s.customer.str("id")).says("客户星级").silent("级别：")
		s.boss.printed("/api/o/customer/print-list", obj{"columns": []string{"name", "level"}}).says("客户星级")
	})
	t.Run("CFG-08 and CFG-09 with 3 decimals and without a sign", func(t *testing.T) {
		s.boss.put("/api/options", obj{"values": obj{"decimals.price": 3, "decimals.amount": 3, "decimals.quantity": 1, "currency.sign": false}}).ok()
		s.boss.print("order", "a4", order).says("980.000", "1,004.500", "0.5").silent("¥")
		s.boss.printed("/api/o/order/print-list", obj{}).says("1,004.500").silent("¥")
		s.boss.put("/api/options", obj{"values": obj{"currency.sign": true}}).ok()
		s.boss.print("order", "a4", order).says("¥1,004.500")
	})
}

func TestWhatWasPrintedStays(t *testing.T) {
	s := newShop(t)
	order := s.order.str("id")
	t.Run("CUS-16 a renamed customer: an order printed before reprints with the old name, all links hold", func(t *testing.T) {
		s.boss.print("order", "a4", order).says("宁波甬江机电设备有限公司", "江北区人民路")
		renamed := s.boss.change(s.customer, obj{"name": "宁波甬江智能装备股份有限公司", "address": "鄞州区天童南路 8 号"}).ok()
		// Every list has the new name at once, by the same link.
		s.boss.query("order", obj{}).want("rows.0.values.customer.label", "宁波甬江智能装备股份有限公司").want("rows.0.values.customer.id", s.customer.str("id"))
		again := s.boss.print("order", "a4", order).says("宁波甬江机电设备有限公司", "江北区人民路").silent("智能装备", "天童南路")
		if again.header.Get("X-Kept") == "" {
			t.Error("it is not told that what was printed before is printed")
		}
		s.boss.print("order", "241x140", order).says("宁波甬江机电设备有限公司") // another layout, too
		// What belongs to the order itself is as the order is now.
		s.boss.change(s.order, obj{"subject": "十一月补货"}).ok()
		s.boss.print("order", "a4", order).says("十一月补货", "宁波甬江机电设备有限公司")
		// A new order has the new name; so has the old one if that is wanted.
		next := s.boss.must("order", obj{"customer": renamed.str("id"), "date": "2026-11-22", "amount": yuan(1)})
		s.boss.print("order", "a4", next.str("id")).says("智能装备", "天童南路")
		fresh := s.boss.printed("/api/o/order/print", obj{"layout": "a4", "ids": []string{order}, "today": true}).says("智能装备", "天童南路").silent("机电设备")
		if fresh.header.Get("X-Kept") != "" {
			t.Error("paper of today tells of an older one")
		}
		// Envelopes go where the customer is now.
		s.boss.print("order", "envelope-dl", order).says("天童南路")
	})
	t.Run("what was printed is shown to nobody who may not see it", func(t *testing.T) {
		clerk := s.user("clerk", crm.Sales)
		clerk.post("/api/o/order/print", obj{"layout": "a4", "ids": []string{order}}).is(404)
		s.boss.post("/api/o/order/share", obj{"ids": []string{order}, "targets": []string{clerk.user.ID.String()}, "level": "read"}).ok()
		clerk.print("order", "a4", order).says("激光打印机").silent("甬江", "人民路", "天童")
	})
}

func TestPrintMail(t *testing.T) {
	s := newShop(t)
	var customers, people []string
	for i := range 30 {
		c := s.boss.must("customer", obj{"name": fmt.Sprintf("客户%02d有限公司", i), "address": fmt.Sprintf("文三路 %d 号", i+1), "postcode": "310012", "region": obj{"code": "330106"}})
		customers = append(customers, c.str("id"))
		people = append(people, s.boss.must("contact", obj{"name": fmt.Sprintf("王%02d", i), "customer": c.str("id"), "gender": "f"}).str("id"))
	}
	for entity, ids := range map[string][]string{"customer": customers, "contact": people} {
		t.Run("IMP-08 30 envelopes for 30 ticked: "+entity, func(t *testing.T) {
			p := s.boss.print(entity, "envelope-dl", ids...)
			if len(p.pages) != 30 {
				t.Fatalf("%d envelopes", len(p.pages))
			}
			for i, page := range p.pages {
				page = strings.Join(strings.Fields(page), "")
				for _, w := range []string{fmt.Sprintf("客户%02d有限公司", i), fmt.Sprintf("浙江省杭州市西湖区文三路%d号", i+1), "310012", "铃客测试", "杭州市西湖区文三路1号", "收"} {
					if !strings.Contains(page, w) {
						t.Errorf("envelope %d does not say %q: %s", i+1, w, page)
					}
				}
				if entity == "contact" && !strings.Contains(page, fmt.Sprintf("王%02d女士", i)) {
					t.Errorf("envelope %d does not name the person: %s", i+1, page)
				}
			}
		})
		t.Run("IMP-08 labels 3x8 take two sheets for 30: "+entity, func(t *testing.T) {
			p := s.boss.print(entity, "label-3x8", ids...).says("铃客测试", "客户00有限公司", "客户29有限公司")
			if len(p.pages) != 2 || strings.Count(p.pages[0], "有限公司") != 24 || strings.Count(p.pages[1], "有限公司") != 6 {
				t.Errorf("%d sheets", len(p.pages))
			}
			used := s.boss.printed("/api/o/"+entity+"/print", obj{"layout": "label-3x8", "ids": ids, "skip": 20})
			if len(used.pages) != 3 || strings.Count(used.pages[0], "有限公司") != 4 {
				t.Errorf("after 20 used ones: %d sheets", len(used.pages))
			}
		})
		t.Run("IMP-08 one alone: "+entity, func(t *testing.T) {
			if p := s.boss.print(entity, "envelope-c5", ids[7]).says("客户07有限公司"); len(p.pages) != 1 {
				t.Errorf("%d pages", len(p.pages))
			}
		})
	}
}

func TestPrintLists(t *testing.T) {
	s := newShop(t)
	for i := range 120 {
		s.boss.must("customer", obj{"name": fmt.Sprintf("客户%03d有限公司", i), "level": "b"})
	}
	t.Run("IMP-06 a list is printed whole, with page number, date and user", func(t *testing.T) {
		p := s.boss.printed("/api/o/customer/print-list", obj{"columns": []string{"name", "level", "owner"}, "sort": obj{"field": "name"}, "filter": obj{"field": "level", "op": "eq", "value": "b"}, "title": "普通{客户}"})
		p.says("客户000有限公司", "客户119有限公司", "共120条", "普通(客户)").silent("宁波甬江")
		for i, page := range p.pages {
			flat := strings.Join(strings.Fields(page), "")
			if !strings.Contains(flat, fmt.Sprintf("第%d页/共%d页", i+1, len(p.pages))) || !strings.Contains(flat, "BOSS") || !strings.Contains(page, time.Now().Format("2006-01-02")) || !strings.Contains(flat, "客户名称") {
				t.Errorf("page %d: %s", i+1, page)
			}
		}
		if len(p.pages) < 2 {
			t.Error("120 rows on one page")
		}
		s.boss.printed("/api/o/customer/print-list", obj{"ids": []string{s.customer.str("id")}, "columns": []string{"name", "phones"}}).says("宁波甬江", "0574-8765 1234").silent("客户000")
	})
	t.Run("IMP-06 a long list counts its pages, too", func(t *testing.T) {
		var rows []any
		for i := range 200 {
			rows = append(rows, obj{"values": obj{"name": fmt.Sprintf("长%04d号客户", i), "notes": strings.Repeat("一行很长的备注，", 60)}})
		}
		for range 5 {
			s.boss.post("/api/o/customer/batch", obj{"rows": rows}).ok()
			for i := range rows {
				name := rows[i].(obj)["values"].(obj)
				name["name"] = name["name"].(string) + "乙"
			}
		}
		p := s.boss.printed("/api/o/customer/print-list", obj{"columns": []string{"name", "notes"}, "paper": "a5"})
		if len(p.pages) <= 40 {
			t.Fatalf("%d pages are not many", len(p.pages))
		}
		for _, i := range []int{0, 39, 40, len(p.pages) - 1} {
			if want := fmt.Sprintf("第%d页/共%d页", i+1, len(p.pages)); !strings.Contains(strings.Join(strings.Fields(p.pages[i]), ""), want) {
				t.Errorf("page %d does not say %q", i+1, want)
			}
		}
	})
	t.Run("bad wishes are told", func(t *testing.T) {
		s.boss.post("/api/o/customer/print-list", obj{"columns": []string{"nosuch"}}).is(422)
		s.boss.post("/api/o/customer/print-list", obj{"filter": obj{"field": "nosuch", "op": "eq", "value": 1}}).is(422)
		s.boss.post("/api/o/customer/print", obj{"layout": "a4", "ids": []string{}}).is(422)
		s.boss.post("/api/o/customer/print", obj{"layout": "a4", "ids": []string{"7"}}).is(404)
		s.boss.post("/api/o/nosuch/print", obj{"layout": "a4", "ids": []string{"7"}}).is(404)
		s.boss.post("/api/print/order/layouts", obj{"name": "x", "kind": "document", "layout": obj{"paper": obj{"width": 5}}}).is(422).want("error.field", "paper")
		s.boss.post("/api/print/order/preview", obj{"kind": "document", "layout": obj{"paper": obj{"width": 100, "height": 100}, "head": obj{"height": 20, "elements": []any{obj{"kind": "nosuch", "x": 1, "y": 1, "w": 1}}}}}).is(422)
	})
	t.Run("a layout being drawn is shown with the names of its fields", func(t *testing.T) {
		s.boss.printed("/api/print/order/preview", obj{"kind": "document", "layout": s.drawn("order", "a4")}).says("品名", "单价", "订单号")
		s.boss.printed("/api/print/order/preview", obj{"kind": "document", "layout": s.drawn("order", "a4"), "id": s.order.str("id")}).says("激光打印机")
	})
}

func TestPaperLeaksNothing(t *testing.T) {
	s := newShop(t)
	order, customer := s.order.str("id"), s.customer.str("id")
	reads := obj{"actions": []string{"read", "print"}, "reach": "all"}
	hidden := []string{"客户级别", "江北区人民路", "980.00", "1,004.50", "壹仟", "甬江"}
	// Whoever draws a layout names what he sees; it is printed by those who don't.
	wide := s.drawn("order", "a4")
	wide["head"] = obj{"height": 40, "elements": []any{
		obj{"kind": "text", "x": 0, "y": 0, "w": 180, "text": "{amount} {words:amount} {customer} {customer.name} {customer.address} {label:customer.level} {customer.level} {mail.address} {mail.to} {lines.price}"},
		obj{"kind": "field", "x": 0, "y": 20, "w": 100, "field": "amount", "label": true}, obj{"kind": "words", "x": 0, "y": 30, "w": 100, "field": "amount"}}}
	drawn := s.boss.post("/api/print/order/layouts", obj{"name": "all", "kind": "document", "layout": wide}).is(201).str("id")
	s.boss.print("order", drawn, order).says("¥1,004.50", "甬江", "人民路")

	t.Run("hidden fields and foreign records stand on no paper", func(t *testing.T) {
		role := s.boss.role("送货", obj{"order": reads}, obj{"order": obj{"amount": "hidden", "total": "hidden", "lines_price": "hidden", "lines_amount": "hidden"}})
		driver := s.boss.hire("driver", obj{"roles": []string{role}})
		driver.get("/api/o/customer/" + customer).is(404)
		for _, row := range driver.get("/api/print/order/layouts").ok().list("rows") {
			driver.print("order", row.(obj)["id"].(string), order).silent(hidden...)
		}
		driver.print("order", drawn, order).silent(hidden...)
		driver.printed("/api/o/order/print-list", obj{"columns": []string{"no", "amount", "customer", "balance"}}).says(s.order.str("values.no")).silent(hidden...)
		driver.post("/api/o/order/print-list", obj{"columns": []string{"amount"}}).is(422)
		driver.post("/api/o/order/print-list", obj{"filter": obj{"field": "amount", "op": "gt", "value": 1}}).is(422)
		driver.post("/api/o/order/print-list", obj{"sort": obj{"field": "amount"}}).is(422)
		driver.post("/api/o/customer/print", obj{"layout": "envelope-dl", "ids": []string{customer}}).is(404)
		driver.post("/api/o/customer/print-list", obj{}).is(404)
		driver.get("/api/print/customer/layouts").is(404)
	})
	t.Run("what is masked is masked on paper, in lists and on envelopes", func(t *testing.T) {
		role := s.boss.role("外呼", obj{"customer": reads}, obj{"customer": obj{"phones": "masked", "address": "hidden"}})
		caller := s.boss.hire("caller", obj{"roles": []string{role}})
		for _, row := range caller.get("/api/print/customer/layouts").ok().list("rows") {
			caller.print("customer", row.(obj)["id"].(string), customer).silent("8765 1234", "87651234", "人民路")
		}
		caller.printed("/api/o/customer/print-list", obj{"columns": []string{"name", "phones", "address"}}).says("1234").silent("87651234", "人民路")
	})
	t.Run("without the right to print nothing is printed", func(t *testing.T) {
		role := s.boss.role("只读", obj{"order": obj{"actions": []string{"read"}, "reach": "all"}}, obj{})
		reader := s.boss.hire("reader", obj{"roles": []string{role}})
		reader.get("/api/o/order/" + order).ok()
		reader.post("/api/o/order/print", obj{"layout": "a4", "ids": []string{order}}).is(403).want("error.key", "print.forbidden")
		reader.post("/api/o/order/print-list", obj{}).is(403).want("error.key", "print.forbidden")
	})
	t.Run("SEC-16 who may not copy out can't print", func(t *testing.T) {
		held := s.user("held", crm.Admin)
		held.print("order", "a4", order)
		s.boss.put("/api/security/policy", obj{"copying": []obj{{"subject": "user", "id": held.id(), "allowed": false}}}).ok()
		held.get("/api/meta").ok().want("entities.order.actions.print", false)
		held.post("/api/o/order/print", obj{"layout": "a4", "ids": []string{order}}).is(403)
		held.post("/api/o/order/print-list", obj{}).is(403)
		held.post("/api/print/order/preview", obj{"kind": "document", "layout": wide, "id": order}).is(403)
	})
	t.Run("SEC-20 every print is in the access log of each record, SEC-17 with its reason", func(t *testing.T) {
		prints := func() int {
			return strings.Count(s.boss.get("/api/o/customer/"+customer+"/access").ok().text, `"print"`)
		}
		before := prints()
		s.boss.print("customer", "envelope-dl", customer)
		s.boss.printed("/api/o/customer/print-list", obj{"columns": []string{"name"}})
		if n := prints() - before; n != 2 {
			t.Errorf("two prints made %d entries", n)
		}
		s.boss.put("/api/security/policy", obj{"export": "reason"}).ok()
		wish := obj{"layout": "a4", "ids": []string{customer}}
		s.boss.post("/api/o/customer/print", wish).is(403).want("error.key", "audit.reason_needed")
		grant := s.boss.post("/api/access-requests", obj{"kind": "print", "entity": "customer", "ids": []string{customer}, "count": 1, "reason": "寄样品"}).is(201).str("id")
		s.boss.send("POST", "/api/o/customer/print", wish, "X-Grant", grant).ok()
		s.boss.send("POST", "/api/o/customer/print", wish, "X-Grant", grant).is(403)
	})
}

// TestNoPaperLeaks prints every kind of record on everything it is offered on.
func TestNoPaperLeaks(t *testing.T) {
	x := newExchange(t)
	admin, li := x.user("admin", crm.Admin), x.user("li", crm.Sales)
	l := newLeakOffice(t, li, x)
	fields := obj{}
	for entity, secrets := range l.secrets {
		levels := obj{}
		for key := range secrets {
			levels[key] = "hidden"
		}
		fields[entity] = levels
	}
	actions := []string{"read", "print"}
	wu := admin.hire("wu", obj{"roles": []string{admin.role("看不全", obj{"*": obj{"actions": actions, "reach": "all"}}, fields)}})
	zhao := admin.hire("zhao", obj{"roles": []string{admin.role("只看自己", obj{"*": obj{"actions": actions, "reach": "own"}}, nil)}})
	papers := 0
	for _, e := range x.server.Records.Schema().Entities() {
		columns := []string{}
		for i := range e.Fields {
			columns = append(columns, e.Fields[i].Key)
		}
		all := wu.post("/api/o/"+e.Name+"/query", obj{"limit": 3})
		if all.status != 200 {
			continue
		}
		layouts := wu.get("/api/print/" + e.Name + "/layouts").ok().list("rows")
		for _, row := range all.list("rows") {
			id := row.(obj)["id"].(string)
			for _, layout := range layouts {
				p := wu.print(e.Name, layout.(obj)["id"].(string), id)
				if papers++; hiddenSecret.MatchString(p.all()) {
					t.Errorf("%s on %v tells %q", e.Name, layout, hiddenSecret.FindString(p.all()))
				}
				if seen := zhao.get("/api/o/" + e.Name + "/" + id); seen.status == 404 {
					zhao.post("/api/o/"+e.Name+"/print", obj{"layout": layout.(obj)["id"], "ids": []string{id}}).is(404)
				}
			}
		}
		p := wu.printed("/api/o/"+e.Name+"/print-list", obj{"columns": columns})
		if papers++; hiddenSecret.MatchString(p.all()) {
			t.Errorf("the list of %s tells %q", e.Name, hiddenSecret.FindString(p.all()))
		}
		if !e.Access.Shared {
			if p := zhao.printed("/api/o/"+e.Name+"/print-list", obj{"columns": columns}); foreignSecret.MatchString(p.all()) {
				t.Errorf("the list of %s tells of others' records: %q", e.Name, foreignSecret.FindString(p.all()))
			}
		}
	}
	if papers < 30 {
		t.Errorf("%d papers only: the test asks wrongly", papers)
	}
}
