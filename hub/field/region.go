package field

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"bellhop/hub/region"
)

// Region is a place: inside China by its administrative code, elsewhere by what was
// typed. Code or no code, the words are kept, so that turning the chain of choices off
// and on again loses nothing.
type Region struct {
	Code     string
	Country  string
	Province string
	City     string
	Text     string // district, or what else was typed
}

// China is the country whose regions have codes.
const China = "中国"

// Name is how the place is written in an address.
func (r Region) Name() string {
	if r.Code != "" {
		return region.FullName(r.Code)
	}
	return strings.TrimSpace(strings.Join(strings.Fields(strings.Join([]string{r.Country, r.Province, r.City, r.Text}, " ")), " "))
}

// MarshalJSON gives the page code, name and words.
func (r Region) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"code": r.Code, "name": r.Name(), "country": r.Country, "province": r.Province, "city": r.City, "text": r.Text})
}

// RegionOf is the region of a code.
func RegionOf(code string) (Region, bool) {
	names, ok := region.Names(code)
	return Region{Code: code, Country: China, Province: names[0], City: names[1], Text: names[2]}, ok
}

type place struct{}

// Place is a region.
var Place Type = place{}

func (place) Name() string { return "region" }
func (place) Columns(key string) []Column {
	return []Column{{key, String}, {key + "_country", String}, {key + "_province", String}, {key + "_city", String}, {key + "_text", String}}
}

// Eq and In hold what lies within a region: 浙江 holds 杭州.
func (place) Ops() []Op { return []Op{Eq, Ne, In, NotIn, Contains, StartsWith, Empty, NotEmpty} }

func (place) Bind(v any) []any {
	r, ok := v.(Region)
	if !ok {
		return []any{nil, nil, nil, nil, nil}
	}
	cells := make([]any, 5)
	for i, s := range []string{r.Code, r.Country, r.Province, r.City, r.Text} {
		if s != "" {
			cells[i] = s
		}
	}
	return cells
}

func (place) Scan(cols []any) any {
	var s [5]string
	for i := range s {
		s[i], _ = cols[i].(string)
	}
	r := Region{s[0], s[1], s[2], s[3], s[4]}
	if r == (Region{}) {
		return nil
	}
	return r
}

const maxPlace = 60

func (place) Parse(f *Field, in any) (any, error) {
	var r Region
	switch v := in.(type) {
	case nil:
	case Region:
		r = v
	case string:
		r = regionOfText(v)
	case map[string]any:
		for key, into := range map[string]*string{"code": &r.Code, "country": &r.Country, "province": &r.Province, "city": &r.City, "text": &r.Text} {
			s, ok := v[key].(string)
			if v[key] != nil && !ok || !utf8.ValidString(s) {
				return nil, errRegion
			}
			*into = clean(s, false)
			if utf8.RuneCountInString(*into) > maxPlace {
				return nil, &Error{Key: "field.too_long", Args: map[string]string{"max": "60"}}
			}
		}
	default:
		return nil, errRegion
	}
	if r == (Region{}) {
		return nil, nil
	}
	return settle(f, r)
}

var errRegion = &Error{Key: "field.bad_region"}

// regionOfText reads a code, or the beginning of an address.
func regionOfText(s string) Region {
	s = clean(s, false)
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return Region{Code: s}
	}
	if code := region.Resolve(s); code != "" {
		return Region{Code: code}
	}
	return Region{Text: s}
}

// settle brings a region to the one form it is kept in.
func settle(f *Field, r Region) (any, error) {
	if r.Code == "" && (r.Country == "" || r.Country == China) && f.Chained {
		// The words alone may still name the place.
		r.Code = region.Resolve(r.Province + r.City + r.Text)
		if r.Code == "" {
			return nil, errRegion
		}
	}
	if r.Code == "" {
		return r, nil
	}
	known, ok := RegionOf(r.Code)
	if !ok {
		return nil, errRegion
	}
	return known, nil
}

func (place) Operand(_ *Field, op Op, in any) (any, error) {
	if tree, ok := in.(map[string]any); ok {
		in = tree["code"]
	}
	s, ok := in.(string)
	if !ok || s == "" {
		return nil, errRegion
	}
	if op == Contains {
		return clean(s, false), nil
	}
	r := regionOfText(s)
	if _, known := RegionOf(r.Code); !known {
		return nil, errRegion
	}
	return r.Code, nil
}
