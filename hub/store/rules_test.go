package store

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The rules that keep the data movable between engines: SQL in one package, of one
// common kind, and nothing in it that only one engine knows or that thinks for itself.
var (
	statement = regexp.MustCompile(`(?s)\b(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|VIEW|TRIGGER)\b|PRAGMA\s)`)

	forbidden = map[string]*regexp.Regexp{
		"an engine's own way to make IDs":                  regexp.MustCompile(`(?i)\b(AUTOINCREMENT|SERIAL|last_insert_rowid|rowid|GENERATED)\b`),
		"ON CONFLICT .. DO UPDATE instead":                 regexp.MustCompile(`(?i)\b(INSERT\s+OR|REPLACE\s+INTO)\b`),
		"time is told by the program":                      regexp.MustCompile(`(?i)\b(datetime|strftime|julianday|unixepoch|CURRENT_TIMESTAMP|CURRENT_DATE)\b|\bnow\(\)`),
		"JSON is for the program to read":                  regexp.MustCompile(`(?i)\b(json_extract|json_each|jsonb?_\w+)\b|->>`),
		"not every engine has it":                          regexp.MustCompile(`(?i)\b(GLOB|ILIKE|REGEXP|PRAGMA|sqlite_master|pg_catalog|information_schema)\b|\bprintf\(|\brandom\(`),
		"the engine's like() looks away from case":         regexp.MustCompile(`(?i)\bCOLLATE\b`),
		"nothing happens by itself in the database":        regexp.MustCompile(`(?i)\bTRIGGER\b|\bON\s+DELETE\b|\bCREATE\s+VIEW\b`),
		"locks are the engine's":                           regexp.MustCompile(`(?i)\bFOR\s+UPDATE\b|\bLOCK\s+TABLE\b|\badvisory\b`),
		"a subquery in FROM has a name (PostgreSQL wants)": regexp.MustCompile(`(?s)\bFROM \(SELECT[^()]*(\([^()]*\)[^()]*)*\)\s*($|WHERE|ORDER|LIMIT|\))`),
	}

	otherTypes = regexp.MustCompile(`(?i)\b(REAL|FLOAT|DOUBLE|NUMERIC|DECIMAL|VARCHAR|CHAR|BOOLEAN|DATE|DATETIME|TIMESTAMP|BIGINT|JSON)\b[^,\n]*(NOT NULL|DEFAULT|PRIMARY|,|\n)`)
)

// Some files ask databases that aren't ours.
var foreign = []string{"exchange/"}

// Engines speak their own language in their own files.
func ownLanguage(name string) bool {
	return strings.HasPrefix(name, "engine") || strings.HasSuffix(name, ".sqlite.sql") || strings.HasSuffix(name, ".postgres.sql")
}

func TestRules(t *testing.T) {
	root := ".."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		inside := strings.HasPrefix(rel, "store"+string(filepath.Separator))
		switch {
		case strings.HasSuffix(path, "_test.go"), strings.Contains(rel, "storetest"), strings.HasPrefix(rel, "bench"+string(filepath.Separator)+"peer"):
		case strings.HasSuffix(path, ".go"):
			checkGo(t, path, rel, inside)
		case inside && strings.HasSuffix(path, ".sql") && !ownLanguage(d.Name()):
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			checkSQL(t, path, withoutComments(string(text)))
			if found := otherTypes.FindString(withoutComments(string(text))); found != "" {
				t.Errorf("%s: %q: the types are INTEGER, TEXT and BLOB", path, strings.TrimSpace(found))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkGo(t *testing.T, path, rel string, inside bool) {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, own := range foreign {
		if strings.HasPrefix(filepath.ToSlash(rel), own) {
			return
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "LastInsertId" {
			t.Errorf("%s: LastInsertId: the program makes IDs", path)
		}
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil || !statement.MatchString(text) {
			return true
		}
		switch {
		case !inside:
			t.Errorf("%s: SQL outside of hub/store: %.60q", path, text)
		case !ownLanguage(filepath.Base(path)):
			checkSQL(t, path, text)
		}
		return true
	})
}

func checkSQL(t *testing.T, path, text string) {
	text = strings.ReplaceAll(text, "WITHOUT ROWID", "") // the engine takes it out
	for why, pattern := range forbidden {
		if found := pattern.FindString(text); found != "" {
			t.Errorf("%s: %q: %s", path, found, why)
		}
	}
}

func withoutComments(text string) string {
	return regexp.MustCompile(`--[^\n]*`).ReplaceAllString(text, "")
}

// TestRulesBite tries each rule on what it is there to find.
func TestRulesBite(t *testing.T) {
	for text, bad := range map[string]bool{
		`SELECT id FROM call WHERE id = ?`:                                      false,
		`SELECT count(*) FROM (SELECT 1 FROM call LIMIT ?) counted`:             false,
		`SELECT count(*) FROM (SELECT max(id) FROM call) WHERE 1 = 1`:           true,
		`SELECT count(*) FROM (SELECT 1 FROM call)`:                             true,
		`INSERT OR REPLACE INTO a (b) VALUES (?)`:                               true,
		`INSERT INTO a (b) VALUES (?) ON CONFLICT (b) DO UPDATE SET b = 1`:      false,
		`SELECT datetime('now') FROM a`:                                         true,
		`SELECT a->>'b' FROM a`:                                                 true,
		`CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT)`:                 true,
		`CREATE TABLE a (b INTEGER REFERENCES c(id) ON DELETE CASCADE)`:         true,
		`SELECT id FROM a WHERE b GLOB ?`:                                       true,
		`SELECT id FROM a ORDER BY b COLLATE NOCASE`:                            true,
		`UPDATE number_counter SET last = last + 1 WHERE series = ?`:            false,
		`SELECT record_id FROM search_key WHERE entity = ? AND key >= ?`:        false,
		`CREATE TRIGGER x AFTER INSERT ON a BEGIN DELETE FROM b WHERE 1=1; END`: true,
	} {
		found := false
		for _, pattern := range forbidden {
			found = found || pattern.MatchString(text)
		}
		if found != bad {
			t.Errorf("%s: found %v", text, found)
		}
		if !statement.MatchString(text) {
			t.Errorf("%s: not seen as SQL", text)
		}
	}
	if statement.MatchString("select the records from the list") {
		t.Error("plain words are taken for SQL")
	}
}
