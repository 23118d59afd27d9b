package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// figure is one line of the table.
type figure struct {
	name   string
	took   []time.Duration // of the hub
	peer   []time.Duration // of the peer, for the same question
	bar    time.Duration   // of the median; 0 for none
	value  string          // of what is no time
	missed bool            // its bar
	cpu    time.Duration   // of the hub, for one request
}

// question is one kind of request. Its functions get a source of their own.
type question struct {
	name string
	bar  time.Duration
	hub  func(h *hubClients, r *rand.Rand) error
	peer func(p *peerClient, r *rand.Rand) error
}

// hubClients are the users who ask.
type hubClients struct {
	lead, own, boss *client
	calls           []string // IDs, of calls the lead may see
	customers       []record
}

var questions = []question{
	{"full card of a caller", 2 * time.Millisecond, (*hubClients).card, (*peerClient).one},
	{"list of 50, own records", 3 * time.Millisecond, (*hubClients).ownList, (*peerClient).ownList},
	{"list of 50, team of 150", 3 * time.Millisecond, (*hubClients).teamList, (*peerClient).teamList},
	{"filtered list of 150 owners", 15 * time.Millisecond, (*hubClients).filtered, (*peerClient).filtered},
	{"condition on its activities", time.Second, (*hubClients).condition, nil},
	{"search: two characters", 5 * time.Millisecond, (*hubClients).searchHan, (*peerClient).searchHan},
	{"search: pinyin initials", 5 * time.Millisecond, (*hubClients).searchPinyin, nil},
	{"search: four digits", 5 * time.Millisecond, (*hubClients).searchDigits, (*peerClient).searchDigits},
	{"save with duplicate check", 10 * time.Millisecond, (*hubClients).save, (*peerClient).save},
}

func (h *hubClients) card(r *rand.Rand) error {
	return h.lead.ask("GET", "/api/calls/"+h.calls[r.IntN(len(h.calls))]+"/card", nil, nil)
}

// shown are the columns of the customer list as delivered: what the page asks for.
var shown = []string{"name", "level", "status", "phones", "region", "owner", "balance", "lastContact"}

func (h *hubClients) ownList(*rand.Rand) error {
	return h.own.ask("POST", "/api/o/customer/query", map[string]any{"limit": 50, "fields": shown}, nil)
}

func (h *hubClients) teamList(*rand.Rand) error {
	return h.lead.ask("POST", "/api/o/customer/query", map[string]any{"limit": 50, "fields": shown}, nil)
}

func (h *hubClients) filtered(r *rand.Rand) error {
	return h.lead.ask("POST", "/api/o/customer/query", map[string]any{"limit": 50, "fields": shown, "filter": map[string]any{"and": []any{
		map[string]any{"field": "status", "op": "eq", "value": pick(r, []string{"prospect", "silent", "lost"})},
		map[string]any{"field": "level", "op": "eq", "value": pick(r, []string{"a", "d"})},
	}}}, nil)
}

// condition is a query put together by hand (QRY-01).
func (h *hubClients) condition(r *rand.Rand) error {
	return h.lead.ask("POST", "/api/o/customer/query", map[string]any{"limit": 50, "fields": shown, "filter": map[string]any{"and": []any{
		map[string]any{"field": "level", "op": "eq", "value": "a"},
		map[string]any{"related": map[string]any{"entity": "activity", "field": "customer",
			"filter": map[string]any{"field": "text", "op": "contains", "value": pick(r, []string{"样机", "维保", "尾款"})}}},
	}}}, nil)
}

func (h *hubClients) search(q string) error {
	return h.lead.ask("GET", "/api/search?q="+escaped(q), nil, nil)
}

func han(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return pick(r, brands)
	}
	return often(r, surnames) + pick(r, given)
}

func initials(r *rand.Rand) string {
	const letters = "zwlcyhjxsgmfqdbtnkpr"
	return string([]byte{letters[r.IntN(len(letters))], letters[r.IntN(len(letters))], letters[r.IntN(len(letters))]})
}

func fourDigits(r *rand.Rand) string { return fmt.Sprintf("%04d", r.IntN(10000)) }

func (h *hubClients) searchHan(r *rand.Rand) error    { return h.search(han(r)) }
func (h *hubClients) searchPinyin(r *rand.Rand) error { return h.search(initials(r)) }
func (h *hubClients) searchDigits(r *rand.Rand) error { return h.search(fourDigits(r)) }

// newCustomer is what a user types.
func newCustomer(r *rand.Rand) map[string]any {
	return map[string]any{"name": companyName(r), "kind": "company",
		"phones": []any{map[string]any{"label": "mobile", "number": mobile(r)}}}
}

func (h *hubClients) save(r *rand.Rand) error {
	values := newCustomer(r)
	if err := h.lead.ask("POST", "/api/o/customer/duplicates", map[string]any{"values": values}, nil); err != nil {
		return err
	}
	// Names alike are shown, not refused; a number of somebody else's is, by chance.
	err := h.lead.ask("POST", "/api/o/customer", map[string]any{"values": values, "reason": "bench"}, nil)
	return err
}

// measure runs the hub, and the peer if there is one, on a copy of the database in dir.
func measure(ctx context.Context, o options, dir string, size int) (figures []figure, err error) {
	work, err := os.MkdirTemp(o.dir, "run-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(work)
	if o.db == "" {
		if err := copyFile(filepath.Join(dir, "hub.db"), filepath.Join(work, "hub.db")); err != nil {
			return nil, err
		}
	}
	hub, err := start(ctx, "/api/health", filepath.Join(o.dir, "hub.log"), o.hub, func(address string) []string {
		return []string{"-listen", address, "-data", work, "-database", o.db, "-box", ""}
	})
	if err != nil {
		return nil, err
	}
	defer hub.stop()
	time.Sleep(2 * time.Second)
	idle, err := hub.rss()
	if err != nil {
		return nil, err
	}
	h, err := newHubClients(hub.url)
	if err != nil {
		return nil, err
	}
	var peer *peerClient
	if o.peer != "" {
		if peer, err = startPeer(ctx, o, dir, size); err != nil {
			return nil, err
		}
		defer peer.stop()
	}
	for _, q := range questions {
		if !strings.Contains(q.name, o.only) {
			continue
		}
		f, err := ask(ctx, q, h, peer, hub, o.rounds)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", q.name, err)
		}
		figures = append(figures, f)
	}
	mixed, err := load(ctx, hub, h, o.mixed)
	if err != nil {
		return nil, err
	}
	figures = append(figures, mixed)
	after, err := hub.rss()
	if err != nil {
		return nil, err
	}
	return append(figures, memory("memory, idle", idle, 80<<20), memory("memory, after the load", after, 200<<20)), nil
}

func newHubClients(url string) (*hubClients, error) {
	h := &hubClients{lead: newClient(url), own: newClient(url), boss: newClient(url)}
	for user, c := range map[string]*client{"lead": h.lead, "s001": h.own, "boss": h.boss} {
		if err := c.login(user); err != nil {
			return nil, err
		}
	}
	var log struct {
		Rows []struct {
			ID string `json:"id"`
		} `json:"rows"`
	}
	if err := h.lead.ask("GET", "/api/calls?limit=200", nil, &log); err != nil {
		return nil, err
	}
	for _, row := range log.Rows {
		if h.lead.ask("GET", "/api/calls/"+row.ID+"/card", nil, nil) == nil {
			h.calls = append(h.calls, row.ID)
		}
	}
	if len(h.calls) == 0 {
		return nil, errors.New("the lead sees no call")
	}
	var err error
	h.customers, err = h.lead.query("customer", map[string]any{"limit": 200})
	return h, err
}

// ask measures one question, the hub and the peer by turns.
func ask(ctx context.Context, q question, h *hubClients, p *peerClient, hub *program, rounds int) (figure, error) {
	f := figure{name: q.name, bar: q.bar}
	r := rand.New(rand.NewPCG(1, 2))
	const warm = 20
	var used time.Duration
	for i := range rounds + warm {
		if ctx.Err() != nil {
			return f, ctx.Err()
		}
		began := time.Now()
		if err := q.hub(h, r); err != nil {
			return f, err
		}
		took := time.Since(began)
		var peerTook time.Duration
		if p != nil && q.peer != nil {
			began = time.Now()
			if err := q.peer(p, r); err != nil {
				return f, fmt.Errorf("peer: %w", err)
			}
			peerTook = time.Since(began)
		}
		if i < warm {
			used = hub.cpu()
			continue
		}
		f.took = append(f.took, took)
		if peerTook > 0 {
			f.peer = append(f.peer, peerTook)
		}
	}
	f.cpu = (hub.cpu() - used) / time.Duration(rounds)
	slices.Sort(f.took)
	slices.Sort(f.peer)
	f.missed = f.bar > 0 && quantile(f.took, 0.5) > f.bar
	return f, nil
}

// load has eight clients work at once, reading mostly.
func load(ctx context.Context, hub *program, first *hubClients, lasting time.Duration) (figure, error) {
	const clients, least = 8, 1000
	var done atomic.Int64
	var all sync.WaitGroup
	var mu sync.Mutex
	var failed error
	f := figure{name: "mixed load, 8 clients"}
	used := hub.cpu()
	end := time.Now().Add(lasting)
	for n := range clients {
		h := &hubClients{lead: newClient(hub.url), own: newClient(hub.url), calls: first.calls}
		h.lead.header, h.own.header = first.lead.header, first.own.header
		all.Go(func() {
			r := rand.New(rand.NewPCG(uint64(n), 3))
			var took []time.Duration
			for time.Now().Before(end) && ctx.Err() == nil {
				began := time.Now()
				if err := h.mixed(r); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				took = append(took, time.Since(began))
				done.Add(1)
			}
			mu.Lock()
			f.took = append(f.took, took...)
			mu.Unlock()
		})
	}
	all.Wait()
	slices.Sort(f.took)
	rate := float64(done.Load()) / lasting.Seconds()
	f.cpu = (hub.cpu() - used) / time.Duration(max(1, done.Load()))
	f.value, f.missed = fmt.Sprintf("%.0f/s (bar %d/s)", rate, least), rate < least
	return f, failed
}

// mixed is one request of an office's day: 45 cards, 25 lists, 8 filters, 20 searches
// and 2 new customers in a hundred.
func (h *hubClients) mixed(r *rand.Rand) error {
	switch n := r.IntN(100); {
	case n < 45:
		return h.card(r)
	case n < 58:
		return h.ownList(r)
	case n < 70:
		return h.teamList(r)
	case n < 78:
		return h.filtered(r)
	case n < 85:
		return h.searchHan(r)
	case n < 91:
		return h.searchPinyin(r)
	case n < 98:
		return h.searchDigits(r)
	}
	return h.save(r)
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func memory(name string, bytes, bar int64) figure {
	return figure{name: name, value: fmt.Sprintf("%d MB (bar %d MB)", bytes>>20, bar>>20), missed: bytes > bar}
}

func copyFile(from, to string) error {
	if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
		return err
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := out.ReadFrom(in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
