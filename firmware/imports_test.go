package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// module is the prefix of our own packages.
const module = "bellhop/"

// arrows says what each folder may import of ours: the longest folder that a package
// lies in decides. "x" allows that package, "x/..." all below it too. Import lines are
// read with go/parser, because the test cache does not see what "go list" reads.
var arrows = map[string][]string{
	"board":     {"board/..."},
	"drivers":   {"drivers/...", "board"},
	"firmware":  {"firmware/...", "drivers/...", "board/..."},
	"web":       {},
	"hub":       {"hub/...", "web", "firmware/boxapi"},
	"hub/auth":  {"hub/crm", "hub/store", "hub/audit/trail"},
	"hub/label": {},
	"hub/phone": {},

	// Pure sound.
	"drivers/audio":        {"drivers/audio", "drivers/dsp"},
	"drivers/dsp":          {},
	"drivers/fsk":          {"drivers/dsp"},
	"drivers/dtmf":         {"drivers/dsp"},
	"drivers/tone":         {"drivers/dsp"},
	"drivers/callerid":     {"drivers/callerid/...", "drivers/fsk", "drivers/dtmf", "drivers/dsp"},
	"drivers/callerid/all": {"drivers/callerid/...", "drivers/fsk"},
	"drivers/fxo":          {"board"},
	"drivers/led":          {"board"},
	"drivers/button":       {"board"},
	"drivers/qr":           {},
	"drivers/oled":         {"drivers/qr"},
	"drivers/modem":        {"drivers/modem/...", "drivers/pty"},
	"drivers/pty":          {},
	"drivers/voicemodem": {"drivers/voicemodem/...", "drivers/audio", "drivers/audio/wav", "drivers/callerid", "drivers/callerid/mdmf",
		"drivers/listen", "drivers/pty"},

	"drivers/callerid/bench":        {"drivers/..."}, // a program
	"drivers/callerid/calleridtest": {"drivers/..."}, // the suite of every standard

	// The box, part by part. Only main knows all of them.
	"firmware/boxapi":    {},
	"firmware/config":    {},
	"firmware/outbox":    {"firmware/boxapi"},
	"firmware/boxserver": {"firmware/boxapi", "firmware/outbox", "drivers/audio/wav"},
	"firmware/line":      {"firmware/boxapi", "drivers/audio", "drivers/audio/wav", "drivers/callerid", "drivers/dsp", "drivers/listen"},
	"firmware/recorder":  {"firmware/boxapi", "firmware/outbox", "drivers/audio/...", "drivers/dsp"},
	"firmware/sms":       {"firmware/boxapi", "drivers/modem"},
	"firmware/console":   {"firmware/boxapi", "drivers/pty"},
	"firmware/system":    {"firmware/boxapi", "drivers/pty"},
	"firmware/support":   {},
	"firmware/scope": {"firmware/boxapi", "drivers/audio", "drivers/audio/wav", "drivers/callerid", "drivers/dsp", "drivers/fsk",
		"drivers/listen", "drivers/pty"},
	"firmware/decode": {"drivers/audio/wav", "drivers/callerid", "drivers/listen"},
	"firmware/update": {"firmware/boxapi"},

	"firmware/update/bellhop-update": {"firmware/update"}, // a program

	// The card: made and tried outside of the box.
	"images": {"images/...", "firmware/update", "firmware/boxapi", "drivers/led", "board"},

	// The hub: words first, then records, then what works with them; api last.
	"hub/config":      {},
	"hub/cert":        {"hub/label"},
	"hub/field":       {"hub/label", "hub/region"},
	"hub/region":      {"hub/search"},
	"hub/options":     {},
	"hub/search":      {},
	"hub/audit/trail": {},
	"hub/store/plans": {},
	"hub/crm":         {"hub/field", "hub/label", "hub/options"},
	"hub/rights":      {"hub/crm", "hub/field"},
	"hub/store":       {"hub/crm", "hub/field", "hub/phone", "hub/rights", "hub/search", "hub/audit/trail", "hub/options", "hub/store/plans"},
	"hub/boxclient":   {"firmware/boxapi", "hub/boxclient"},
}

// alone names packages from outside that one folder of ours has to itself.
var alone = map[string][]string{
	"github.com/gofiber/":           {"hub/api"},
	"github.com/mattn/go-sqlite3":   {"hub/store", "hub/exchange/table"}, // the second reads files of others
	"github.com/gen2brain/malgo":    {"drivers/audio/alsa"},
	"github.com/hajimehoshi/go-mp3": {"drivers/audio/mp3"},
	"github.com/warthog618/":        {"drivers/modem"},
	"periph.io/x/host/":             {"firmware", "images/testroot"},
	"periph.io/":                    {"board", "drivers", "firmware", "images/testroot"},
}

// never says what must not be imported where, whatever arrows allows.
func never(folder, path string) string {
	in := func(f string) bool { return within(folder, f) }
	switch {
	case path == module+"hub/api" && !in("hub/api") && !in("hub/bench") && folder != "hub":
		return "nothing rests on hub/api but the hub's main and its benchmark"
	case in("hub/api") && path == module+"web":
		return "the hub's main hands the page's files to api"
	case path == module+"web" && folder != "hub":
		return "only the hub's main embeds the page"
	case in("hub/modules") && strings.HasPrefix(path, module+"hub/store"):
		return "a module holds no SQL"
	case path == module+"firmware/boxapi" && in("hub") && folder != "hub" && !in("hub/boxclient") && !in("hub/telephony") && !in("hub/api"):
		return "the box is telephony's and boxclient's business"
	}
	return ""
}

func TestImports(t *testing.T) {
	seen := 0
	for _, top := range []string{"board", "drivers", "firmware", "hub", "images", "web"} {
		err := filepath.WalkDir(filepath.Join("..", top), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "dist") {
				return filepath.SkipDir
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return nil
			}
			seen++
			checkImports(t, path)
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if seen < 50 {
		t.Fatalf("only %d source files found", seen)
	}
}

func checkImports(t *testing.T, path string) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../")
	for _, i := range file.Imports {
		name, _ := strconv.Unquote(i.Path.Value)
		if why := never(folder, name); why != "" {
			t.Errorf("%s imports %s: %s", path, name, why)
		}
		if ours, ok := strings.CutPrefix(name, module); ok {
			if folder != ours && !allowed(folder, ours) {
				t.Errorf("%s imports %s, which the arrows do not allow", path, name)
			}
			continue
		}
		for prefix, owners := range alone {
			if strings.HasPrefix(name, prefix) && !slices.ContainsFunc(owners, func(o string) bool { return within(folder, o) }) {
				t.Errorf("%s imports %s, which belongs to %v", path, name, owners)
			}
		}
	}
}

// allowed reports whether a package in folder may import ours.
func allowed(folder, ours string) bool {
	rule := folder
	for arrows[rule] == nil {
		cut := strings.LastIndexByte(rule, '/')
		if cut < 0 {
			return false
		}
		rule = rule[:cut]
	}
	for _, to := range arrows[rule] {
		if base, ok := strings.CutSuffix(to, "/..."); ok && within(ours, base) || ours == to {
			return true
		}
	}
	return false
}

func within(folder, of string) bool { return folder == of || strings.HasPrefix(folder, of+"/") }
