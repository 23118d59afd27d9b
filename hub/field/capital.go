package field

import "strings"

// Capital writes an amount in the characters of Chinese paper money, which can't be
// altered by a stroke: 壹仟零肆元伍角整. Amounts are rounded to the fen; those beyond
// ¥9,999,999,999.99 and other currencies than renminbi have no such form and give "".
func Capital(m Money) string {
	fen := m.Minor()
	if m.Currency != "CNY" || fen > 999_999_999_999 || fen < -999_999_999_999 {
		return ""
	}
	var b strings.Builder
	if fen < 0 {
		b.WriteString("负")
		fen = -fen
	}
	if fen == 0 {
		return "零元整"
	}
	yuan, jiao, cent := fen/100, fen/10%10, fen%10
	if yuan > 0 {
		b.WriteString(capitalYuan(yuan) + "元")
	}
	switch {
	case jiao == 0 && cent == 0:
		b.WriteString("整")
		return b.String()
	case jiao > 0:
		// 壹万零壹拾元零伍分 tells the missing 角; a 元 that ends in 0 is told by its own 零.
		b.WriteString(capitals[jiao] + "角")
	case yuan > 0:
		b.WriteString("零")
	}
	if cent > 0 {
		b.WriteString(capitals[cent] + "分")
	} else {
		b.WriteString("整")
	}
	return b.String()
}

var capitals = [10]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}

// capitalYuan writes groups of four digits with 万 and 亿, one 零 for any gap.
func capitalYuan(n int64) string {
	var groups []int64
	for ; n > 0; n /= 10_000 {
		groups = append(groups, n%10_000)
	}
	marks := [3]string{"", "万", "亿"}
	var b strings.Builder
	gap := false
	for i := len(groups) - 1; i >= 0; i-- {
		g := groups[i]
		if g == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap || b.Len() > 0 && g < 1000 {
			b.WriteString("零")
		}
		gap = false
		b.WriteString(capitalGroup(g) + marks[i])
	}
	return b.String()
}

func capitalGroup(g int64) string {
	var b strings.Builder
	gap := false
	for i, unit := range []int64{1000, 100, 10, 1} {
		d := g / unit % 10
		if d == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString("零")
			gap = false
		}
		b.WriteString(capitals[d] + [4]string{"仟", "佰", "拾", ""}[i])
	}
	return b.String()
}
