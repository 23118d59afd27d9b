package demo

import (
	"fmt"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/phone"
	"bellhop/hub/store"
)

var said = []struct{ kind, text string }{
	{"phone", "确认交期，月底前发第二批"}, {"visit", "看样机，要求更新报价"}, {"wechat", "已发合同扫描件，等盖章"}, {"phone", "询问耗材库存，约下周补货"},
	{"phone", "反映打印偏色，已转售后"}, {"email", "发送年度维保方案"}, {"visit", "上门保养，换搓纸轮一套"}, {"wechat", "发节日问候，客户回复感谢"},
	{"phone", "催收尾款，答应本周五付"}, {"phone", "客户在比价，需要再让两个点"}, {"visit", "和财务对账，差额已说明"}, {"phone", "预约下周二演示"},
	{"wechat", "发送新品资料，客户有兴趣"}, {"phone", "暂无需求，三个月后再联系"}, {"other", "展会上见面，交换名片"},
}

// fillHistory writes what was said and done with customers.
func (o *office) fillHistory() {
	main := o.customers[0]
	for i, s := range []struct {
		daysAgo          int
		who, kind, words string
	}{
		{3, "陈静", "phone", "确认第二批耗材月底前发货，王总要求先发标签纸"},
		{8, "李伟", "visit", "到三号车间看设备，量了新厂区的点位，要求更新报价"},
		{15, "陈静", "wechat", "已发租赁合同扫描件，等对方法务意见"},
		{34, "陈静", "phone", "催 22,800 元订单尾款，王总说找李会计安排"},
		{61, "周洋", "visit", "季度保养，更换搓纸轮和定影膜"},
		{120, "陈静", "phone", "对账，无差异"},
	} {
		o.activity(main, s.who, o.ago(s.daysAgo), s.kind, s.words, main.contacts[i%2])
	}
	for i := range 114 {
		c := o.customers[1+(i*11)%(len(o.customers)-1)]
		s := said[(i*4+i/15)%len(said)]
		var with *contact
		if len(c.contacts) > 0 {
			with = c.contacts[i%len(c.contacts)]
		}
		o.activity(c, c.owner, o.after(c, o.ago(1+i*2)), s.kind, s.text, with)
	}
}

// activity is written by whoever did it; a colleague may write to a customer that is
// not his own, so the manager files it for him.
func (o *office) activity(c *customer, who string, at time.Time, kind, text string, with *contact) {
	v := values{"customer": c.id.String(), "kind": kind, "text": text, "at": at.UnixMilli(), "owner": o.users[who].ID.String()}
	if with != nil {
		v["contact"] = with.id.String()
	}
	writer := who
	if who != c.owner {
		writer = "陈静"
	}
	o.create(writer, at, "activity", v)
}

const calls = 60

// fillCalls makes the call log of the last weeks, without recordings: their sound
// would be on the box.
func (o *office) fillCalls() {
	for i := range calls {
		c := o.customers[(i*i)%len(o.customers)]
		at := o.ago(1 + i/3)
		if i < 6 {
			at = o.today.Add(-time.Duration(40+i*55) * time.Minute)
		}
		o.call(i, c, at)
	}
}

func (o *office) call(i int, c *customer, at time.Time) {
	k := &store.Call{
		ID: crm.NewID(), Box: box, BoxCall: fmt.Sprintf("demo-%d", i), Line: 1 + i%2, Direction: "in", State: store.Ended, Outcome: "answered",
		StartedAt: at.UnixMilli(), Caller: store.CallerNumber,
	}
	raw := o.mobile()
	if len(c.contacts) > 0 && i%6 != 5 {
		with := c.contacts[i%len(c.contacts)]
		raw = with.mobile
		k.Party, k.Contact = crm.Ref{Entity: "customer", ID: c.id}, with.id
	}
	k.RawNumber, k.Number = raw, phone.Normalise(raw, areaCode).Canonical
	switch {
	case i%7 == 3:
		k.Outcome = "missed"
		k.EndedAt = at.Add(22 * time.Second).UnixMilli()
	case i%17 == 9:
		k.Caller, k.RawNumber, k.Number, k.Party, k.Contact = store.CallerWithheld, "", "", crm.Ref{}, 0
		fallthrough
	default:
		if i%4 == 1 && k.Number != "" {
			k.Direction, k.Caller = "out", store.CallerNumber
		}
		talk := time.Duration(20+o.random.IntN(400)) * time.Second
		k.AnsweredAt, k.TalkMS = at.Add(9*time.Second).UnixMilli(), talk.Milliseconds()
		k.EndedAt = k.AnsweredAt + k.TalkMS
		k.Handler = o.users[c.owner].ID
	}
	o.write(func(tx *store.Tx) error { return store.PutCall(o.ctx, tx, k) })
}

// fillTexts makes a short exchange of texts with the first caller, and one from
// somebody unknown.
func (o *office) fillTexts() {
	c, at := o.customers[0], o.ago(2).UnixMilli()
	for i, m := range []store.SMS{
		{Direction: "out", Number: "+8613800138000", State: "delivered", Text: "王总您好，第二批标签纸今天已发出，顺丰单号 SF1390022881，预计明天送到 2 号门。", User: o.users["陈静"].ID},
		{Direction: "in", Number: "+8613800138000", State: "received", Text: "收到，谢谢。三号车间的机器明天能来看吗？"},
		{Direction: "out", Number: "+8613800138000", State: "delivered", Text: "可以，周师傅明天上午十点到。", User: o.users["陈静"].ID},
		{Direction: "in", Number: "+8618968012345", State: "received", Text: "你好，请问你们有二手复印机出租吗？"},
	} {
		m.ID, m.Box, m.BoxID, m.At, m.Parts, m.Complete, m.Handed = crm.NewID(), box, fmt.Sprintf("demo-%d", i), at+int64(i)*7*60_000, 1, true, true
		if m.Number == "+8613800138000" {
			m.Party, m.Contact = crm.Ref{Entity: "customer", ID: c.id}, c.contacts[0].id
		}
		m.Key = m.BoxID
		o.write(func(tx *store.Tx) error { return store.PutSMS(o.ctx, tx, &m) })
	}
}

func (o *office) write(fn func(tx *store.Tx) error) {
	if o.err == nil {
		o.err = o.store.Write(o.ctx, fn)
	}
}
