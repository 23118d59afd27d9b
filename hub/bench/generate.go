package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"bellhop/hub/auth"
	"bellhop/hub/crm"
	"bellhop/hub/field"
	"bellhop/hub/phone"
	"bellhop/hub/records"
	"bellhop/hub/rights"
	"bellhop/hub/store"
)

// The office that is made: one administrator, one manager of the owners 1 to 149, and 50
// owners more who are none of his.
const (
	password  = "bench horse 42"
	team      = 149
	owners    = team + 50
	callsMade = 20_000
	areaCode  = "0571"

	// generation changes with what is made: databases of another one are made anew.
	generation = "2"
)

// generator fills a database.
type generator struct {
	ctx    context.Context
	s      *store.Store
	schema *crm.Schema
	r      *rand.Rand
	size   int
	users  []crm.ID // the owners
	now    time.Time
	tx     *store.Tx
	begun  time.Time
}

// makeDatabase gives the database of size customers below dir, made before or now.
func makeDatabase(ctx context.Context, dir string, size int, schema *crm.Schema) (string, error) {
	dir = filepath.Join(dir, strconv.Itoa(size)+"-"+generation)
	path := filepath.Join(dir, "hub.db")
	if _, err := os.Stat(path); err == nil {
		return dir, nil
	}
	part := filepath.Join(dir, "part")
	if err := os.RemoveAll(part); err != nil {
		return "", err
	}
	if err := generate(ctx, filepath.Join(part, "hub.db"), size, schema); err != nil {
		return "", errors.Join(err, os.RemoveAll(part))
	}
	return dir, os.Rename(filepath.Join(part, "hub.db"), path)
}

func generate(ctx context.Context, source string, size int, schema *crm.Schema) error {
	s, err := store.Open(ctx, source)
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Prepare(ctx, schema); err != nil {
		return err
	}
	if err := s.ForLoading(ctx); err != nil {
		return err
	}
	g := &generator{ctx: ctx, s: s, schema: schema, r: rand.New(rand.NewPCG(uint64(size), 7)), size: size, now: time.Now(), begun: time.Now()}
	for _, step := range []func() error{g.hire, g.customers} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := s.Upkeep(ctx); err != nil {
		return err
	}
	return s.Close()
}

func (g *generator) hire() error {
	hash := auth.Hash(password)
	boss := auth.NewUser("boss", "周敏", crm.Admin)
	if err := g.s.FirstUser(g.ctx, boss, hash, map[string]string{"company": "测量办公设备有限公司", "area_code": areaCode}); err != nil {
		return err
	}
	lead := auth.NewUser("lead", "陈静", crm.Sales)
	if err := g.s.CreateUser(g.ctx, lead, hash, rights.RoleAccountManager); err != nil {
		return err
	}
	g.users = append(g.users, lead.ID)
	for i := range owners {
		u := auth.NewUser(fmt.Sprintf("s%03d", i+1), personName(g.r), crm.Sales)
		if i < team {
			u.Superior = lead.ID
		}
		if err := g.s.CreateUser(g.ctx, u, hash, rights.RoleSales); err != nil {
			return err
		}
		g.users = append(g.users, u.ID)
	}
	return nil
}

const perTransaction = 2000 // customers

// customers makes each with its numbers and five activities, oldest first.
func (g *generator) customers() error {
	for from := 0; from < g.size; from += perTransaction {
		err := g.s.Write(g.ctx, func(tx *store.Tx) error {
			g.tx = tx
			for i := from; i < min(from+perTransaction, g.size); i++ {
				if err := g.customer(i); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if done := from + perTransaction; done%(50*perTransaction) == 0 && done < g.size {
			fmt.Fprintf(os.Stderr, "  %d of %d customers, %v\n", done, g.size, time.Since(g.begun).Round(time.Second))
		}
	}
	return nil
}

func (g *generator) put(entity string, owner crm.ID, at int64, values map[string]any) (crm.ID, error) {
	e, _ := g.schema.Entity(entity)
	r := &store.RecordRow{Record: crm.Record{
		Entity: entity, ID: crm.NewID(), Rev: 1, Values: values, Owner: owner, CreatedAt: at, UpdatedAt: at, CreatedBy: owner, UpdatedBy: owner,
	}}
	r.Label = r.Text(e.Title)
	r.Document = records.Document(e, values)
	return r.ID, g.s.InsertRecord(g.ctx, g.tx, e, r)
}

func (g *generator) number(label, raw string) field.Phone {
	n := phone.Normalise(raw, areaCode)
	return field.Phone{Label: label, Raw: raw, Number: n.Canonical, Display: n.Display}
}

func (g *generator) customer(i int) error {
	r := g.r
	owner := g.users[r.IntN(len(g.users))]
	created := g.now.Add(-time.Duration(float64(g.size-i) / float64(g.size) * float64(3*365*24*time.Hour))).UnixMilli()
	city := pick(r, cities)
	v := map[string]any{
		"no": fmt.Sprintf("KH%07d", i+1), "status": pick(r, []string{"prospect", "active", "active", "silent", "lost"}),
		"address": city + "市" + pick(r, streets) + strconv.Itoa(1+r.IntN(900)) + "号", "level": pick(r, []string{"a", "b", "b", "c", "c", "c", "d"}),
		"source": pick(r, []string{"call", "web", "fair", "referral", "ad", "visit", "other"}), "lastContact": created + int64(r.IntN(1000))*86400,
	}
	first := g.number("mobile", mobile(r))
	if i%3 == 0 {
		v["kind"], v["name"] = "company", companyName(r)
		first = g.number("office", landline(r))
	} else {
		v["kind"], v["name"] = "person", personName(r)
	}
	numbers := []field.Phone{first}
	if i%2 == 0 {
		numbers = append(numbers, g.number("mobile", mobile(r)))
	}
	v["phones"] = numbers
	id, err := g.put("customer", owner, created, v)
	if err != nil {
		return err
	}
	for n := range 5 {
		at := created + int64(n)*86_400_000*3
		_, err := g.put("activity", owner, at, map[string]any{"at": at, "kind": pick(r, []string{"phone", "visit", "wechat"}),
			"text": pick(r, titles) + personName(r) + pick(r, said), "customer": field.Ref{ID: int64(id)}})
		if err != nil {
			return err
		}
	}
	if i%max(1, g.size/callsMade) == 0 {
		return g.call(i, id, owner, numbers[0])
	}
	return nil
}

func (g *generator) call(i int, customer, owner crm.ID, from field.Phone) error {
	at := g.now.Add(-time.Duration(g.r.IntN(90*24*60)) * time.Minute).UnixMilli()
	return store.PutCall(g.ctx, g.tx, &store.Call{
		ID: crm.NewID(), Box: "bench", BoxCall: strconv.Itoa(i), Line: 1, Direction: "in", State: store.Ended, Outcome: "answered",
		StartedAt: at, AnsweredAt: at + 6000, EndedAt: at + 90_000, TalkMS: 84_000, Caller: store.CallerNumber,
		Number: from.Number, RawNumber: from.Raw, Party: crm.Ref{Entity: "customer", ID: customer}, Handler: owner,
	})
}
