package region

import (
	"testing"
	"unicode/utf8"
)

func TestSplit(t *testing.T) {
	for line, want := range map[string]Address{
		"王志强 13812345678 浙江省杭州市西湖区文三路 90 号":                      {"王志强", "13812345678", "330106", "文三路90号"},
		"浙江省杭州市西湖区文三路90号，王志强，138 1234 5678":                      {"王志强", "13812345678", "330106", "文三路90号"},
		"收货人：李娜\n手机号码：+86 13900001111\n所在地区：广东省东莞市\n详细地址：南城街道1号": {"李娜", "+8613900001111", "4419", "南城街道1号"},
		"青岛金鼎机电有限公司　0532-83001234　山东省青岛市市北区辽阳西路8号":               {"青岛金鼎机电有限公司", "0532-83001234", "370203", "辽阳西路8号"},
		"北京朝阳区建国路1号 张三 13700001111":                              {"张三", "13700001111", "110105", "建国路1号"},
		"只有地址没有电话的一行":                                            {"", "", "", "只有地址没有电话的一行"},
		"":                                                       {},
	} {
		if got := Split(line); got != want {
			t.Errorf("%q is %+v, want %+v", line, got, want)
		}
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("王志强 13812345678 浙江省杭州市西湖区文三路 90 号")
	f.Add("\xff收货人：\n,,,")
	f.Fuzz(func(t *testing.T, line string) {
		a := Split(line)
		for _, s := range []string{a.Name, a.Phone, a.Text} {
			if !utf8.ValidString(s) {
				t.Errorf("%q gave %q", line, s)
			}
		}
	})
}
