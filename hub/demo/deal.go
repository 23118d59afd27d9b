package demo

import (
	"time"

	"bellhop/hub/records"
)

func (o *office) fillDeals() {
	o.fillMainDeals()
	goods := []string{"一体机租赁", "打印机采购", "耗材年度供应", "考勤系统", "会议平板", "监控设备", "标签打印方案", "服务器维护"}
	for i := range 18 {
		c := o.customers[1+(i*3)%(len(o.customers)-1)]
		o.create(c.owner, o.after(c, o.ago(3+i*5)), "opportunity", values{
			"name": goods[i%len(goods)], "customer": c.id.String(), "amount": yuan(3000 + o.random.IntN(200)*500),
			"stage": []string{"lead", "need", "offer", "talks", "won", "lost"}[i%6], "chance": []int{10, 30, 50, 70, 100, 0}[i%6],
			"closing": day(o.today.AddDate(0, 0, 10+i*4)),
		})
	}
	for i := range 12 {
		c := o.customers[1+(i*7)%(len(o.customers)-1)]
		at := o.after(c, o.ago(2+i*6))
		o.create(c.owner, at, "quote", values{
			"customer": c.id.String(), "subject": goods[(i+2)%len(goods)] + "报价", "amount": yuan(2000 + o.random.IntN(150)*400), "date": day(at),
			"validUntil": day(at.AddDate(0, 0, 30)), "state": []string{"sent", "accepted", "draft", "refused"}[i%4],
		})
	}
	for i := range 26 {
		o.sell(o.customers[1+(i*5)%(len(o.customers)-1)], goods[i%len(goods)], i)
	}
	o.fillTickets()
	o.fillSchedule()
}

// after keeps a date from lying before the customer was known.
func (o *office) after(c *customer, at time.Time) time.Time {
	if at.Before(c.since) {
		return c.since.Add(26 * time.Hour)
	}
	return at
}

// sell makes an order; most are paid, some are open, some overdue.
func (o *office) sell(c *customer, what string, i int) {
	at := o.after(c, o.ago(4+i*9))
	amount := 1500 + o.random.IntN(120)*300
	v := values{
		"customer": c.id.String(), "subject": what, "date": day(at), "amount": yuan(amount), "paid": yuan(amount), "due": day(at.AddDate(0, 0, 30)),
		"state": "done",
	}
	switch i % 5 {
	case 1:
		v["paid"], v["state"] = yuan(amount/3), "shipped"
	case 3:
		v["paid"], v["state"] = yuan(0), "confirmed"
	}
	o.create(c.owner, at, "order", v)
}

// fillMainDeals gives the first caller something of everything: orders paid, open and
// overdue, an open ticket, an opportunity, a quote.
func (o *office) fillMainDeals() {
	c := o.customers[0]
	wang := c.contacts[0].id.String()
	order := func(daysAgo int, what string, amount, paid, dueIn int, state string) *records.Row {
		at := o.ago(daysAgo)
		return o.create("陈静", at, "order", values{"customer": c.id.String(), "contact": wang, "subject": what, "date": day(at), "amount": yuan(amount),
			"paid": yuan(paid), "due": day(o.today.AddDate(0, 0, dueIn)), "state": state})
	}
	order(310, "A3 彩色一体机 2 台", 46800, 46800, -250, "done")
	order(180, "耗材季度供货", 9600, 9600, -120, "done")
	order(75, "标签打印机 4 台", 22800, 10000, -15, "shipped")
	order(9, "第二批耗材与维保", 35800, 0, 51, "confirmed")
	o.create("陈静", o.ago(12), "opportunity", values{"name": "新厂区打印设备整体租赁", "customer": c.id.String(), "contact": wang, "stage": "talks",
		"amount": yuan(168000), "chance": 70, "closing": day(o.today.AddDate(0, 1, 0)), "notes": "新厂区明年一月投产，需要 18 台设备和现场培训。"})
	at := o.ago(6)
	o.create("陈静", at, "quote", values{"customer": c.id.String(), "contact": wang, "subject": "新厂区租赁方案报价", "amount": yuan(168000), "date": day(at),
		"validUntil": day(at.AddDate(0, 0, 30)), "state": "sent"})
}

func (o *office) fillTickets() {
	c := o.customers[0]
	o.create("陈静", o.ago(2), "ticket", values{"title": "三号车间打印机频繁卡纸", "customer": c.id.String(), "contact": c.contacts[2].id.String(), "kind": "fault",
		"priority": "high", "state": "doing", "due": day(o.today.AddDate(0, 0, 2)), "text": "搓纸轮已更换过一次，仍然每天卡纸五六次，影响领料单打印。"})
	titles := []string{"彩色偏红", "扫描到邮箱失败", "考勤机无法联网", "更换硒鼓后报错", "咨询保修期限", "送货少了一箱纸", "发票抬头开错", "投影无信号", "打印速度变慢", "申请增加保养次数"}
	for i, title := range titles {
		c := o.customers[1+(i*4)%(len(o.customers)-1)]
		o.create(c.owner, o.after(c, o.ago(1+i*5)), "ticket", values{
			"title": title, "customer": c.id.String(), "kind": []string{"fault", "fault", "question", "complaint"}[i%4],
			"priority": []string{"normal", "high", "normal", "urgent"}[i%4], "state": []string{"new", "doing", "waiting", "done", "closed"}[i%5],
		})
	}
}

func (o *office) fillSchedule() {
	kinds := []string{"call", "visit", "meeting", "task"}
	titles := []string{"回访设备使用情况", "上门拜访", "方案演示会", "准备投标文件", "催收货款", "安装调试", "续签维保合同", "节日问候"}
	for i := range 14 {
		c := o.customers[(i*3)%len(o.customers)]
		day := o.today.AddDate(0, 0, i-4)
		start := time.Date(day.Year(), day.Month(), day.Day(), 9+i%8, 30*(i%2), 0, 0, day.Location())
		o.create(c.owner, o.after(c, o.ago(8)), "schedule", values{
			"title": titles[i%len(titles)], "kind": kinds[i%len(kinds)], "start": start.UnixMilli(), "end": start.Add(time.Hour).UnixMilli(),
			"customer": c.id.String(), "done": start.Before(o.today) && i%3 != 0, "place": []string{"", "客户公司", "本公司会议室", ""}[i%4],
		})
	}
	o.fillDays()
}

// fillDays gives those whose logins are tried first something for today and tomorrow,
// whatever day of the week it is.
func (o *office) fillDays() {
	for i, e := range []struct {
		who, title, kind, place string
		days, hour              int
	}{
		{"陈静", "回访新厂区点位", "call", "", 0, 9}, {"陈静", "设备租赁方案演示", "meeting", "本公司会议室", 0, 15}, {"陈静", "与财务核对尾款", "task", "", 1, 10},
		{"赵敏", "上门看复印机", "visit", "客户公司", 0, 10}, {"赵敏", "报价跟进电话", "call", "", 0, 16}, {"赵敏", "安装调试打印机", "visit", "客户公司", 1, 14},
		{"周敏", "销售周例会", "meeting", "本公司会议室", 0, 11}, {"周敏", "审核维保合同", "task", "", 0, 17}, {"周敏", "拜访重点客户", "visit", "客户公司", 1, 9},
	} {
		day := o.today.AddDate(0, 0, e.days)
		start := time.Date(day.Year(), day.Month(), day.Day(), e.hour, 30*(i%2), 0, 0, day.Location())
		v := values{"title": e.title, "kind": e.kind, "start": start.UnixMilli(), "end": start.Add(time.Hour).UnixMilli(), "place": e.place}
		if c := o.customerOf(e.who, i); c != nil {
			v["customer"] = c.id.String()
		}
		o.create(e.who, o.ago(1), "schedule", v)
	}
}

// customerOf is one of the seller's own customers, nil for who sells nothing.
func (o *office) customerOf(who string, i int) *customer {
	var own []*customer
	for _, c := range o.customers {
		if c.owner == who {
			own = append(own, c)
		}
	}
	if len(own) == 0 {
		return nil
	}
	return own[i%len(own)]
}
