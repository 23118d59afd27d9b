package backup

import (
	"net/url"
	"strconv"
	"strings"
)

// Sheet is what an office keeps on paper, away from the box: with it, and the login of the
// target, a new box becomes the old one.
type Sheet struct {
	Key    string `json:"key"`
	Target string `json:"target"` // in words
	Code   string `json:"code"`   // for the QR: target without its secret, and key
}

// Code writes a target and key as one line a camera reads:
//
//	bellhop:restore?kind=sftp&host=…&user=…&folder=…&key=ABCD-…
func Code(t *Target, key string) string {
	v := url.Values{"kind": {string(t.Kind)}, "key": {key}}
	for name, value := range map[string]string{"host": t.Host, "share": t.Share, "url": t.URL, "bucket": t.Bucket,
		"region": t.Region, "folder": t.Folder, "user": t.User, "domain": t.Domain} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if t.Port != 0 {
		v.Set("port", strconv.Itoa(t.Port))
	}
	return "bellhop:restore?" + v.Encode()
}

// ParseCode reads what Code wrote.
func ParseCode(code string) (t *Target, key string, ok bool) {
	query, ok := strings.CutPrefix(strings.TrimSpace(code), "bellhop:restore?")
	v, err := url.ParseQuery(query)
	if !ok || err != nil || len(query) > 4000 {
		return nil, "", false
	}
	port, _ := strconv.Atoi(v.Get("port"))
	t = &Target{Kind: Kind(v.Get("kind")), Host: v.Get("host"), Port: port, Share: v.Get("share"), URL: v.Get("url"), Bucket: v.Get("bucket"),
		Region: v.Get("region"), Folder: v.Get("folder"), User: v.Get("user"), Domain: v.Get("domain")}
	key = TidyKey(v.Get("key"))
	return t, key, t.Kind != "" && key != ""
}
