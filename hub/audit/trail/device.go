package trail

import "strings"

const maxDevice = 80 // characters of a program that names itself

// browsers in the order they must be looked for: most claim to be their elders too.
var browsers = []struct{ mark, name string }{
	{"MicroMessenger/", "WeChat"}, {"DingTalk/", "DingTalk"}, {"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"OPR/", "Opera"},
	{"QQBrowser/", "QQ Browser"}, {"SamsungBrowser/", "Samsung Internet"}, {"HuaweiBrowser/", "Huawei Browser"},
	{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Version/", "Safari"},
}

var systems = []struct{ mark, name string }{
	{"Windows NT 10", "Windows"}, {"Windows NT 6.1", "Windows 7"}, {"Windows", "Windows"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
	{"HarmonyOS", "HarmonyOS"}, {"Android", "Android"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
}

// Device names browser and system of a User-Agent header: "Chrome 142 · Windows". Of
// one that is no browser it gives the beginning.
func Device(agent string) string {
	var parts []string
	if strings.HasPrefix(agent, "Mozilla/") {
		for _, b := range browsers {
			if _, rest, ok := strings.Cut(agent, b.mark); ok {
				version := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
				parts = append(parts, strings.TrimSpace(b.name+" "+version))
				break
			}
		}
		for _, s := range systems {
			if strings.Contains(agent, s.mark) {
				parts = append(parts, s.name)
				break
			}
		}
	}
	if len(parts) > 0 {
		return strings.Join(parts, " · ")
	}
	name := []rune(strings.ToValidUTF8(agent, ""))
	return string(name[:min(len(name), maxDevice)])
}
