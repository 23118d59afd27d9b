package phone

// Keys are the words by which a caller is looked up among stored numbers, in the
// order of the ladder: a later rung counts only where every earlier one found nobody.
type Keys struct {
	Exact string // the canonical number
	Local string // its subscriber part, for a caller of the office's own area; else ""
	Tail  string // see Tail; "" where the number is too short to say anything
	// TailCounts says that a tail found is the caller (a digit of his number may be
	// wrong, or nobody knows his area). Otherwise it is a neighbour worth showing.
	TailCounts bool
}

// Keys gives the ladder for n as heard in an office with areaCode.
func (n Number) Keys(areaCode string) Keys {
	k := Keys{Exact: n.Canonical, Tail: Tail(n.Canonical), TailCounts: n.Uncertain}
	if code := Area(n.Canonical); code != "" && code == area(areaCode) {
		k.Local = National(n.Canonical)[len(code):]
	}
	return k
}

// tailLen is what an exchange sends of a number at the least: the subscriber part.
const tailLen = 8

// Tail is the part of a canonical number that survives a wrong or missing beginning:
// its last 8 digits, 7 for a number of 7. Stored beside every number, under an index.
// Numbers of fewer digits and service numbers have none.
func Tail(canonical string) string {
	d := digits(canonical)
	switch {
	case len(d) < 7 || isService(d):
		return ""
	case len(d) < tailLen:
		return d
	}
	return d[len(d)-tailLen:]
}

// Switchboard gives the part a company's extensions share: the number without its
// last two digits, for landlines; else "".
func Switchboard(canonical string) string {
	if Area(canonical) == "" {
		return ""
	}
	return canonical[:len(canonical)-2]
}
