package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
)

// plot writes the curve as SVG into folder; an empty folder writes nothing. Others
// are drawn through their two points as error functions.
func (c curve) plot(folder string, points []point) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	const w, h, left, top = 720, 420, 56, 40
	low, high := c.snr[0]-1, 16.0
	x := func(snr float64) float64 { return left + (snr-low)/(high-low)*(w-left-20) }
	y := func(share float64) float64 { return top + (1-share)*(h-top-50) }
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`, w, h)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="#fff"/><text x="%d" y="24" font-size="15">%s</text>`, w, h, left, c.title)
	for s := math.Ceil(low); s <= high; s++ {
		fmt.Fprintf(&b, `<path d="M%.1f %.1fV%.1f" stroke="#e4e4e7"/><text x="%.1f" y="%.1f" text-anchor="middle">%.0f</text>`, x(s), y(0), y(1), x(s), y(0)+16, s)
	}
	for i := 0; i <= 4; i++ {
		v := float64(i) / 4
		fmt.Fprintf(&b, `<path d="M%.1f %.1fH%.1f" stroke="#e4e4e7"/><text x="%d" y="%.1f" text-anchor="end">%.0f %%</text>`, x(low), y(v), x(high), left-6, y(v)+4, 100*v)
	}
	fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" text-anchor="middle">SNR in 300-3400 Hz, dB</text>`, (x(low)+x(high))/2, y(0)+36)
	colours := []string{"#a1a1aa", "#d97706", "#059669", "#7c3aed", "#db2777", "#0891b2", "#65a30d", "#92400e", "#475569", "#dc2626"}
	for i, r := range c.refs {
		line(&b, colours[i%len(colours)], 1.2, `4 3`, func(yield func(px, py float64)) {
			spread := math.Max(r.most-r.half, 0.2) / 1.645
			for s := low; s <= high; s += 0.1 {
				yield(x(s), y(0.5*math.Erfc(-(s-r.half)/spread/math.Sqrt2)))
			}
		})
		legend(&b, float64(w-236), y(0)-18*float64(len(c.refs)-i)-8, colours[i%len(colours)], r.name)
	}
	line(&b, "#2563eb", 2.5, "", func(yield func(px, py float64)) {
		for _, p := range points {
			if p.snr <= high {
				yield(x(p.snr), y(float64(p.right)/float64(p.number)))
			}
		}
	})
	legend(&b, float64(w-236), y(0)-18*float64(len(c.refs)+1)-8, "#2563eb", "ours")
	b.WriteString("</svg>\n")
	return os.WriteFile(filepath.Join(folder, c.file), []byte(b.String()), 0o644)
}

func line(b *strings.Builder, colour string, width float64, dash string, points func(func(x, y float64))) {
	fmt.Fprintf(b, `<polyline fill="none" stroke="%s" stroke-width="%.1f" stroke-dasharray="%s" points="`, colour, width, dash)
	points(func(x, y float64) { fmt.Fprintf(b, "%.1f,%.1f ", x, y) })
	b.WriteString(`"/>`)
}

func legend(b *strings.Builder, x, y float64, colour, text string) {
	fmt.Fprintf(b, `<path d="M%.1f %.1fh22" stroke="%s" stroke-width="2.5"/><text x="%.1f" y="%.1f">%s</text>`, x, y, colour, x+28, y+4, text)
}
