package api

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"bellhop/hub/crm"
)

// zipped makes an office document of its parts.
func zipped(t *testing.T, parts map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range parts {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		part.Write([]byte(text))
	}
	w.Close()
	return b.String()
}

// aPDF is one page with a line of text.
func aPDF(text string) string {
	var b strings.Builder
	var at []int
	add := func(object string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), object)
	}
	stream := "BT /F1 24 Tf 72 720 Td (" + text + ") Tj ET"
	b.WriteString("%PDF-1.4\n")
	add("<< /Type /Catalog /Pages 2 0 R >>")
	add("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
	add(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(stream), stream))
	add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.String()
}

// readFiles lets the hub read what was uploaded, until nothing waits.
func (o *office) readFiles() {
	o.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { o.server.Files.Run(ctx, slog.New(slog.DiscardHandler)); close(done) }()
	defer func() { cancel(); <-done }()
	for end := time.Now().Add(60 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		n, err := o.store.FilesWaiting(ctx)
		if err != nil {
			o.t.Fatal(err)
		}
		if n == 0 {
			return
		}
		if time.Now().After(end) {
			o.t.Fatalf("%d files wait still", n)
		}
	}
}

// searches gives what a search finds, by kind.
func (p *person) searches(typed string) map[string][]string {
	p.o.t.Helper()
	out := map[string][]string{}
	for i, group := range p.get("/api/search?q=" + url.QueryEscape(typed)).ok().list("groups") {
		out[group.(obj)["entity"].(string)] = p.get("/api/search?q=" + url.QueryEscape(typed)).labels(fmt.Sprintf("groups.%d.rows", i))
	}
	return out
}

func TestSearchInFiles(t *testing.T) {
	o := newOffice(t)
	boss, li, wang := o.user("boss", crm.Admin), o.user("li", crm.Sales), o.user("wang", crm.Sales)
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("库存;型号\n12;深沟球轴承6204\n")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("这一段说的是别的事情。", 3000)
	uploads := map[string]string{
		"轴承报价.bin":    "\x00\x01\x02",
		"说明.txt":      long + "末尾才提到轴承的润滑。",
		"库存.csv":      gbk,
		"网页.html":     "<html><style>p{轴承:x}</style><p>滚动<b>轴承</b>目录</p></html>",
		"技术协议.docx":   zipped(t, map[string]string{"word/document.xml": `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>主轴轴</w:t></w:r><w:r><w:t>承的游隙</w:t></w:r></w:p></w:body></w:document>`}),
		"清单.xlsx":     zipped(t, map[string]string{"xl/sharedStrings.xml": `<sst><si><t>推力轴承</t></si></sst>`, "xl/worksheets/sheet1.xml": `<worksheet><c><v>6204</v></c></worksheet>`}),
		"无关.txt":      "轴 与 承 不在一起",
		"坏的.docx":     "PK\x03\x04 not a zip at all",
		"脚本.html":     "<script>轴承</script><p>没有</p>",
		"manual.pdf":  aPDF("deep groove bearing manual"),
		"picture.jpg": "轴承",
	}
	want := []string{"轴承报价.bin", "说明.txt", "库存.csv", "网页.html", "技术协议.docx", "清单.xlsx"}
	var ids []any
	for name, content := range uploads {
		status, file := li.upload(name, content)
		if status != 201 {
			t.Fatalf("%s: %d %v", name, status, file)
		}
		ids = append(ids, file["id"])
	}
	customer := li.must("customer", obj{"name": "重型机械厂", "notes": "年底要换一批" + long[:300] + "进口轴承", "statement": ids}).str("id")
	li.must("contact", obj{"name": "赵工", "customer": customer, "notes": "懂轴承"})
	li.must("activity", obj{"text": "电话里谈到轴承的交期", "at": 1790000000000, "customer": customer})
	li.must("quote", obj{"customer": customer, "subject": "秋季轴承报价", "date": "2026-11-22", "amount": obj{"minor": 100, "currency": "CNY"}})
	li.must("order", obj{"customer": customer, "date": "2026-11-22", "notes": "轴承分两批发", "amount": obj{"minor": 100, "currency": "CNY"}})

	t.Run("QRY-04 file names are found at once, contents when they have been read", func(t *testing.T) {
		if got := li.searches("轴承")["file"]; !slices.Equal(got, []string{"轴承报价.bin"}) {
			t.Errorf("before: %q", got)
		}
		// What waits is kept: a hub that starts anew goes on.
		o.readFiles()
		seen := map[string]bool{}
		for _, typed := range []string{"轴承", "轴承 润滑", "轴承 深沟", "滚动轴承", "主轴轴承", "推力轴承", "轴承报价"} {
			for _, name := range li.searches(typed)["file"] {
				seen[name] = true
			}
		}
		for _, name := range want {
			if !seen[name] {
				t.Errorf("%s is not found", name)
			}
		}
		for _, name := range []string{"无关.txt", "坏的.docx", "脚本.html", "picture.jpg"} {
			if seen[name] {
				t.Errorf("%s is found", name)
			}
		}
	})
	t.Run("QRY-04 typing 轴承 finds it in customers, contacts, activities, documents and files", func(t *testing.T) {
		found := li.searches("轴承")
		for _, kind := range []string{"customer", "contact", "activity", "quote", "order", "file"} {
			if len(found[kind]) == 0 {
				t.Errorf("none among %s: %v", kind, found)
			}
		}
	})
	t.Run("QRY-04 a hit leads to the record it hangs on and shows the words around", func(t *testing.T) {
		a := li.get("/api/search?q=" + url.QueryEscape("推力轴承")).ok()
		a.want("groups.0.entity", "file").want("groups.0.rows.0.entity", "customer").want("groups.0.rows.0.id", customer).want("groups.0.rows.0.label", "清单.xlsx")
		if sub := a.str("groups.0.rows.0.sub"); !strings.Contains(sub, "重型机械厂") || !strings.Contains(sub, "推力轴承") {
			t.Errorf("%q", sub)
		}
	})
	t.Run("QRY-04 in a PDF", func(t *testing.T) {
		if _, err := exec.LookPath("pdftotext"); err != nil {
			t.Skip("there is no pdftotext")
		}
		if got := li.searches("groove bearing")["file"]; !slices.Equal(got, []string{"manual.pdf"}) {
			t.Errorf("%q", got)
		}
	})
	t.Run("QRY-04 by those alone who may read a record it hangs on, and the field", func(t *testing.T) {
		if got := wang.searches("轴承"); len(got) != 0 {
			t.Errorf("%v", got)
		}
		wu := boss.hire("wu", obj{"roles": []string{boss.role("看不见附件", obj{"*": obj{"actions": []string{"read"}, "reach": "all"}}, obj{"customer": obj{"statement": "hidden"}})}})
		if got := wu.searches("推力轴承"); len(got["file"]) != 0 {
			t.Errorf("%v", got)
		}
		if got := boss.searches("推力轴承")["file"]; len(got) != 1 {
			t.Errorf("%v", got)
		}
		row := li.get("/api/o/customer/" + customer).ok()
		li.change(row, obj{"statement": []any{}}).ok()
		if got := boss.searches("推力轴承")["file"]; len(got) != 0 {
			t.Errorf("taken off its record it is found still: %v", got)
		}
	})
	t.Run("QRY-04 of an important customer only after a purpose", func(t *testing.T) {
		_, file := boss.upload("机密.txt", "特种轴承图纸")
		row := boss.must("customer", obj{"name": "要客", "statement": []any{file["id"]}})
		o.readFiles()
		zhao := boss.hire("zhao", obj{"roles": []string{boss.role("全看", obj{"*": obj{"actions": []string{"read"}, "reach": "all"}}, nil)}})
		if got := zhao.searches("特种轴承")["file"]; len(got) != 1 {
			t.Errorf("%v", got)
		}
		boss.change(row, obj{"important": true}).ok()
		if got := zhao.searches("特种轴承")["file"]; len(got) != 0 {
			t.Errorf("%v", got)
		}
	})
}
