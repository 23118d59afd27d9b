package api

import (
	"encoding/json"
	"testing"

	"bellhop/hub/crm"
	"bellhop/hub/telephony"
)

func TestLineNames(t *testing.T) {
	x := newExchange(t)
	admin, li := x.user("admin", crm.Admin), x.user("li", crm.Sales)
	li.put("/api/me", obj{"lang": "zh-TW"}).ok()
	pages := map[*person]*page{admin: x.watch(admin, ""), li: x.watch(li, "")}
	// lines waits until both are told the names line 1 has for them.
	lines := func(want map[*person]string) {
		t.Helper()
		for p, label := range want {
			pages[p].wait("line 1 to be called "+label, func(e event) bool {
				var told []telephony.Line
				return e.name == "lines" && json.Unmarshal(e.list, &told) == nil && len(told) > 0 && told[0].Label == label
			})
			p.get("/api/calls/active").ok().want("lines.0.label", label)
			p.get("/api/box").ok().want("lines.0.label", label)
		}
	}
	x.hangUp(x.ring("13800138000"), 0)
	t.Run("a line nobody named has its number in each user's language", func(t *testing.T) {
		lines(map[*person]string{admin: "Line 1", li: "線路 1"})
		li.last().want("lineLabel", "線路 1")
		admin.last().want("lineLabel", "Line 1")
		admin.get("/api/settings").ok().want("lines.0.label", "").want("lines.0.name", "Line 1")
	})
	t.Run("saving the settings does not freeze that name; a label of the office's does for everybody", func(t *testing.T) {
		admin.put("/api/settings", obj{"lines": admin.get("/api/settings").ok().list("lines")}).ok()
		li.last().want("lineLabel", "線路 1")
		admin.put("/api/settings", obj{"lines": []obj{{"id": 1, "label": "总机", "users": []string{}}}}).ok().want("lines.0.label", "总机")
		lines(map[*person]string{admin: "总机", li: "总机"})
		admin.last().want("lineLabel", "总机")
	})
	t.Run("an emptied label gives the number back", func(t *testing.T) {
		admin.put("/api/settings", obj{"lines": []obj{{"id": 1, "label": " ", "users": []string{}}}}).ok().want("lines.0.label", "")
		lines(map[*person]string{admin: "Line 1", li: "線路 1"})
	})
}
