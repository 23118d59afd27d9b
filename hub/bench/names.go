package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The words made-up names are put together from: surnames by how common they are, given
// names and the parts of company names as they stand in a Chinese business register.
var (
	surnames = strings.Split("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙贺陶顾毛郝龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游辛靳管柴蒙鲍华喻祁房蒲滕饶牟艾尤时穆司卜古吉", "")
	given    = strings.Split("伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红梅鑫鹏飞波斌宇浩凯健俊帆辉玲建国文志海燕雪云峰龙晨阳佳颖慧雨欣怡子涵梓轩思琪嘉诚博睿泽楠瑞宁远航天翔晓东振林春生庆荣德福长江新民永康少华立群伯钧", "")
	cities   = strings.Split("北京 上海 广州 深圳 杭州 宁波 温州 苏州 无锡 南京 常州 合肥 武汉 长沙 成都 重庆 西安 郑州 青岛 济南 厦门 福州 泉州 东莞 佛山 中山 天津 沈阳 大连 长春 哈尔滨 昆明 南昌 石家庄 太原 嘉兴 绍兴 台州 金华 义乌", " ")
	brands   = strings.Split("金鼎 华信 恒通 瑞丰 宏达 长城 东方 银河 新源 天元 博远 中联 盛世 万邦 鸿运 德利 永兴 百川 远大 卓越 星河 江南 海纳 龙腾 凤凰 安泰 嘉禾 正大 明珠 祥云 振华 新科 同创 华夏 三友 四海 五洲 六和 七彩 八方 九鼎 佳美 利民 荣昌 富强 兴隆 顺达 诚信 和谐 信达 联众 开元 泰和 海润 金桥 双龙 立信 科迈 迅达 飞扬 光明 康宁 智远 鼎盛 合力 众诚", " ")
	trades   = strings.Split("机电 轴承 电子 建材 食品 医疗器械 纺织 贸易 物流 软件 教育 化工 五金 包装 印刷 汽配 家具 服装 仪器 环保 能源 农业 装饰 广告 通信 精密模具 自动化设备 钢结构 塑料制品 劳保用品", " ")
	forms    = strings.Split("有限公司 有限公司 有限公司 有限责任公司 股份有限公司 厂 商行 经营部 集团有限公司", " ")
	streets  = strings.Split("中山路 人民路 解放路 建设路 文一路 滨江大道 科技园路 长江路 黄河路 工业大道 新华路 南京路", " ")
	titles   = strings.Split("经理 总经理 采购 财务 工程师 助理 主任 厂长", " ")
	said     = strings.Split("确认交期，月底前发第二批|看样机，要求更新报价|已发合同扫描件，等盖章|询问耗材库存，约下周补货|反映设备异响，已转售后处理|发送年度维保方案|上门保养，换轴承一套|催收尾款，答应本周五付|客户在比价，需要再让两个点|和财务对账，差额已说明|预约下周二演示|发送新品资料，客户有兴趣|暂无需求，三个月后再联系|展会上见面，交换名片|要样品两件，走顺丰到付", "|")
)

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }

// often takes one of the list, the first ones more often.
func often(r *rand.Rand, list []string) string {
	x := r.Float64()
	return list[int(x*x*float64(len(list)))]
}

func personName(r *rand.Rand) string {
	name := often(r, surnames) + pick(r, given)
	if r.IntN(4) > 0 {
		name += pick(r, given)
	}
	return name
}

func companyName(r *rand.Rand) string {
	name := pick(r, brands)
	if r.IntN(3) == 0 {
		name = pick(r, brands)[:3] + pick(r, given) + name[3:] // rarer: 金伟鼎
	}
	name += pick(r, trades)
	if r.IntN(3) == 0 {
		name += pick(r, []string{"科技", "实业", "工贸", "发展"})
	}
	return pick(r, cities) + name + pick(r, forms)
}

func mobile(r *rand.Rand) string {
	return pick(r, []string{"138", "139", "137", "136", "135", "158", "159", "186", "187", "189", "177", "150", "151"}) + fmt.Sprintf("%08d", r.IntN(100_000_000))
}

func landline(r *rand.Rand) string {
	return pick(r, []string{"0571", "0574", "0512", "0755", "0769"}) + fmt.Sprintf("%08d", 20_000_000+r.IntN(70_000_000))
}
