package region

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Address is what a pasted line says.
type Address struct {
	Name  string
	Phone string
	Code  string // of the region, or ""
	Text  string // the address behind the region; the whole of it where there is none
}

// The number as couriers' customers write it: a mobile, with or without +86, or a landline.
var (
	phones   = regexp.MustCompile(`(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8}(?:-\d{1,6})?`)
	labelled = regexp.MustCompile(`(?:收货人|收件人|联系人|姓名|客户|手机号码|手机号|手机|联系电话|电话|所在地区|地区|详细地址|收货地址|地址|收貨人|收件人|聯絡人|手機|電話|地區|詳細地址|地址)\s*[:：]`)
	breaks   = regexp.MustCompile(`[,，;；、|\t\n\r]+|\s{2,}| `)
)

const (
	maxSplit = 500 // characters looked at
	maxName  = 20  // characters of a name
)

// Split cuts a pasted "name phone address" into its parts, in whatever order they stand.
// What it can't tell apart stays in Text; nothing is lost.
func Split(line string) Address {
	runes := []rune(strings.ToValidUTF8(line, ""))
	line = string(runes[:min(len(runes), maxSplit)])
	line = labelled.ReplaceAllString(width.Narrow.String(line), " ")
	var out Address
	if at := phones.FindStringIndex(line); at != nil {
		out.Phone = strings.NewReplacer(" ", "").Replace(line[at[0]:at[1]])
		line = line[:at[0]] + "\n" + line[at[1]:]
	}
	var parts []string
	for _, part := range breaks.Split(line, -1) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	address := beginning(parts)
	for i, part := range parts {
		if out.Name == "" && i != address && utf8.RuneCountInString(part) <= maxName && nameLike(part, address >= 0) {
			out.Name = part
			parts = append(parts[:i:i], parts[i+1:]...)
			break
		}
	}
	rest := strings.Join(parts, "")
	out.Code = Resolve(rest)
	out.Text = strings.TrimSpace(behind(rest, out.Code))
	return out
}

// beginning finds the part an address begins with: one that names a region.
func beginning(parts []string) int {
	best, at := 0, -1
	for i, part := range parts {
		if n := len(Resolve(part)); n > best {
			best, at = n, i
		}
	}
	return at
}

// nameLike tells a person's or a firm's name from a piece of an address, which mostly
// holds a figure.
func nameLike(part string, beside bool) bool {
	return !strings.ContainsAny(part, "0123456789#") && (beside || utf8.RuneCountInString(part) <= 4)
}

// behind takes the names of the region off the front of an address.
func behind(text, code string) string {
	names, _ := Names(code)
	for _, name := range names {
		for _, form := range []string{name, short(name)} {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(text), form); ok && form != "" {
				text = rest
				break
			}
		}
	}
	return text
}
