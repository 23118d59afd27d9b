package mdmf

import (
	"bellhop/drivers/fsk"
)

// The likelihood of octets by where they stand in a message.
var (
	kinds = weighted(map[byte]float64{Call: 60, SingleCall: 20, Waiting: 8, SingleWaiting: 4, Charge: 2, SMS: 1})
	types = weighted(map[byte]float64{
		Time: 20, Number: 20, NumberReason: 10, Name: 15, NameReason: 5, Called: 4, Redirected: 2, 0x06: 2,
		Lamp: 4, 0x0d: 1, 0x0e: 1, 0x0f: 1, Complementary: 3, CallType: 4, FirstCaller: 2, Messages: 2,
		Forwarding: 3, CallingUser: 2, Redirecting: 2, 0x20: 1, 0x21: 1, 0x23: 1, 0x30: 1, 0x50: 1, 0x55: 1, 0xe0: 1,
	})
	length  = fsk.NewPrior(func(b byte) float64 { return 1 / (1 + float64(b)/40) })
	short   = fsk.NewPrior(func(b byte) float64 { return pick(b <= 40, 1, 0.02) })
	eight   = weighted(map[byte]float64{8: 1})
	one     = weighted(map[byte]float64{1: 1})
	numbers = fsk.NewPrior(func(b byte) float64 { return pick(b >= 1 && b <= 15, 1, pick(b <= 32, 0.05, 0)) })
	digit   = fsk.NewPrior(func(b byte) float64 {
		return pick(b >= '0' && b <= '9', 1, pick(b == '*' || b == '#' || b == '+' || b == '-', 0.01, 0))
	})
	reasons = weighted(map[byte]float64{'O': 1, 'P': 1})
	text    = fsk.NewPrior(func(b byte) float64 {
		switch {
		case b >= 'A' && b <= 'Z':
			return 6
		case b == ' ', b >= 'a' && b <= 'z':
			return 3
		case b >= 0xa1 && b < 0xff, b >= '0' && b <= '9':
			return 1
		case b >= 0x20 && b < 0x7f:
			return 0.5
		}
		return 0.02
	})
	any   = fsk.NewPrior(func(byte) float64 { return 1 })
	clock = [8]*fsk.Prior{span('0', '1'), digit, span('0', '3'), digit, span('0', '2'), digit, span('0', '5'), digit}
)

func pick(is bool, yes, no float64) float64 {
	if is {
		return yes
	}
	return no
}

func weighted(w map[byte]float64) *fsk.Prior {
	return fsk.NewPrior(func(b byte) float64 { return w[b] })
}

func span(from, to byte) *fsk.Prior {
	return fsk.NewPrior(func(b byte) float64 { return pick(b >= from && b <= to, 1, 0) })
}

// Grammar is fsk.Grammar for messages of this format: what may follow octets.
func Grammar(octets []byte) fsk.Next {
	n := len(octets)
	switch n {
	case 0:
		return fsk.Next{Prior: kinds, State: 0}
	case 1:
		return fsk.Next{Prior: length, State: 1<<24 | uint32(octets[0])}
	}
	total := int(octets[1])
	at := n - 2 // octets of the body received
	state := uint32(octets[0])<<24 | uint32(total-at)<<8
	switch {
	case at > total:
		return fsk.Next{Done: true, State: state | 0xff}
	case at == total:
		if octets[0] >= 0x80 && !whole(octets[2:]) {
			return fsk.Next{Dead: true}
		}
		return fsk.Next{Prior: any, State: state | 0xfe}
	}
	switch octets[0] {
	case SingleCall:
		if at < 8 {
			return fsk.Next{Prior: clock[at], State: state}
		}
		if total == 9 {
			return fsk.Next{Prior: reasons, State: state}
		}
		return fsk.Next{Prior: digit, State: state}
	case SingleWaiting:
		return fsk.Next{Prior: any, State: state}
	}
	return parameter(octets[2:], total, state)
}

// whole reports whether the last parameter of body is complete.
func whole(body []byte) bool {
	for len(body) > 1 {
		if len(body) < 2+int(body[1]) {
			return false
		}
		body = body[2+int(body[1]):]
	}
	return len(body) == 0
}

// parameter says what follows body, the beginning of a list of parameters that takes
// total octets.
func parameter(body []byte, total int, state uint32) fsk.Next {
	i := 0
	for {
		if i == len(body) {
			return fsk.Next{Prior: types, State: state | 1}
		}
		kind := body[i]
		if i+1 == len(body) {
			if i+2 > total {
				return fsk.Next{Dead: true}
			}
			return fsk.Next{Prior: lengthOf(kind), State: state | 2 | uint32(kind)<<4}
		}
		size := int(body[i+1])
		if i+2+size > total {
			return fsk.Next{Dead: true}
		}
		if at := len(body) - i - 2; at < size {
			return fsk.Next{Prior: contentOf(kind, at, size), State: state ^ uint32(kind)<<16 ^ uint32(size-at)<<3 | 3}
		}
		i += 2 + size
	}
}

func lengthOf(kind byte) *fsk.Prior {
	switch kind {
	case Time:
		return eight
	case NumberReason, NameReason, Lamp, CallType, Messages, Forwarding, CallingUser:
		return one
	case Number, Called, Complementary, FirstCaller, Redirecting:
		return numbers
	}
	return short
}

func contentOf(kind byte, at, size int) *fsk.Prior {
	switch kind {
	case Time:
		if size == 8 {
			return clock[at]
		}
	case Number, Called, Complementary, FirstCaller, Redirecting:
		return digit
	case NumberReason, NameReason:
		return reasons
	case Name:
		return text
	}
	return any
}

// Known reports whether a message may begin with this octet.
func Known(kind byte) bool {
	switch kind {
	case Call, SingleCall, Waiting, SingleWaiting, Charge, SMS:
		return true
	}
	return false
}
