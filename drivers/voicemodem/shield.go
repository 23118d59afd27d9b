package voicemodem

// Octets of V.253's shielding: in the sound a DLE announces an event or, doubled,
// stands for itself.
const (
	dle = 0x10
	etx = 0x03
	sub = 0x1a // <DLE><SUB> stands for two DLE in a row
)

// unshield splits a voice-mode stream into sound and events. The zero value is ready.
type unshield struct{ escaped bool }

// split appends the sound of p to dst and calls event with every shielded character
// ('R' ring, 'b' busy, …). It stops behind <DLE><ETX>, the end of the sound, and
// returns what follows it; rest is nil if there was none.
func (u *unshield) split(dst, p []byte, event func(byte)) (sound, rest []byte) {
	for i, c := range p {
		switch {
		case !u.escaped && c == dle:
			u.escaped = true
			continue
		case !u.escaped:
			dst = append(dst, c)
		case c == dle:
			dst = append(dst, dle)
		case c == sub:
			dst = append(dst, dle, dle)
		case c == etx:
			u.escaped = false
			return dst, p[i+1:]
		default:
			event(c)
		}
		u.escaped = false
	}
	return dst, nil
}
