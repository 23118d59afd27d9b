package exchange

import (
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/label"
	"bellhop/hub/rights"
)

// Template writes an empty workbook that an import of the entity understands: a column
// for each field the user may fill in, as the office has it now, with its choices to
// pick from and a note on how it is written.
func (x *Service) Template(who *rights.Rights, lang, entity string, w io.Writer) error {
	if err := mayImport(who, entity); err != nil {
		return err
	}
	schema := x.Records.Schema()
	e, ok := schema.Entity(entity)
	if !ok {
		return crm.ErrNotFound
	}
	t := &template{x: x, lang: lang, e: e, labels: schema.Labels, f: excelize.NewFile(), sheet: sheetName(schema.Labels.Text(lang, e.Name+".plural", nil))}
	defer t.f.Close()
	if err := t.f.SetSheetName("Sheet1", t.sheet); err != nil {
		return err
	}
	if err := t.fill(who); err != nil {
		return err
	}
	return t.f.Write(w)
}

// templateRows is how far down choices are offered.
const templateRows = 2000

// lists is the sheet that holds the choices; a list of its own has no limit of 255 characters.
const lists = "lists"

type template struct {
	x      *Service
	lang   string
	e      *crm.Entity
	labels *label.Set
	f      *excelize.File
	sheet  string
	listed int
}

func (t *template) fill(who *rights.Rights) error {
	if _, err := t.f.NewSheet(lists); err != nil {
		return err
	}
	text, err := t.f.NewStyle(&excelize.Style{NumFmt: 49}) // as text: no number loses its zero
	if err != nil {
		return err
	}
	head, err := t.f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F2F4F7"}}})
	if err != nil {
		return err
	}
	column := 0
	for i := range t.e.Fields {
		f := &t.e.Fields[i]
		if !Importable(who, t.e, f) || f.Hidden {
			continue
		}
		column++
		if err := t.column(column, f, text, head); err != nil {
			return err
		}
	}
	if err := t.f.SetPanes(t.sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return t.f.SetSheetVisible(lists, false)
}

func (t *template) column(n int, f *field.Field, text, head int) error {
	name, err := excelize.ColumnNumberToName(n)
	if err != nil {
		return err
	}
	title := t.labels.Text(t.lang, t.e.Name+".fields."+f.Key, nil)
	if f.Required {
		title = "*" + title
	}
	if err := t.f.SetColStyle(t.sheet, name, text); err != nil {
		return err
	}
	if err := t.f.SetCellValue(t.sheet, name+"1", title); err != nil {
		return err
	}
	if err := t.f.SetCellStyle(t.sheet, name+"1", name+"1", head); err != nil {
		return err
	}
	if err := t.f.SetColWidth(t.sheet, name, name, float64(max(12, f.Width/8))); err != nil {
		return err
	}
	if note := t.note(f); note != "" {
		err := t.f.AddComment(t.sheet, excelize.Comment{Cell: name + "1", Author: "bellhop", Paragraph: []excelize.RichTextRun{{Text: note}}, Width: 240, Height: 100})
		if err != nil {
			return err
		}
	}
	if f.Type == field.Select {
		return t.choices(name, f)
	}
	return nil
}

// note says how the values of a field are written.
func (t *template) note(f *field.Field) string {
	var notes []string
	if f.Required {
		notes = append(notes, t.labels.Text(t.lang, "import.notes.required", nil))
	}
	if note, ok := t.labels.Lookup(t.lang, "import.notes."+f.Type.Name()); ok {
		notes = append(notes, note)
	}
	if f.Type.Name() == "multiselect" {
		notes = append(notes, strings.Join(t.options(f), ", "))
	}
	return strings.Join(notes, "\n")
}

func (t *template) options(f *field.Field) (labels []string) {
	for _, o := range f.Options {
		if !o.Retired {
			labels = append(labels, t.x.Records.OptionLabel(t.lang, t.e, f, o.ID))
		}
	}
	return labels
}

func (t *template) choices(column string, f *field.Field) error {
	options := t.options(f)
	if len(options) == 0 {
		return nil
	}
	t.listed++
	name, err := excelize.ColumnNumberToName(t.listed)
	if err != nil {
		return err
	}
	if err := t.f.SetSheetCol(lists, name+"1", &options); err != nil {
		return err
	}
	v := excelize.NewDataValidation(true)
	v.SetSqref(column + "2:" + column + itoa(templateRows))
	v.SetSqrefDropList(lists + "!$" + name + "$1:$" + name + "$" + itoa(len(options)))
	return t.f.AddDataValidation(t.sheet, v)
}
