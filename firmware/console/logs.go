package console

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"
)

const logLines = 200

// logs shows the last lines of a log, a page at a time.
func (m *menu) logs(ctx context.Context) error {
	var options []option
	for _, unit := range []string{"firmware", "hub", "system", "kernel", "all"} {
		options = append(options, option{unit, func(ctx context.Context) error {
			var out struct {
				Text string `json:"text"`
			}
			if ok, err := m.ask(ctx, "logs", map[string]any{"unit": unit, "lines": logLines}, &out); !ok {
				return err
			}
			return m.page(out.Text)
		}})
	}
	return m.pick(ctx, options...)
}

const pageRows = 22

// page shows a text as a screen holds it; what can't be shown is a dot.
func (m *menu) page(text string) error {
	var rows []string
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		rows = append(rows, cut(line)...)
	}
	for i, row := range rows {
		if i > 0 && i%pageRows == 0 {
			answer, err := m.t.ask("-- more: Enter, or q to stop -- ")
			if err != nil || strings.EqualFold(strings.TrimSpace(answer), "q") {
				return err
			}
		}
		if err := m.t.print("%s\n", row); err != nil {
			return err
		}
	}
	return nil
}

// cut breaks a line to the width of the screen and takes out what would move the cursor.
func cut(line string) (rows []string) {
	var row []rune
	for len(line) > 0 {
		r, n := utf8.DecodeRuneInString(line)
		line = line[n:]
		if r < ' ' || r == 0x7f || r == utf8.RuneError || r >= 0x80 && r < 0xa0 {
			r = '.'
		}
		if len(row) == width {
			rows, row = append(rows, string(row)), nil
		}
		row = append(row, r)
	}
	return append(rows, string(row))
}

// support writes one file with logs and state but nothing of customers.
func (m *menu) support(context.Context) error {
	if m.cfg.Support == nil {
		return m.t.print("\nThis box makes no support bundle.\n")
	}
	folder := "/var/tmp"
	if sticks, _ := filepath.Glob("/media/*"); len(sticks) > 0 {
		folder = sticks[0]
	}
	answer, err := m.t.askLong(fmt.Sprintf("Folder to write it to (Enter for %s): ", folder))
	if err != nil {
		return err
	}
	if answer = strings.TrimSpace(answer); answer != "" {
		folder = answer
	}
	path := filepath.Join(folder, "bellhop-support-"+time.Now().Format("20060102-150405")+".tar.gz")
	if err := writeTo(path, m.cfg.Support); err != nil {
		return m.failed("write the support bundle", err)
	}
	m.did("support bundle written")
	return m.t.print("\nWritten: %s\nIt has logs and state of the box, and no customer's data.\n", path)
}

func writeTo(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		os.Remove(path)
		return err
	}
	return f.Close()
}
