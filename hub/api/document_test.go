package api

import (
	"testing"

	"bellhop/hub/crm"
)

// TestDocumentLines writes quotes and orders with lines, as the document editor does.
func TestDocumentLines(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Manager)
	customer := boss.must("customer", obj{"name": "明细有限公司"}).str("id")
	printer := boss.must("product", obj{"name": "标签打印机", "barcode": "6901234567892", "price": obj{"minor": 128000, "currency": "CNY"}}).str("id")
	yuan := func(minor any) obj { return obj{"minor": minor, "currency": "CNY"} }
	line := func(values obj) obj { return obj{"values": values} }
	lines := []obj{
		line(obj{"product": printer, "name": "标签打印机", "qty": "2", "price": yuan(128000), "discount": "10"}),
		line(obj{"name": "上门安装", "qty": "1.5", "price": yuan(9999)}),
	}
	values := func(amount any) obj {
		return obj{"customer": customer, "date": "2026-11-22", "lines": lines, "amount": yuan(amount)}
	}
	t.Run("lines are computed to the fen, added up, and the total is told in words", func(t *testing.T) {
		boss.post("/api/o/order/preview", obj{"values": values(245399)}).ok().
			want("values.lines.0.values.amount.minor", 230400).want("values.lines.1.values.amount.minor", 14999).
			want("values.total.minor", 245399).want("words.total", "贰仟肆佰伍拾叁元玖角玖分")
	})
	for _, entity := range []string{"quote", "order"} {
		t.Run(entity+": an amount that is not what the lines come to is refused", func(t *testing.T) {
			boss.create(entity, values(245400)).is(422).want("error.field", "amount").want("error.key", "product.other_total")
			made := boss.must(entity, values(245399)).want("values.amount.minor", 245399).want("values.lines.1.values.name", "上门安装")
			t.Run("a changed line changes the total, and keeps its place and ID", func(t *testing.T) {
				first := made.at("values.lines.0").(map[string]any)
				first["values"].(map[string]any)["qty"] = "1"
				delete(first["values"].(map[string]any), "amount")
				changed := boss.change(made, obj{"lines": []any{first}}).ok().want("values.amount.minor", 115200).want("values.lines.0.id", first["id"])
				if n := len(changed.list("values.lines")); n != 1 {
					t.Errorf("%d lines", n)
				}
				boss.change(changed, obj{"amount": yuan(1)}).is(422).want("error.field", "amount")
			})
		})
	}
	t.Run("what is wrong with a line is told at its cell", func(t *testing.T) {
		bad := []obj{line(obj{"name": "甲", "qty": "x"}), line(obj{"qty": "1"})}
		a := boss.create("quote", obj{"customer": customer, "date": "2026-11-22", "lines": bad, "amount": yuan(0)}).is(422)
		a.want("error.fields.0.field", "lines.0.qty").want("error.fields.1.field", "lines.1.name")
	})
	t.Run("one document, one currency", func(t *testing.T) {
		mixed := []obj{line(obj{"name": "甲", "qty": "1", "price": yuan(100)}), line(obj{"name": "乙", "qty": "1", "price": obj{"minor": 100, "currency": "USD"}})}
		boss.create("quote", obj{"customer": customer, "date": "2026-11-22", "lines": mixed, "amount": yuan(200)}).is(422).want("error.field", "lines")
	})
	t.Run("a document without lines keeps the amount it is given", func(t *testing.T) {
		boss.must("order", obj{"customer": customer, "date": "2026-11-22", "amount": yuan(12345)}).want("values.amount.minor", 12345)
	})
	t.Run("a barcode finds its product", func(t *testing.T) {
		boss.query("product", obj{"filter": obj{"field": "barcode", "op": "eq", "value": "6901234567892"}}).want("rows.0.id", printer)
	})
	t.Run("CUS-16 a renamed customer shows by the new name on every document, and all links hold", func(t *testing.T) {
		order := boss.must("order", values(245399)).want("values.customer.label", "明细有限公司")
		boss.change(boss.get("/api/o/customer/"+customer), obj{"name": "改名有限公司"}).ok()
		boss.get("/api/o/order/"+order.str("id")).ok().want("values.customer.label", "改名有限公司").want("values.customer.id", customer)
		boss.query("order", obj{"filter": obj{"field": "customer", "op": "eq", "value": customer}}).want("rows.0.values.customer.label", "改名有限公司")
		boss.get("/api/lookup?entity=customer&q=改名").ok().want("rows.0.id", customer)
	})
	t.Run("CUS-25 owner, created and updated are the hub's to tell; nobody types over them", func(t *testing.T) {
		rec := boss.get("/api/o/customer/" + customer).ok()
		for _, key := range []string{"createdAt", "updatedAt", "createdBy", "rev"} {
			boss.change(rec, obj{key: 1}).is(422).want("error.field", key)
		}
		after := boss.change(rec, obj{"address": "杭州"}).ok().want("createdAt", rec.at("createdAt")).want("updatedBy.name", "BOSS")
		if after.at("updatedAt").(float64) < rec.at("updatedAt").(float64) || after.at("rev") == rec.at("rev") {
			t.Error("a save did not move the state of the record")
		}
	})
}
