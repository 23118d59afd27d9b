package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // formats a picture may have
	_ "image/png"
)

// Image is a picture that any number of pages may show.
type Image struct {
	Width, Height int    // pixels
	pixels        []byte // red, green, blue
}

// maxPixels on a side: what 300 dots per inch make of ten centimetres.
const maxPixels = 1200

// DecodeImage reads a PNG or JPEG. What shines through is laid on white, what is larger
// than paper shows is made smaller.
func DecodeImage(data []byte) (*Image, error) {
	src, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	bounds := src.Bounds()
	step := max(1, (max(bounds.Dx(), bounds.Dy())+maxPixels-1)/maxPixels)
	img := &Image{Width: (bounds.Dx() + step - 1) / step, Height: (bounds.Dy() + step - 1) / step}
	if img.Width == 0 || img.Height == 0 {
		return nil, image.ErrFormat
	}
	img.pixels = make([]byte, 0, img.Width*img.Height*3)
	for y := bounds.Min.Y; y < bounds.Max.Y; y += step {
		for x := bounds.Min.X; x < bounds.Max.X; x += step {
			img.pixels = append(img.pixels, average(src, x, y, min(x+step, bounds.Max.X), min(y+step, bounds.Max.Y))...)
		}
	}
	return img, nil
}

// average is the colour of a patch, on white.
func average(src image.Image, x0, y0, x1, y1 int) []byte {
	var r, g, b, n uint64
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			c := color.RGBA64Model.Convert(src.At(x, y)).(color.RGBA64)
			white := uint64(0xffff - c.A)
			r, g, b, n = r+uint64(c.R)+white, g+uint64(c.G)+white, b+uint64(c.B)+white, n+1
		}
	}
	return []byte{byte(r / n >> 8), byte(g / n >> 8), byte(b / n >> 8)}
}

func (img *Image) write(w *Writer, n int) {
	w.stream(n, fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8", img.Width, img.Height), img.pixels)
}
