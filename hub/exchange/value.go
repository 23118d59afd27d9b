package exchange

import (
	"encoding/json"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/width"

	"bellhop/hub/exchange/table"
	"bellhop/hub/field"
)

// The functions of this file read what people write into cells. Each returns a
// *field.Error for what it can't read; empty text is for the caller.

func cannot(key, text string) error {
	if r := []rune(text); len(r) > 40 {
		text = string(r[:40]) + "…"
	}
	return &field.Error{Key: key, Args: map[string]string{"text": text}}
}

// half brings full-width digits and signs to half width.
func half(s string) string { return strings.TrimSpace(width.Fold.String(s)) }

// units multiply the number before them.
var units = map[string]float64{"": 1, "十": 10, "百": 100, "千": 1000, "k": 1000, "万": 10_000, "萬": 10_000, "w": 10_000,
	"百万": 1e6, "百萬": 1e6, "m": 1e6, "千万": 1e7, "千萬": 1e7, "亿": 1e8, "億": 1e8}

// numberForm is sign, digits with commas, a unit, and words behind it: "约 1,280.5 万元".
var numberForm = regexp.MustCompile(`^(?:约|約|~)?\s*([+-]?)\s*(\d[\d,，]*(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d{1,3}))?\s*(百万|百萬|千万|千萬|[十百千万萬亿億kKwWmM]?)\s*(\D{0,8})$`)

// readNumber reads a number and gives it in plain decimals, and what stood behind it.
// Digits are kept as they are; only a unit or an exponent makes arithmetic of them.
func readNumber(text string) (number, rest string, ok bool) {
	s := half(text)
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") { // how accountants write a minus
		s = "-" + strings.Trim(s, "()")
	}
	m := numberForm.FindStringSubmatch(s)
	if m == nil {
		return "", "", false
	}
	digits := strings.NewReplacer(",", "", "，", "").Replace(m[2])
	unit := strings.ToLower(m[4])
	if unit == "" && m[3] == "" {
		if m[1] == "-" {
			digits = "-" + digits
		}
		return tidy(digits), m[5], true
	}
	x, err := strconv.ParseFloat(m[1]+digits+"e"+or(m[3], "0"), 64)
	x *= units[unit]
	if err != nil || math.Abs(x) > 1e18 {
		return "", "", false
	}
	return strconv.FormatFloat(math.Round(x*1e6)/1e6, 'f', -1, 64), m[5], true
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// tidy takes away what a parser of decimals may stumble over: ".5", "5.", "007".
func tidy(digits string) string {
	sign := strings.HasPrefix(digits, "-")
	whole, part, _ := strings.Cut(strings.TrimPrefix(digits, "-"), ".")
	whole = strings.TrimLeft(whole, "0")
	out := or(whole, "0")
	if part = strings.TrimRight(part, "0"); part != "" {
		out += "." + part
	}
	if sign && out != "0" {
		out = "-" + out
	}
	return out
}

func readInt(text string) (any, error) {
	s, _, ok := readNumber(text)
	if !ok || strings.Contains(s, ".") {
		return nil, cannot("import.not_int", text)
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, cannot("import.not_int", text)
	}
	return n, nil
}

func readDecimal(text string) (any, error) {
	s, _, ok := readNumber(strings.TrimRight(half(text), "% "))
	if !ok {
		return nil, cannot("import.not_number", text)
	}
	return s, nil
}

func readRating(text string) (any, error) {
	if n := strings.Count(text, "★") + strings.Count(text, "⭐"); n > 0 {
		return int64(n), nil
	}
	return readInt(text)
}

// currencies by what is written before or behind an amount.
var currencies = []struct{ sign, code string }{
	{"人民币", "CNY"}, {"人民幣", "CNY"}, {"rmb", "CNY"}, {"cny", "CNY"}, {"us$", "USD"}, {"usd", "USD"}, {"美元", "USD"}, {"美金", "USD"},
	{"hk$", "HKD"}, {"hkd", "HKD"}, {"港币", "HKD"}, {"港元", "HKD"}, {"港幣", "HKD"}, {"nt$", "TWD"}, {"twd", "TWD"}, {"新台币", "TWD"},
	{"新臺幣", "TWD"}, {"新台幣", "TWD"}, {"jpy", "JPY"}, {"jp¥", "JPY"}, {"円", "JPY"}, {"日元", "JPY"}, {"日圆", "JPY"}, {"eur", "EUR"}, {"€", "EUR"}, {"欧元", "EUR"},
	{"歐元", "EUR"}, {"gbp", "GBP"}, {"£", "GBP"}, {"英镑", "GBP"}, {"英鎊", "GBP"}, {"$", "USD"}, {"¥", "CNY"}, {"￥", "CNY"},
	{"元", "CNY"}, {"圆", "CNY"}, {"圓", "CNY"},
}

// readMoney reads "¥1,280.00", "12.8万", "US$ 300", "300 元整".
func readMoney(text string) (any, error) {
	s := strings.ToLower(half(text))
	code := "CNY"
	for _, c := range currencies {
		if strings.Contains(s, c.sign) {
			code = c.code
			s = strings.TrimSpace(strings.Replace(s, c.sign, " ", 1))
			break
		}
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, "整"), "正")
	s = strings.Join(strings.Fields(s), "")
	number, _, ok := readNumber(s)
	if !ok {
		return nil, cannot("import.not_money", text)
	}
	return map[string]any{"minor": minorOf(number, field.CurrencyPlaces(code)), "currency": code}, nil
}

// minorOf counts an amount in its smallest coins, with what goes beyond them as far as
// money is kept at all; what a field shows of it, the field rounds.
func minorOf(number string, places int) json.Number {
	whole, part, _ := strings.Cut(strings.TrimPrefix(number, "-"), ".")
	part = (part + "00000")[:field.MoneyPlaces+1]
	units, ok := new(big.Int).SetString(whole+part[:field.MoneyPlaces], 10)
	if !ok {
		return "0"
	}
	if part[field.MoneyPlaces] >= '5' {
		units.Add(units, big.NewInt(1))
	}
	digits := units.String()
	for len(digits) <= field.MoneyPlaces {
		digits = "0" + digits
	}
	finer := field.MoneyPlaces - places
	minor := tidy(digits[:len(digits)-finer] + "." + digits[len(digits)-finer:])
	if strings.HasPrefix(number, "-") && minor != "0" {
		minor = "-" + minor
	}
	return json.Number(minor)
}

// dateForm is year, month and day in any of the usual writings; day may be missing in
// Chinese ("2026年11月").
var dateForms = []*regexp.Regexp{
	regexp.MustCompile(`^(\d{4}|\d{2})[-/.](\d{1,2})[-/.](\d{1,2})$`),
	regexp.MustCompile(`^(\d{4}|\d{2})年(\d{1,2})月(\d{1,2})[日号號]?$`),
	regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`),
	regexp.MustCompile(`^(\d{4})[-/.年](\d{1,2})月?()$`),
}

var (
	republicDate = regexp.MustCompile(`^(?:民国|民國)(\d{1,3})年(\d{1,2})月(\d{1,2})日?$`)
	clockForm    = regexp.MustCompile(`^(上午|下午|早上|晚上|中午|am|pm)?(\d{1,2})[:时時点點](\d{1,2})?分?(?::?(\d{1,2})(?:\.\d+)?秒?)?(am|pm)?(?:z|[+-]\d{2}:?\d{2})?$`)
	chineseDate  = regexp.MustCompile(`^([〇零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})[日号]?$`)
	dayFirst     = regexp.MustCompile(`^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$`)
	weekday      = regexp.MustCompile(`(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]`)
)

var months = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12}

var namedMonth = regexp.MustCompile(`^(\d{1,2})[- ]([a-z]{3})[a-z]*[-, ]+(\d{4}|\d{2})$|^([a-z]{3})[a-z]*[. ]+(\d{1,2}),? +(\d{4})$`)

// readMoment reads a date with or without a time of day.
func readMoment(text string) (time.Time, error) {
	s := strings.ToLower(half(text))
	s = strings.TrimSpace(weekday.ReplaceAllString(s, ""))
	if serial, err := strconv.ParseFloat(s, 64); err == nil && len(s) != 8 {
		// A sheet's number for a day: of 1927 to 2201, so that no year is taken for one.
		if at, ok := table.DateOfSerial(serial); ok && serial >= 10_000 && serial < 110_000 {
			return local(at), nil
		}
		return time.Time{}, cannot("import.not_date", text)
	}
	day, clock := s, ""
	if i := strings.IndexAny(s, "t "); i >= 8 && !namedMonth.MatchString(s) {
		day, clock = s[:i], strings.ReplaceAll(s[i+1:], " ", "")
	} else if i := strings.IndexAny(s, "日号號"); i > 0 {
		_, n := firstRune(s[i:])
		day, clock = s[:i+n], strings.ReplaceAll(s[i+n:], " ", "")
	}
	at, ok := readDay(day)
	if !ok {
		return time.Time{}, cannot("import.not_date", text)
	}
	if clock == "" {
		return at, nil
	}
	after, ok := readClock(clock)
	if !ok {
		return time.Time{}, cannot("import.not_date", text)
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.Local).Add(after), nil
}

func firstRune(s string) (rune, int) {
	for i, r := range s {
		if i > 0 {
			return r, i
		}
	}
	return 0, len(s)
}

func local(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.Local)
}

func readDay(s string) (time.Time, bool) {
	for _, form := range dateForms {
		if m := form.FindStringSubmatch(s); m != nil {
			return ymd(m[1], m[2], or(m[3], "1"))
		}
	}
	if m := republicDate.FindStringSubmatch(s); m != nil {
		year, _ := strconv.Atoi(m[1])
		return ymd(strconv.Itoa(year+1911), m[2], m[3])
	}
	if m := dayFirst.FindStringSubmatch(s); m != nil {
		if first, _ := strconv.Atoi(m[1]); first > 12 { // 31/12/2026 can only be a day first
			return ymd(m[3], m[2], m[1])
		}
		return ymd(m[3], m[1], m[2])
	}
	if m := namedMonth.FindStringSubmatch(s); m != nil {
		if m[2] != "" {
			return ymd(m[3], strconv.Itoa(months[m[2]]), m[1])
		}
		return ymd(m[6], strconv.Itoa(months[m[4]]), m[5])
	}
	if m := chineseDate.FindStringSubmatch(s); m != nil {
		return ymd(chineseDigits(m[1]), chineseNumber(m[2]), chineseNumber(m[3]))
	}
	return time.Time{}, false
}

// ymd refuses the 30th of February, which time.Date would take for March.
func ymd(year, month, day string) (time.Time, bool) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	if len(year) == 2 {
		if y += 2000; y > time.Now().Year()+20 {
			y -= 100
		}
	}
	at := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.Local)
	return at, y >= 1800 && y <= 2999 && m >= 1 && m <= 12 && at.Day() == d && d >= 1
}

func readClock(s string) (time.Duration, bool) {
	m := clockForm.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[2])
	minute, _ := strconv.Atoi(m[3])
	second, _ := strconv.Atoi(m[4])
	switch or(m[1], m[5]) {
	case "下午", "晚上", "pm":
		if hour < 12 {
			hour += 12
		}
	case "am", "上午":
		hour %= 12
	}
	if hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second, true
}

const chineseNumerals = "〇一二三四五六七八九"

func chineseDigits(s string) string {
	var b strings.Builder
	for _, r := range strings.ReplaceAll(s, "零", "〇") {
		for i, n := range []rune(chineseNumerals) {
			if r == n {
				b.WriteString(strconv.Itoa(i))
			}
		}
	}
	return b.String()
}

// chineseNumber reads up to 三十一.
func chineseNumber(s string) string {
	tens, ones, has := strings.Cut(s, "十")
	if !has {
		return chineseDigits(s)
	}
	return or(chineseDigits(tens), "1") + or(chineseDigits(ones), "0")
}

func readDate(text string) (any, error) {
	at, err := readMoment(text)
	if err != nil {
		return nil, err
	}
	return at.Format(time.DateOnly), nil
}

func readDatetime(text string) (any, error) {
	at, err := readMoment(text)
	if err != nil {
		return nil, err
	}
	return at.UnixMilli(), nil
}

var bools = map[string]bool{
	"1": true, "true": true, "yes": true, "y": true, "t": true, "on": true, "是": true, "对": true, "對": true, "有": true, "√": true, "✓": true, "✔": true,
	"0": false, "false": false, "no": false, "n": false, "f": false, "off": false, "否": false, "不是": false, "无": false, "無": false, "没有": false, "×": false, "✗": false, "x": false,
}

func readBool(text string) (any, error) {
	if v, ok := bools[strings.ToLower(half(text))]; ok {
		return v, nil
	}
	return nil, cannot("import.not_bool", text)
}

// listMarks part the items of one cell.
func listMarks(r rune) bool { return strings.ContainsRune(",，;；、|\n", r) }

// splitList parts a cell that holds several things.
func splitList(text string) (items []string) {
	for _, item := range strings.FieldsFunc(text, listMarks) {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// phoneHints are words beside a number that say what it is for.
var phoneHints = []struct{ word, label string }{
	{"手机", "mobile"}, {"手機", "mobile"}, {"行动", "mobile"}, {"行動", "mobile"}, {"mobile", "mobile"}, {"cell", "mobile"}, {"移动电话", "mobile"},
	{"传真", "fax"}, {"傳真", "fax"}, {"fax", "fax"}, {"家庭", "home"}, {"住宅", "home"}, {"宅电", "home"}, {"家", "home"}, {"home", "home"},
	{"办公", "office"}, {"辦公", "office"}, {"座机", "office"}, {"座機", "office"}, {"市話", "office"}, {"固话", "office"}, {"固定", "office"}, {"公司", "office"},
	{"单位", "office"}, {"總機", "office"}, {"总机", "office"}, {"办", "office"}, {"office", "office"}, {"work", "office"}, {"tel", "office"},
	{"其他", "other"}, {"其它", "other"}, {"other", "other"},
}

func phoneLabel(text string) string {
	text = strings.ToLower(text)
	for _, h := range phoneHints {
		if strings.Contains(text, h.word) {
			return h.label
		}
	}
	return ""
}

// A number in a cell: digits with the signs people put between them, and an extension.
var (
	phoneForm = regexp.MustCompile(`[+＋]?[(（]?\d[\d \-－—–()（）.]*\d(?:\s*(?:转|轉|#|ext\.?|x|分机|分機)\s*\d{1,6})?|\d+`)
	mobile    = regexp.MustCompile(`^(?:\+?86|0086)?[ -]?1[3-9]\d`)
)

// readPhones reads every number of a cell. label is what the column says they are for,
// "" lets each number say.
func readPhones(text, label string) (any, error) {
	var list []any
	for _, part := range phoneParts(text) {
		found := phoneForm.FindString(width.Fold.String(part))
		if found == "" {
			return nil, cannot("import.not_phone", part)
		}
		of := phoneLabel(part)
		if of == "" {
			of = label
		}
		if of == "" {
			of = "office"
			if mobile.MatchString(found) {
				of = "mobile"
			}
		}
		list = append(list, map[string]any{"label": of, "number": strings.TrimSpace(found)})
	}
	if len(list) == 0 {
		return nil, nil
	}
	return list, nil
}

// phoneParts parts a cell at marks, and at a blank where both sides are whole numbers.
func phoneParts(text string) (parts []string) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return listMarks(r) || r == '/' || r == '／' || r == '\t' }) {
		words := strings.Fields(part)
		began := 0
		for i := 1; i < len(words); i++ {
			before := digitsIn(strings.Join(words[began:i], ""))
			if before >= 7 && digitsIn(words[i]) >= 7 {
				parts = append(parts, strings.Join(words[began:i], " "))
				began = i
			}
		}
		if rest := strings.Join(words[began:], " "); rest != "" {
			parts = append(parts, rest)
		}
	}
	return parts
}

func digitsIn(s string) (n int) {
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// sheetFault is a cell whose formula has no value: "#N/A", "#REF!".
var sheetFault = regexp.MustCompile(`^#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)$`)

// guarded is text that export has put a ' before, so that no sheet computes it.
var guarded = regexp.MustCompile(`^'[=+\-@\t\r＝＋－＠]`)

// clean is the text of a cell without what belongs to the file, not to the value.
func clean(text string) string {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\u00a0", " "))
	if guarded.MatchString(text) {
		return text[1:]
	}
	return text
}
