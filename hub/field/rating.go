package field

type rating struct{ integer }

// Rating is one to five stars.
var Rating Type = rating{}

const maxStars = 5

func (rating) Name() string { return "rating" }

func (rating) Parse(_ *Field, in any) (any, error) {
	if in == nil || in == "" {
		return nil, nil
	}
	n, ok := wholeNumber(in)
	if !ok || n < 0 || n > maxStars {
		return nil, &Error{Key: "field.not_rating"}
	}
	if n == 0 {
		return nil, nil
	}
	return n, nil
}
