package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"bellhop/hub/audit/trail"
	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// grantLasts is how long an approved request may be used, once.
const grantLasts = 24 * time.Hour

const maxReason = 500 // characters

// Named is the data a reading is about, as the reader asked for it: a search and filter
// over an entity, or some of its records by ID.
type Named struct {
	Entity string      `json:"entity"`
	Search string      `json:"search,omitempty"`
	Filter *crm.Filter `json:"filter,omitempty"`
	IDs    []crm.ID    `json:"ids,omitempty"`
}

// Fingerprint is equal for what is equal.
func (n *Named) Fingerprint() string {
	same := *n
	same.IDs = slices.Sorted(slices.Values(n.IDs))
	text, _ := json.Marshal(same) // strings, numbers and trees of them: it can't fail
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Wish is what somebody asks for.
type Wish struct {
	Kind   string // Export, Print, Send, List or View
	Named  Named
	ID     crm.ID // the record, of View
	Count  int
	Reason string
}

// Errors the page answers with a question.
var (
	ErrReason   = &crm.Error{Code: crm.Forbidden, Key: "audit.reason_needed"}
	ErrApproval = &crm.Error{Code: crm.Forbidden, Key: "audit.approval_needed"}
	ErrPurpose  = &crm.Error{Code: crm.Forbidden, Key: "audit.purpose_needed"}
	ErrWaiting  = &crm.Error{Code: crm.Forbidden, Key: "audit.waiting"}
	ErrNoCopy   = &crm.Error{Code: crm.Forbidden, Key: "audit.no_copying"}
)

// Ask keeps a request. Where the office wants a reason alone it is granted at once;
// where it wants approval the keeper is told.
func (a *Audit) Ask(ctx context.Context, who *rights.Rights, w Wish) (*store.AccessRequest, error) {
	w.Reason = strings.TrimSpace(w.Reason)
	if w.Reason == "" {
		return nil, &crm.Error{Code: crm.Invalid, Key: "audit.reason_empty", Field: "reason"}
	}
	if len([]rune(w.Reason)) > maxReason {
		return nil, &crm.Error{Code: crm.Invalid, Key: "field.too_long", Field: "reason", Args: map[string]string{"max": "500"}}
	}
	if !slices.Contains([]string{Export, Print, Send, List, View}, w.Kind) {
		return nil, &crm.Error{Code: crm.Invalid, Key: "field.no_such_option", Field: "kind"}
	}
	if !who.May(w.Named.Entity, rights.Read) {
		return nil, crm.ErrNotFound
	}
	policy, err := a.Policy(ctx)
	if err != nil {
		return nil, err
	}
	rule := policy.Export
	now := a.now()
	r := &store.AccessRequest{ID: crm.NewID(), Kind: w.Kind, User: who.User.ID, Ref: crm.Ref{Entity: w.Named.Entity}, Records: w.Count,
		Reason: w.Reason, State: store.RequestOpen, At: now.UnixMilli()}
	if w.Kind == View {
		rule = policy.Important
		r.Ref.ID = w.ID
		if r.Label, err = a.labelOf(ctx, who, r.Ref); err != nil {
			return nil, err
		}
	}
	named, err := json.Marshal(w.Named)
	if err != nil {
		return nil, err
	}
	r.Named, r.Fingerprint = string(named), w.Named.Fingerprint()
	if rule != Approval {
		r.State, r.DecidedAt = store.RequestApproved, now.UnixMilli()
		r.ExpiresAt = now.Add(grantLasts).UnixMilli()
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := a.store.AddAccessRequest(ctx, tx, r); err != nil || r.Kind != View || r.State != store.RequestApproved {
			return err
		}
		return a.letIn(ctx, tx, r, who.User, policy)
	})
	if err == nil && r.State == store.RequestOpen {
		a.tellKeepers(ctx, "request")
	}
	return r, err
}

// labelOf names a record the user may read; his rights are asked, not the veil.
func (a *Audit) labelOf(ctx context.Context, who *rights.Rights, ref crm.Ref) (string, error) {
	visible, err := a.records.Visible(ctx, who, ref)
	if err != nil {
		return "", err
	}
	if !visible {
		return "", crm.ErrNotFound
	}
	named, err := a.records.Mention(ctx, ref)
	return named.Label, err
}

// letIn gives the reader of an important customer his time, and writes his purpose down.
func (a *Audit) letIn(ctx context.Context, tx *store.Tx, r *store.AccessRequest, reader *crm.User, policy Policy) error {
	now := a.now()
	x := Access{Kind: Purpose, Ref: r.Ref, Label: r.Label, Reason: r.Reason, Grant: r.ID}
	e, err := x.entry(&rights.Rights{User: reader}, now)
	if err != nil {
		return err
	}
	tx.Note(trail.Access, e)
	return a.store.AddPass(ctx, tx, store.AccessPass{User: r.User, Ref: r.Ref, Reason: r.Reason, Request: r.ID, At: now.UnixMilli(),
		Until: now.Add(time.Duration(policy.PassMinutes) * time.Minute).UnixMilli()})
}

// Decide approves or refuses a request. Nobody decides his own.
func (a *Audit) Decide(ctx context.Context, who *rights.Rights, id crm.ID, approve bool, remark string) (*store.AccessRequest, error) {
	if !who.Keeps() {
		return nil, &crm.Error{Code: crm.Forbidden, Key: "audit.keeper_only"}
	}
	r, err := a.store.AccessRequest(ctx, a.store.Read(), id)
	if err != nil {
		return nil, err
	}
	if r.User == who.User.ID {
		return nil, &crm.Error{Code: crm.Forbidden, Key: "audit.own_request"}
	}
	if remark = strings.TrimSpace(remark); len([]rune(remark)) > maxReason {
		return nil, &crm.Error{Code: crm.Invalid, Key: "field.too_long", Field: "remark", Args: map[string]string{"max": "500"}}
	}
	reader, err := a.store.User(ctx, r.User)
	if err != nil {
		return nil, err
	}
	policy, err := a.Policy(ctx)
	if err != nil {
		return nil, err
	}
	now := a.now()
	state, expires := store.RequestRefused, int64(0)
	if approve {
		state, expires = store.RequestApproved, now.Add(grantLasts).UnixMilli()
	}
	err = a.store.Write(ctx, func(tx *store.Tx) error {
		if err := a.store.DecideRequest(ctx, tx, id, state, who.User.ID, now.UnixMilli(), remark, expires); err != nil {
			return err
		}
		if approve && r.Kind == View {
			return a.letIn(ctx, tx, r, reader, policy)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	a.tellKeepers(ctx, "request")
	a.tellUser(r.User, "decided")
	return a.store.AccessRequest(ctx, a.store.Read(), id)
}
