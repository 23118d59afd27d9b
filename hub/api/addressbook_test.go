package api

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/emersion/go-vcard"
	"github.com/emersion/go-webdav/carddav"

	"bellhop/hub/crm"
)

// handset is a telephone that follows an address book.
type handset struct {
	o               *office
	login, password string
}

// Do lets the CardDAV client of another author speak with the hub.
func (p handset) Do(r *http.Request) (*http.Response, error) {
	r.SetBasicAuth(p.login, p.password)
	return p.o.server.App().Test(r, -1)
}

// ask sends a request as it stands.
func (p handset) ask(method, path, depth, body string) *answer {
	p.o.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if p.login != "" {
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(p.login+":"+p.password)))
	}
	r.Header.Set("Depth", depth)
	r.Header.Set("Content-Type", "text/xml")
	res, err := p.o.server.App().Test(r, -1)
	if err != nil {
		p.o.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.o.t.Fatal(err)
	}
	return &answer{t: p.o.t, status: res.StatusCode, header: res.Header, text: string(b)}
}

func (p *person) device(name string) (handset, string) {
	p.o.t.Helper()
	made := p.post("/api/address-book/devices", obj{"name": name}).is(201)
	return handset{p.o, p.user.Login, made.str("password")}, made.str("device.id")
}

const bookPath = "/dav/me/books/office/"

// tags are the cards of a book with their ETags.
func (p handset) tags() map[string]string {
	p.o.t.Helper()
	a := p.ask("PROPFIND", bookPath, "1", `<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>`).is(207)
	tags := map[string]string{}
	for _, m := range regexp.MustCompile(`<d:href>([^<]+\.vcf)</d:href>.*?<d:getetag>(?:"|&#34;)(\w+)`).FindAllStringSubmatch(a.text, -1) {
		tags[m[1]] = m[2]
	}
	return tags
}

func (p handset) ctag() string {
	p.o.t.Helper()
	a := p.ask("PROPFIND", bookPath, "0", `<propfind xmlns="DAV:"><prop><s:getctag xmlns:s="http://calendarserver.org/ns/"/></prop></propfind>`).is(207)
	m := regexp.MustCompile(`getctag>(\w+)<`).FindStringSubmatch(a.text)
	if m == nil {
		p.o.t.Fatalf("no ctag: %s", a.text)
	}
	return m[1]
}

func TestCardDAV(t *testing.T) {
	o := newOffice(t)
	boss, li, wang := o.user("boss", crm.Admin), o.user("li", crm.Sales), o.user("wang", crm.Sales)
	customer := li.must("customer", obj{"name": "北京金鼎机电", "phones": phones("010-85321234"), "address": "朝阳路1号"})
	zeng := li.must("contact", obj{"name": "曾雨桐", "customer": customer.str("id"), "title": "采购经理", "email": "zeng@jinding.cn",
		"phones": []obj{{"label": "mobile", "number": "13800138000"}, {"label": "office", "number": "010-85321235"}}})
	li.must("contact", obj{"name": "没有号码"})
	wang.must("contact", obj{"name": "别人的人", "phones": phones("13900139000")})
	mine, deviceID := li.device("李的手机")

	t.Run("IMP-10 a telephone subscribed to the book has the contacts and customers its user may see", func(t *testing.T) {
		ctx := t.Context()
		client, err := carddav.NewClient(mine, "http://bellhop.test/dav/")
		if err != nil {
			t.Fatal(err)
		}
		if err := client.HasSupport(ctx); err != nil {
			t.Fatal(err)
		}
		principal, err := client.FindCurrentUserPrincipal(ctx)
		if err != nil {
			t.Fatal(err)
		}
		home, err := client.FindAddressBookHomeSet(ctx, principal)
		if err != nil {
			t.Fatal(err)
		}
		books, err := client.FindAddressBooks(ctx, home)
		if err != nil || len(books) != 1 || books[0].Name != "铃客测试" || !books[0].SupportsAddressData("text/vcard", "4.0") {
			t.Fatalf("%v %+v", err, books)
		}
		all, err := client.QueryAddressBook(ctx, books[0].Path, &carddav.AddressBookQuery{DataRequest: carddav.AddressDataRequest{AllProp: true}})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, card := range all {
			names = append(names, card.Card.Value(vcard.FieldFormattedName))
		}
		slices.Sort(names)
		if !slices.Equal(names, []string{"北京金鼎机电", "曾雨桐"}) {
			t.Fatalf("%q", names)
		}
		named, err := client.QueryAddressBook(ctx, books[0].Path, &carddav.AddressBookQuery{DataRequest: carddav.AddressDataRequest{AllProp: true},
			PropFilters: []carddav.PropFilter{{Name: "FN", TextMatches: []carddav.TextMatch{{Text: "雨桐", MatchType: carddav.MatchContains}}}}})
		if err != nil || len(named) != 1 {
			t.Fatalf("%v, %d found by name", err, len(named))
		}
		card := named[0].Card
		if n := card.Name(); n.FamilyName != "曾" || n.GivenName != "雨桐" || card.Value("ORG") != "北京金鼎机电" || len(card["TEL"]) != 2 || card["TEL"][0].Value != "+8613800138000" {
			t.Errorf("%+v", card)
		}
		got, err := client.MultiGetAddressBook(ctx, books[0].Path, &carddav.AddressBookMultiGet{Paths: []string{named[0].Path}, DataRequest: carddav.AddressDataRequest{AllProp: true}})
		if err != nil || len(got) != 1 || got[0].ETag != named[0].ETag {
			t.Errorf("%v %+v", err, got)
		}
		one, err := client.GetAddressObject(ctx, named[0].Path)
		if err != nil || one.ETag != named[0].ETag || one.Card.Value("TITLE") != "采购经理" {
			t.Errorf("%v %+v", err, one)
		}
	})
	t.Run("IMP-10 as an iPhone asks", func(t *testing.T) {
		for _, path := range []string{"/.well-known/carddav", "/"} {
			if a := mine.ask("PROPFIND", path, "0", ""); a.status != 301 || a.header.Get("Location") != "/dav/" {
				t.Errorf("%s: %d to %s", path, a.status, a.header.Get("Location"))
			}
		}
		a := mine.ask("PROPFIND", "/dav/", "0", `<?xml version="1.0" encoding="UTF-8"?><A:propfind xmlns:A="DAV:"><A:prop><A:current-user-principal/><A:principal-URL/><A:resourcetype/></A:prop></A:propfind>`).is(207)
		if !strings.Contains(a.text, "<d:current-user-principal><d:href>/dav/me/</d:href>") {
			t.Error(a.text)
		}
		a = mine.ask("PROPFIND", "/dav/me/", "0", `<A:propfind xmlns:A="DAV:"><A:prop><B:addressbook-home-set xmlns:B="urn:ietf:params:xml:ns:carddav"/><B:directory-gateway xmlns:B="urn:ietf:params:xml:ns:carddav"/><C:email-address-set xmlns:C="http://calendarserver.org/ns/"/><A:displayname/></A:prop></A:propfind>`).is(207)
		if !strings.Contains(a.text, "<c:addressbook-home-set><d:href>/dav/me/books/</d:href>") || !strings.Contains(a.text, "<c:directory-gateway/></d:prop>") && !strings.Contains(a.text, "<c:directory-gateway/><s:email-address-set/></d:prop><d:status>HTTP/1.1 404") {
			t.Error(a.text)
		}
		a = mine.ask("PROPFIND", "/dav/me/books/", "1", `<A:propfind xmlns:A="DAV:"><A:prop><A:resourcetype/><A:displayname/><D:getctag xmlns:D="http://calendarserver.org/ns/"/><A:current-user-privilege-set/><A:supported-report-set/></A:prop></A:propfind>`).is(207)
		for _, part := range []string{"<c:addressbook/>", "<d:href>" + bookPath + "</d:href>", "<s:getctag>", "<d:privilege><d:read/></d:privilege>", "<c:addressbook-multiget/>"} {
			if !strings.Contains(a.text, part) {
				t.Errorf("no %s in %s", part, a.text)
			}
		}
	})
	t.Run("IMP-10 as DAVx5 asks: tags first, then the cards named, in vCard 4.0", func(t *testing.T) {
		tags := mine.tags()
		if len(tags) != 2 {
			t.Fatalf("%v", tags)
		}
		href := bookPath + "contact-" + zeng.str("id") + ".vcf"
		a := mine.ask("REPORT", bookPath, "0", `<CARD:addressbook-multiget xmlns="DAV:" xmlns:CARD="urn:ietf:params:xml:ns:carddav"><prop><getetag/><getcontenttype/><CARD:address-data content-type="text/vcard" version="4.0"/></prop><href>`+
			href+`</href><href>`+bookPath+`contact-1.vcf</href></CARD:addressbook-multiget>`).is(207)
		if !strings.Contains(a.text, "VERSION:4.0") || !strings.Contains(a.text, tags[href]) || !strings.Contains(a.text, bookPath+"contact-1.vcf</d:href><d:status>HTTP/1.1 404") {
			t.Error(a.text)
		}
	})
	t.Run("IMP-10 a change is seen by tag", func(t *testing.T) {
		before, tags := mine.ctag(), mine.tags()
		if mine.ctag() != before {
			t.Error("it changes by itself")
		}
		li.change(zeng, obj{"phones": phones("13700137000")}).ok()
		now := mine.tags()
		different := 0
		for href, tag := range now {
			if tags[href] != tag {
				different++
			}
		}
		if mine.ctag() == before || different != 1 {
			t.Errorf("%d cards differ", different)
		}
		li.must("contact", obj{"name": "新来的", "phones": phones("13600136000")})
		if len(mine.tags()) != 3 {
			t.Error("a new contact is not there")
		}
	})
	t.Run("IMP-10 scope, hidden and masked fields hold", func(t *testing.T) {
		theirs, _ := wang.device("王的手机")
		if tags := theirs.tags(); len(tags) != 1 {
			t.Errorf("%v", tags)
		}
		theirs.ask("GET", bookPath+"contact-"+zeng.str("id")+".vcf", "", "").is(404)
		wu := boss.hire("wu", obj{"roles": []string{boss.role("遮号", obj{"*": obj{"actions": []string{"read"}, "reach": "all"}}, obj{"contact": obj{"phones": "masked", "email": "hidden"}})}})
		covered, _ := wu.device("吴的手机")
		if a := covered.ask("GET", bookPath+"contact-"+zeng.str("id")+".vcf", "", "").ok(); strings.Contains(a.text, "TEL") || strings.Contains(a.text, "EMAIL") {
			t.Error(a.text)
		}
	})
	t.Run("IMP-10 the book is only read", func(t *testing.T) {
		for _, method := range []string{"PUT", "DELETE", "PROPPATCH", "MKCOL"} {
			mine.ask(method, bookPath+"contact-"+zeng.str("id")+".vcf", "", "BEGIN:VCARD\r\nEND:VCARD\r\n").is(403)
		}
		li.get("/api/o/contact/" + zeng.str("id")).ok()
	})
	t.Run("IMP-10 a telephone has a password of its own, which ends alone", func(t *testing.T) {
		if a := (handset{o, "", ""}).ask("PROPFIND", "/dav/", "0", ""); a.status != 401 || !strings.Contains(a.header.Get("WWW-Authenticate"), "Basic") {
			t.Errorf("%d %v", a.status, a.header)
		}
		handset{o, "li", password}.ask("PROPFIND", "/dav/", "0", "").is(401)
		handset{o, "wang", mine.password}.ask("PROPFIND", "/dav/", "0", "").is(401)
		li.get("/api/o/customer/" + customer.str("id") + "/vcard").ok()
		o.anonymous().send("POST", "/api/login", obj{"login": "li", "password": mine.password}).is(401)
		list := li.get("/api/address-book").ok().want("devices.0.name", "李的手机").want("path", "/dav/").want("login", "li").want("allowed", true)
		if list.at("devices.0.lastUsed") == nil || strings.Contains(list.text, mine.password) {
			t.Error(list.text)
		}
		wang.delete("/api/address-book/devices/" + deviceID).is(404)
		li.delete("/api/address-book/devices/" + deviceID).ok()
		mine.ask("PROPFIND", "/dav/", "0", "").is(401)
	})
	t.Run("IMP-10 SEC-16 SEC-17 nothing follows where copying out is off or needs approval", func(t *testing.T) {
		again, _ := li.device("又一个")
		again.ask("PROPFIND", "/dav/", "0", "").is(207)
		boss.put("/api/security/policy", obj{"export": "approval"}).ok()
		again.ask("PROPFIND", "/dav/", "0", "").is(403)
		li.get("/api/address-book").ok().want("allowed", false)
		li.post("/api/address-book/devices", obj{"name": "x"}).is(403)
		boss.put("/api/security/policy", obj{"export": "off", "copying": []obj{{"subject": "user", "id": li.user.ID.String(), "allowed": false}}}).ok()
		again.ask("PROPFIND", bookPath, "1", "").is(403)
		li.get("/api/o/customer/" + customer.str("id") + "/vcard").is(403)
	})
}

func TestVCards(t *testing.T) {
	o := newOffice(t)
	boss, li := o.user("boss", crm.Admin), o.user("li", crm.Sales)
	for _, name := range []string{"曾雨桐", "欧阳娜娜"} {
		boss.must("contact", obj{"name": name, "phones": phones("1380013800" + string(rune('0'+len(name)%7)))})
	}
	mine := li.must("contact", obj{"name": "李的人", "phones": phones("13911112222")}).str("id")
	t.Run("IMP-10 one card as a file, 3.0 and 4.0", func(t *testing.T) {
		a := li.get("/api/o/contact/" + mine + "/vcard").ok()
		if !strings.HasPrefix(a.text, "BEGIN:VCARD\r\nVERSION:3.0") || !strings.Contains(a.header.Get("Content-Disposition"), ".vcf") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/vcard") {
			t.Errorf("%v %s", a.header, a.text)
		}
		if v4 := li.get("/api/o/contact/" + mine + "/vcard?version=4").ok(); !strings.Contains(v4.text, "VERSION:4.0") {
			t.Error(v4.text)
		}
		li.get("/api/o/contact/" + mine + "/vcard?version=5").is(422)
		li.get("/api/o/order/" + mine + "/vcard").is(404)
	})
	t.Run("IMP-10 the cards of a list are an export, written down and within the right", func(t *testing.T) {
		a := boss.post("/api/o/contact/vcards", obj{"search": "欧阳"}).ok()
		if strings.Count(a.text, "BEGIN:VCARD") != 1 || !strings.Contains(a.text, "N:欧阳;娜娜;;;") {
			t.Error(a.text)
		}
		if all := boss.post("/api/o/contact/vcards", obj{}).ok(); strings.Count(all.text, "BEGIN:VCARD") != 3 {
			t.Error(all.text)
		}
		li.post("/api/o/contact/vcards", obj{}).is(403)
		boss.get("/api/logs/access").ok().want("rows.0.what", "Contact exported")
	})
}
