// Package options is the list of what an office can switch and choose, each with its
// kind and default. Values are kept as texts in the settings, under "option.<name>".
package options

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is what an option's value is.
type Kind string

const (
	Bool Kind = "bool" // "1" or "0"
	Int  Kind = "int"
	Text Kind = "text"
	List Kind = "list" // words, a line each
)

// Option is one thing the office chooses.
type Option struct {
	Name    string
	Group   string // the page of the settings it stands on
	Kind    Kind
	Default string
	Min     int // of Int
	Max     int // of Int; characters of Text and of each word of List
}

// The options there are.
const (
	RegionChain      = "region.chain"   // 中国, then its provinces, then their cities; off: free text (CFG-06)
	PriceDecimals    = "decimals.price" // CFG-08
	QuantityDecimals = "decimals.quantity"
	AmountDecimals   = "decimals.amount"
	CurrencySign     = "currency.sign"   // CFG-09
	EditInTable      = "table.edit"      // CFG-10
	LoginList        = "login.list"      // CFG-11
	AverageCost      = "stock.average"   // CFG-07: moving weighted average; off: the product's fixed cost
	ModulesOff       = "modules.off"     // CFG-12: the names of modules
	KeyDates         = "keydates.edit"   // CUS-53
	CompanyAddress   = "company.address" // CFG-13; the name is the setting "company"
	CompanyPostcode  = "company.postcode"
	CompanyPhone     = "company.phone"
	CompanyFax       = "company.fax"
	CompanyEmail     = "company.email"
	CompanySite      = "company.site"
	CompanyTaxNo     = "company.taxNo"
	CompanyBank      = "company.bank"
	CompanyAccount   = "company.account"
)

// All lists every option in the order of the settings.
var All = []Option{
	{Name: RegionChain, Group: "input", Kind: Bool, Default: "1"},
	{Name: EditInTable, Group: "input", Kind: Bool, Default: "1"},
	{Name: KeyDates, Group: "input", Kind: Bool, Default: "0"},
	{Name: PriceDecimals, Group: "money", Kind: Int, Default: "2", Max: 4},
	{Name: QuantityDecimals, Group: "money", Kind: Int, Default: "2", Max: 4},
	{Name: AmountDecimals, Group: "money", Kind: Int, Default: "2", Max: 4},
	{Name: CurrencySign, Group: "money", Kind: Bool, Default: "1"},
	{Name: AverageCost, Group: "stock", Kind: Bool, Default: "1"},
	{Name: LoginList, Group: "login", Kind: Bool, Default: "0"},
	{Name: ModulesOff, Group: "modules", Kind: List, Max: 40},
	{Name: CompanyAddress, Group: "company", Kind: Text, Max: 200},
	{Name: CompanyPostcode, Group: "company", Kind: Text, Max: 10},
	{Name: CompanyPhone, Group: "company", Kind: Text, Max: 60},
	{Name: CompanyFax, Group: "company", Kind: Text, Max: 60},
	{Name: CompanyEmail, Group: "company", Kind: Text, Max: 120},
	{Name: CompanySite, Group: "company", Kind: Text, Max: 120},
	{Name: CompanyTaxNo, Group: "company", Kind: Text, Max: 30},
	{Name: CompanyBank, Group: "company", Kind: Text, Max: 80},
	{Name: CompanyAccount, Group: "company", Kind: Text, Max: 60},
}

// Prefix stands before the names in the settings.
const Prefix = "option."

// Of returns the option of that name.
func Of(name string) (Option, bool) {
	i := slices.IndexFunc(All, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return Option{}, false
	}
	return All[i], true
}

// maxWords bounds a List.
const maxWords = 200

// Parse brings a value as JSON gives it to its kept form. ok is false when it is none.
func (o Option) Parse(in any) (value string, ok bool) {
	switch v := in.(type) {
	case nil:
		return o.Default, true
	case bool:
		if v {
			return "1", o.Kind == Bool
		}
		return "0", o.Kind == Bool
	case string:
		v = strings.TrimSpace(v)
		return v, o.Kind == Text && utf8.ValidString(v) && utf8.RuneCountInString(v) <= o.Max && !strings.ContainsAny(v, "\r\n\x00")
	case []any:
		return o.words(v)
	case interface{ Int64() (int64, error) }: // json.Number
		n, err := v.Int64()
		return strconv.FormatInt(n, 10), o.Kind == Int && err == nil && n >= int64(o.Min) && n <= int64(o.Max)
	}
	return "", false
}

func (o Option) words(list []any) (string, bool) {
	var words []string
	for _, item := range list {
		word, ok := item.(string)
		if !ok || strings.ContainsAny(word, "\r\n\x00") || utf8.RuneCountInString(word) > o.Max {
			return "", false
		}
		if word = strings.TrimSpace(word); word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, "\n"), o.Kind == List && len(words) <= maxWords
}

// Values are the office's choices; what is not in it is as delivered.
type Values map[string]string

func (v Values) get(name string) string {
	if s, ok := v[name]; ok {
		return s
	}
	o, _ := Of(name)
	return o.Default
}

// Bool reads a switch.
func (v Values) Bool(name string) bool { return v.get(name) == "1" }

// Int reads a number.
func (v Values) Int(name string) int {
	n, _ := strconv.Atoi(v.get(name))
	return n
}

// Text reads a text.
func (v Values) Text(name string) string { return v.get(name) }

// List reads words.
func (v Values) List(name string) []string {
	s := v.get(name)
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}

// JSON gives the value of an option as JSON has it.
func (v Values) JSON(o Option) any {
	switch o.Kind {
	case Bool:
		return v.Bool(o.Name)
	case Int:
		return v.Int(o.Name)
	case List:
		if list := v.List(o.Name); list != nil {
			return list
		}
		return []string{}
	}
	return v.Text(o.Name)
}

// FromSettings picks the options out of all settings.
func FromSettings(settings map[string]string) Values {
	values := Values{}
	for key, value := range settings {
		if name, ok := strings.CutPrefix(key, Prefix); ok {
			values[name] = value
		}
	}
	return values
}
