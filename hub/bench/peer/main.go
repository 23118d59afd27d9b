// Command peer serves the rows of a hub's database from PocketBase, so that both can be
// asked the same questions in the same minutes. It is a module of its own: nothing of it
// is part of the product.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/apis"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8099", "address")
	hub := flag.String("hub", "", "the hub's database file, which nothing else has open")
	data := flag.String("data", "", "folder of PocketBase's database")
	flag.Parse()
	if err := run(*listen, *hub, *data); err != nil {
		log.Fatal(err)
	}
}

func run(listen, hub, data string) error {
	app := pocketbase.NewWithConfig(pocketbase.Config{DefaultDataDir: data, HideStartBanner: true})
	if err := app.Bootstrap(); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(data, "filled")); err != nil {
		if err := fill(app, hub); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(data, "filled"), nil, 0o600); err != nil {
			return err
		}
	}
	about, err := describe(app)
	if err != nil {
		return err
	}
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		e.Router.GET("/bench", func(r *core.RequestEvent) error { return r.JSON(http.StatusOK, about) })
		return e.Next()
	})
	return apis.Serve(app, apis.ServeConfig{HttpAddr: listen, ShowStartBanner: false})
}

// fill makes the collections and copies the rows. Whoever is logged in reads and writes;
// which owners' records, the question says.
func fill(app core.App, hub string) error {
	rule := types.Pointer("@request.auth.id != ''")
	person := core.NewBaseCollection("person")
	person.Fields.Add(&core.TextField{Name: "team"})
	person.AddIndex("p_team", false, "team", "")
	person.ListRule, person.ViewRule = rule, rule
	if err := app.Save(person); err != nil {
		return err
	}
	customer := core.NewBaseCollection("customer")
	customer.Fields.Add(&core.RelationField{Name: "owner", CollectionId: person.Id, MaxSelect: 1})
	for _, name := range []string{"name", "phone", "phones", "status", "level"} {
		customer.Fields.Add(&core.TextField{Name: name})
	}
	customer.Fields.Add(&core.NumberField{Name: "updated_at"})
	for _, index := range [][2]string{{"c_updated", "updated_at"}, {"c_owner", "owner, updated_at"}, {"c_phone", "phone"}, {"c_name", "name"},
		{"c_status", "status"}, {"c_level", "level"}} {
		customer.AddIndex(index[0], false, index[1], "")
	}
	activity := core.NewBaseCollection("activity")
	for _, name := range []string{"customer", "text"} {
		activity.Fields.Add(&core.TextField{Name: name})
	}
	activity.Fields.Add(&core.NumberField{Name: "at"})
	activity.AddIndex("a_customer", false, "customer, at", "")
	for _, c := range []*core.Collection{customer, activity} {
		c.ListRule, c.ViewRule, c.CreateRule, c.UpdateRule = rule, rule, rule, rule
		if err := app.Save(c); err != nil {
			return err
		}
	}
	// PocketBase takes IDs of fifteen characters.
	for _, statement := range []string{
		fmt.Sprintf(`ATTACH DATABASE '%s' AS hub`, hub),
		`INSERT INTO person (id, team) SELECT printf('%015d', u.id % 1000000000000000),
			CASE WHEN u.login = 'lead' OR u.superior <> 0 THEN 'a' ELSE 'b' END FROM hub.user_account u`,
		`INSERT INTO customer (id, name, phone, phones, status, level, owner, updated_at)
			SELECT printf('%015d', c.rowid % 1000000000000000), c.name, coalesce(min(n.canonical), ''), coalesce(group_concat(n.canonical, ' '), ''),
			coalesce(c.status, ''), coalesce(c.level, ''), printf('%015d', c.owner % 1000000000000000), c.updated_at
			FROM hub.customer c LEFT JOIN hub.phone_number n ON n.entity = 'customer' AND n.record_id = c.id GROUP BY c.id`,
		`INSERT INTO activity (id, customer, text, at) SELECT printf('%015d', id % 1000000000000000), printf('%015d', customer % 1000000000000000), text, at
			FROM hub.activity`,
		`DETACH DATABASE hub`,
		`ANALYZE`,
	} {
		if _, err := app.NonconcurrentDB().NewQuery(statement).Execute(); err != nil {
			return fmt.Errorf("%.40s: %w", statement, err)
		}
	}
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	user := core.NewRecord(users)
	user.SetEmail("bench@example.com")
	user.SetPassword("bench horse 42")
	return app.Save(user)
}

// describe gives what the asking program needs: a login, some owners and some customers.
func describe(app core.App) (json.RawMessage, error) {
	user, err := app.FindAuthRecordByEmail("users", "bench@example.com")
	if err != nil {
		return nil, err
	}
	token, err := user.NewAuthToken()
	if err != nil {
		return nil, err
	}
	about := struct {
		Token  string   `json:"token"`
		Owners []string `json:"owners"`
		IDs    []string `json:"ids"`
	}{Token: token}
	if err := app.DB().NewQuery(`SELECT id FROM person WHERE team = 'a' ORDER BY id`).Column(&about.Owners); err != nil {
		return nil, err
	}
	if err := app.DB().NewQuery(`SELECT id FROM customer ORDER BY updated_at DESC LIMIT 500`).Column(&about.IDs); err != nil {
		return nil, err
	}
	return json.Marshal(about)
}
