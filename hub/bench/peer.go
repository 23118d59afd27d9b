package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
)

// peerClient asks PocketBase what the hub is asked. hub/bench/peer fills it with the rows
// of the hub's own database.
type peerClient struct {
	*client
	program *program
	owners  []string
	ids     []string
}

func startPeer(ctx context.Context, o options, dir string, size int) (*peerClient, error) {
	program, err := start(ctx, "/api/health", filepath.Join(o.dir, "peer.log"), o.peer, func(address string) []string {
		return []string{"-listen", address, "-hub", filepath.Join(dir, "hub.db"), "-data", filepath.Join(o.dir, "peer-"+strconv.Itoa(size))}
	})
	if err != nil {
		return nil, err
	}
	p := &peerClient{client: newClient(program.url), program: program}
	var about struct {
		Token  string   `json:"token"`
		Owners []string `json:"owners"`
		IDs    []string `json:"ids"`
	}
	if err := p.ask("GET", "/bench", nil, &about); err != nil {
		p.stop()
		return nil, err
	}
	p.header["Authorization"] = about.Token
	p.owners, p.ids = about.Owners, about.IDs
	return p, nil
}

func (p *peerClient) stop() { p.program.stop() }

func (p *peerClient) list(filter string) error {
	return p.ask("GET", "/api/collections/customer/records?perPage=50&skipTotal=1&sort=-updated_at&filter="+escaped(filter), nil, nil)
}

func (p *peerClient) one(r *rand.Rand) error {
	id := p.ids[r.IntN(len(p.ids))]
	if err := p.ask("GET", "/api/collections/customer/records/"+id, nil, nil); err != nil {
		return err
	}
	return p.ask("GET", "/api/collections/activity/records?perPage=3&skipTotal=1&sort=-at&filter="+escaped(fmt.Sprintf("customer=%q", id)), nil, nil)
}

// team asks by a relation, for PocketBase bounds the length of a filter.
func (p *peerClient) team() string { return `owner.team="a"` }

func (p *peerClient) ownList(*rand.Rand) error  { return p.list(fmt.Sprintf("owner=%q", p.owners[1])) }
func (p *peerClient) teamList(*rand.Rand) error { return p.list(p.team()) }
func (p *peerClient) filtered(r *rand.Rand) error {
	return p.list(p.team() + fmt.Sprintf("&&status=%q&&level=%q", pick(r, []string{"prospect", "silent", "lost"}), pick(r, []string{"a", "d"})))
}

func (p *peerClient) searchHan(r *rand.Rand) error {
	return p.list(p.team() + fmt.Sprintf("&&name~%q", han(r)))
}

func (p *peerClient) searchDigits(r *rand.Rand) error {
	return p.list(p.team() + fmt.Sprintf("&&phones~%q", fourDigits(r)))
}

func (p *peerClient) save(r *rand.Rand) error {
	v := newCustomer(r)
	number := mobile(r)
	if err := p.ask("GET", "/api/collections/customer/records?perPage=10&skipTotal=1&filter="+escaped(fmt.Sprintf("phone=%q", number)), nil, nil); err != nil {
		return err
	}
	return p.ask("POST", "/api/collections/customer/records", map[string]any{"name": v["name"], "phone": number, "phones": number,
		"owner": p.owners[1], "status": "prospect", "level": "b", "updated_at": 1}, nil)
}
