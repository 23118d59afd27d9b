package records

import (
	"encoding/json"
	"reflect"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// FieldChange is one field in an entry of the change log, its values in the form they
// are written in; null is empty.
type FieldChange struct {
	Field string          `json:"f"`
	Old   json.RawMessage `json:"o"`
	New   json.RawMessage `json:"n"`
}

// trace notes what a write did in the change log (CUS-41): old is nil for a new record,
// now for a deleted one. A write that changed nothing leaves no entry. What a new record
// began with is not repeated: the first change of each field tells it.
func trace(tx *store.Tx, who *rights.Rights, e *crm.Entity, old, now *crm.Record, at int64) error {
	entry := trail.Entry{At: at, User: int64(who.User.ID), Name: who.User.Name, Kind: "update", Entity: e.Name}
	about := now
	switch {
	case old == nil:
		entry.Kind = "create"
	case now == nil:
		entry.Kind, about = "delete", old
	default:
		changes, err := differences(e, old, now)
		if err != nil || len(changes) == 0 {
			return err
		}
		detail, err := json.Marshal(changes)
		if err != nil {
			return err
		}
		entry.Detail = string(detail)
	}
	entry.Record, entry.Label = int64(about.ID), about.Label
	tx.Note(trail.Change, entry)
	return nil
}

func differences(e *crm.Entity, old, now *crm.Record) ([]FieldChange, error) {
	var changes []FieldChange
	for i := range e.Fields {
		f := &e.Fields[i]
		was, is := old.Values[f.Key], now.Values[f.Key]
		if f.Kept && !f.KeyDate || empty(was) && empty(is) || reflect.DeepEqual(written(was), written(is)) {
			continue
		}
		change := FieldChange{Field: f.Key}
		var err error
		if change.Old, err = json.Marshal(written(was)); err != nil {
			return nil, err
		}
		if change.New, err = json.Marshal(written(is)); err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	return changes, nil
}

// written is a value in the form a client writes it: what it refers to by ID alone, for
// names are looked up when the log is read, within the reader's rights.
func written(v any) any {
	if empty(v) {
		return nil
	}
	return field.Written(v)
}
