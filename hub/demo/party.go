package demo

import (
	"fmt"
	"time"

	"bellhop/hub/crm"
)

// customer is one that was made, with what the rest of the demo needs of it.
type customer struct {
	id       crm.ID
	name     string
	owner    string
	since    time.Time
	contacts []*contact
}

type contact struct {
	id     crm.ID
	name   string
	mobile string
}

// places are where the customers are: city, its code, area code, a street.
var places = []struct{ city, code, area, street string }{
	{"杭州", "3301", "0571", "西湖区文三路"}, {"杭州", "3301", "0571", "滨江区江南大道"}, {"杭州", "3301", "0571", "余杭区良睦路"}, {"宁波", "3302", "0574", "鄞州区中兴路"},
	{"温州", "3303", "0577", "瓯海区瓯海大道"}, {"绍兴", "3306", "0575", "越城区人民东路"}, {"嘉兴", "3304", "0573", "南湖区中环南路"}, {"金华", "3307", "0579", "婺城区双龙南街"},
	{"上海", "3101", "021", "浦东新区张江路"}, {"上海", "3101", "021", "闵行区莘庄路"}, {"苏州", "3205", "0512", "工业园区星湖街"}, {"南京", "3201", "025", "江宁区胜太路"},
	{"无锡", "3202", "0510", "新吴区长江路"}, {"合肥", "3401", "0551", "高新区望江西路"}, {"重庆", "5001", "023", "渝北区金开大道"}, {"深圳", "4403", "0755", "南山区科技路"},
}

// firms are named in full but for the city; industry as in the customer's choices.
var firms = []struct{ short, trade, industry string }{
	{"精工", "模具有限公司", "machinery"}, {"华腾", "机电有限公司", "machinery"}, {"远望", "电子科技有限公司", "electronics"}, {"金鼎", "装饰工程有限公司", "building"},
	{"绿源", "食品有限公司", "food"}, {"康宁", "医疗器械有限公司", "medical"}, {"锦绣", "纺织有限公司", "textile"}, {"汇通", "物流有限公司", "logistics"},
	{"恒信", "贸易有限公司", "trade"}, {"智汇", "软件技术有限公司", "it"}, {"新起点", "教育咨询有限公司", "education"}, {"天成", "建材有限公司", "building"},
	{"海川", "化工有限公司", "other"}, {"博雅", "文化传播有限公司", "other"}, {"永兴", "五金制品有限公司", "machinery"}, {"飞跃", "电器有限公司", "electronics"},
	{"同心", "包装印刷有限公司", "other"}, {"瑞丰", "农产品有限公司", "food"}, {"仁和", "大药房有限公司", "medical"}, {"凯旋", "服饰有限公司", "textile"},
	{"顺达", "运输有限公司", "logistics"}, {"万家", "超市有限公司", "trade"}, {"云帆", "网络科技有限公司", "it"}, {"启明", "幼儿园", "education"},
	{"长城", "钢结构有限公司", "building"}, {"中立", "自动化设备有限公司", "machinery"}, {"星辰", "光电有限公司", "electronics"}, {"百味", "餐饮管理有限公司", "food"},
	{"安康", "体检中心有限公司", "medical"}, {"雅致", "家纺有限公司", "textile"}, {"捷运", "仓储有限公司", "logistics"}, {"鑫源", "进出口有限公司", "trade"},
	{"思创", "信息技术有限公司", "it"}, {"鸿图", "建筑设计有限公司", "building"}, {"众诚", "会计师事务所", "other"},
}

var (
	surnames = []string{"王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "林", "郭", "何", "高", "罗", "曾", "单", "沈", "潘"}
	given    = []string{"志强", "丽", "建国", "秀英", "伟", "芳", "磊", "静", "军", "洋", "艳", "勇", "杰", "娟", "涛", "明", "超", "霞", "平", "刚", "欣怡", "子轩", "雨桐", "海燕", "文博"}
	posts    = []string{"总经理", "采购经理", "财务主管", "行政主管", "办公室主任", "技术部经理", "前台", "仓库主管", "业务经理"}
	sellers  = []string{"陈静", "赵敏", "李伟", "周洋"}
)

func (o *office) mobile() string {
	o.numbers++
	prefixes := []string{"138", "139", "136", "158", "186", "133", "177", "150"}
	return fmt.Sprintf("%s%04d%04d", prefixes[o.numbers%len(prefixes)], 1000+o.random.IntN(9000), o.random.IntN(10000))
}

func landline(o *office, area string) string {
	return fmt.Sprintf("%s-8%07d", area, o.random.IntN(10_000_000))
}

func number(label, number string) values { return values{"label": label, "number": number} }

func (o *office) fillParties() {
	o.fillMain()
	o.fillFirms()
	o.fillPersons()
	o.fillContacts()
	o.fillPartners()
	o.fillLeads()
	o.fillPrivate()
}

// fillMain makes the customer of the first ring everybody tries: 138 0013 8000.
func (o *office) fillMain() {
	since := o.ago(400)
	row := o.create("陈静", since, "customer", values{
		"name": "杭州精工模具有限公司", "shortName": "精工模具", "level": "a", "status": "active", "source": "referral", "industry": "machinery",
		"scale": "l", "region": "330109", "area": "east", "nature": "private", "settlement": "m2", "credit": 4, "staff": 260, "founded": "2003-06-18", "address": "萧山区金城路 1088 号 3 幢", "postcode": "311200", "taxNo": "91330109MA2H0XK18P",
		"website": "www.jgmould.example.com", "email": "office@jgmould.example.com", "nextContact": day(o.today.AddDate(0, 0, 3)),
		"phones": []any{number("office", "0571-87654300"), number("fax", "0571-87654301")},
		"notes":  "老客户，账期 60 天。验收找王总，付款找李会计。送货走 2 号门。",
	})
	c := &customer{id: row.ID, name: "杭州精工模具有限公司", owner: "陈静", since: since}
	o.customers = append(o.customers, c)
	o.person(c, "王志强", values{"title": "总经理", "department": "总经办", "primary": true, "wechat": "wzq_jgmould", "gender": "m", "influence": "high",
		"personality": "direct", "hobbies": "钓鱼、普洱茶", "birthday": "1976-03-12",
		"phones": []any{number("mobile", "13800138000"), number("office", "0571-87654300 转 801")}}, "13800138000")
	o.person(c, "李秀英", values{"title": "财务主管", "department": "财务部", "gender": "f", "influence": "mid", "personality": "cautious",
		"phones": []any{number("office", "0571-87654300 转 806"), number("mobile", "13957108806")}}, "13957108806")
	o.person(c, "单文博", values{"title": "设备部经理", "department": "设备部", "gender": "m", "influence": "mid", "personality": "analytic",
		"phones": []any{number("office", "0571-87654300 转 812"), number("mobile", "13588001212")}}, "13588001212")
}

// fillFirms makes the other companies.
func (o *office) fillFirms() {
	levels := []string{"a", "b", "b", "c", "c", "c", "d"}
	states := []string{"active", "active", "prospect", "prospect", "silent", "lost"}
	for i, f := range firms[1:] {
		place := places[(i*5+3)%len(places)]
		name, owner, since := place.city+f.short+f.trade, sellers[i%len(sellers)], o.ago(30+o.random.IntN(700))
		row := o.create(owner, since, "customer", values{
			"name": name, "shortName": f.short, "level": pick(o, levels), "status": pick(o, states), "industry": f.industry, "region": place.code, "credit": 2 + o.random.IntN(4),
			"source": pick(o, []string{"call", "web", "fair", "referral", "ad", "visit"}), "scale": pick(o, []string{"s", "m", "l"}),
			"address": fmt.Sprintf("%s %d 号", place.street, 10+o.random.IntN(900)),
			"phones":  []any{number("office", landline(o, place.area))},
		})
		o.customers = append(o.customers, &customer{id: row.ID, name: name, owner: owner, since: since})
	}
}

// fillPersons makes the customers who are people.
func (o *office) fillPersons() {
	for i, name := range []string{"林海燕", "徐建国", "曾雨桐", "黄子轩", "郭丽"} {
		place, owner, since, mobile := places[i*2%len(places)], sellers[(i+1)%len(sellers)], o.ago(20+i*60), o.mobile()
		row := o.create(owner, since, "customer", values{
			"name": name, "kind": "person", "level": pick(o, []string{"b", "c", "d"}), "status": "active", "source": "call", "region": place.code,
			"birthday": fmt.Sprintf("19%d-0%d-1%d", 70+i*5, 1+i, i), "phones": []any{number("mobile", mobile)}, "wechat": "wx_" + mobile[3:],
			"address": place.street + " " + fmt.Sprint(20+i*7) + " 弄",
		})
		o.customers = append(o.customers, &customer{id: row.ID, name: name, owner: owner, since: since})
	}
}

const contacts = 70

// fillContacts gives every company one or two people. A married couple at two
// firms shares a number, so that a ring from it asks who is calling.
func (o *office) fillContacts() {
	firmsOnly := o.customers[:len(firms)]
	shared := "13700137000"
	o.person(firmsOnly[1], "沈磊", values{"title": "采购经理", "gender": "m", "influence": "high", "phones": []any{number("mobile", shared)}}, shared)
	o.person(firmsOnly[6], "潘静", values{"title": "财务主管", "gender": "f", "influence": "mid", "phones": []any{number("home", shared), number("mobile", "13606501188")}}, shared)
	for made := 5; made < contacts; made++ {
		c := firmsOnly[1+made%(len(firmsOnly)-1)]
		mobile := o.mobile()
		v := values{
			"title": posts[made%len(posts)], "influence": pick(o, []string{"high", "mid", "low"}), "primary": len(c.contacts) == 0,
			"gender": pick(o, []string{"m", "f"}), "phones": []any{number("mobile", mobile)},
		}
		if made%3 == 0 {
			v["wechat"] = "wx" + mobile[3:]
		}
		if made%5 == 0 {
			v["email"] = fmt.Sprintf("p%d@example.com", made)
			v["phones"] = []any{number("mobile", mobile), number("office", landline(o, "0571"))}
		}
		o.person(c, surnames[made%len(surnames)]+given[(made*7)%len(given)], v, mobile)
	}
}

func (o *office) person(c *customer, name string, v values, mobile string) {
	v["name"], v["customer"] = name, c.id.String()
	row := o.create(c.owner, c.since.Add(time.Hour), "contact", v)
	c.contacts = append(c.contacts, &contact{row.ID, name, mobile})
}

// fillPartners makes resellers and suppliers, with a contact each.
func (o *office) fillPartners() {
	for i, name := range []string{"浙南办公设备经销部", "苏州正大商贸有限公司", "上海优品办公连锁", "合肥新视野科技"} {
		place := places[(i*4+4)%len(places)]
		row := o.create("陈静", o.ago(500-i*60), "channel", values{
			"name": name, "grade": []string{"first", "first", "second", "third"}[i], "area": place.city + "及周边", "region": place.code,
			"phones": []any{number("office", landline(o, place.area))}, "address": place.street + " 66 号",
		})
		mobile := o.mobile()
		o.create("陈静", o.ago(480-i*60), "contact", values{"name": surnames[i+8] + "经理", "title": "负责人", "channel": row.ID.String(),
			"phones": []any{number("mobile", mobile)}})
	}
	for i, v := range []values{
		{"name": "深圳启航电子有限公司", "grade": "strategic", "goods": "打印机主板、硒鼓", "region": "4403"},
		{"name": "宁波诚达纸业有限公司", "grade": "regular", "goods": "复印纸、标签纸", "region": "3302"},
		{"name": "东莞力拓五金厂", "grade": "spare", "goods": "支架、五金件", "region": "4419"},
	} {
		v["phones"] = []any{number("office", landline(o, []string{"0755", "0574", "0769"}[i]))}
		row := o.create("陈静", o.ago(450-i*50), "supplier", v)
		mobile := o.mobile()
		o.create("陈静", o.ago(440-i*50), "contact", values{"name": surnames[i+14] + given[i+3], "title": "销售经理", "supplier": row.ID.String(),
			"phones": []any{number("mobile", mobile)}})
	}
}

func (o *office) fillLeads() {
	needs := []string{"想了解多功能一体机租赁", "咨询标签打印机价格", "需要 20 台考勤机报价", "会议室投影方案", "旧设备以旧换新", "售后维保合同", "门店收银打印机 5 台", "政府采购询价"}
	for i, need := range needs {
		o.create(sellers[i%len(sellers)], o.ago(1+i*4), "lead", values{
			"name": surnames[i+3] + pick(o, []string{"先生", "女士"}), "company": places[i].city + pick(o, []string{"某贸易公司", "某工厂", "某学校", ""}), "need": need,
			"state": []string{"new", "following", "following", "converted", "invalid"}[i%5], "source": pick(o, []string{"call", "web", "ad"}),
			"phones": []any{number("mobile", o.mobile())}, "city": places[i].city,
		})
	}
}

func (o *office) fillPrivate() {
	for i, v := range []values{
		{"name": "妈妈", "relation": "family"}, {"name": "老同学 高明", "relation": "classmate", "company": "杭州某律师事务所"},
		{"name": "物业 张师傅", "relation": "other"}, {"name": "表弟", "relation": "family"},
	} {
		v["phones"] = []any{number("mobile", o.mobile())}
		o.create(sellers[i], o.ago(100+i), "privatecontact", v)
	}
}
