package trail

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// chain writes n entries as the store does.
func chain(n int) []Entry {
	entries := make([]Entry, n)
	prev := ""
	for i := range entries {
		e := Entry{Seq: int64(i + 1), At: 1700000000000 + int64(i), User: 7, Name: "陈静", Kind: "update", Entity: "customer", Record: 42,
			Detail: fmt.Sprintf(`[{"f":"level","o":"a","n":"%d"}]`, i)}
		e.Hash = Link(prev, Change, &e)
		entries[i], prev = e, e.Hash
	}
	return entries
}

// renumber gives every entry the number of its place, as someone who hides a hole would.
func renumber(entries []Entry) []Entry {
	for i := range entries {
		entries[i].Seq = int64(i + 1)
	}
	return entries
}

func verify(entries []Entry, head Entry) []Fault {
	v := NewVerifier(Change, 0, "")
	for _, e := range entries {
		if !v.Add(e) {
			break
		}
	}
	return v.End(head.Seq, head.Hash)
}

func TestVerifier(t *testing.T) {
	forged := Entry{At: 1, User: 9, Name: "x", Kind: "update", Hash: "00"}
	for name, tt := range map[string]struct {
		tamper func([]Entry) []Entry
		want   []Fault
	}{
		"untouched":        {func(e []Entry) []Entry { return e }, nil},
		"a value altered":  {func(e []Entry) []Entry { e[4].Detail = "[]"; return e }, []Fault{{5, 0, Altered}}},
		"the user altered": {func(e []Entry) []Entry { e[0].User = 8; return e }, []Fault{{1, 0, Altered}}},
		"the last altered": {func(e []Entry) []Entry { e[599].At++; return e }, []Fault{{600, 0, Altered}}},
		"altered with a new hash": {func(e []Entry) []Entry {
			e[4].Detail = "[]"
			e[4].Hash = Link(e[3].Hash, Change, &e[4])
			return e
		}, []Fault{{6, 0, Altered}}},
		"one removed":            {func(e []Entry) []Entry { return slices.Delete(e, 4, 5) }, []Fault{{5, 0, Removed}}},
		"many removed":           {func(e []Entry) []Entry { return slices.Delete(e, 4, 304) }, []Fault{{5, 304, Removed}}},
		"first removed":          {func(e []Entry) []Entry { return e[1:] }, []Fault{{1, 0, Removed}}},
		"last removed":           {func(e []Entry) []Entry { return e[:598] }, []Fault{{599, 600, Removed}}},
		"all removed":            {func(e []Entry) []Entry { return nil }, []Fault{{1, 600, Removed}}},
		"removed and renumbered": {func(e []Entry) []Entry { return renumber(slices.Delete(e, 4, 5)) }, []Fault{{5, 0, Removed}}},
		"inserted":               {func(e []Entry) []Entry { return renumber(slices.Insert(e, 4, forged)) }, []Fault{{5, 0, Inserted}}},
		"inserted at the end":    {func(e []Entry) []Entry { return renumber(append(e, forged)) }, []Fault{{601, 0, Inserted}}},
		"neighbours swapped":     {func(e []Entry) []Entry { e[4], e[5] = e[5], e[4]; return renumber(e) }, []Fault{{5, 0, Reordered}}},
		"far ones swapped":       {func(e []Entry) []Entry { e[4], e[40] = e[40], e[4]; return renumber(e) }, []Fault{{5, 0, Reordered}}},
		"one moved forward": {func(e []Entry) []Entry {
			moved := e[40]
			return renumber(slices.Insert(slices.Delete(e, 40, 41), 4, moved))
		}, []Fault{{5, 0, Reordered}}},
		"two places": {func(e []Entry) []Entry {
			e[4].Label = "y"
			return slices.Delete(e, 400, 401)
		}, []Fault{{5, 0, Altered}, {401, 0, Removed}}},
		"written anew from the middle": {func(e []Entry) []Entry {
			e[300].Detail = "[]"
			for i := 300; i < len(e); i++ {
				e[i].Hash = Link(e[i-1].Hash, Change, &e[i])
			}
			return e
		}, []Fault{{600, 0, Rewritten}}},
	} {
		t.Run(name, func(t *testing.T) {
			entries := chain(600)
			head := entries[599]
			if got := verify(tt.tamper(entries), head); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("found %v, want %v", got, tt.want)
			}
		})
	}
}

// TestLink holds the written form fixed: a chain must verify on any later version.
func TestLink(t *testing.T) {
	e := Entry{Seq: 1, At: 2, User: 3, Record: 4, Name: "n", Address: "a", Device: "d", Kind: "k", Via: "v", Entity: "e", Label: "l", Detail: "x"}
	if got := Link("", System, &e); got != fixed {
		t.Errorf("the form has changed: %s", got)
	}
	other := e
	other.Name, other.Address = "na", ""
	if Link("", System, &other) == Link("", System, &e) {
		t.Error("text may slide from one value into the next")
	}
}

func TestDevice(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36":             "Chrome 142 · Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.1": "Edge 142 · Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1":         "Safari 18 · iPhone",
		"Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0":                                                      "Firefox 131 · Linux",
		"curl/8.5.0": "curl/8.5.0",
		"":           "",
	} {
		if got := Device(agent); got != want {
			t.Errorf("%q is %q, want %q", agent, got, want)
		}
	}
}

func FuzzDevice(f *testing.F) {
	f.Add("Mozilla/5.0 Chrome/")
	f.Add("\xff\xfe")
	f.Fuzz(func(t *testing.T, agent string) {
		if got := Device(agent); len([]rune(got)) > 120 {
			t.Errorf("%d characters", len([]rune(got)))
		}
	})
}

const fixed = "ee997761ff032d761475ab8eea88f42a8e92d1f1b25d56af141978139c7db7c4"
