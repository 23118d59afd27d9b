package table

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// styleKind is what a cell's number format makes of its number.
type styleKind byte

const (
	plain styleKind = iota
	dated
	percent
)

// builtinFormat knows the formats that have no code in the file (ECMA-376, 18.8.30),
// the Chinese ones among them.
func builtinFormat(id int) styleKind {
	switch {
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id >= 45 && id <= 47, id >= 50 && id <= 58:
		return dated
	case id == 9, id == 10:
		return percent
	}
	return plain
}

// kindOfFormat reads a format code: letters of date and time outside quotes, brackets
// and escapes make a date.
func kindOfFormat(code string) styleKind {
	code, _, _ = strings.Cut(code, ";")
	sign := false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return plain
			}
			i += end + 1
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return plain
			}
			if in := strings.ToLower(code[i+1 : i+end]); in != "" && strings.Trim(in, "hms") == "" {
				return dated // [h]: hours beyond a day
			}
			i += end
		case '\\', '_', '*':
			i++
		case 'y', 'Y', 'm', 'M', 'd', 'D', 'h', 'H', 's', 'S':
			return dated
		case 'G':
			if strings.HasPrefix(code[i:], "General") {
				i += len("General") - 1
			}
		case '%':
			sign = true
		}
	}
	if sign {
		return percent
	}
	return plain
}

// epoch is the day before day 1 of a workbook's calendar.
type epoch bool

const epoch1904 epoch = true

// Excel's own calendar has a 29 February 1900, which never was: from day 61 on it
// counts from 30 December 1899, before that from the day after.
func (e epoch) date(serial float64) (time.Time, bool) {
	if serial < 0 || serial >= 2_958_466 { // year 10000
		return time.Time{}, false
	}
	base := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case e == epoch1904:
		base = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case serial < 60:
		base = base.AddDate(0, 0, 1)
	}
	days := math.Floor(serial)
	seconds := math.Round((serial - days) * 86400)
	return base.AddDate(0, 0, int(days)).Add(time.Duration(seconds) * time.Second), true
}

// DateOfSerial is the day a workbook means by a number; 46348 is 2026-11-22.
func DateOfSerial(serial float64) (time.Time, bool) { return epoch(false).date(serial) }

// numberText writes a cell's number as its style means it.
func numberText(raw string, as styleKind, from epoch) string {
	x, err := strconv.ParseFloat(strings.TrimSpace(raw), 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return raw
	}
	switch as {
	case dated:
		if at, ok := from.date(x); ok {
			return dateText(at, x < 1)
		}
	case percent:
		return plainNumber(x*100) + "%"
	}
	return plainNumber(x)
}

func dateText(at time.Time, timeOnly bool) string {
	h, m, s := at.Clock()
	clock := at.Format("15:04")
	if s != 0 {
		clock = at.Format("15:04:05")
	}
	switch {
	case timeOnly:
		return clock
	case h == 0 && m == 0 && s == 0:
		return at.Format("2006-01-02")
	}
	return at.Format("2006-01-02 ") + clock
}

// plainNumber writes the 15 digits that a workbook keeps, never with an exponent.
func plainNumber(x float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'e', 14, 64), 64)
	if err != nil {
		rounded = x
	}
	if rounded == 0 {
		return "0"
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
