package exchange

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"bellhop/hub/crm"
	"bellhop/hub/exchange/table"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// States of an import's rows.
const (
	rowCreated = "created"
	rowUpdated = "updated"
	rowSkipped = "skipped"
	rowFailed  = "failed"
	rowAsked   = "asked"
	rowMade    = "made"   // on the way: a company that a contact named
	rowUndone  = "undone" //
	rowKept    = "kept"   // not taken back
)

// Run begins an import by a plan. It goes on in the background.
func (x *Service) Run(ctx context.Context, who *rights.Rights, id crm.ID, plan *Plan) (*store.ImportJob, error) {
	defer x.lock(id)()
	job, err := x.own(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if job.State != store.ImportNew && (job.State != store.ImportFailed || job.Line > 0) {
		return nil, &crm.Error{Code: crm.Conflict, Key: "import.not_waiting"}
	}
	if _, err := x.rowsOf(ctx, who, job.Entity, plan); err != nil {
		return nil, err
	}
	if err := x.readNames(ctx, job, plan); err != nil {
		return nil, err
	}
	job.Plan, job.State, job.Error, job.EndedAt = plan.json(), store.ImportRunning, "", 0
	if err := x.save(ctx, job); err != nil {
		return nil, err
	}
	remembered := *plan
	remembered.Names = nil
	err = x.Store.SetChoice(ctx, &store.Choice{ID: crm.NewID(), User: who.User.ID, Kind: store.ImportChoice, Entity: job.Entity,
		Head: headOf(plan.Names), Body: remembered.json(), At: x.now()})
	if err != nil {
		x.Log.Error("match of columns not remembered", "err", err)
	}
	shown := *job
	x.begin(job, x.runRows)
	return &shown, nil
}

// readNames keeps what the columns are called, for the file of rows that failed.
func (x *Service) readNames(ctx context.Context, job *store.ImportJob, plan *Plan) error {
	source, err := x.open(ctx, job, optionsOf(plan.Encoding, plan.Delimiter))
	if err != nil {
		return err
	}
	defer source.Close()
	plan.Names = nil
	return source.Each(ctx, plan.Table, func(line int, cells []string) error {
		if line == plan.HeaderRow {
			for _, c := range cells {
				plan.Names = append(plan.Names, shorten(c))
			}
		}
		if line >= plan.HeaderRow {
			return table.Stop
		}
		return nil
	})
}

func (x *Service) save(ctx context.Context, job *store.ImportJob) error {
	return x.Store.Write(ctx, func(tx *store.Tx) error { return x.Store.SetImport(ctx, tx, job) })
}

// Stop ends a running import; what it has written stays, and can be undone.
func (x *Service) Stop(ctx context.Context, who *rights.Rights, id crm.ID) error {
	if _, err := x.own(ctx, who, id); err != nil {
		return err
	}
	x.mu.Lock()
	cancel := x.running[id]
	x.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	return nil
}

// settle writes how a run ended.
func (x *Service) settle(ctx context.Context, job *store.ImportJob, err error) {
	if x.ctx.Err() != nil {
		return // the hub ends: the next one goes on
	}
	job.EndedAt = x.now()
	var refusal *crm.Error
	switch {
	case job.State == store.ImportUndoing && err == nil:
		job.State = store.ImportUndone
	case err == nil && job.Asked > 0:
		job.State = store.ImportAsking
	case err == nil:
		job.State = store.ImportDone
	case ctx.Err() != nil:
		job.State = store.ImportStopped
	case errors.As(err, &refusal):
		job.State, job.Error = store.ImportFailed, faultJSON(refusal)
	default:
		x.Log.Error("import failed", "import", job.ID, "err", err)
		job.State, job.Error = store.ImportFailed, faultJSON(&crm.Error{Key: "import.broke_off"})
	}
	if err == nil {
		os.Remove(x.file(job.ID))
	}
	if err := x.save(context.WithoutCancel(ctx), job); err != nil {
		x.Log.Error("end of import not written", "import", job.ID, "err", err)
	}
	x.tell(job)
}

func faultJSON(e *crm.Error) string {
	b, _ := json.Marshal(Fault{Column: -1, Field: e.Field, Key: e.Key, Args: e.Args})
	return string(b)
}

// whoOf gives the rights of a job's user as they are now.
func (x *Service) whoOf(ctx context.Context, id crm.ID) (*rights.Rights, error) {
	user, err := x.Store.User(ctx, id)
	if err != nil {
		return nil, err
	}
	if !user.Active {
		return nil, errForbidden
	}
	return x.Records.Who(ctx, user)
}

// chunk is how many rows are looked at with the same rights and names.
const chunk = 500

// runRows reads the file once to its end, so that one that can't be read is refused
// before its first row is written, and then row by row from where it stood.
func (x *Service) runRows(ctx context.Context, job *store.ImportJob) error {
	plan, err := planOf(job.Plan)
	if err != nil {
		return err
	}
	source, err := x.open(ctx, job, optionsOf(plan.Encoding, plan.Delimiter))
	if err != nil {
		if job.Line > 0 && crm.IsCode(err, crm.NotFound) {
			return nil // read to its end before the hub ended
		}
		return err
	}
	defer source.Close()
	if err := x.countRows(ctx, source, job, plan); err != nil {
		return err
	}
	var r *rows
	n := 0
	// A statement that can be broken off costs a goroutine each; whether to go on is
	// asked between rows.
	whole := context.WithoutCancel(ctx)
	err = source.Each(ctx, plan.Table, func(line int, cells []string) error {
		if line <= plan.HeaderRow || line <= job.Line {
			return nil
		}
		if n%chunk == 0 {
			if r, err = x.nextRows(whole, r, job, plan); err != nil {
				return err
			}
		}
		n++
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return r.take(whole, row{line, cells}, 0, plan.Action)
	})
	if err != nil || r == nil {
		return err
	}
	return r.commit(whole)
}

func (x *Service) countRows(ctx context.Context, source table.Source, job *store.ImportJob, plan *Plan) error {
	n := 0
	err := source.Each(ctx, plan.Table, func(line int, _ []string) error {
		if line > plan.HeaderRow {
			n++
		}
		return nil
	})
	if err == nil && n == 0 {
		err = &crm.Error{Code: crm.Invalid, Key: "import.table_empty"}
	}
	job.Total = n
	return err
}

// nextRows writes what the rows before left and looks at rights and names anew.
func (x *Service) nextRows(ctx context.Context, before *rows, job *store.ImportJob, plan *Plan) (*rows, error) {
	if before != nil {
		if err := before.commit(ctx); err != nil {
			return nil, err
		}
	}
	who, err := x.whoOf(ctx, job.User)
	if err != nil {
		return nil, err
	}
	r, err := x.rowsOf(ctx, who, job.Entity, plan)
	if err != nil {
		return nil, err
	}
	if before != nil {
		r.c.refs = before.c.refs
	}
	r.job = job
	return r, nil
}
