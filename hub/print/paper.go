package print

import "slices"

// Paper is a size of paper in millimetres. Height 0 is a roll: a page is as long as what
// stands on it.
type Paper struct {
	Name   string  `json:"name"` // of Papers, or "own"
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

// Papers an office has in its drawers. Envelopes are those of GB/T 1416; continuous
// paper is 241 mm wide with its holes, whole, halved and in three.
var Papers = []Paper{
	{"a4", 210, 297}, {"a4-landscape", 297, 210}, {"a5", 148, 210}, {"a5-landscape", 210, 148},
	{"241x280", 241, 279.4}, {"241x140", 241, 139.7}, {"241x93", 241, 93.1},
	{"roll-80", 80, 0}, {"roll-58", 58, 0},
	{"envelope-b6", 176, 125}, {"envelope-dl", 220, 110}, {"envelope-zl", 230, 120}, {"envelope-c5", 229, 162}, {"envelope-c4", 324, 229},
	{"label-60x40", 60, 40}, {"label-40x30", 40, 30},
}

// paper is the one of that name.
func paper(name string) Paper {
	i := slices.IndexFunc(Papers, func(p Paper) bool { return p.Name == name })
	if i < 0 {
		return Papers[0]
	}
	return Papers[i]
}
