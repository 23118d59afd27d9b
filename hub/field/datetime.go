package field

type datetime struct{}

// Moment is a point in time, Unix milliseconds.
var Moment Type = datetime{}

// maxMoment is the year 3000: a larger number was meant in another unit.
const maxMoment = 32_503_680_000_000

func (datetime) Name() string                { return "datetime" }
func (datetime) Columns(key string) []Column { return []Column{{key, Integer}} }
func (datetime) Bind(v any) []any            { return bindInt(v) }
func (datetime) Scan(cols []any) any         { return scanInt(cols) }
func (datetime) Ops() []Op                   { return dateOps }

func (datetime) Parse(_ *Field, in any) (any, error) {
	if in == nil || in == "" {
		return nil, nil
	}
	n, ok := wholeNumber(in)
	if !ok || n < -maxMoment || n > maxMoment {
		return nil, errMoment
	}
	return n, nil
}

var errMoment = &Error{Key: "field.not_datetime"}

func (t datetime) Operand(f *Field, _ Op, in any) (any, error) {
	v, err := t.Parse(f, in)
	if v == nil || err != nil {
		return nil, errMoment
	}
	return v, nil
}
