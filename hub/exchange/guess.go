package exchange

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/label"
	"bellhop/hub/rights"
	"bellhop/hub/search"
)

// guesser finds the field a column's name means.
type guesser struct {
	names map[string]Column // by folded name; Index unused
	text  []string          // fields' labels, for names that hold one
}

// synonyms are what other programs and people call a field, beside its labels.
var synonyms = map[string][]string{
	"title":    {"职务", "職務", "职位", "職位", "职称", "主题", "主旨", "标题", "標題", "title", "job title", "position"},
	"phones":   {"电话", "電話", "联系电话", "聯絡電話", "电话号码", "電話號碼", "联系方式", "聯絡方式", "号码", "號碼", "tel", "telephone", "phone", "phone number", "phones"},
	"email":    {"邮箱", "郵箱", "电子邮件", "電子郵件", "电子邮箱", "邮件", "信箱", "mail", "email", "e mail", "email address"},
	"address":  {"地址", "详细地址", "詳細地址", "联系地址", "聯絡地址", "通讯地址", "通訊地址", "公司地址", "address", "street"},
	"notes":    {"备注", "備註", "说明", "說明", "附注", "notes", "note", "remark", "remarks", "memo", "comment", "comments", "description"},
	"owner":    {"负责人", "負責人", "业务员", "業務員", "销售", "销售员", "所有者", "归属人", "跟进人", "owner", "sales", "salesperson", "assigned to"},
	"no":       {"编号", "編號", "编码", "代码", "客户编号", "客戶編號", "单号", "單號", "no", "number", "code", "id"},
	"taxNo":    {"税号", "稅號", "统一编号", "統一編號", "统一社会信用代码", "纳税人识别号", "tax no", "tax number", "vat", "vat number"},
	"wechat":   {"微信", "微信号", "微信號", "wechat", "weixin"},
	"website":  {"网址", "網址", "网站", "網站", "主页", "website", "url", "homepage", "web"},
	"customer": {"客户", "客戶", "公司", "公司名称", "公司名稱", "所属客户", "所屬客戶", "单位", "單位", "单位名称", "customer", "company", "account"},
	"source":   {"来源", "來源", "客户来源", "客戶來源", "source", "lead source"},
	"industry": {"行业", "行業", "所属行业", "industry"},
	"level":    {"级别", "級別", "等级", "等級", "客户级别", "客戶級別", "客户等级", "level", "grade", "rating"},
	"postcode": {"邮编", "郵遞區號", "邮政编码", "postcode", "zip", "zip code", "postal code"},
	"birthday": {"生日", "出生日期", "birthday", "birth date", "date of birth"},
	"price":    {"售价", "單價", "单价", "销售价", "銷售價", "标准售价", "定价", "定價", "价格", "價格", "unit price", "sales price", "list price"},
	"barcode":  {"条码", "條碼", "条形码", "條形碼", "商品条码", "国际条码", "barcode", "ean", "upc", "gtin"},
	"spec":     {"规格", "規格", "规格型号", "規格型號", "型号", "型號", "spec", "specification", "model"},
	"unit":     {"单位", "單位", "计量单位", "計量單位", "unit", "uom"},
	"category": {"分类", "分類", "类别", "類別", "商品分类", "产品类别", "category"},
	"gender":   {"性别", "性別", "sex", "gender"},
}

// What the names of companies and goods and those of people are called. A list of companies often has
// a column of people too, which is none of the company's own.
var (
	titleNames = []string{"名称", "名稱", "公司名称", "公司名稱", "公司", "企业名称", "企業名稱", "单位名称", "單位名稱", "单位", "客户", "客戶", "客户名", "name", "company",
		"company name", "account name", "供应商", "供應商", "渠道", "商品名称", "商品名稱", "产品名称", "產品名稱", "品名", "货品名称", "product", "product name"}
	personNames = []string{"姓名", "名字", "联系人", "聯絡人", "联系人姓名", "聯絡人姓名", "name", "full name", "contact", "contact name"}
)

// phoneColumns are names that say what the numbers below are for.
var phoneColumns = map[string][]string{
	"mobile": {"手机", "手機", "手机号", "手機號", "手机号码", "手機號碼", "移动电话", "行動電話", "mobile", "mobile phone", "cell", "cell phone"},
	"office": {"办公电话", "辦公電話", "公司电话", "公司電話", "单位电话", "座机", "固定电话", "固话", "市話", "总机", "office phone", "work phone", "business phone"},
	"home":   {"家庭电话", "住宅电话", "住家電話", "宅电", "home phone"},
	"fax":    {"传真", "傳真", "传真号码", "fax", "fax number"},
	"other":  {"其他电话", "其他電話", "电话2", "other phone"},
}

// regionColumns are names of parts of a region.
var regionColumns = map[string][]string{
	"country": {"国家", "國家", "country"}, "province": {"省", "省份", "省市", "state", "province"}, "city": {"城市", "市", "县市", "縣市", "city"},
	"text": {"区", "区县", "區", "县", "district", "county"},
}

func newGuesser(schema *crm.Schema, who *rights.Rights, e *crm.Entity) *guesser {
	g := &guesser{names: map[string]Column{}}
	// What comes first stays: labels and keys before what others may call a field.
	for i := range e.Fields {
		f := &e.Fields[i]
		if !Importable(who, e, f) {
			continue
		}
		for _, lang := range label.Langs {
			g.add(schema.Labels.Text(lang, e.Name+".fields."+f.Key, nil), Column{Field: f.Key})
			// A person has the customer's name on a column "客户名称" of the same file.
			g.add(schema.Labels.Text(lang, e.Name+".label", nil)+schema.Labels.Text(lang, e.Name+".fields."+f.Key, nil), Column{Field: f.Key})
		}
		g.add(f.Key, Column{Field: f.Key})
	}
	g.addSynonyms(who, e)
	return g
}

// addSynonyms lets references go first: beside a person's name, a company's is whom he
// belongs to.
func (g *guesser) addSynonyms(who *rights.Rights, e *crm.Entity) {
	for _, references := range []bool{true, false} {
		for i := range e.Fields {
			f := &e.Fields[i]
			if (f.Ref != "") != references || !Importable(who, e, f) {
				continue
			}
			g.addParts(f)
			names := synonyms[f.Key]
			if f.Key == e.Title {
				if names = append(titleNames[:len(titleNames):len(titleNames)], names...); len(e.Access.Parents) > 0 || e.Access.Private {
					names = personNames
				}
			}
			for _, name := range names {
				g.add(name, Column{Field: f.Key})
			}
		}
	}
}

func (g *guesser) addParts(f *field.Field) {
	parts := map[string][]string{}
	switch f.Type.Name() {
	case "phones":
		parts = phoneColumns
	case "region":
		parts = regionColumns
	}
	for part, names := range parts {
		for _, name := range names {
			g.add(name, Column{Field: f.Key, Part: part})
		}
	}
}

func (g *guesser) add(name string, c Column) {
	folded := foldName(name)
	if _, taken := g.names[folded]; folded == "" || taken {
		return
	}
	g.names[folded] = c
}

// beside is what stands in brackets behind a name: "电话（必填）", "Amount (CNY)".
var beside = regexp.MustCompile(`[(（\[【<《][^)）\]】>》]*[)）\]】>》]`)

// foldName brings a column's name to the form it is compared in: "*客户 名称：" is "客户名称".
func foldName(name string) string {
	name = search.Fold(beside.ReplaceAllString(name, " "))
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// guess gives a column's field; each field without parts is given out once.
func (g *guesser) guess(names []string) []Column {
	var columns []Column
	taken := map[Column]bool{}
	for i, name := range names {
		folded := foldName(name)
		c, ok := g.names[folded]
		if !ok {
			// "手机2", "电话 1": a number behind a name makes no other field.
			c, ok = g.names[strings.TrimRightFunc(folded, unicode.IsDigit)]
			ok = ok && c.Part != ""
		}
		if !ok || taken[c] && c.Part == "" {
			continue
		}
		taken[c] = true
		c.Index = i
		columns = append(columns, c)
	}
	return columns
}

// known is how many of a row's cells are names of fields.
func (g *guesser) known(cells []string) (n int) {
	for _, cell := range cells {
		if _, ok := g.names[foldName(cell)]; ok {
			n++
		}
	}
	return n
}

// headerRow finds the row of names among the first of a table: the one with the most
// known names, else the first that is all text and as wide as the table.
func (g *guesser) headerRow(rows []row) int {
	best, at := 0, 0
	widest := 0
	for _, r := range rows {
		widest = max(widest, len(r.cells))
	}
	for _, r := range rows {
		if n := g.known(r.cells); n > best {
			best, at = n, r.line
		}
	}
	if best > 0 {
		return at
	}
	for _, r := range rows {
		if filled(r.cells) >= max(1, widest*2/3) && !hasNumber(r.cells) {
			return r.line
		}
	}
	return 0
}

func filled(cells []string) (n int) {
	for _, c := range cells {
		if c != "" {
			n++
		}
	}
	return n
}

func hasNumber(cells []string) bool {
	for _, c := range cells {
		if _, _, ok := readNumber(c); ok {
			return true
		}
	}
	return false
}

// headOf is a hash of the columns' names, by which a match is found again.
func headOf(names []string) string {
	h := sha256.New()
	for _, name := range names {
		h.Write([]byte(foldName(name)))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
