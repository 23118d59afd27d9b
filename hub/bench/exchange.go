package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"bellhop/hub/crm"
)

// What an office of ten people brings in on its first day, and takes out before an audit.
const (
	importRows = 10_000
	exportRows = 100_000

	importBar = 20 * time.Second
	exportBar = 15 * time.Second
	// growth is how far above its memory before the hub may go for either.
	growth = 120 << 20
)

// exchanges measures files on their way in and out: a manager with the right to import
// brings importRows customers into an office that has as many, of which each tenth is
// there already; an administrator takes exportRows out as a workbook and as text.
func exchanges(ctx context.Context, o options, schema *crm.Schema) error {
	var figures []figure
	for _, part := range []struct {
		size int
		run  func(ctx context.Context, hub *program) ([]figure, error)
	}{{importRows, measureImports}, {exportRows, measureExports}} {
		dir, err := makeDatabase(ctx, o.dir, part.size, schema)
		if err != nil {
			return err
		}
		err = onCopy(ctx, o, dir, func(hub *program) error {
			found, err := part.run(ctx, hub)
			figures = append(figures, found...)
			return err
		})
		if err != nil {
			return err
		}
	}
	fmt.Println("\n== import and export ==")
	failed := 0
	for _, f := range figures {
		mark := "✓"
		if f.missed {
			mark, failed = "✗", failed+1
		}
		fmt.Printf("%-38s %s %s\n", f.name, f.value, mark)
	}
	if failed > 0 {
		fmt.Printf("\n%d figures are over their bar.\n", failed)
	}
	return nil
}

// onCopy runs the hub on a copy of the database in dir.
func onCopy(ctx context.Context, o options, dir string, fn func(hub *program) error) error {
	work, err := os.MkdirTemp(o.dir, "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := copyFile(filepath.Join(dir, "hub.db"), filepath.Join(work, "hub.db")); err != nil {
		return err
	}
	hub, err := start(ctx, "/api/health", filepath.Join(o.dir, "hub.log"), o.hub, func(address string) []string {
		return []string{"-listen", address, "-data", work, "-box", ""}
	})
	if err != nil {
		return err
	}
	defer hub.stop()
	time.Sleep(2 * time.Second)
	return fn(hub)
}

// passage measures what fn moves: its time, rows a second, processor time and the most
// memory the hub held meanwhile, above what it held before.
func passage(hub *program, name string, rows int, bar time.Duration, fn func() error) (figure, error) {
	before, err := hub.rss()
	if err != nil {
		return figure{}, err
	}
	if err := hub.forgetPeak(); err != nil {
		return figure{}, err
	}
	used, began := hub.cpu(), time.Now()
	if err := fn(); err != nil {
		return figure{}, fmt.Errorf("%s: %w", name, err)
	}
	took, cpu := time.Since(began), hub.cpu()-used
	peak, err := hub.peak()
	if err != nil {
		return figure{}, err
	}
	return figure{name: name, missed: took > bar || peak-before > growth,
		value: fmt.Sprintf("%6.2f s (bar %.0f s), %6.0f rows/s, CPU %.2f s, memory %d → %d MB (bar +%d MB)",
			took.Seconds(), bar.Seconds(), float64(rows)/took.Seconds(), cpu.Seconds(), before>>20, peak>>20, growth>>20)}, err
}

func measureImports(ctx context.Context, hub *program) (figures []figure, err error) {
	boss, lead := newClient(hub.url), newClient(hub.url)
	for user, c := range map[string]*client{"boss": boss, "lead": lead} {
		if err := c.login(user); err != nil {
			return nil, err
		}
	}
	if err := grantImport(boss); err != nil {
		return nil, err
	}
	there, err := boss.query("customer", map[string]any{"limit": 200})
	if err != nil {
		return nil, err
	}
	rows := customerRows(there)
	for _, kind := range []string{"xlsx", "csv in GBK"} {
		file, err := fileOf(kind, rows(kind))
		if err != nil {
			return nil, err
		}
		f, err := passage(hub, fmt.Sprintf("import %d customers, %s", importRows, kind), importRows, importBar, func() error {
			return lead.importFile(ctx, "名单."+kind[:4], file)
		})
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// grantImport lets account managers import customers.
func grantImport(boss *client) error {
	var list struct {
		Roles []map[string]any `json:"roles"`
	}
	if err := boss.ask("GET", "/api/roles", nil, &list); err != nil {
		return err
	}
	for _, role := range list.Roles {
		grants, _ := role["grants"].(map[string]any)
		for _, g := range grants {
			g, _ := g.(map[string]any)
			if actions, ok := g["actions"].([]any); ok {
				g["actions"] = append(actions, "import", "export")
			}
		}
		if err := boss.ask("PUT", fmt.Sprintf("/api/roles/%v", role["id"]), role, nil); err != nil && role["key"] == "account_manager" {
			return err
		}
	}
	return nil
}

// customerRows makes rows as another program exports them; every tenth has the number
// of a customer who is there.
func customerRows(there []record) func(kind string) [][]string {
	var numbers []string
	for _, c := range there {
		list, _ := c.Values["phones"].([]any)
		for _, p := range list {
			p, _ := p.(map[string]any)
			number, _ := p["number"].(string)
			numbers = append(numbers, number)
		}
	}
	return func(kind string) [][]string {
		r := rand.New(rand.NewPCG(uint64(len(kind)), 11))
		rows := [][]string{{"客户名称", "手机", "办公电话", "级别", "来源", "省份", "城市", "地址", "电子邮箱", "备注"}}
		for i := range importRows {
			office := landline(r)
			if i%10 == 0 && len(numbers) > 0 {
				office = pick(r, numbers)
			}
			city := pick(r, cities)
			rows = append(rows, []string{companyName(r), mobile(r), office, pick(r, []string{"A 重点", "B 优质", "C 普通"}), pick(r, []string{"来电", "展会", "网站"}),
				"", city, city + "市" + pick(r, streets) + strconv.Itoa(1+r.IntN(900)) + "号", fmt.Sprintf("sales%d@example.com", r.IntN(1e9)), pick(r, said)})
		}
		return rows
	}
}

func fileOf(kind string, rows [][]string) ([]byte, error) {
	if kind != "xlsx" {
		var text strings.Builder
		for _, row := range rows {
			text.WriteString(strings.Join(row, ",") + "\r\n")
		}
		return simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text.String()))
	}
	book := excelize.NewFile()
	defer book.Close()
	out, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for n, text := range row {
			cells[n] = text
		}
		if err := out.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := errors.Join(out.Flush(), book.Write(&b)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// importFile does what the page does: sends the file, asks how its columns are matched,
// looks at the preview, begins, and asks how far it is until it is done.
func (c *client) importFile(ctx context.Context, name string, file []byte) error {
	var job struct {
		ID      string `json:"id"`
		State   string `json:"state"`
		Error   string `json:"error"`
		Created int    `json:"created"`
		Skipped int    `json:"skipped"`
		Failed  int    `json:"failed"`
	}
	if err := c.ask("POST", "/api/imports", map[string]any{"entity": "customer", "name": name, "size": len(file)}, &job); err != nil {
		return err
	}
	path := "/api/imports/" + job.ID
	const piece = 1 << 20
	for at := 0; at < len(file); at += piece {
		if err := c.send(ctx, "PUT", fmt.Sprintf("%s/bytes?at=%d", path, at), bytes.NewReader(file[at:min(len(file), at+piece)])); err != nil {
			return err
		}
	}
	var tables struct {
		Tables []struct {
			Name string `json:"name"`
		} `json:"tables"`
	}
	if err := c.ask("GET", path+"/tables", nil, &tables); err != nil {
		return err
	}
	var glance struct {
		HeaderRow int              `json:"headerRow"`
		Encoding  string           `json:"encoding"`
		Delimiter string           `json:"delimiter"`
		Matched   []map[string]any `json:"matched"`
	}
	table := tables.Tables[0].Name
	if err := c.ask("POST", path+"/look", map[string]any{"table": table}, &glance); err != nil {
		return err
	}
	plan := map[string]any{"table": table, "headerRow": glance.HeaderRow, "encoding": glance.Encoding, "delimiter": glance.Delimiter,
		"columns": glance.Matched, "keys": [][]string{{"phones"}, {"name"}}, "action": "skip"}
	for _, step := range []string{"/preview", "/run"} {
		if err := c.ask("POST", path+step, plan, nil); err != nil {
			return err
		}
	}
	for job.State = "running"; job.State == "running"; time.Sleep(200 * time.Millisecond) {
		if err := c.ask("GET", path, nil, &job); err != nil {
			return err
		}
	}
	if job.State != "done" || job.Failed > 0 || job.Created < importRows/2 || job.Skipped < importRows/20 {
		return fmt.Errorf("the import ended as %+v", job)
	}
	return nil
}

func measureExports(ctx context.Context, hub *program) (figures []figure, err error) {
	boss := newClient(hub.url)
	if err := boss.login("boss"); err != nil {
		return nil, err
	}
	for _, format := range []string{"xlsx", "csv"} {
		f, err := passage(hub, fmt.Sprintf("export %d customers, %s", exportRows, format), exportRows, exportBar, func() error {
			var made struct {
				URL string `json:"url"`
			}
			if err := boss.ask("POST", "/api/o/customer/export", map[string]any{"format": format}, &made); err != nil {
				return err
			}
			return boss.send(ctx, "GET", made.URL, nil)
		})
		if err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	return figures, nil
}

// send asks for what is no JSON, in either direction; what comes is read as it comes and
// thrown away, as a slow browser's disk would take it.
func (c *client) send(ctx context.Context, method, path string, body io.Reader) error {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return err
	}
	for key, value := range c.header {
		req.Header.Set(key, value)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	n, err := io.Copy(io.Discard, res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d, %d bytes", method, path, res.StatusCode, n)
	}
	return err
}
