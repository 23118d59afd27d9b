package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"bellhop/hub/crm"
)

// bring sends a file in pieces, as a page does, and returns the import.
func (p *person) bring(entity, name string, content []byte) string {
	p.o.t.Helper()
	id := p.post("/api/imports", obj{"entity": entity, "name": name, "size": len(content)}).is(201).str("id")
	const piece = 1 << 20
	for at := 0; at < len(content); at += piece {
		p.raw("PUT", fmt.Sprintf("/api/imports/%s/bytes?at=%d", id, at), "", content[at:min(len(content), at+piece)]).ok()
	}
	return id
}

// look asks for the head of a table and makes a plan of the match that is offered.
func (p *person) look(id, table string) (*answer, obj) {
	p.o.t.Helper()
	glance := p.post("/api/imports/"+id+"/look", obj{"table": table}).ok()
	return glance, obj{"table": table, "headerRow": glance.at("headerRow"), "encoding": glance.str("encoding"), "delimiter": glance.str("delimiter"),
		"columns": glance.at("matched"), "keys": [][]string{{"phones"}, {"name"}}, "action": "skip"}
}

// imported waits until an import has ended.
func (p *person) imported(id string) *answer {
	p.o.t.Helper()
	for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if a := p.get("/api/imports/" + id).ok(); a.str("state") != "running" && a.str("state") != "undoing" {
			return a
		}
	}
	p.o.t.Fatal("the import does not end")
	return nil
}

func (p *person) run(id string, plan obj) *answer {
	p.o.t.Helper()
	p.post("/api/imports/"+id+"/run", plan).ok()
	return p.imported(id)
}

// counts are created, updated, skipped, failed, asked.
func (a *answer) counts() string {
	return fmt.Sprint(a.at("created"), a.at("updated"), a.at("skipped"), a.at("failed"), a.at("asked"))
}

// workbookOf is an .xlsx of rows.
func workbookOf(t testing.TB, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sheetOf reads a workbook with another program's reader.
func sheetOf(t testing.TB, text string) [][]string {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestImportCustomers(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Admin)
	there := boss.must("customer", obj{"name": "杭州西溪贸易有限公司", "phones": []obj{{"label": "office", "number": "0571-87654321"}}, "taxNo": "91330100X"})
	rows := [][]any{{"2026 年客户名单"}, {"*客户名称", "手机", "办公电话", "级别", "负责人", "生日", "备注", "备注2", "内部代码"}}
	for i := range 500 {
		row := []any{fmt.Sprintf("第%03d号机电有限公司", i), 13800000000 + i, "", "A 重点", "boss", "2001年2月3日", "一", "二", "忽略"}
		switch i {
		case 7:
			row[4] = "没有此人"
		case 8:
			row[5] = "下周三"
		case 9:
			row[0] = ""
		case 10:
			row[2] = "0571 8765 4321" // the number of the customer that is there
		case 11:
			row[1] = "无"
		case 12:
			row[0] = "第003号机电" // called like row 3, but for words that say nothing
		}
		rows = append(rows, row)
	}
	id := boss.bring("customer", "名单.xlsx", workbookOf(t, rows))
	var glance *answer
	var plan obj

	t.Run("IMP-01 columns are matched by their names", func(t *testing.T) {
		tables := boss.get("/api/imports/" + id + "/tables").ok()
		tables.want("tables.0.name", "Sheet1")
		glance, plan = boss.look(id, "Sheet1")
		glance.want("headerRow", 2)
		got := map[string]string{}
		for _, m := range glance.list("matched") {
			m := m.(obj)
			part, _ := m["part"].(string)
			got[glance.str(fmt.Sprintf("columns.%v.name", m["index"]))] = m["field"].(string) + "/" + part
		}
		want := map[string]string{"*客户名称": "name/", "手机": "phones/mobile", "办公电话": "phones/office", "级别": "level/", "负责人": "owner/", "生日": "birthday/", "备注": "notes/"}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("matched %v\nwant %v", got, want)
		}
		plan["columns"] = append(glance.list("matched"), obj{"index": 7, "field": "notes"})
	})
	t.Run("IMP-01 the preview shows faults by cell and duplicates, and writes nothing", func(t *testing.T) {
		preview := boss.post("/api/imports/"+id+"/preview", plan).ok()
		if n := len(preview.list("rows")); n != 50 {
			t.Errorf("%d rows", n)
		}
		preview.want("bad", 4).want("same", 2)
		preview.want("rows.7.faults.0.column", 4).want("rows.8.faults.0.column", 5).want("rows.9.faults.0.column", 0).want("rows.11.faults.0.column", 1)
		preview.want("rows.10.match.label", "杭州西溪贸易有限公司").want("rows.12.repeats", 6)
		if !strings.Contains(preview.str("rows.7.faults.0.message"), "没有此人") {
			t.Errorf("says %s", preview.str("rows.7.faults.0.message"))
		}
		if got := boss.query("customer", obj{"count": true}); got.at("count") != 1.0 {
			t.Errorf("%v customers after a preview", got.at("count"))
		}
	})
	t.Run("IMP-01 500 rows come in, what was not taken comes back with reasons", func(t *testing.T) {
		done := boss.run(id, plan)
		if done.want("state", "done").want("total", 500); done.counts() != "494 0 2 4 0" {
			t.Errorf("created, updated, skipped, failed, asked: %s: %s", done.counts(), done.text)
		}
		one := boss.query("customer", obj{"search": "第020号"})
		one.want("rows.0.values.phones.0.number", "+8613800000020").want("rows.0.values.phones.0.label", "mobile").want("rows.0.values.level", "a").
			want("rows.0.values.birthday", "2001-02-03").want("rows.0.values.notes", "一\n二").want("rows.0.values.owner.name", "BOSS")
		if one.str("rows.0.values.no") == "" {
			t.Error("an imported customer has no number")
		}
		back := sheetOf(t, boss.raw("GET", "/api/imports/"+id+"/failures", "", nil).ok().text)
		if len(back) != 7 || back[0][0] != "*客户名称" || back[0][9] != "Reason" {
			t.Fatalf("failures %q", back)
		}
		for line, says := range map[string]string{"10": "没有此人", "11": "下周三", "13": "西溪贸易", "14": "无", "15": "第003号"} {
			i := slices.IndexFunc(back, func(r []string) bool { return r[len(r)-1] == line })
			if i < 0 || !strings.Contains(back[i][9], says) {
				t.Errorf("line %s: %q does not say %s", line, back, says)
			}
		}
	})
	t.Run("IMP-04 the match is remembered for a file with the same columns", func(t *testing.T) {
		again := boss.bring("customer", "二月.xlsx", workbookOf(t, rows[1:5]))
		g, _ := boss.look(again, "Sheet1")
		g.want("remembered", "auto").want("plan.action", "skip").want("headerRow", 1)
		if len(g.list("matched")) != 8 {
			t.Errorf("remembered %v", g.list("matched"))
		}
	})
	t.Run("IMP-01 an import is undone, but for records changed or used since", func(t *testing.T) {
		changed := boss.query("customer", obj{"search": "第021号"})
		boss.put("/api/o/customer/"+changed.str("rows.0.id"), obj{"rev": changed.at("rows.0.rev"), "values": obj{"shortName": "杭州"}}).ok()
		used := boss.query("customer", obj{"search": "第022号"})
		boss.must("contact", obj{"name": "王伟", "customer": used.str("rows.0.id")})
		boss.get("/api/imports/"+id).ok().want("mayUndo", true)
		boss.post("/api/imports/"+id+"/undo", nil).ok()
		boss.imported(id).want("state", "undone").want("undone", 492)
		left := boss.query("customer", obj{"sort": obj{"field": "name", "desc": false}}).labels("rows")
		if fmt.Sprint(left) != "[杭州西溪贸易有限公司 第021号机电有限公司 第022号机电有限公司]" && len(left) != 3 {
			t.Errorf("left %v", left)
		}
		kept := boss.get("/api/imports/" + id + "/rows?state=kept").ok()
		if len(kept.list("rows")) != 2 || !strings.Contains(kept.text, "王伟") {
			t.Errorf("kept %s", kept.text)
		}
		boss.post("/api/imports/"+id+"/undo", nil).is(409)
		boss.get("/api/o/customer/" + there.str("id")).ok()
	})
}

func TestImportDuplicates(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Admin)
	head := "客户名称,电话,简称,邮箱,下次联系\n"
	file := []byte(head + "杭州西溪贸易,0571-87654321;13900000001,杭州,new@example.com,\n")
	begin := func(t *testing.T, action string) (old, done *answer, id string) {
		for _, row := range boss.query("customer", obj{}).list("rows") {
			row := row.(obj)
			boss.delete(fmt.Sprintf("/api/o/customer/%s?rev=%v", row["id"], row["rev"])).ok()
		}
		old = boss.must("customer", obj{"name": "杭州西溪贸易有限公司", "shortName": "上海", "phones": []obj{{"label": "office", "number": "0571-87654321"}, {"label": "other", "number": "0571-11112222"}}})
		id = boss.bring("customer", "a.csv", file)
		_, plan := boss.look(id, "")
		plan["action"] = action
		return old, boss.run(id, plan), id
	}
	numbers := func(a *answer) string {
		var list []string
		for i := range a.list("values.phones") {
			list = append(list, a.str(fmt.Sprintf("values.phones.%d.number", i)))
		}
		return strings.Join(list, " ")
	}
	t.Run("IMP-01 skip leaves the record as it is", func(t *testing.T) {
		old, done, _ := begin(t, "skip")
		if done.counts() != "0 0 1 0 0" {
			t.Error(done.text)
		}
		boss.get("/api/o/customer/"+old.str("id")).ok().want("rev", old.at("rev"))
	})
	t.Run("IMP-01 fill takes what is empty and undo gives the old values back", func(t *testing.T) {
		old, done, id := begin(t, "fill")
		now := boss.get("/api/o/customer/"+old.str("id")).ok().want("values.shortName", "上海").want("values.email", "new@example.com").want("values.name", "杭州西溪贸易有限公司")
		if done.counts() != "0 1 0 0 0" || numbers(now) != "+8657187654321 +8657111112222 +8613900000001" {
			t.Error(done.text, numbers(now))
		}
		boss.post("/api/imports/"+id+"/undo", nil).ok()
		boss.imported(id).want("undone", 1)
		now = boss.get("/api/o/customer/"+old.str("id")).ok().want("values.shortName", "上海").want("values.email", nil)
		if numbers(now) != "+8657187654321 +8657111112222" {
			t.Error(numbers(now))
		}
	})
	t.Run("IMP-01 overwrite takes what the row has and loses no number", func(t *testing.T) {
		old, done, id := begin(t, "overwrite")
		now := boss.get("/api/o/customer/"+old.str("id")).ok().want("values.shortName", "杭州").want("values.name", "杭州西溪贸易")
		if done.counts() != "0 1 0 0 0" || numbers(now) != "+8613900000001 +8657187654321 +8657111112222" {
			t.Error(done.text, numbers(now))
		}
		if changes := boss.get("/api/o/customer/" + old.str("id") + "/changes").ok(); changes.str("rows.0.via") != "Import" {
			t.Errorf("the change log does not say that it was an import: %s", changes.text)
		}
		boss.post("/api/imports/"+id+"/undo", nil).ok()
		boss.imported(id)
		boss.get("/api/o/customer/"+old.str("id")).ok().want("values.shortName", "上海").want("values.name", "杭州西溪贸易有限公司")
	})
	t.Run("IMP-01 ask lets the user decide row by row", func(t *testing.T) {
		old, done, id := begin(t, "ask")
		if done.want("state", "asking"); done.counts() != "0 0 0 0 1" {
			t.Error(done.text)
		}
		asked := boss.get("/api/imports/"+id+"/rows?state=asked").ok().want("rows.0.label", "杭州西溪贸易有限公司").want("rows.0.id", old.str("id"))
		boss.post("/api/imports/"+id+"/decide", obj{"rows": obj{fmt.Sprint(asked.at("rows.0.seq")): "bogus"}}).is(422)
		boss.post("/api/imports/"+id+"/decide", obj{"rows": obj{fmt.Sprint(asked.at("rows.0.seq")): "overwrite"}}).ok()
		if done = boss.imported(id); done.counts() != "0 1 0 0 0" || done.str("state") != "done" {
			t.Error(done.text)
		}
		boss.get("/api/o/customer/"+old.str("id")).ok().want("values.shortName", "杭州")
		_, done, id = begin(t, "ask")
		boss.post("/api/imports/"+id+"/decide", obj{"all": "create"}).ok()
		if done = boss.imported(id); done.counts() != "1 0 0 0 0" {
			t.Error(done.text)
		}
	})
	t.Run("IMP-01 rows of one file that are about the same meet each other", func(t *testing.T) {
		id := boss.bring("customer", "b.csv", []byte(head+"甲公司甲,13711110000,宁波,,\n甲公司甲,13711110000,,a@b.cn,\n"))
		_, plan := boss.look(id, "")
		plan["action"] = "fill"
		if done := boss.run(id, plan); done.counts() != "1 1 0 0 0" {
			t.Error(done.text)
		}
		one := boss.query("customer", obj{"search": "13711110000"})
		one.want("rows.0.values.shortName", "宁波").want("rows.0.values.email", "a@b.cn")
		if len(one.list("rows")) != 1 {
			t.Error(one.text)
		}
		boss.post("/api/imports/"+id+"/undo", nil).ok()
		boss.imported(id).want("undone", 2)
		if n := len(boss.query("customer", obj{"search": "13711110000"}).list("rows")); n != 0 {
			t.Errorf("%d left", n)
		}
	})
	t.Run("IMP-01 a record of somebody else is neither changed nor named", func(t *testing.T) {
		begin(t, "skip")
		seller := o.user("seller", crm.Sales)
		who := o.grantImport(seller)
		id := who.bring("customer", "a.csv", file)
		_, plan := who.look(id, "")
		preview := who.post("/api/imports/"+id+"/preview", plan).ok().want("rows.0.match.open", false).want("rows.0.match.label", "").want("rows.0.match.owner", "BOSS")
		plan["action"] = "overwrite"
		done := who.run(id, plan)
		rows := who.get("/api/imports/" + id + "/rows").ok()
		if done.counts() != "0 0 0 1 0" || strings.Contains(preview.text+rows.text, "有限公司") || !strings.Contains(rows.text, "BOSS") {
			t.Errorf("%s %s", done.text, rows.text)
		}
	})
}

// grantImport gives sales people the right to import customers.
func (o *office) grantImport(p *person) *person {
	o.t.Helper()
	boss := o.user("granter", crm.Admin)
	roles := boss.get("/api/roles").ok()
	for i := range roles.list("roles") {
		role := roles.at(fmt.Sprintf("roles.%d", i)).(obj)
		if role["key"] != "sales" {
			continue
		}
		grants := role["grants"].(obj)
		for _, g := range grants {
			g := g.(obj)
			if actions, ok := g["actions"].([]any); ok {
				g["actions"] = append(actions, "import", "export")
			}
		}
		boss.put("/api/roles/"+role["id"].(string), role).ok()
	}
	return p
}

func TestImportOtherKinds(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Admin)
	boss.must("customer", obj{"name": "杭州西溪贸易有限公司"})
	for entity, text := range map[string]string{
		"contact":        "姓名\t手机\t公司名称\n王伟\t13800138000\t杭州西溪贸易\n李娜\t13900139000\t新来的公司\n",
		"channel":        "名称\t电话\n华东渠道\t13800138001\n",
		"supplier":       "供应商名称\t电话\t备注\n轴承厂\t13800138002\t好\n",
		"privatecontact": "姓名\t电话\n张三\t13800138003\n",
		"activity":       "时间\t内容\t客户\n2026-11-20 10:00\t电话回访\t杭州西溪贸易有限公司\n",
	} {
		t.Run("IMP-01 "+entity+" from pasted cells", func(t *testing.T) {
			id := boss.post("/api/imports", obj{"entity": entity, "name": "粘贴", "size": len(text), "paste": true}).is(201).str("id")
			boss.raw("PUT", "/api/imports/"+id+"/bytes?at=0", "", []byte(text)).ok()
			_, plan := boss.look(id, "")
			plan["keys"], plan["refs"] = [][]string{}, true
			done := boss.run(id, plan)
			rows := boss.get("/api/imports/" + id + "/rows").ok()
			if want := fmt.Sprint(strings.Count(text, "\n")-1, 0, 0, 0, 0); done.counts() != want {
				t.Errorf("%s, want %s: %s", done.counts(), want, rows.text)
			}
		})
	}
	t.Run("IMP-01 a reference that isn't there is made, and goes with the undo", func(t *testing.T) {
		made := boss.query("customer", obj{"search": "新来的公司"})
		if len(made.list("rows")) != 1 {
			t.Fatal(made.text, boss.query("customer", obj{}).text, boss.query("contact", obj{}).text)
		}
		boss.query("contact", obj{"search": "李娜"}).want("rows.0.values.customer.label", "新来的公司")
		id := boss.get("/api/imports?entity=contact").ok().str("rows.0.id")
		boss.post("/api/imports/"+id+"/undo", nil).ok()
		boss.imported(id)
		if n := len(boss.query("customer", obj{"search": "新来的公司"}).list("rows")); n != 0 {
			t.Errorf("%d left", n)
		}
		if n := len(boss.query("customer", obj{"search": "西溪"}).list("rows")); n != 1 {
			t.Errorf("the one that was there before is gone")
		}
	})
	t.Run("IMP-01 an old customer keeps the number it comes with", func(t *testing.T) {
		id := boss.bring("customer", "old.csv", []byte("编号,客户名称\nOLD-7,老客户甲\n,新客户乙\nOLD-7,老客户丙\n"))
		_, plan := boss.look(id, "")
		plan["keys"] = [][]string{}
		if done := boss.run(id, plan); done.counts() != "2 0 0 1 0" {
			t.Errorf("%s %s", done.counts(), boss.get("/api/imports/"+id+"/rows").text)
		}
		boss.query("customer", obj{"search": "老客户甲"}).want("rows.0.values.no", "OLD-7")
		id = boss.bring("customer", "old.csv", []byte("编号,客户名称,简称\nOLD-7,老客户甲改名,绍兴\n"))
		_, plan = boss.look(id, "")
		plan["keys"], plan["action"] = [][]string{{"no"}}, "overwrite"
		boss.run(id, plan)
		boss.query("customer", obj{"search": "OLD-7"}).want("rows.0.values.shortName", "绍兴").want("rows.0.label", "老客户甲改名")
	})
	t.Run("IMP-01 GBK text is read as it was meant", func(t *testing.T) {
		b, _ := simplifiedchinese.GBK.NewEncoder().Bytes([]byte("客户名称;城市\n深圳龙岗五金;深圳\n"))
		id := boss.bring("customer", "gbk.csv", b)
		g, plan := boss.look(id, "")
		g.want("encoding", "gb18030").want("delimiter", ";")
		boss.run(id, plan)
		boss.query("customer", obj{"search": "龙岗五金"}).want("rows.0.values.region.city", "深圳市")
	})
	t.Run("IMP-03 a SQL script comes in the same way", func(t *testing.T) {
		id := boss.bring("customer", "dump.sql", []byte("CREATE TABLE `clients` (`id` int, `name` varchar(50), `mobile` varchar(20));\nINSERT INTO `clients` VALUES (1,'来自\\'脚本\\'的公司','13700137000');"))
		boss.get("/api/imports/"+id+"/tables").ok().want("tables.0.name", "clients").want("tables.0.rows", 1)
		_, plan := boss.look(id, "clients")
		boss.run(id, plan)
		boss.query("customer", obj{"search": "13700137000"}).want("rows.0.label", "来自'脚本'的公司")
	})
}

// TestImportEachKind brings 500 rows of each kind: one is there already, one has no name,
// one a value that can't be read.
func TestImportEachKind(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Admin)
	boss.must("customer", obj{"name": "杭州西溪贸易有限公司"})
	mobile := func(i int) any { return 13800000000 + i }
	for entity, kind := range map[string]struct {
		there obj // nil for a kind that has no duplicates
		key   string
		head  []any
		row   func(i int) []any
		bad   int // the column that can't be read in line 5
	}{
		"channel": {obj{"name": "甲", "phones": []obj{{"label": "office", "number": "13800000000"}}}, "phones",
			[]any{"渠道商名称", "手机", "备注"}, func(i int) []any { return []any{fmt.Sprintf("第%03d号渠道", i), mobile(i), "好"} }, 1},
		"supplier": {obj{"name": "第000号轴承厂"}, "name",
			[]any{"供应商名称", "手机", "备注"}, func(i int) []any { return []any{fmt.Sprintf("第%03d号轴承厂", i), mobile(i), "好"} }, 1},
		"product": {obj{"name": "标签打印机", "barcode": "690000000000"}, "barcode",
			[]any{"商品名称", "条码", "售价"}, func(i int) []any { return []any{fmt.Sprintf("商品%03d", i), fmt.Sprintf("69%010d", i), 12.5} }, 2},
		"activity": {nil, "",
			[]any{"内容", "时间", "客户"}, func(i int) []any {
				return []any{fmt.Sprintf("第%03d次回访", i), "2026-11-20 10:00", "杭州西溪贸易有限公司"}
			}, 1},
		"contact": {obj{"name": "甲", "phones": []obj{{"label": "mobile", "number": "13800000000"}}}, "phones",
			[]any{"姓名", "手机", "生日"}, func(i int) []any { return []any{fmt.Sprintf("联系人%03d", i), mobile(i), "1990-01-02"} }, 2},
		"privatecontact": {obj{"name": "甲", "phones": []obj{{"label": "mobile", "number": "13800000000"}}}, "phones",
			[]any{"姓名", "手机"}, func(i int) []any { return []any{fmt.Sprintf("亲友%03d", i), mobile(i)} }, 1},
	} {
		t.Run("IMP-01 500 rows of "+entity, func(t *testing.T) {
			want, lines, keys := "497 0 1 2 0", []string{"2", "4", "5"}, [][]string{{kind.key}}
			if kind.there == nil {
				want, lines, keys = "498 0 0 2 0", lines[1:], [][]string{}
			} else {
				boss.must(entity, kind.there)
			}
			rows := [][]any{kind.head}
			for i := range 500 {
				row := kind.row(i)
				switch i {
				case 2:
					row[0] = ""
				case 3:
					row[kind.bad] = "乱码"
				}
				rows = append(rows, row)
			}
			id := boss.bring(entity, entity+".xlsx", workbookOf(t, rows))
			glance, plan := boss.look(id, "Sheet1")
			if len(glance.list("matched")) != len(kind.head) {
				t.Fatalf("matched %v of %v", glance.at("matched"), kind.head)
			}
			plan["keys"] = keys
			boss.post("/api/imports/"+id+"/preview", plan).ok().want("bad", 2).want("same", len(lines)-2)
			if done := boss.run(id, plan); done.counts() != want {
				t.Errorf("%s, want %s: %s", done.counts(), want, boss.get("/api/imports/"+id+"/rows").text)
			}
			back := sheetOf(t, boss.raw("GET", "/api/imports/"+id+"/failures", "", nil).ok().text)
			if len(back) != 1+len(lines) {
				t.Fatalf("%d rows come back: %q", len(back)-1, back)
			}
			for i, line := range lines {
				if row := back[i+1]; row[len(row)-1] != line || row[len(row)-2] == "" {
					t.Errorf("line %s comes back as %q", line, row)
				}
			}
		})
	}
}

func TestImportRights(t *testing.T) {
	o := newOffice(t)
	boss, seller := o.user("boss", crm.Admin), o.user("seller", crm.Sales)
	id := boss.bring("customer", "a.csv", []byte("客户名称\n甲\n"))
	t.Run("IMP-01 without the right there is no import", func(t *testing.T) {
		seller.post("/api/imports", obj{"entity": "customer", "name": "a", "size": 5}).is(403)
		seller.get("/api/imports/template?entity=customer").is(403)
		for _, path := range []string{"", "/tables", "/rows", "/failures"} {
			if a := seller.get("/api/imports/" + id + path); a.status != 404 {
				t.Errorf("%s: %d", path, a.status)
			}
		}
		boss.post("/api/imports", obj{"entity": "nobody", "name": "a", "size": 5}).is(404)
	})
	t.Run("IMP-01 what can't be read says so and can be tried again", func(t *testing.T) {
		boss.post("/api/imports", obj{"entity": "customer", "name": "a", "size": int64(1) << 40}).is(422)
		bad := boss.bring("customer", "a.xlsx", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...))
		if a := boss.get("/api/imports/" + bad + "/tables").is(422); !strings.Contains(a.text, ".xlsx") {
			t.Error(a.text)
		}
		boss.delete("/api/imports/" + bad).ok()
		part := boss.post("/api/imports", obj{"entity": "customer", "name": "a.csv", "size": 100}).is(201).str("id")
		boss.raw("PUT", "/api/imports/"+part+"/bytes?at=0", "", []byte("客户名称\n")).ok()
		boss.raw("PUT", "/api/imports/"+part+"/bytes?at=90", "", []byte("x")).is(409)
		boss.get("/api/imports/" + part + "/tables").is(409)
		plan := obj{"headerRow": 1, "columns": []obj{{"index": 0, "field": "balance"}}, "keys": [][]string{}, "action": "skip"}
		boss.post("/api/imports/"+id+"/run", plan).is(422) // balance is kept by the program
	})
	t.Run("IMP-01 a hidden field can't be imported into, found or guessed", func(t *testing.T) {
		o.grantImport(seller)
		o.hide(t, "sales", "customer", "taxNo")
		mine := seller.bring("customer", "a.csv", []byte("客户名称,税号\n甲,91330100X\n"))
		g, plan := seller.look(mine, "")
		if strings.Contains(fmt.Sprint(g.at("matched"), g.at("keys")), "taxNo") {
			t.Errorf("offered: %s", g.text)
		}
		plan["columns"] = []obj{{"index": 0, "field": "name"}, {"index": 1, "field": "taxNo"}}
		seller.post("/api/imports/"+mine+"/run", plan).is(422)
		plan["columns"], plan["keys"] = []obj{{"index": 0, "field": "name"}}, [][]string{{"taxNo"}}
		plan["values"] = obj{"taxNo": "x"}
		seller.post("/api/imports/"+mine+"/run", plan).is(422)
		f := sheetOf(t, seller.raw("GET", "/api/imports/template?entity=customer", "", nil).ok().text)
		if strings.Contains(fmt.Sprint(f), "Tax") {
			t.Errorf("the template has %v", f)
		}
	})
}

// hide takes a field away from a role.
func (o *office) hide(t *testing.T, role, entity, field string) {
	t.Helper()
	boss := o.user("hider", crm.Admin)
	roles := boss.get("/api/roles").ok()
	for i := range roles.list("roles") {
		r := roles.at(fmt.Sprintf("roles.%d", i)).(obj)
		if r["key"] != role {
			continue
		}
		r["fields"] = obj{entity: obj{field: "hidden"}}
		boss.put("/api/roles/"+r["id"].(string), r).ok()
	}
}

func TestImportTemplate(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Admin)
	boss.user.Lang = "zh-CN"
	o.store.UpdateUser(context.Background(), boss.user)
	t.Run("CUS-11 the template has every field there is, and comes back in", func(t *testing.T) {
		text := boss.raw("GET", "/api/imports/template?entity=customer", "", nil).ok().text
		f, err := excelize.OpenReader(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		sheet := f.GetSheetName(0)
		rows, _ := f.GetRows(sheet)
		if rows[0][0] != "*客户名称" || !slices.Contains(rows[0], "级别") || slices.Contains(rows[0], "应收余额") {
			t.Fatalf("head %v", rows[0])
		}
		lists, err := f.GetDataValidations(sheet)
		if err != nil || len(lists) < 5 {
			t.Errorf("%d lists of choices, %v", len(lists), err)
		}
		notes, err := f.GetComments(sheet)
		if err != nil || len(notes) < 3 {
			t.Errorf("%d notes, %v", len(notes), err)
		}
		at := slices.Index(rows[0], "级别")
		cell, _ := excelize.CoordinatesToCellName(at+1, 2)
		f.SetCellValue(sheet, "A2", "模板来的公司")
		f.SetCellValue(sheet, cell, "B 优质")
		var b bytes.Buffer
		f.Write(&b)
		id := boss.bring("customer", "t.xlsx", b.Bytes())
		g, plan := boss.look(id, sheet)
		if len(g.list("matched")) != len(rows[0]) {
			t.Errorf("%d of %d columns matched", len(g.list("matched")), len(rows[0]))
		}
		boss.run(id, plan)
		boss.query("customer", obj{"search": "模板来的公司"}).want("rows.0.values.level", "b")
	})
}

func TestExport(t *testing.T) {
	o := newOffice(t)
	boss, seller := o.user("boss", crm.Admin), o.user("seller", crm.Sales)
	for i := range 230 {
		boss.must("contact", obj{"name": fmt.Sprintf("联系人%03d", i), "phones": []obj{{"label": "mobile", "number": fmt.Sprintf("1380000%04d", i)}}})
	}
	boss.must("contact", obj{"name": "=cmd|' /C calc'!A0", "title": "＋1"})
	fetch := func(p *person, entity string, in obj) string {
		t.Helper()
		a := p.raw("GET", p.post("/api/o/"+entity+"/export", in).ok().str("url"), "", nil).ok()
		if !strings.Contains(a.header.Get("Content-Disposition"), "filename") {
			t.Errorf("headers %v", a.header)
		}
		return a.text
	}
	sort := obj{"field": "name", "desc": true}
	t.Run("CON-11 a filtered list leaves as a workbook with the visible columns", func(t *testing.T) {
		rows := sheetOf(t, fetch(boss, "contact", obj{"columns": []string{"name", "phones"}, "sort": sort, "filter": obj{"field": "name", "op": "contains", "value": "联系人"}, "format": "xlsx"}))
		if len(rows) != 231 || len(rows[0]) != 2 || rows[1][0] != "联系人229" || rows[1][1] != "138 0000 0229" || rows[230][0] != "联系人000" {
			t.Errorf("%d rows: %q %q %q", len(rows), rows[0], rows[1], rows[len(rows)-1])
		}
	})
	t.Run("IMP-05 as CSV with the mark, and in GB18030", func(t *testing.T) {
		in := obj{"columns": []string{"name", "createdAt"}, "sort": sort, "format": "csv", "encoding": "utf-8", "search": "联系人001"}
		text := fetch(boss, "contact", in)
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
		if err != nil || !strings.HasPrefix(text, "\ufeff") || len(rows) != 2 || rows[1][0] != "联系人001" {
			t.Errorf("%q, %v", text, err)
		}
		in["encoding"] = "gb18030"
		b, err := simplifiedchinese.GB18030.NewDecoder().Bytes([]byte(fetch(boss, "contact", in)))
		if err != nil || !strings.Contains(string(b), "联系人001") {
			t.Errorf("%q, %v", b, err)
		}
	})
	t.Run("IMP-05 a cell can't become a formula", func(t *testing.T) {
		in := obj{"columns": []string{"name", "title"}, "filter": obj{"field": "name", "op": "contains", "value": "cmd"}, "format": "csv"}
		if text := fetch(boss, "contact", in); !strings.Contains(text, "\n'=cmd|' /C calc'!A0,'＋1") {
			t.Errorf("%q", text)
		}
		in["format"] = "xlsx"
		f, err := excelize.OpenReader(strings.NewReader(fetch(boss, "contact", in)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		formula, _ := f.GetCellFormula(f.GetSheetName(0), "A2")
		kind, _ := f.GetCellType(f.GetSheetName(0), "A2")
		if text, _ := f.GetCellValue(f.GetSheetName(0), "A2"); formula != "" || kind != excelize.CellTypeInlineString || text != "=cmd|' /C calc'!A0" {
			t.Errorf("%q %v %q", formula, kind, text)
		}
		// And it comes back as it was.
		in["format"] = "csv"
		id := boss.bring("contact", "back.csv", []byte(fetch(boss, "contact", in)))
		_, plan := boss.look(id, "")
		plan["action"] = "create"
		boss.run(id, plan)
		if n := len(boss.query("contact", obj{"filter": obj{"field": "name", "op": "eq", "value": "=cmd|' /C calc'!A0"}}).list("rows")); n != 2 {
			t.Errorf("%d records of that name", n)
		}
	})
	t.Run("CON-11 without the right there is none", func(t *testing.T) {
		seller.post("/api/o/contact/export", obj{}).is(403)
		meta := seller.get("/api/meta").ok()
		if meta.at("entities.contact.actions.export") == true {
			t.Error("the page is told that there is")
		}
	})
	t.Run("IMP-05 scope and field rights hold", func(t *testing.T) {
		o.grantImport(seller)
		o.hide(t, "sales", "customer", "taxNo")
		seller.must("customer", obj{"name": "自己的客户"})
		boss.must("customer", obj{"name": "别人的客户", "taxNo": "91330100X"})
		rows := sheetOf(t, fetch(seller, "customer", obj{"columns": []string{"name", "taxNo", "nosuch"}}))
		if len(rows) != 2 || len(rows[0]) != 1 || rows[1][0] != "自己的客户" {
			t.Errorf("%q", rows)
		}
		seller.post("/api/o/customer/export", obj{"columns": []string{"taxNo"}}).is(422)
		seller.post("/api/o/customer/export", obj{"filter": obj{"field": "taxNo", "op": "eq", "value": "91330100X"}}).is(422)
		theirs := boss.query("customer", obj{"search": "别人的客户"}).str("rows.0.id")
		if rows := sheetOf(t, fetch(seller, "customer", obj{"columns": []string{"name"}, "ids": []string{theirs}})); len(rows) != 1 {
			t.Errorf("a record out of reach left: %q", rows)
		}
		url := boss.post("/api/o/customer/export", obj{"columns": []string{"name"}}).ok().str("url")
		seller.get(url).is(404)
		boss.raw("GET", url, "", nil).ok()
		boss.get(url).is(404) // once
	})
	t.Run("IMP-05 ticked records alone", func(t *testing.T) {
		ids := []string{boss.query("contact", obj{"search": "联系人007"}).str("rows.0.id")}
		rows := sheetOf(t, fetch(boss, "contact", obj{"columns": []string{"name"}, "ids": ids}))
		if len(rows) != 2 || rows[1][0] != "联系人007" {
			t.Errorf("%q", rows)
		}
	})
	t.Run("IMP-05 where approval is set an export waits for it", func(t *testing.T) {
		set := func(export string) { t.Helper(); boss.put("/api/security/policy", obj{"export": export}).ok() }
		set("approval")
		wish := obj{"columns": []string{"name"}, "search": "联系人007"}
		boss.post("/api/o/contact/export", wish).is(403).want("error.key", "audit.approval_needed")
		set("off")
		boss.post("/api/o/contact/export", wish).ok()
	})
	t.Run("IMP-04 a choice of fields is offered the next time", func(t *testing.T) {
		boss.post("/api/exchange/choices", obj{"kind": "export", "entity": "contact", "name": "电话簿", "body": obj{"columns": []string{"name", "phones"}, "format": "csv"}}).ok()
		if list := seller.get("/api/exchange/choices?kind=export&entity=contact").ok(); len(list.list("rows")) != 0 {
			t.Errorf("a choice of somebody else: %s", list.text)
		}
		boss.post("/api/exchange/choices", obj{"kind": "export", "entity": "contact", "name": "电话簿", "shared": true, "body": obj{"columns": []string{"name"}}}).ok()
		list := boss.get("/api/exchange/choices?kind=export&entity=contact").ok().want("rows.0.name", "电话簿").want("rows.0.body.columns.0", "name")
		if len(list.list("rows")) != 1 {
			t.Errorf("kept twice: %s", list.text)
		}
		seller.delete("/api/exchange/choices/" + list.str("rows.0.id")).is(404)
		seller.post("/api/exchange/choices", obj{"kind": "import", "entity": "contact", "name": "x", "shared": true, "body": obj{}}).is(403)
		boss.post("/api/exchange/choices", obj{"kind": "import", "entity": "contact", "name": "旧系统", "shared": true, "body": obj{"columns": []obj{}}}).ok()
		seller.get("/api/exchange/choices?kind=import&entity=contact").ok().want("rows.0.name", "旧系统").want("rows.0.own", false)
		boss.delete("/api/exchange/choices/" + list.str("rows.0.id")).ok()
	})
}

func TestImportOfficeFields(t *testing.T) {
	o := newOffice(t)
	boss := o.user("boss", crm.Admin)
	dict := boss.post("/api/dicts", obj{"labels": obj{"zh-CN": "年限"}, "options": []obj{{"labels": obj{"zh-CN": "一年以内"}}, {"labels": obj{"zh-CN": "十年以上"}}}}).is(201).str("key")
	key := boss.post("/api/customize/customer/fields", obj{"type": "select", "dict": dict, "labels": obj{"zh-CN": "经营年限"}, "filterable": true}).is(201).str("key")
	t.Run("CUS-11 经营年限 added by the office is at once in the template, the import and the export", func(t *testing.T) {
		head := sheetOf(t, boss.raw("GET", "/api/imports/template?entity=customer", "", nil).ok().text)[0]
		if !slices.Contains(head, "经营年限") {
			t.Errorf("the template has %v", head)
		}
		id := boss.bring("customer", "a.csv", []byte("客户名称,经营年限\n老店,十年以上\n新店,一年以内\n怪店,一百年\n"))
		g, plan := boss.look(id, "")
		g.want("matched.1.field", key)
		if done := boss.run(id, plan); done.counts() != "2 0 0 1 0" {
			t.Errorf("%s %s", done.counts(), boss.get("/api/imports/"+id+"/rows").text)
		}
		old := boss.query("customer", obj{"search": "老店"}).str("rows.0.values." + key)
		url := boss.post("/api/o/customer/export", obj{"columns": []string{"name", key}, "filter": obj{"field": key, "op": "eq", "value": old}}).ok().str("url")
		if rows := sheetOf(t, boss.raw("GET", url, "", nil).ok().text); len(rows) != 2 || rows[0][1] != "经营年限" || rows[1][1] != "十年以上" {
			t.Errorf("%q", rows)
		}
	})
	t.Run("IMP-01 a choice that isn't there is added when the user says so", func(t *testing.T) {
		id := boss.bring("customer", "a.csv", []byte("客户名称,经营年限,来源\n百年店,一百年,庙会\n又一家,一百年,展会\n"))
		_, plan := boss.look(id, "")
		plan["options"] = true
		boss.post("/api/imports/"+id+"/preview", plan).ok().want("good", 2)
		if text := boss.get("/api/meta").ok().text; strings.Contains(text, "一百年") {
			t.Error("a preview has added a choice")
		}
		if done := boss.run(id, plan); done.counts() != "2 0 0 0 0" {
			t.Errorf("%s %s", done.counts(), boss.get("/api/imports/"+id+"/rows").text)
		}
		text := boss.get("/api/meta").ok().text
		if strings.Count(text, `"一百年"`) != 1 || !strings.Contains(text, `"庙会"`) {
			t.Errorf("the choices are not there once: %d", strings.Count(text, `"一百年"`))
		}
	})
}
