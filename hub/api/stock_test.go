package api

import (
	"fmt"
	"testing"

	"bellhop/hub/crm"
)

// receipt is goods of one product coming in at a price in fen.
func receipt(product, qty string, price int) obj {
	return obj{"date": "2026-11-22", "lines": []obj{{"values": obj{"product": product, "qty": qty, "price": obj{"minor": price, "currency": "CNY"}}}}}
}

func TestStock(t *testing.T) {
	o := newOffice(t)
	boss, li := o.user("root", crm.Admin), o.user("li", crm.Sales)
	choose := func(values obj) {
		t.Helper()
		boss.put("/api/options", obj{"values": values}).ok()
		o.server.Customize.Wait()
	}
	product := func(name string, fixed int) string {
		t.Helper()
		return boss.must("product", obj{"name": name, "fixedCost": obj{"minor": fixed, "currency": "CNY"}}).str("id")
	}
	costs := func(id string, want any) {
		t.Helper()
		boss.get("/api/o/product/"+id).ok().want("values.cost.minor", want)
	}

	t.Run("CFG-07 10 at 5.00 plus 10 at 7.00 gives 6.00 with the option on, the fixed cost with it off", func(t *testing.T) {
		pump := product("离心泵", 450)
		costs(pump, 450)
		boss.must("stockin", receipt(pump, "10", 500)).want("values.total.minor", 5000)
		costs(pump, 500)
		second := boss.must("stockin", receipt(pump, "10", 700))
		costs(pump, 600)
		boss.get("/api/o/product/"+pump).want("values.stockQty", "20.00").want("values.stockValue.minor", 12000)
		choose(obj{"stock.average": false})
		costs(pump, 450)
		boss.must("stockin", receipt(pump, "5", 1000))
		costs(pump, 450)
		choose(obj{"stock.average": true})
		costs(pump, 680) // 170 for 25
		boss.delete("/api/o/stockin/" + second.str("id") + "?rev=1").ok()
		costs(pump, 667) // 100 for 15 = 6.666…
		boss.post("/api/recycle/stockin/restore", obj{"ids": []string{second.str("id")}}).ok()
		costs(pump, 680)
	})
	t.Run("changing or deleting documents in any order leaves nothing behind", func(t *testing.T) {
		part := product("轴承", 100)
		var docs []*answer
		for i, price := range []int{333, 667, 1001} {
			docs = append(docs, boss.must("stockin", receipt(part, fmt.Sprint(i*3+1, ".37"), price)))
		}
		docs[1] = boss.change(docs[1], receipt(part, "2.05", 999)).ok()
		for i, n := range []int{1, 0, 2} {
			boss.delete(fmt.Sprint("/api/o/stockin/", docs[n].str("id"), "?rev=", docs[n].at("rev"))).ok()
			if i == 2 {
				boss.get("/api/o/product/"+part).want("values.stockQty", "0.00").want("values.stockValue.minor", 0)
				costs(part, 100)
			}
		}
	})
	t.Run("a line moved to another product moves the stock", func(t *testing.T) {
		one, other := product("一", 0), product("二", 0)
		doc := boss.must("stockin", receipt(one, "4", 250))
		boss.change(doc, receipt(other, "4", 250)).ok()
		boss.get("/api/o/product/"+one).want("values.stockQty", "0.00")
		boss.get("/api/o/product/"+other).want("values.stockQty", "4.00").want("values.cost.minor", 250)
	})
	t.Run("cost has as many decimals as the office's prices", func(t *testing.T) {
		choose(obj{"decimals.price": 3})
		screw := product("螺丝", 0)
		boss.must("stockin", receipt(screw, "3", 1))
		doc := receipt(screw, "3", 0)
		doc["lines"].([]obj)[0]["values"].(obj)["price"] = obj{"minor": 1.5, "currency": "CNY"}
		boss.must("stockin", doc)
		costs(screw, 1.3) // 0.0125 to three places, away from zero
		choose(obj{"decimals.price": nil})
	})
	t.Run("what can't be counted is refused at its cell", func(t *testing.T) {
		p := product("水", 0)
		boss.create("stockin", receipt(p, "0", 1)).is(422).want("error.field", "lines.0.qty")
		boss.create("stockin", receipt(p, "-1", 1)).is(422).want("error.field", "lines.0.qty")
		boss.create("stockin", receipt(p, "1", -1)).is(422).want("error.field", "lines.0.price")
		boss.create("stockin", receipt(p, "9000000000", 9000000000000)).is(422)
		boss.create("stockin", obj{"date": "2026-11-22"}).is(422).want("error.field", "lines")
		boss.must("stockin", receipt(p, "1", 1))
		dollars := receipt(p, "1", 1)
		dollars["lines"].([]obj)[0]["values"].(obj)["price"] = obj{"minor": 1, "currency": "USD"}
		boss.create("stockin", dollars).is(422).want("error.key", "stockin.other_currency")
		boss.change(boss.get("/api/o/product/"+p), obj{"stockQty": "99"}).is(422).want("error.field", "stockQty")
	})
	t.Run("salesmen see no cost unless the office lets them", func(t *testing.T) {
		p := product("不告诉", 777)
		li.get("/api/o/product/"+p).ok().want("values.cost", nil).want("values.fixedCost", nil)
		if metaFieldOf(li, "product", "cost") != nil {
			t.Error("told of")
		}
	})
}
