package exchange

import (
	"context"
	"io"
	"strings"

	"bellhop/hub/crm"
	"bellhop/hub/rights"
)

// Failures writes the rows of an import that were not taken as a workbook: the columns
// of the file as they were and one with the reasons, ready to be mended and sent again.
func (x *Service) Failures(ctx context.Context, who *rights.Rights, lang string, id crm.ID, w io.Writer) error {
	job, err := x.own(ctx, who, id)
	if err != nil {
		return err
	}
	plan, err := planOf(job.Plan)
	if err != nil {
		return err
	}
	width := len(plan.Names)
	if width == 0 {
		for _, c := range plan.Columns {
			width = max(width, c.Index+1)
		}
	}
	labels := x.Records.Schema().Labels
	out := newXLSX(w, labels.Text(lang, "import.failures", nil), nil)
	head := make([]cell, width, width+2)
	for i, name := range plan.Names {
		head[i] = cell{text: name}
	}
	head = append(head, cell{text: labels.Text(lang, "import.reason", nil)}, cell{text: labels.Text(lang, "import.line", nil)})
	if err := out.row(head); err != nil {
		return err
	}
	for after := 0; ; {
		list, err := x.Store.ImportRows(ctx, job.ID, []string{rowFailed, rowSkipped, rowAsked}, after, false, chunk)
		if err != nil {
			return err
		}
		for _, r := range list {
			after = r.Seq
			result := resultOf(r)
			cells := make([]cell, width, width+2)
			for i, c := range result.Cells {
				if i < width {
					cells[i] = cell{text: c}
				}
			}
			cells = append(cells, cell{text: x.Reasons(lang, job.Entity, result.Reasons)}, cell{number: itoa(r.Line)})
			if err := out.row(cells); err != nil {
				return err
			}
		}
		if len(list) < chunk {
			return out.close()
		}
	}
}

// Reasons says in one sentence what is wrong with a row.
func (x *Service) Reasons(lang, entity string, faults []Fault) string {
	texts := make([]string, len(faults))
	for i, f := range faults {
		texts[i] = x.Reason(lang, entity, f)
	}
	return strings.Join(texts, x.Records.Schema().Labels.Text(lang, "import.reasons_between", nil))
}

// Reason says what one fault is, with the name of the field.
func (x *Service) Reason(lang, entity string, f Fault) string {
	labels := x.Records.Schema().Labels
	text := labels.Text(lang, f.Key, f.Args)
	if f.Field == "" {
		return text
	}
	field, _, _ := strings.Cut(f.Field, ".")
	return labels.Text(lang, "import.reason_of", map[string]string{"field": labels.Text(lang, entity+".fields."+field, nil), "reason": text})
}
