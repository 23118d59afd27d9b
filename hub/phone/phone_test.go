package phone

import (
	"strings"
	"testing"
)

func TestNormalise(t *testing.T) {
	const office = "0571"
	for name, tt := range map[string]struct {
		raw       string
		canonical string
		display   string
		kind      Kind
		ext       string
		carried   string
		uncertain bool
	}{
		"TEL-04 mobile, +86 and dashes":            {raw: "+86 138-0013-8000", canonical: "+8613800138000", display: "138 0013 8000", kind: Mobile},
		"TEL-04 mobile, trunk 0":                   {raw: "013800138000", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 mobile, bare":                      {raw: "13800138000", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 mobile, 86":                        {raw: "8613800138000", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 mobile, 0086":                      {raw: "0086 13800138000", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 mobile, +86 and trunk 0":           {raw: "+86(0)13800138000", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 mobile, full width":                {raw: "１３８－００１３－８０００", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 mobile, dots and no-break space":   {raw: "138.0013\u00a08000", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 mobile behind 17909":               {raw: "1790913800138000", canonical: "+8613800138000", kind: Mobile, carried: "17909"},
		"TEL-04 mobile behind 17951 and 0":         {raw: "17951013800138000", canonical: "+8613800138000", kind: Mobile, carried: "17951"},
		"TEL-04 mobile behind 12593":               {raw: "1259313800138000", canonical: "+8613800138000", kind: Mobile, carried: "12593"},
		"TEL-04 mobile behind 12593 and 0":         {raw: "12593013800138000", canonical: "+8613800138000", kind: Mobile, carried: "12593"},
		"TEL-04 landline behind 10193":             {raw: "10193057187654321", canonical: "+8657187654321", kind: Landline, carried: "10193"},
		"TEL-04 landline behind 11808":             {raw: "1180801085321234", canonical: "+861085321234", kind: Landline, carried: "11808"},
		"TEL-04 a mobile that begins 17951":        {raw: "17951234567", canonical: "+8617951234567", kind: Mobile},
		"TEL-04 mobile behind an area code":        {raw: "01013800138000", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 landline of a big city":            {raw: "010-85321234", canonical: "+861085321234", display: "010-8532 1234", kind: Landline},
		"TEL-04 landline in brackets":              {raw: "(0571)87654321", canonical: "+8657187654321", display: "0571-8765 4321", kind: Landline},
		"TEL-04 landline of seven":                 {raw: "0312 7654321", canonical: "+863127654321", display: "0312-765 4321", kind: Landline},
		"TEL-04 landline, +86":                     {raw: "+86 571 8765 4321", canonical: "+8657187654321", kind: Landline},
		"TEL-04 landline, 86":                      {raw: "861085321234", canonical: "+861085321234", kind: Landline},
		"TEL-04 landline, +86 and trunk 0":         {raw: "+86 0571 87654321", canonical: "+8657187654321", kind: Landline},
		"TEL-04 local of eight":                    {raw: "85321234", canonical: "+8657185321234", display: "0571-8532 1234", kind: Landline},
		"TEL-04 local of seven":                    {raw: "853-2123", canonical: "+865718532123", kind: Landline},
		"TEL-04 third dash group":                  {raw: "0755-26990000-801", canonical: "+8675526990000", display: "0755-2699 0000-801", kind: Landline, ext: "801"},
		"TEL-04 转":                                 {raw: "0755-26990000转801", canonical: "+8675526990000", kind: Landline, ext: "801"},
		"TEL-04 分机":                                {raw: "0755-26990000 分机 801", canonical: "+8675526990000", kind: Landline, ext: "801"},
		"TEL-04 ext.":                              {raw: "0755-26990000 ext. 12", canonical: "+8675526990000", kind: Landline, ext: "12"},
		"TEL-04 x":                                 {raw: "0755-26990000x12", canonical: "+8675526990000", kind: Landline, ext: "12"},
		"TEL-04 #":                                 {raw: "075526990000#12", canonical: "+8675526990000", kind: Landline, ext: "12"},
		"TEL-04 comma":                             {raw: "075526990000,12", canonical: "+8675526990000", kind: Landline, ext: "12"},
		"TEL-04 full-width comma":                  {raw: "075526990000，12", canonical: "+8675526990000", kind: Landline, ext: "12"},
		"TEL-04 local with an extension":           {raw: "87654321-801", canonical: "+8657187654321", kind: Landline, ext: "801"},
		"TEL-04 three groups are not an extension": {raw: "138-0013-8000", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 400":                               {raw: "400-810-8888", canonical: "4008108888", display: "400-810-8888", kind: Service},
		"TEL-04 400 with an extension":             {raw: "400-810-8888-2", canonical: "4008108888", kind: Service, ext: "2"},
		"TEL-04 400 behind a faulty +":             {raw: "+4008108888", canonical: "4008108888", kind: Service},
		"TEL-04 800":                               {raw: "8008108888", canonical: "8008108888", kind: Service},
		"TEL-04 +86 400":                           {raw: "+86 400 810 8888", canonical: "4008108888", kind: Service},
		"TEL-04 faulty + before 0":                 {raw: "+057187654321", canonical: "+8657187654321", kind: Landline},
		"TEL-04 10086":                             {raw: "10086", canonical: "10086", display: "10086", kind: Service},
		"TEL-04 10086 while roaming":               {raw: "+8610086", canonical: "10086", kind: Service},
		"TEL-04 95588":                             {raw: "95588", canonical: "95588", kind: Service},
		"TEL-04 955xx of six":                      {raw: "955168", canonical: "955168", kind: Service},
		"TEL-04 96xxx":                             {raw: "96110", canonical: "96110", kind: Service},
		"TEL-04 110":                               {raw: "110", canonical: "110", kind: Service},
		"TEL-04 12345":                             {raw: "12345", canonical: "12345", kind: Service},
		"TEL-04 106":                               {raw: "1069012345678", canonical: "1069012345678", kind: Service},
		"TEL-04 office exchange":                   {raw: "801", canonical: "801", kind: Internal},
		"TEL-04 area code without its 0":           {raw: "57187654321", canonical: "+8657187654321", kind: Landline, uncertain: true},
		"TEL-04 first digit lost":                  {raw: "3800138000", canonical: "3800138000", kind: Odd, uncertain: true},
		"TEL-04 first digit doubled":               {raw: "113800138000", canonical: "113800138000", kind: Odd, uncertain: true},
		"TEL-04 doubled trunk 0":                   {raw: "0057187654321", canonical: "+57187654321", kind: Foreign, uncertain: true},
		"TEL-04 two numbers in one field":          {raw: "13800138000/010-85321234", canonical: "+8613800138000", kind: Mobile},
		"TEL-04 two numbers, 、":                    {raw: "010-85321234、13800138000", canonical: "+861085321234", kind: Landline},
		"TEL-04 foreign":                           {raw: "+1 650 253 0000", canonical: "+16502530000", display: "+1 650-253-0000", kind: Foreign},
		"TEL-04 foreign by 00":                     {raw: "00442071838750", canonical: "+442071838750", kind: Foreign},
		"TEL-04 Hong Kong by 00, or a doubled 0":   {raw: "0085221234567", canonical: "+85221234567", kind: Foreign, uncertain: true},
		"TEL-04 withheld":                          {raw: "P"},
		"TEL-04 unavailable":                       {raw: "O"},
		"TEL-04 nothing":                           {raw: ""},
		"TEL-04 no digits":                         {raw: "转 ext #"},
	} {
		t.Run(name, func(t *testing.T) {
			n := Normalise(tt.raw, office)
			if n.Canonical != tt.canonical || n.Kind != tt.kind || n.Ext != tt.ext ||
				n.Carried != tt.carried || n.Uncertain != tt.uncertain {
				t.Errorf("Normalise(%q) = %+v, want %+v", tt.raw, n, tt)
			}
			if tt.display != "" && n.Display != tt.display {
				t.Errorf("Normalise(%q).Display = %q, want %q", tt.raw, n.Display, tt.display)
			}
		})
	}
}

func TestLocalNumberAndAreaCode(t *testing.T) {
	for name, tt := range map[string]struct{ raw, area, canonical string }{
		"TEL-04 the box's own area code":           {"87654321", "0571", "+8657187654321"},
		"TEL-04 typed without its 0":               {"87654321", "571", "+8657187654321"},
		"TEL-04 typed with +86":                    {"87654321", "+86 571", "+8657187654321"},
		"TEL-04 three digits":                      {"85321234", "010", "+861085321234"},
		"TEL-04 none set":                          {"85321234", "", "85321234"},
		"TEL-04 nonsense set":                      {"85321234", "9", "85321234"},
		"TEL-04 seven digits where all have eight": {"5321234", "010", "5321234"},
		"TEL-04 short codes get none":              {"95588", "0571", "95588"},
	} {
		t.Run(name, func(t *testing.T) {
			if n := Normalise(tt.raw, tt.area); n.Canonical != tt.canonical {
				t.Errorf("Normalise(%q, %q) = %q, want %q", tt.raw, tt.area, n.Canonical, tt.canonical)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	for name, tt := range map[string]struct {
		raw  string
		want Keys
	}{
		"TEL-04 own area also by its local part":    {"0571-87654321", Keys{Exact: "+8657187654321", Local: "87654321", Tail: "87654321"}},
		"TEL-04 other area only with its area code": {"0755-87654321", Keys{Exact: "+8675587654321", Tail: "87654321"}},
		"TEL-04 a lost digit is found by the tail":  {"3800138000", Keys{Exact: "3800138000", Tail: "00138000", TailCounts: true}},
		"TEL-04 a sure mobile is not":               {"13800138000", Keys{Exact: "+8613800138000", Tail: "00138000"}},
		"TEL-04 short codes have no tail":           {"1008611", Keys{Exact: "1008611"}},
		"TEL-04 extensions have no tail":            {"801", Keys{Exact: "801"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Normalise(tt.raw, "0571").Keys("0571"); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	Warm()
	for name, tt := range map[string]struct {
		canonical, lang, place, carrier string
	}{
		"mobile":             {"+8613812345678", "zh-CN", "江苏省连云港市", "中国移动"},
		"landline":           {"+861085321234", "zh-CN", "北京市", ""},
		"carrier's own line": {"10086", "zh-CN", "", "中国移动"},
		"bank":               {"95588", "en", "", "ICBC"},
		"local without area": {"85321234", "zh-CN", "", ""},
		"not a number":       {"+8699999999999", "zh-CN", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 { // the second time from memory
				if got := OriginOf(tt.canonical, tt.lang); got.Place != tt.place || got.Carrier != tt.carrier {
					t.Errorf("OriginOf(%q) = %+v, want %q %q", tt.canonical, got, tt.place, tt.carrier)
				}
			}
		})
	}
}

func FuzzNormalise(f *testing.F) {
	for _, seed := range []string{"+86 138-0013-8000", "0755-26990000-801", "８５３２１２３４", "17951013800138000", "+8610086", "P", "400-810-8888转2", "00", "+", "-", "0", "+86", "0086", "86", "+0086"} {
		f.Add(seed, "0571")
	}
	f.Fuzz(func(t *testing.T, raw, office string) {
		n := Normalise(raw, office)
		if (n.Kind == None) != (n.Canonical == "") {
			t.Fatalf("Normalise(%q) = %+v", raw, n)
		}
		if strings.Trim(strings.TrimPrefix(n.Canonical, "+"), "0123456789") != "" {
			t.Fatalf("Normalise(%q).Canonical = %q", raw, n.Canonical)
		}
		// A sure canonical number is its own canonical number, whatever the office.
		if n.Kind != None && !n.Uncertain && n.Kind != Foreign {
			if again := Normalise(n.Canonical, ""); again.Canonical != n.Canonical {
				t.Fatalf("%q → %q → %q", raw, n.Canonical, again.Canonical)
			}
		}
		if d := Pretty(n.Canonical); n.Kind != None && d == "" {
			t.Fatalf("Pretty(%q) is empty", n.Canonical)
		}
		Tail(n.Canonical)
		Switchboard(n.Canonical)
		n.Keys(office)
	})
}
