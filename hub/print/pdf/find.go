package pdf

import (
	"errors"
	"path/filepath"
)

// Places where Debian and others put fonts with Chinese and TrueType outlines, the
// better ones first.
var Places = []string{
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",            // fonts-wqy-microhei
	"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", // fonts-droid-fallback
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",              // fonts-wqy-zenhei
	"/usr/share/fonts/truetype/arphic/uming.ttc",                // fonts-arphic-uming
	"/usr/share/fonts/truetype/lxgw-wenkai/*.ttf",               // fonts-lxgw-wenkai
	"/System/Library/Fonts/STHeiti Light.ttc",                   // macOS
	"C:/Windows/Fonts/simsun.ttc",
}

// ErrNoFont is the answer where no font with Chinese characters is installed.
var ErrNoFont = errors.New("pdf: no TrueType font with Chinese characters is installed (Debian: apt-get install fonts-wqy-microhei)")

// FindFont opens the font of path, or where path is empty the first of Places.
func FindFont(path string) (*Font, error) {
	if path != "" {
		return OpenFont(path)
	}
	for _, pattern := range Places {
		found, _ := filepath.Glob(pattern) // the patterns are good
		for _, name := range found {
			if f, err := OpenFont(name); err == nil && f.has('零') {
				return f, nil
			}
		}
	}
	return nil, ErrNoFont
}
