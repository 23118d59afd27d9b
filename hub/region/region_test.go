package region

import "testing"

func TestFind(t *testing.T) {
	for _, typed := range []string{"浙杭西", "浙江杭州西湖", "浙江省杭州市西湖区", "330106", "zjhzxh", "杭西湖"} {
		found := Find(typed, 5)
		if len(found) == 0 || found[0].Code != "330106" {
			t.Errorf("%s finds %v", typed, found)
		}
	}
	if found := Find("广东", 5); len(found) == 0 || found[0].Code != "44" {
		t.Errorf("广东 finds %v", found)
	}
	if found := Find("朝阳", 20); len(found) < 2 {
		t.Errorf("朝阳 is in Beijing and in Liaoning, not %v", found)
	}
	if found := Find("", 5); found != nil {
		t.Errorf("nothing finds %v", found)
	}
}

func TestResolve(t *testing.T) {
	for text, want := range map[string]string{
		"浙江省杭州市西湖区文三路 1 号": "330106", "浙江 杭州": "3301", "广东省东莞市": "4419", "北京市朝阳区": "110105", "海南省琼海市": "469002",
		"台湾省台北市大安区": "710101", "香港特别行政区": "81", "重庆市城口县": "500229", "火星": "", "": "",
	} {
		if got := Resolve(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for code, want := range map[string]string{"330106": "浙江省杭州市西湖区", "3301": "浙江省杭州市", "11": "北京市", "110105": "北京市朝阳区", "999999": ""} {
		if got := FullName(code); got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
	for _, r := range All() {
		if _, ok := Names(r.Code); !ok || r.Name == "" {
			t.Errorf("%+v", r)
		}
		if n := len(r.Code); n > 2 {
			if _, ok := Of(r.Code[:n-2]); !ok {
				t.Errorf("%s lies in nothing", r.Code)
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("浙杭西")
	f.Add("zj")
	f.Fuzz(func(t *testing.T, typed string) {
		if n := len(Find(typed, 10)); n > 10 {
			t.Errorf("%d found", n)
		}
		if code := Resolve(typed); code != "" {
			if _, ok := Of(code); !ok {
				t.Errorf("%q is %q, which is nowhere", typed, code)
			}
		}
	})
}
