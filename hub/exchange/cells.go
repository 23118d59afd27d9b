package exchange

import (
	"strings"
	"time"

	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/records"
	"bellhop/hub/rights"
)

// sheetRows makes cells of records.
type sheetRows struct {
	x       *Service
	who     *rights.Rights
	lang    string
	e       *crm.Entity
	columns []string
}

func (s *sheetRows) text(key string) string {
	return s.x.Records.Schema().Labels.Text(s.lang, key, nil)
}

func (s *sheetRows) head() []cell {
	cells := make([]cell, len(s.columns))
	for i, key := range s.columns {
		name := s.e.Name + ".fields." + key
		if crm.SystemField(key) {
			name = "export." + key
		}
		cells[i] = cell{text: s.text(name), style: styleHead}
	}
	return cells
}

// widths are characters, made of the pixels of the list.
func (s *sheetRows) widths() []int {
	widths := make([]int, len(s.columns))
	for i, key := range s.columns {
		widths[i] = 16
		if f, ok := s.e.Field(key); ok && f.Width > 0 {
			widths[i] = max(10, f.Width/8)
		}
	}
	return widths
}

func (s *sheetRows) cells(r *records.Row) []cell {
	cells := make([]cell, len(s.columns))
	for i, key := range s.columns {
		switch key {
		case "createdAt":
			cells[i] = cell{day: time.UnixMilli(r.CreatedAt), style: styleMoment}
		case "updatedAt":
			cells[i] = cell{day: time.UnixMilli(r.UpdatedAt), style: styleMoment}
		default:
			cells[i] = s.cell(r, key)
		}
	}
	return cells
}

// cell keeps numbers and days what they are, so that a sheet can sum and sort them.
// What is masked comes as text and stays so.
func (s *sheetRows) cell(r *records.Row, key string) cell {
	f, ok := s.e.Field(key)
	if !ok {
		return cell{}
	}
	switch v := r.Values[key].(type) {
	case nil:
		return cell{}
	case field.Date:
		if at, err := time.ParseInLocation(time.DateOnly, string(v), time.Local); err == nil && at.Year() >= 1900 {
			return cell{day: at, style: styleDay}
		}
		return cell{text: string(v)}
	case int64:
		if f.Type.Name() == "datetime" {
			return cell{day: time.UnixMilli(v), style: styleMoment}
		}
		return cell{number: itoa64(v)}
	case field.Decimal:
		return cell{number: strings.ReplaceAll(v.Format(f.Decimals), ",", "")}
	case field.Money:
		// Another currency than the office's can't stand in a column of sums.
		if v.Currency == "CNY" {
			if number, ok := plainMoney(v.Format(f.MoneyDecimals(v.Currency), false)); ok {
				return cell{number: number, style: styleAmount}
			}
		}
	case bool:
		return cell{text: s.text("export." + map[bool]string{true: "yes", false: "no"}[v])}
	case []field.Phone:
		numbers := make([]string, len(v))
		for i, p := range v {
			numbers[i] = p.Display
		}
		return cell{text: strings.Join(numbers, "; ")}
	case string:
		if f.Type.Name() == "longtext" {
			return cell{text: v}
		}
	}
	return cell{text: s.x.Records.Display(s.lang, r, key)}
}

// plainMoney takes sign of currency and commas off.
func plainMoney(text string) (string, bool) {
	number := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return -1
	}, text)
	return number, number != ""
}
