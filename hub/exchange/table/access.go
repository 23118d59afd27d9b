package table

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"bellhop/hub/crm"
)

// Access is an .mdb or .accdb file, read by the programs of mdbtools, each in a process
// of its own with bounded memory and time: a file made to crash them takes nothing of
// the hub along.
type Access struct {
	path   string
	limits Limits
}

const (
	accessMemoryKB = 256 << 10
	accessPatience = 2 * time.Minute
)

// OpenAccess checks that mdbtools are there.
func OpenAccess(path string, limits Limits) (*Access, error) {
	if _, err := exec.LookPath("mdb-export"); err != nil {
		return nil, &crm.Error{Code: crm.Unavailable, Key: "import.no_mdbtools"}
	}
	return &Access{path: path, limits: limits}, nil
}

// Close closes nothing: a process runs only while it is read.
func (a *Access) Close() error { return nil }

// tool starts one of the programs under limits that the shell sets: of memory, of time
// on the processor, of what it may write.
func (a *Access) tool(ctx context.Context, name string, args ...string) *exec.Cmd {
	line := []string{"-c", `ulimit -v "$0"; ulimit -t 120; ulimit -f 0; exec "$@"`, strconv.Itoa(accessMemoryKB), name}
	cmd := exec.CommandContext(ctx, "/bin/sh", append(line, args...)...)
	// Files of Access 97 don't say which code page they are in; newer ones are Unicode.
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "MDB_JET3_CHARSET=GB18030", "MDBICONV=UTF-8", "LC_ALL=C.UTF-8"}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// Tables lists the tables a user made, not those of Access itself.
func (a *Access) Tables(ctx context.Context) ([]Table, error) {
	ctx, cancel := context.WithTimeout(ctx, accessPatience)
	defer cancel()
	out := &bounded{max: 1 << 20}
	cmd := a.tool(ctx, "mdb-tables", "-1", "-t", "table", a.path)
	cmd.Stdout = out
	if err := cmd.Run(); err != nil {
		return nil, refusal("import.access_broken")
	}
	var list []Table
	for name := range strings.Lines(out.String()) {
		name = strings.TrimRight(name, "\n")
		if name == "" || strings.HasPrefix(name, "MSys") || strings.HasPrefix(name, "~") {
			continue
		}
		if list = append(list, Table{Name: name}); len(list) > a.limits.Tables {
			return nil, tooMany("import.too_many_tables", a.limits.Tables)
		}
	}
	if len(list) == 0 {
		return nil, refusal("import.access_empty")
	}
	return list, nil
}

// Each gives the names of the columns as line 1, then the rows.
func (a *Access) Each(ctx context.Context, table string, row func(int, []string) error) error {
	tables, err := a.Tables(ctx)
	if err != nil {
		return err
	}
	if table == "" {
		table = tables[0].Name
	}
	ctx, cancel := context.WithTimeout(ctx, accessPatience)
	defer cancel()
	cmd := a.tool(ctx, "mdb-export", "-b", "strip", "-D", "%Y-%m-%d", "-T", "%Y-%m-%d %H:%M:%S", "--", a.path, table)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	limits := a.limits
	limits.Rows++
	seen, stopped := 0, false
	err = eachCSV(ctx, out, ',', limits, func(_ int, cells []string) error {
		seen++
		for i := range cells {
			cells[i] = datePart(cells[i])
		}
		err := row(seen, cells)
		stopped = err != nil
		return err
	})
	out.Close() // a program still writing ends by it
	failed := cmd.Wait()
	switch {
	case err != nil || stopped:
		return err
	case seen == 0 || failed != nil:
		return refusal("import.access_broken")
	}
	return nil
}

// bounded keeps the first max bytes written to it and refuses more.
type bounded struct {
	bytes.Buffer
	max int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.max {
		return 0, io.ErrShortBuffer
	}
	return b.Buffer.Write(p)
}
