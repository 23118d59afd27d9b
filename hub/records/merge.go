package records

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// Merge is how two records of one kind become one: Values are the master's where it is
// to take some of the twin's, in the form a write has.
type Merge struct {
	Twin         crm.ID
	Rev, TwinRev int64
	Values       map[string]any
}

// Merged is the outcome.
type Merged struct {
	ID     crm.ID // by which it is undone
	Record *Row
	Moved  int
}

var errSameRecord = &crm.Error{Code: crm.Invalid, Key: "merge.same"}

// Merge makes the twin's children, calls, texts and telephone numbers the master's and
// deletes the twin, in one transaction. Who merges must be allowed to change the one
// and to delete the other; the children follow whoever they belong to.
func (r *Records) Merge(ctx context.Context, who *rights.Rights, ref crm.Ref, in Merge) (*Merged, error) {
	e, ok := r.Schema().Entity(ref.Entity)
	if !ok {
		return nil, crm.ErrNotFound
	}
	if in.Twin == ref.ID {
		return nil, errSameRecord
	}
	twinRef := crm.Ref{Entity: e.Name, ID: in.Twin}
	master, err := r.writable(ctx, who, ref, rights.Edit)
	if err != nil {
		return nil, err
	}
	twin, err := r.writable(ctx, who, twinRef, rights.Delete)
	if err != nil {
		return nil, err
	}
	if master.Rev != in.Rev {
		return nil, r.conflict(ctx, who, ref)
	}
	if twin.Rev != in.TwinRev {
		return nil, r.conflict(ctx, who, twinRef)
	}
	old := master.Record
	old.Values = maps.Clone(master.Values)
	w := &writing{r: r, who: who, e: e, old: &old}
	values := maps.Clone(in.Values)
	if values == nil {
		values = map[string]any{}
	}
	addPhones(e, master, twin, values)
	if err := w.take(ctx, &master.Record, values); err != nil {
		return nil, err
	}
	out := &Merged{ID: crm.NewID()}
	now := r.now().UnixMilli()
	master.Rev, master.UpdatedAt, master.UpdatedBy = master.Rev+1, now, who.User.ID
	err = r.store.Write(ctx, func(tx *store.Tx) error {
		// The twin first: what is unique may then be the master's.
		if err := r.store.DeleteRecord(ctx, tx, e, twin.ID, twin.Rev, now, who.User.ID); err != nil {
			return err
		}
		if err := (&writing{r: r, who: who, e: e, old: &twin.Record}).apply(ctx, tx, &twin.Record, nil); err != nil {
			return err
		}
		if err := w.update(ctx, tx, master, in.Rev); err != nil {
			return err
		}
		log := store.Merge{ID: out.ID, At: now, User: who.User.ID, Entity: e.Name, Master: master.ID, Twin: twin.ID}
		var err error
		if log.Before, log.After, err = beforeAfter(e, &old, &master.Record); err != nil {
			return err
		}
		if err := r.store.AddMerge(ctx, tx, log); err != nil {
			return err
		}
		for _, p := range store.PointersTo(r.Schema(), e.Name) {
			children, err := r.store.Pointing(ctx, tx, p, twinRef)
			if err != nil {
				return err
			}
			both, err := r.store.Both(ctx, tx, p, children, ref)
			if err != nil {
				return err
			}
			if err := r.store.AddMoved(ctx, tx, out.ID, p, children, both); err != nil {
				return err
			}
			if err := r.repoint(ctx, tx, p, children, nil, twinRef, ref); err != nil {
				return err
			}
			out.Moved += len(children)
		}
		if err := r.store.MergeShares(ctx, tx, out.ID, twinRef, ref); err != nil {
			return err
		}
		return note(tx, who, "merge", &master.Record, &twin.Record, out, now)
	})
	if err != nil {
		return nil, err
	}
	r.tell(e, twin.ID, twin.Rev+1, twin.Owner)
	r.tell(e, master.ID, master.Rev, master.Owner)
	out.Record, err = r.Get(ctx, who, ref)
	return out, err
}

// addPhones gives the master the twin's numbers too, where the user didn't choose.
func addPhones(e *crm.Entity, master, twin *store.RecordRow, values map[string]any) {
	for i := range e.Fields {
		f := &e.Fields[i]
		theirs, ok := twin.Values[f.Key].([]field.Phone)
		if _, chosen := values[f.Key]; !ok || chosen {
			continue
		}
		mine, _ := master.Values[f.Key].([]field.Phone)
		list := slices.Clone(mine)
		for _, p := range theirs {
			if !slices.ContainsFunc(mine, func(m field.Phone) bool { return m.Number == p.Number }) {
				list = append(list, p)
			}
		}
		values[f.Key] = list
	}
}

// beforeAfter tells what the merge changed of the master, to be put back.
func beforeAfter(e *crm.Entity, old, now *crm.Record) (before, after string, err error) {
	was, is := map[string]any{}, map[string]any{}
	changes, err := differences(e, old, now)
	if err != nil {
		return "", "", err
	}
	for _, c := range changes {
		was[c.Field], is[c.Field] = c.Old, c.New
	}
	b, err := json.Marshal(was)
	if err != nil {
		return "", "", err
	}
	a, err := json.Marshal(is)
	return string(b), string(a), err
}

func note(tx *store.Tx, who *rights.Rights, kind string, master, twin *crm.Record, m *Merged, at int64) error {
	detail, err := json.Marshal(map[string]any{"merge": m.ID, "twin": twin.ID, "twinLabel": twin.Label, "moved": m.Moved})
	if err != nil {
		return err
	}
	tx.Note(trail.Change, trail.Entry{At: at, User: int64(who.User.ID), Name: who.User.Name, Kind: kind,
		Entity: master.Entity, Record: int64(master.ID), Label: master.Label, Detail: string(detail)})
	return nil
}

// repoint moves children to another record, with what they change in the one they
// belong to (an unpaid order counts into its customer's balance).
func (r *Records) repoint(ctx context.Context, tx *store.Tx, p store.Pointer, children []crm.ID, both map[crm.ID]bool, from, to crm.Ref) error {
	child, ok := r.Schema().Entity(p.Entity)
	if ok && p.Own() && child.Hooks.Effects != nil {
		for _, id := range children {
			rec, err := r.store.Record(ctx, tx, r.Schema(), crm.Ref{Entity: p.Entity, ID: id}, everything, everything)
			if crm.IsCode(err, crm.NotFound) {
				continue // deleted: it counts nowhere
			}
			if err != nil {
				return err
			}
			if held, _ := rec.Values[p.Field].(field.Ref); held.ID != int64(from.ID) {
				continue
			}
			moved := rec.Record
			moved.Values = maps.Clone(rec.Values)
			moved.Values[p.Field] = field.Ref{ID: int64(to.ID)}
			if err := r.effects(ctx, tx, child, &rec.Record, &moved); err != nil {
				return err
			}
		}
	}
	return r.store.Repoint(ctx, tx, p, children, both, from, to)
}

// Unmerge brings the twin back with all that was moved and has not been moved on since;
// values of the master that nobody changed afterwards are as before. Who merged may
// undo it, and those who see all.
func (r *Records) Unmerge(ctx context.Context, who *rights.Rights, id crm.ID) (*Row, error) {
	m, err := r.store.MergeByID(ctx, r.store.Read(), id)
	if err != nil {
		return nil, err
	}
	e, ok := r.Schema().Entity(m.Entity)
	if !ok || m.User != who.User.ID && !who.SeesAll() {
		return nil, crm.ErrNotFound
	}
	if m.UndoneAt != 0 {
		return nil, &crm.Error{Code: crm.Invalid, Key: "merge.undone"}
	}
	ref, twinRef := crm.Ref{Entity: m.Entity, ID: m.Master}, crm.Ref{Entity: m.Entity, ID: m.Twin}
	master, err := r.writable(ctx, who, ref, rights.Edit)
	if err != nil {
		return nil, err
	}
	old := master.Record
	old.Values = maps.Clone(master.Values)
	w := &writing{r: r, who: who, e: e, old: &old}
	values, err := putBack(master, m)
	if err != nil {
		return nil, err
	}
	if err := w.take(ctx, &master.Record, values); err != nil {
		return nil, err
	}
	now, rev := r.now().UnixMilli(), master.Rev
	master.Rev, master.UpdatedAt, master.UpdatedBy = rev+1, now, who.User.ID
	var twin *store.RecordRow
	out := &Merged{ID: id}
	err = r.store.Write(ctx, func(tx *store.Tx) (err error) {
		if err := r.store.UndoneMerge(ctx, tx, id, now); err != nil {
			return err
		}
		// The master gives up first what may be unique.
		if err := w.update(ctx, tx, master, rev); err != nil {
			return err
		}
		if twin, err = r.restoreIn(ctx, tx, who, e, twinRef); err != nil {
			return err
		}
		for _, p := range store.PointersTo(r.Schema(), e.Name) {
			children, both, err := r.store.Moved(ctx, tx, id, p)
			if err != nil {
				return err
			}
			if err := r.repoint(ctx, tx, p, children, both, ref, twinRef); err != nil {
				return err
			}
			out.Moved += len(children)
		}
		if err := r.store.UnmergeShares(ctx, tx, id, twinRef, ref); err != nil {
			return err
		}
		return note(tx, who, "unmerge", &master.Record, &twin.Record, out, now)
	})
	if err != nil {
		return nil, err
	}
	r.tell(e, twin.ID, twin.Rev, twin.Owner)
	r.tell(e, master.ID, master.Rev, master.Owner)
	return r.Get(ctx, who, ref)
}

// putBack is what the master held before, as far as it still holds what the merge left.
func putBack(master *store.RecordRow, m store.Merge) (map[string]any, error) {
	var before, after map[string]json.RawMessage
	if err := json.Unmarshal([]byte(m.Before), &before); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(m.After), &after); err != nil {
		return nil, err
	}
	values := map[string]any{}
	for key, was := range before {
		is, err := json.Marshal(written(master.Values[key]))
		if err != nil {
			return nil, err
		}
		if string(is) != string(after[key]) {
			continue // changed since: that stays
		}
		if values[key], err = decoded(was); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// MergedInto lists the twins a record took in that could come back.
type MergedInto struct {
	ID   crm.ID       `json:"id"`
	At   int64        `json:"at"`
	User field.Person `json:"user"`
	Undo bool         `json:"undo"` // by this user
}

// Merges lists the merges of a record the user may read.
func (r *Records) Merges(ctx context.Context, who *rights.Rights, ref crm.Ref) ([]MergedInto, error) {
	if ok, err := r.Visible(ctx, who, ref); err != nil {
		return nil, err
	} else if !ok {
		return nil, crm.ErrNotFound
	}
	list, err := r.store.MergesInto(ctx, ref)
	if err != nil {
		return nil, err
	}
	names, err := r.store.UserNames(ctx)
	out := make([]MergedInto, len(list))
	for i, m := range list {
		out[i] = MergedInto{ID: m.ID, At: m.At, User: person(names, m.User), Undo: m.User == who.User.ID || who.SeesAll()}
	}
	return out, err
}

// Child is how many records of one kind a merge would move.
type Child struct {
	Entity string `json:"entity"` // "call" and "sms" too
	Count  int    `json:"count"`
}

// Children counts what points to a record the user may read, for the question before a
// merge. Of kinds he may not read nothing is told.
func (r *Records) Children(ctx context.Context, who *rights.Rights, ref crm.Ref) ([]Child, error) {
	if ok, err := r.Visible(ctx, who, ref); err != nil {
		return nil, err
	} else if !ok {
		return nil, crm.ErrNotFound
	}
	counts := map[string]int{}
	var order []string
	for _, p := range store.PointersTo(r.Schema(), ref.Entity) {
		if p.Entity != "call" && p.Entity != "sms" && !who.May(p.Entity, rights.Read) {
			continue
		}
		n, err := r.store.CountPointing(ctx, r.store.Read(), p, ref)
		if err != nil {
			return nil, err
		}
		if counts[p.Entity] == 0 && n > 0 {
			order = append(order, p.Entity)
		}
		counts[p.Entity] += n
	}
	out := make([]Child, len(order))
	for i, name := range order {
		out[i] = Child{name, counts[name]}
	}
	return out, nil
}

// decoded reads a value as a request would bring it.
func decoded(raw json.RawMessage) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	err = d.Decode(&v)
	return v, err
}
