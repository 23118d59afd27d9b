package addressbook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/emersion/go-vcard"
	"github.com/emersion/go-webdav/carddav"

	"bellhop/hub/crm"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// CardDAV (RFC 6352) for a book that is only read. The addresses, each within the next:
//
//	Root       the context path, which /.well-known/carddav leads to
//	principal  the user
//	home       his books
//	book       the one there is
//	            contact-123.vcf
const (
	Root      = "/dav/"
	principal = Root + "me/"
	home      = principal + "books/"
	book      = home + "office/"
)

// maxCards bounds a book; more than a telephone can hold is of no use to it.
const maxCards = 10_000

const (
	dav        = "DAV:"
	carddavNS  = "urn:ietf:params:xml:ns:carddav"
	calServer  = "http://calendarserver.org/ns/"
	xmlContent = "application/xml; charset=utf-8"
)

// Book is the address book of one user.
type Book struct {
	Records *records.Records
	Who     *rights.Rights
	Name    string
	// Sent is told of every card that leaves, which is none where only tags are asked for.
	Sent func(entity string, n int) error
}

// Request is what a telephone asks.
type Request struct {
	Method, Path, Depth, Accept string
	Body                        []byte
}

// Answer is what it gets.
type Answer struct {
	Status int
	Header map[string]string
	Body   []byte
}

var (
	notFound  = Answer{Status: 404}
	readOnly  = Answer{Status: 403, Header: map[string]string{"Content-Type": xmlContent}, Body: []byte(xml.Header + `<d:error xmlns:d="DAV:"><d:need-privileges/></d:error>`)}
	badXML    = Answer{Status: 400}
	fileName  = regexp.MustCompile(`^([a-z]+)-([0-9]+)\.vcf$`)
	davHeader = "1, 3, addressbook"
)

// Serve answers one request.
func (b *Book) Serve(ctx context.Context, r Request) (Answer, error) {
	if path, err := url.PathUnescape(r.Path); err == nil {
		r.Path = path
	}
	switch r.Method {
	case "OPTIONS":
		return Answer{Status: 200, Header: map[string]string{"DAV": davHeader, "Allow": "OPTIONS, GET, HEAD, PROPFIND, REPORT"}}, nil
	case "PROPFIND":
		return b.propfind(ctx, r)
	case "REPORT":
		return b.report(ctx, r)
	case "GET", "HEAD":
		return b.get(ctx, r)
	}
	return readOnly, nil
}

// item is a card of the book.
type item struct {
	href, tag string
	entity    string
	row       *records.Row
	data      []byte
}

func (b *Book) maker() Maker {
	return Maker{Schema: b.Records.Schema(), Who: b.Who, List: true}
}

func (b *Book) item(m Maker, row *records.Row, version string) item {
	i := item{href: book + row.Entity + "-" + row.ID.String() + ".vcf", entity: row.Entity, row: row}
	// One tag for both versions: a telephone keeps to one.
	v3 := Encode(m.Card(row, V3))
	i.tag, i.data = Tag(v3), v3
	if version == V4 {
		i.data = Encode(m.Card(row, V4))
	}
	return i
}

// reachable tells whether a card can do anything: have somebody called or written to.
func reachable(card []byte) bool {
	return bytes.Contains(card, []byte("\r\nTEL")) || bytes.Contains(card, []byte("\r\nEMAIL"))
}

// items are all cards of the book.
func (b *Book) items(ctx context.Context, version string) (list []item, err error) {
	m := b.maker()
	for _, e := range m.Schema.Entities() {
		if !inBook(e) || !b.Who.May(e.Name, rights.Read) {
			continue
		}
		q := crm.Query{Entity: e.Name, Sort: crm.Sort{Field: "createdAt"}, Limit: records.MaxLimit}
		for {
			page, err := b.Records.Query(ctx, b.Who, q)
			if err != nil {
				return nil, err
			}
			for _, row := range page.Rows {
				if i := b.item(m, row, version); reachable(i.data) {
					list = append(list, i)
				}
			}
			if page.Next == "" || len(list) >= maxCards {
				break
			}
			q.After = page.Next
		}
	}
	return list[:min(len(list), maxCards)], nil
}

// inBook are the contacts and customers.
func inBook(e *crm.Entity) bool { return e.Name == "contact" || e.Name == "customer" }

// find gives the card of an address; ErrNotFound where the user sees none.
func (b *Book) find(ctx context.Context, path, version string) (item, error) {
	name, ok := strings.CutPrefix(path, book)
	parts := fileName.FindStringSubmatch(name)
	if !ok || parts == nil {
		return item{}, crm.ErrNotFound
	}
	id, err := crm.ParseID(parts[2])
	e, known := b.Records.Schema().Entity(parts[1])
	if err != nil || !known || !inBook(e) || !b.Who.May(e.Name, rights.Read) {
		return item{}, crm.ErrNotFound
	}
	page, err := b.Records.Query(ctx, b.Who, crm.Query{Entity: parts[1], IDs: []crm.ID{id}, Sort: crm.Sort{Field: "createdAt"}, Limit: 1})
	if err != nil {
		return item{}, err
	}
	if len(page.Rows) == 0 {
		return item{}, crm.ErrNotFound
	}
	return b.item(b.maker(), page.Rows[0], version), nil
}

// mark changes whenever a card does, comes or goes.
func mark(list []item) string {
	sum := sha256.New()
	for _, i := range list {
		sum.Write([]byte(i.href + " " + i.tag + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

func (b *Book) sent(list ...item) error {
	counts := map[string]int{}
	for _, i := range list {
		counts[i.entity]++
	}
	for entity, n := range counts {
		if err := b.Sent(entity, n); err != nil {
			return err
		}
	}
	return nil
}

func (b *Book) get(ctx context.Context, r Request) (Answer, error) {
	version := V3
	if strings.Contains(r.Accept, "version=4.0") {
		version = V4
	}
	i, err := b.find(ctx, r.Path, version)
	if crm.IsCode(err, crm.NotFound) {
		return notFound, nil
	}
	if err != nil {
		return Answer{}, err
	}
	return Answer{Status: 200, Header: map[string]string{"Content-Type": MIME, "ETag": `"` + i.tag + `"`}, Body: i.data}, b.sent(i)
}

// prop is a property asked for; want is what of it is asked (the version of a card).
type prop struct {
	XMLName xml.Name
	Version string `xml:"version,attr"`
}

type props struct {
	List []prop `xml:",any"`
}

type propfindBody struct {
	XMLName xml.Name  `xml:"DAV: propfind"`
	All     *struct{} `xml:"DAV: allprop"`
	Names   *struct{} `xml:"DAV: propname"`
	Prop    *props    `xml:"DAV: prop"`
}

// resource is something with properties; each is ready as XML.
type resource struct {
	href  string
	props map[xml.Name]string
}

func (b *Book) propfind(ctx context.Context, r Request) (Answer, error) {
	var in propfindBody
	if len(bytes.TrimSpace(r.Body)) > 0 {
		if err := xml.Unmarshal(r.Body, &in); err != nil {
			return badXML, nil
		}
	}
	path := r.Path
	if !strings.HasSuffix(path, "/") && !strings.HasSuffix(path, ".vcf") {
		path += "/"
	}
	var list []resource
	deep := r.Depth != "0"
	switch path {
	case Root:
		list = append(list, b.collection(Root, ""))
		if deep {
			list = append(list, b.collection(principal, "principal"))
		}
	case principal:
		list = append(list, b.collection(principal, "principal"))
		if deep {
			list = append(list, b.collection(home, ""))
		}
	case home, book:
		var err error
		if list, err = b.books(ctx, path == book, deep); err != nil {
			return Answer{}, err
		}
	default:
		i, err := b.find(ctx, path, V3)
		if crm.IsCode(err, crm.NotFound) {
			return notFound, nil
		}
		if err != nil {
			return Answer{}, err
		}
		list = append(list, i.resource())
	}
	wanted := in.Prop
	if wanted == nil {
		wanted = allProps(list)
	}
	return multistatus(list, wanted, in.Names != nil), nil
}

// books are the user's books, or the one with its cards.
func (b *Book) books(ctx context.Context, within, deep bool) (list []resource, err error) {
	if !within {
		list = append(list, b.collection(home, ""))
		if !deep {
			return list, nil
		}
	}
	items, err := b.items(ctx, V3)
	if err != nil {
		return nil, err
	}
	list = append(list, b.bookResource(items))
	if within && deep {
		for _, i := range items {
			list = append(list, i.resource())
		}
	}
	return list, nil
}

// allProps are the properties a resource gives when none is named.
func allProps(list []resource) *props {
	seen := map[xml.Name]bool{}
	out := &props{}
	for _, r := range list {
		for name := range r.props {
			if !seen[name] && name.Local != "address-data" {
				seen[name] = true
				out.List = append(out.List, prop{XMLName: name})
			}
		}
	}
	slices.SortFunc(out.List, func(a, b prop) int {
		return strings.Compare(a.XMLName.Space+a.XMLName.Local, b.XMLName.Space+b.XMLName.Local)
	})
	return out
}

func href(path string) string { return "<d:href>" + escaped(path) + "</d:href>" }

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// collection is one of the levels above the book.
func (b *Book) collection(path, kind string) resource {
	kinds := "<d:collection/>"
	if kind == "principal" {
		kinds += "<d:principal/>"
	}
	return resource{path, map[xml.Name]string{
		{Space: dav, Local: "resourcetype"}:               kinds,
		{Space: dav, Local: "displayname"}:                escaped(b.Name),
		{Space: dav, Local: "current-user-principal"}:     href(principal),
		{Space: dav, Local: "principal-URL"}:              href(principal),
		{Space: dav, Local: "owner"}:                      href(principal),
		{Space: dav, Local: "current-user-privilege-set"}: "<d:privilege><d:read/></d:privilege>",
		{Space: carddavNS, Local: "addressbook-home-set"}: href(home),
		{Space: dav, Local: "supported-report-set"}:       "",
		{Space: dav, Local: "principal-collection-set"}:   href(Root),
	}}
}

func (b *Book) bookResource(items []item) resource {
	r := b.collection(book, "")
	tag := mark(items)
	reports := ""
	for _, report := range []string{"addressbook-multiget", "addressbook-query"} {
		reports += "<d:supported-report><d:report><c:" + report + "/></d:report></d:supported-report>"
	}
	for name, value := range map[xml.Name]string{
		{Space: dav, Local: "resourcetype"}:                  "<d:collection/><c:addressbook/>",
		{Space: dav, Local: "supported-report-set"}:          reports,
		{Space: dav, Local: "getetag"}:                       `"` + tag + `"`,
		{Space: calServer, Local: "getctag"}:                 tag,
		{Space: carddavNS, Local: "addressbook-description"}: escaped(b.Name),
		{Space: carddavNS, Local: "supported-address-data"}:  `<c:address-data-type content-type="text/vcard" version="3.0"/><c:address-data-type content-type="text/vcard" version="4.0"/>`,
		{Space: carddavNS, Local: "max-resource-size"}:       "102400",
	} {
		r.props[name] = value
	}
	return r
}

func (i item) resource() resource {
	return resource{i.href, map[xml.Name]string{
		{Space: dav, Local: "resourcetype"}:               "",
		{Space: dav, Local: "getetag"}:                    `"` + i.tag + `"`,
		{Space: dav, Local: "getcontenttype"}:             MIME,
		{Space: dav, Local: "current-user-privilege-set"}: "<d:privilege><d:read/></d:privilege>",
		{Space: carddavNS, Local: "address-data"}:         escaped(string(i.data)),
	}}
}

// prefixes of the namespaces every answer declares.
var prefixes = map[string]string{dav: "d:", carddavNS: "c:", calServer: "s:"}

// element writes a property by its name; one of a namespace unknown here declares it.
func element(b *bytes.Buffer, name xml.Name, value string) {
	prefix, known := prefixes[name.Space]
	tag := prefix + name.Local
	b.WriteString("<" + tag)
	if !known {
		b.WriteString(` xmlns="` + escaped(name.Space) + `"`)
	}
	if value == "" {
		b.WriteString("/>")
		return
	}
	b.WriteString(">" + value + "</" + tag + ">")
}

// multistatus writes the properties wanted of each resource: those it has, and those it
// has not (RFC 4918, section 9.1).
func multistatus(list []resource, wanted *props, namesOnly bool) Answer {
	var b bytes.Buffer
	b.WriteString(xml.Header + `<d:multistatus xmlns:d="DAV:" xmlns:c="` + carddavNS + `" xmlns:s="` + calServer + `">`)
	for _, r := range list {
		b.WriteString("<d:response>" + href(r.href))
		if r.props == nil {
			b.WriteString("<d:status>HTTP/1.1 404 Not Found</d:status></d:response>")
			continue
		}
		var has, lacks bytes.Buffer
		for _, p := range wanted.List {
			value, ok := r.props[p.XMLName]
			switch {
			case ok && namesOnly:
				element(&has, p.XMLName, "")
			case ok:
				element(&has, p.XMLName, value)
			default:
				element(&lacks, p.XMLName, "")
			}
		}
		stat := func(props []byte, status string) {
			if len(props) > 0 {
				b.WriteString("<d:propstat><d:prop>" + string(props) + "</d:prop><d:status>HTTP/1.1 " + status + "</d:status></d:propstat>")
			}
		}
		if has.Len() == 0 && lacks.Len() == 0 {
			b.WriteString("<d:propstat><d:prop/><d:status>HTTP/1.1 200 OK</d:status></d:propstat>")
		}
		stat(has.Bytes(), "200 OK")
		if !namesOnly {
			stat(lacks.Bytes(), "404 Not Found")
		}
		b.WriteString("</d:response>")
	}
	b.WriteString("</d:multistatus>")
	return Answer{Status: 207, Header: map[string]string{"Content-Type": xmlContent, "DAV": davHeader}, Body: b.Bytes()}
}

type reportBody struct {
	XMLName xml.Name
	Prop    *props   `xml:"DAV: prop"`
	Hrefs   []string `xml:"DAV: href"`
	Filter  *struct {
		Test  string `xml:"test,attr"`
		Props []struct {
			Name    string    `xml:"name,attr"`
			Test    string    `xml:"test,attr"`
			None    *struct{} `xml:"urn:ietf:params:xml:ns:carddav is-not-defined"`
			Matches []struct {
				Text   string `xml:",chardata"`
				Negate string `xml:"negate-condition,attr"`
				Type   string `xml:"match-type,attr"`
			} `xml:"urn:ietf:params:xml:ns:carddav text-match"`
		} `xml:"urn:ietf:params:xml:ns:carddav prop-filter"`
	} `xml:"urn:ietf:params:xml:ns:carddav filter"`
	Limit int `xml:"urn:ietf:params:xml:ns:carddav limit>nresults"`
}

func (in reportBody) version() string {
	if in.Prop != nil {
		for _, p := range in.Prop.List {
			if p.XMLName.Local == "address-data" && p.Version == V4 {
				return V4
			}
		}
	}
	return V3
}

// takesCards tells whether cards are asked for, or only their tags.
func (in reportBody) takesCards() bool {
	return in.Prop != nil && slices.ContainsFunc(in.Prop.List, func(p prop) bool { return p.XMLName.Local == "address-data" })
}

func (b *Book) report(ctx context.Context, r Request) (Answer, error) {
	var in reportBody
	if err := xml.Unmarshal(r.Body, &in); err != nil || in.XMLName.Space != carddavNS {
		return badXML, nil
	}
	var items []item
	var missing []resource
	var err error
	switch in.XMLName.Local {
	case "addressbook-multiget":
		items, missing, err = b.multiget(ctx, in)
	case "addressbook-query":
		items, err = b.query(ctx, in)
	default:
		return readOnly, nil
	}
	if err != nil {
		return Answer{}, err
	}
	if in.takesCards() {
		if err := b.sent(items...); err != nil {
			return Answer{}, err
		}
	}
	list := missing
	for _, i := range items {
		list = append(list, i.resource())
	}
	if in.Prop == nil {
		in.Prop = allProps(list)
	}
	return multistatus(list, in.Prop, false), nil
}

// multiget reads the cards named, those of a kind together.
func (b *Book) multiget(ctx context.Context, in reportBody) (items []item, missing []resource, err error) {
	wanted := map[string][]crm.ID{}
	for _, address := range in.Hrefs[:min(len(in.Hrefs), maxCards)] {
		u, err := url.Parse(strings.TrimSpace(address))
		if err != nil {
			continue
		}
		name, _ := strings.CutPrefix(u.Path, book)
		parts := fileName.FindStringSubmatch(name)
		if parts == nil {
			missing = append(missing, resource{href: u.Path})
			continue
		}
		if id, err := crm.ParseID(parts[2]); err == nil && !slices.Contains(wanted[parts[1]], id) {
			wanted[parts[1]] = append(wanted[parts[1]], id)
		}
	}
	m := b.maker()
	for _, entity := range []string{"customer", "contact"} {
		if !b.Who.May(entity, rights.Read) {
			continue
		}
		for ids := range slices.Chunk(wanted[entity], records.MaxLimit) {
			page, err := b.Records.Query(ctx, b.Who, crm.Query{Entity: entity, IDs: ids, Sort: crm.Sort{Field: "createdAt"}, Limit: records.MaxLimit})
			if err != nil {
				return nil, nil, err
			}
			for _, row := range page.Rows {
				items = append(items, b.item(m, row, in.version()))
				wanted[entity] = slices.DeleteFunc(slices.Clone(wanted[entity]), func(id crm.ID) bool { return id == row.ID })
			}
		}
	}
	for entity, ids := range wanted {
		for _, id := range ids {
			missing = append(missing, resource{href: book + entity + "-" + id.String() + ".vcf"})
		}
	}
	return items, missing, nil
}

// query gives the cards that fit a filter.
func (b *Book) query(ctx context.Context, in reportBody) ([]item, error) {
	q := carddav.AddressBookQuery{}
	if in.Filter != nil {
		q.FilterTest = carddav.FilterTest(in.Filter.Test)
		for _, p := range in.Filter.Props {
			filter := carddav.PropFilter{Name: p.Name, Test: carddav.FilterTest(p.Test), IsNotDefined: p.None != nil}
			for _, m := range p.Matches {
				filter.TextMatches = append(filter.TextMatches, carddav.TextMatch{Text: m.Text, NegateCondition: m.Negate == "yes", MatchType: carddav.MatchType(m.Type)})
			}
			q.PropFilters = append(q.PropFilters, filter)
		}
	}
	list, err := b.items(ctx, in.version())
	if err != nil {
		return nil, err
	}
	if len(q.PropFilters) == 0 {
		if in.Limit > 0 {
			list = list[:min(len(list), in.Limit)]
		}
		return list, nil
	}
	var fit []item
	for _, i := range list {
		card, err := vcard.NewDecoder(bytes.NewReader(i.data)).Decode()
		if err != nil {
			return nil, errors.Join(errors.New("a card made here is not read back"), err)
		}
		if ok, err := carddav.Match(&q, &carddav.AddressObject{Path: i.href, Card: card}); err == nil && ok {
			fit = append(fit, i)
		}
		if in.Limit > 0 && len(fit) == in.Limit {
			break
		}
	}
	return fit, nil
}
