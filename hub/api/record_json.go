package api

import (
	"strconv"

	"bellhop/hub/field"
)

// value is what a field of a record holds, as clients read it.
type value struct {
	key string
	v   any
}

// MarshalJSON writes one record.
func (r record) MarshalJSON() ([]byte, error) { return r.appendJSON(nil) }

func (r *record) appendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"id":"`...)
	b = strconv.AppendInt(b, int64(r.ID), 10)
	b = append(b, `","rev":`...)
	b = strconv.AppendInt(b, r.Rev, 10)
	b = append(b, `,"entity":`...)
	b = field.AppendText(b, r.Entity)
	b = append(b, `,"label":`...)
	b = field.AppendText(b, r.Label)
	b = append(b, `,"values":{`...)
	for i := range r.Values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(field.AppendText(b, r.Values[i].key), ':')
		var err error
		if b, err = field.AppendJSON(b, r.Values[i].v); err != nil {
			return nil, err
		}
	}
	b = append(b, `},"createdAt":`...)
	b = strconv.AppendInt(b, r.CreatedAt, 10)
	b = append(b, `,"updatedAt":`...)
	b = strconv.AppendInt(b, r.UpdatedAt, 10)
	b = appendPerson(b, `,"createdBy":`, r.CreatedBy)
	b = appendPerson(b, `,"updatedBy":`, r.UpdatedBy)
	b = append(b, `,"may":{"edit":`...)
	b = strconv.AppendBool(b, r.May.Edit)
	b = append(b, `,"delete":`...)
	b = strconv.AppendBool(b, r.May.Delete)
	return append(b, `}}`...), nil
}

func appendPerson(b []byte, name string, p field.Person) []byte {
	if p.ID == 0 {
		return b
	}
	b, _ = field.AppendJSON(append(b, name...), p) // of a person it never fails
	return b
}

// rows is one page of a list.
type rows struct {
	list   []record
	next   string
	count  *int
	capped bool
}

func (r *rows) appendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"rows":[`...)
	for i := range r.list {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = r.list[i].appendJSON(b); err != nil {
			return nil, err
		}
	}
	b = append(b, ']')
	if r.next != "" {
		b = field.AppendText(append(b, `,"next":`...), r.next)
	}
	if r.count != nil {
		b = strconv.AppendInt(append(b, `,"count":`...), int64(*r.count), 10)
	}
	if r.capped {
		b = append(b, `,"capped":true`...)
	}
	return append(b, '}'), nil
}
