package phone

import (
	"strings"
	"sync"
	"sync/atomic"

	"github.com/nyaruka/phonenumbers"
)

// Origin is what a number tells about where it was given out. Carrier is the one the
// prefix belonged to at first: numbers may be carried over.
type Origin struct {
	Place   string
	Carrier string
}

var (
	warm   atomic.Bool
	once   sync.Once
	memory sync.Map // lang+canonical → Origin
	stored atomic.Int32
)

// memoryMax bounds what Origins remembers, a few hundred kB.
const memoryMax = 4096

// Warm loads the tables of places and carriers, which takes a third of a second on a
// PC and more on a small board; run it in the background at start.
func Warm() {
	once.Do(func() {
		lookUp("+8613800138000", "zh")
		lookUp("+8613800138000", "en")
		warm.Store(true)
	})
}

// OriginOf tells place and carrier of a canonical number in lang ("zh-CN", "zh-TW",
// "en"). It never waits: until Warm is done it knows service numbers only.
func OriginOf(canonical, lang string) Origin {
	if isService(canonical) {
		return Origin{Carrier: serviceName(canonical, lang)}
	}
	// A local number handed to the library would get the place of another city.
	if !strings.HasPrefix(canonical, "+") || !warm.Load() {
		return Origin{}
	}
	language := "zh"
	if lang == "en" {
		language = "en"
	}
	key := language + canonical
	if o, ok := memory.Load(key); ok {
		return o.(Origin)
	}
	o := lookUp(canonical, language)
	if stored.Add(1) > memoryMax {
		memory.Clear()
		stored.Store(0)
	}
	memory.Store(key, o)
	return o
}

func lookUp(canonical, language string) Origin {
	n, err := phonenumbers.Parse(canonical, "")
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return Origin{}
	}
	var o Origin
	if place, err := phonenumbers.GetGeocodingForNumber(n, language); err == nil {
		o.Place = place
	}
	if carrier, err := phonenumbers.GetCarrierForNumber(n, language); err == nil {
		o.Carrier = carrier
	}
	return o
}

func prettyForeign(canonical string) string {
	n, err := phonenumbers.Parse(canonical, "")
	if err != nil {
		return canonical
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// services names numbers an office is rung or texted from: Simplified, Traditional,
// English.
var services = map[string][3]string{
	"10000": {"中国电信", "中國電信", "China Telecom"},
	"10001": {"中国电信", "中國電信", "China Telecom"},
	"10010": {"中国联通", "中國聯通", "China Unicom"},
	"10011": {"中国联通", "中國聯通", "China Unicom"},
	"10015": {"联通服务监督", "聯通服務監督", "China Unicom complaints"},
	"10080": {"中国移动监督", "中國移動監督", "China Mobile complaints"},
	"10085": {"中国移动回访", "中國移動回訪", "China Mobile"},
	"10086": {"中国移动", "中國移動", "China Mobile"},
	"10099": {"中国广电", "中國廣電", "China Broadnet"},
	"110":   {"报警", "報警", "Police"},
	"114":   {"查号台", "查號台", "Directory enquiries"},
	"119":   {"火警", "火警", "Fire brigade"},
	"120":   {"急救", "急救", "Ambulance"},
	"122":   {"交通事故", "交通事故", "Traffic police"},
	"11183": {"邮政特快", "郵政特快", "EMS"},
	"11185": {"中国邮政", "中國郵政", "China Post"},
	"12110": {"短信报警", "簡訊報警", "Police by text"},
	"12306": {"铁路客服", "鐵路客服", "Railways"},
	"12315": {"消费者投诉", "消費者投訴", "Consumer complaints"},
	"12333": {"人力社保", "人力社保", "Labour and social security"},
	"12345": {"政务热线", "政務熱線", "City government"},
	"12348": {"法律援助", "法律援助", "Legal aid"},
	"12366": {"税务热线", "稅務熱線", "Tax office"},
	"12378": {"银行保险投诉", "銀行保險投訴", "Bank and insurance complaints"},
	"95511": {"中国平安", "中國平安", "Ping An"},
	"95518": {"人保财险", "人保財險", "PICC"},
	"95519": {"中国人寿", "中國人壽", "China Life"},
	"95528": {"浦发银行", "浦發銀行", "SPD Bank"},
	"95533": {"建设银行", "建設銀行", "China Construction Bank"},
	"95555": {"招商银行", "招商銀行", "China Merchants Bank"},
	"95558": {"中信银行", "中信銀行", "CITIC Bank"},
	"95559": {"交通银行", "交通銀行", "Bank of Communications"},
	"95561": {"兴业银行", "興業銀行", "Industrial Bank"},
	"95566": {"中国银行", "中國銀行", "Bank of China"},
	"95568": {"民生银行", "民生銀行", "Minsheng Bank"},
	"95577": {"华夏银行", "華夏銀行", "Hua Xia Bank"},
	"95580": {"邮储银行", "郵儲銀行", "Postal Savings Bank"},
	"95588": {"工商银行", "工商銀行", "ICBC"},
	"95595": {"光大银行", "光大銀行", "Everbright Bank"},
	"95599": {"农业银行", "農業銀行", "Agricultural Bank"},
	"95338": {"顺丰速运", "順豐速運", "SF Express"},
	"95311": {"中通快递", "中通快遞", "ZTO Express"},
	"95543": {"申通快递", "申通快遞", "STO Express"},
	"95546": {"韵达快递", "韻達快遞", "Yunda Express"},
	"95554": {"圆通速递", "圓通速遞", "YTO Express"},
	"95598": {"国家电网", "國家電網", "State Grid"},
}

func serviceName(canonical, lang string) string {
	names, ok := services[canonical]
	if !ok {
		return ""
	}
	switch lang {
	case "en":
		return names[2]
	case "zh-TW":
		return names[1]
	}
	return names[0]
}
