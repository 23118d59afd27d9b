package records

import (
	"context"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/rights"
)

// Office is what records point to and don't keep themselves.
type Office struct {
	// Files describes the uploaded files with these IDs that the user may attach.
	Files func(ctx context.Context, who *rights.Rights, ids []int64) (map[int64]field.File, error)
	// FindFiles finds files by their names and what stands in them, on records that show
	// them to the user.
	FindFiles func(ctx context.Context, who *rights.Rights, typed string, limit int) ([]Hit, error)
}

// SetOffice says where files are found; before that no field can point to one.
func (r *Records) SetOffice(o Office) { r.office.Store(&o) }

func (r *Records) departments(ctx context.Context) (map[int64]string, error) {
	list, err := r.store.Departments(ctx)
	if err != nil {
		return nil, err
	}
	names := map[int64]string{}
	for _, d := range list {
		names[int64(d.ID)] = d.Name
	}
	return names, nil
}

// department refuses one that isn't there, unless it stood there before.
func (w *writing) department(ctx context.Context, was any, now field.Dept) error {
	if before, ok := was.(field.Dept); ok && before.ID == now.ID {
		return nil
	}
	names, err := w.r.departments(ctx)
	if _, ok := names[now.ID]; err == nil && !ok {
		return &field.Error{Key: "field.no_such_record"}
	}
	return err
}

// files fills in what is known of the files; those that stood there before stay.
func (w *writing) files(ctx context.Context, f *field.Field, was any, now []field.File) (any, error) {
	known := map[int64]field.File{}
	before, _ := was.([]field.File)
	for _, file := range before {
		known[file.ID] = file
	}
	var wanted []int64
	for _, file := range now {
		if _, ok := known[file.ID]; !ok {
			wanted = append(wanted, file.ID)
		}
	}
	if o := w.r.office.Load(); len(wanted) > 0 && o != nil && o.Files != nil {
		uploaded, err := o.Files(ctx, w.who, wanted)
		if err != nil {
			return nil, err
		}
		for id, file := range uploaded {
			known[id] = file
		}
	}
	for i := range now {
		file, ok := known[now[i].ID]
		if !ok {
			return nil, &field.Error{Key: "field.no_such_file"}
		}
		if f.Type == field.Images && !file.IsImage() {
			return nil, &field.Error{Key: "field.not_image", Args: map[string]string{"name": file.Name}}
		}
		now[i] = file
	}
	return now, nil
}

// names fills in what users and departments are called.
type names struct {
	users map[crm.ID]string
	depts map[int64]string
}

func (n names) fill(fields []field.Field, values map[string]any) {
	for i := range fields {
		f := &fields[i]
		switch v := values[f.Key].(type) {
		case field.Person:
			values[f.Key] = person(n.users, crm.ID(v.ID))
		case field.Dept:
			values[f.Key] = field.Dept{ID: v.ID, Name: n.depts[v.ID]}
		case []field.Line:
			for _, line := range v {
				n.fill(f.Lines, line.Values)
			}
		}
	}
}

func hasDept(fields []field.Field) bool {
	for i := range fields {
		if fields[i].Type == field.Department || hasDept(fields[i].Lines) {
			return true
		}
	}
	return false
}
