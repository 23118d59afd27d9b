package exchange

import (
	"context"
	"encoding/json"
	"slices"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// RowResult is a row of an import as its user sees it.
type RowResult struct {
	Seq     int      `json:"seq"`
	Line    int      `json:"line"`
	State   string   `json:"state"`
	Entity  string   `json:"entity"`
	ID      string   `json:"id,omitempty"`
	Label   string   `json:"label"`
	Cells   []string `json:"cells"`
	Reasons []Fault  `json:"reasons"`
}

const pageRows = 100

// Rows lists what became of rows, those of states; after is the Seq before the first wanted.
func (x *Service) Rows(ctx context.Context, who *rights.Rights, id crm.ID, states []string, after int) ([]RowResult, error) {
	job, err := x.Job(ctx, who, id)
	if err != nil {
		return nil, err
	}
	list, err := x.Store.ImportRows(ctx, job.ID, states, after, false, pageRows)
	if err != nil {
		return nil, err
	}
	out := make([]RowResult, len(list))
	for i, r := range list {
		out[i] = resultOf(r)
		// The names of records are for who may read them now.
		if r.Ref.ID == 0 {
			continue
		}
		visible, err := x.Records.Visible(ctx, who, r.Ref)
		if err != nil {
			return nil, err
		}
		if !visible {
			out[i].ID, out[i].Label = "", ""
			hideNames(out[i].Reasons)
		}
	}
	return out, nil
}

func hideNames(reasons []Fault) {
	for i := range reasons {
		if reasons[i].Args["name"] != "" {
			reasons[i].Args["name"] = "***"
		}
	}
}

func resultOf(r store.ImportRow) RowResult {
	out := RowResult{Seq: r.Seq, Line: r.Line, State: r.State, Entity: r.Ref.Entity, Label: r.Label, Cells: cellsOf(r.Cells), Reasons: []Fault{}}
	if r.Ref.ID != 0 {
		out.ID = r.Ref.ID.String()
	}
	if r.Reasons != "" {
		json.Unmarshal([]byte(r.Reasons), &out.Reasons)
	}
	return out
}

func cellsOf(text string) []string {
	cells := []string{}
	if text != "" {
		json.Unmarshal([]byte(text), &cells)
	}
	return cells
}

// Decide says what becomes of the rows that were asked about: of some by their Seq, of
// all others the same, or nothing with all "".
func (x *Service) Decide(ctx context.Context, who *rights.Rights, id crm.ID, some map[int]Action, all Action) (*store.ImportJob, error) {
	defer x.lock(id)()
	job, err := x.own(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if err := mayImport(who, job.Entity); err != nil {
		return nil, err
	}
	if job.State != store.ImportAsking {
		return nil, &crm.Error{Code: crm.Conflict, Key: "import.nothing_asked"}
	}
	for _, action := range append([]Action{or2(all, Skip)}, valuesOf(some)...) {
		if action == Ask || !slices.Contains(actions, action) {
			return nil, &crm.Error{Code: crm.Invalid, Key: "import.bad_plan", Field: "action"}
		}
	}
	job.State = store.ImportRunning
	if err := x.save(ctx, job); err != nil {
		return nil, err
	}
	shown := *job
	x.begin(job, func(ctx context.Context, job *store.ImportJob) error { return x.decideRows(ctx, job, some, all) })
	return &shown, nil
}

func or2(a, b Action) Action {
	if a == "" {
		return b
	}
	return a
}

func valuesOf(m map[int]Action) (list []Action) {
	for _, a := range m {
		list = append(list, a)
	}
	return list
}

func (x *Service) decideRows(ctx context.Context, job *store.ImportJob, some map[int]Action, all Action) error {
	plan, err := planOf(job.Plan)
	if err != nil {
		return err
	}
	plan.Action = Ask
	var r *rows
	whole := context.WithoutCancel(ctx) // see runRows
	for after := 0; ; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		list, err := x.Store.ImportRows(whole, job.ID, []string{rowAsked}, after, false, chunk)
		if err != nil || len(list) == 0 {
			if r != nil && err == nil {
				err = r.commit(whole)
			}
			return err
		}
		if r, err = x.nextRows(whole, r, job, plan); err != nil {
			return err
		}
		for _, asked := range list {
			after = asked.Seq
			action, ok := some[asked.Seq]
			if !ok {
				action = all
			}
			if action == "" {
				continue
			}
			if err := r.take(whole, row{asked.Line, cellsOf(asked.Cells)}, asked.Seq, action); err != nil {
				return err
			}
		}
	}
}
