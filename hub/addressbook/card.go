// Package addressbook shows the records a user may see as address cards (vCard), one by
// one and as a book that telephones follow (CardDAV). It knows no HTTP server; hub/api
// serves it.
package addressbook

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/emersion/go-vcard"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// Versions of a card. Telephones of today ask for the first.
const (
	V3 = "3.0" // RFC 2426
	V4 = "4.0" // RFC 6350
)

// MIME is the type of a card.
const MIME = "text/vcard; charset=utf-8"

// telTypes are what a number is for, in vCard's words.
var telTypes = map[string][]string{
	"mobile": {"CELL", "VOICE"}, "office": {"WORK", "VOICE"}, "home": {"HOME", "VOICE"}, "fax": {"WORK", "FAX"}, "other": {"VOICE"},
}

// messengers are written as telephones read them.
var messengers = map[string]string{"wechat": "X-WECHAT", "qq": "X-QQ", "msn": "X-MSN"}

// Maker makes cards of what one user sees.
type Maker struct {
	Schema *crm.Schema
	Who    *rights.Rights
	List   bool // many at once: what is masked in lists is left out
}

// Makes tells whether records of an entity have cards: parties that are not private to
// somebody.
func Makes(e *crm.Entity) bool { return e.Party && !e.Access.Private }

// Card makes the card of a record, pruned for the user. Masked values are left out: half
// a number is none.
func (m Maker) Card(row *records.Row, version string) vcard.Card {
	e, _ := m.Schema.Entity(row.Entity)
	card := vcard.Card{}
	card.SetValue(vcard.FieldVersion, version)
	card.SetValue(vcard.FieldUID, "bellhop-"+row.Entity+"-"+row.ID.String())
	card.SetValue(vcard.FieldProductID, "-//Bellhop//Hub//ZH")
	card.SetValue(vcard.FieldRevision, time.UnixMilli(row.UpdatedAt).UTC().Format("20060102T150405Z"))
	m.name(card, e, row)
	for i := range e.Fields {
		f := &e.Fields[i]
		if v := row.Values[f.Key]; v != nil && m.whole(e, f) {
			put(card, version, f, v)
		}
	}
	m.place(card, e, row)
	return card
}

// whole tells that the user sees all of a field's value.
func (m Maker) whole(e *crm.Entity, f *field.Field) bool {
	return m.Who.MayRead(e, f) && !m.Who.Masks(e, f) && !(m.List && f.Mask == field.MaskInList)
}

// value is a field's text, "" where the user does not see all of it.
func (m Maker) value(e *crm.Entity, row *records.Row, key string) string {
	f, ok := e.Field(key)
	if !ok || !m.whole(e, f) {
		return ""
	}
	return row.Text(key)
}

// name writes FN, N and ORG. A company is a card of its own name with an empty N, which
// telephones then show as a company.
func (m Maker) name(card vcard.Card, e *crm.Entity, row *records.Row) {
	card.SetValue(vcard.FieldFormattedName, row.Label)
	if !m.person(e, row) {
		card.SetValue(vcard.FieldName, ";;;;")
		card.SetValue(vcard.FieldOrganization, component(row.Label))
		card.SetValue("X-ABSHOWAS", "COMPANY")
		return
	}
	family, given := split(row.Label)
	card.SetValue(vcard.FieldName, component(family)+";"+component(given)+";;;")
	unit := m.value(e, row, "department")
	for _, key := range []string{"customer", "channel", "supplier"} {
		if at, ok := row.Values[key].(field.Ref); ok && at.Label != "" {
			org := component(at.Label)
			if unit != "" {
				org += ";" + component(unit)
			}
			card.SetValue(vcard.FieldOrganization, org)
			break
		}
	}
	if title := m.value(e, row, "title"); title != "" {
		card.SetValue(vcard.FieldTitle, title)
	}
}

// person tells a person from a company.
func (m Maker) person(e *crm.Entity, row *records.Row) bool {
	if _, has := e.Field("kind"); has {
		return m.value(e, row, "kind") == "person"
	}
	return e.Name != "channel" && e.Name != "supplier"
}

func put(card vcard.Card, version string, f *field.Field, v any) {
	switch v := v.(type) {
	case []field.Phone:
		for _, p := range v {
			if p.Number != "" && !p.Masked {
				card.Add(vcard.FieldTelephone, &vcard.Field{Value: p.Number, Params: types(version, telTypes[p.Label])})
			}
		}
	case field.Date:
		if f.Key == "birthday" {
			card.SetValue(vcard.FieldBirthday, string(v))
		}
	case string:
		switch {
		case f.Type == field.Email:
			kinds := []string{"WORK"}
			if version == V3 {
				kinds = []string{"INTERNET", "WORK"}
			}
			card.Add(vcard.FieldEmail, &vcard.Field{Value: v, Params: types(version, kinds)})
		case f.Type == field.URL:
			card.AddValue(vcard.FieldURL, v)
		case messengers[f.Key] != "":
			card.SetValue(messengers[f.Key], v)
		}
	}
}

// types are the TYPE parameters of a value: capitals in 3.0, small letters in 4.0.
func types(version string, list []string) vcard.Params {
	if len(list) == 0 {
		list = telTypes["other"]
	}
	params := vcard.Params{}
	for _, t := range list {
		if version == V4 {
			t = strings.ToLower(t)
		}
		params.Add(vcard.ParamType, t)
	}
	return params
}

// place writes the address.
func (m Maker) place(card vcard.Card, e *crm.Entity, row *records.Row) {
	street, postcode := m.value(e, row, "address"), m.value(e, row, "postcode")
	var region field.Region
	if f, ok := e.Field("region"); ok && m.whole(e, f) {
		region, _ = row.Values["region"].(field.Region)
	}
	city := strings.TrimSpace(region.City + " " + region.Text)
	if region.Code != "" {
		city = region.Name() // from the province down
	}
	if street == "" && postcode == "" && city == "" {
		return
	}
	params := types(card.Value(vcard.FieldVersion), []string{"WORK"})
	card.Add(vcard.FieldAddress, &vcard.Field{Params: params,
		Value: ";;" + strings.Join([]string{component(street), component(city), component(region.Province), component(postcode), component(region.Country)}, ";")})
}

// component is one of the parts that ";" divides, which go-vcard does not escape.
func component(s string) string { return strings.ReplaceAll(s, ";", "；") }

// Encode writes a card with lines of at most 75 octets, none broken within a character.
func Encode(card vcard.Card) []byte {
	var b bytes.Buffer
	// A card made here always has a version, and a buffer takes everything.
	_ = vcard.NewEncoder(&b).Encode(card)
	var out bytes.Buffer
	for line := range strings.SplitSeq(strings.TrimSuffix(b.String(), "\r\n"), "\r\n") {
		fold(&out, strings.ReplaceAll(line, "\r", ""))
	}
	return out.Bytes()
}

const longestLine = 75

func fold(out *bytes.Buffer, line string) {
	width := 0
	for _, r := range line {
		n := len(string(r))
		if width+n > longestLine {
			out.WriteString("\r\n ")
			width = 1
		}
		out.WriteRune(r)
		width += n
	}
	out.WriteString("\r\n")
}

// Tag is what a card is known to have changed by.
func Tag(card []byte) string {
	sum := sha256.Sum256(card)
	return hex.EncodeToString(sum[:12])
}
