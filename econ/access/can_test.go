package access_test

import (
	"slices"
	"strings"
	"testing"

	"switchyard/econ/access"
)

// The table again, by hand and line by line, so that a slip in its columns
// shows. What is not listed may not be done.
var want = []string{
	"executive reads market", "executive reads mining", "executive reads ai", "executive reads finance", "executive reads fork", "executive reads core",
	"executive writes fork",
	"executive hears mining", "executive hears ai", "executive hears finance", "executive hears fork",
	"mining reads market", "mining reads mining", "mining writes mining", "mining hears mining",
	"business reads market", "business reads ai", "business writes ai", "business hears ai",
	"finance reads market", "finance reads finance", "finance writes finance", "finance hears finance", "finance hears mining", "finance hears ai",
	"admin reads market", "admin reads core", "admin writes core", "admin manages core",
	"executive publishes market", "executive publishes mining", "executive publishes ai", "executive publishes finance",
	"finance publishes market", "finance publishes finance",
	"reader reads market", "reader reads mining", "reader reads ai", "reader reads finance",
}

func TestEveryRoleRoomAndAction(t *testing.T) {
	verbs := map[access.Action]string{access.Read: "reads", access.Write: "writes", access.Headline: "hears", access.Manage: "manages", access.Publish: "publishes", "delete": "deletes", "": "nothings"}
	var got []string
	for _, role := range append(access.Roles(), access.Share, "", "owner") {
		for _, room := range append(access.Rooms(), "attic", "") {
			for action, verb := range verbs {
				if access.Can(role, room, action) {
					got = append(got, string(role)+" "+verb+" "+string(room))
				}
			}
		}
	}
	slices.Sort(got)
	sorted := slices.Sorted(slices.Values(want))
	if g, w := strings.Join(got, "\n"), strings.Join(sorted, "\n"); g != w {
		t.Errorf("allowed:\n%s\nwant:\n%s", g, w)
	}
}

func TestASubjectIsNarrowedByItsLinkOrToken(t *testing.T) {
	executive := access.Subject{Role: access.Executive, ID: 1}
	pending := executive
	pending.Pending = true
	token := executive
	token.Scopes = []access.Room{access.RoomMarket}
	share := access.Subject{Role: access.Share, ID: 1, Pages: []string{"/mining/sites"}, Rooms: []access.Room{access.RoomMining}}
	for _, tt := range []struct {
		name   string
		who    access.Subject
		room   access.Room
		action access.Action
		want   bool
	}{
		{"executive", executive, access.RoomAI, access.Read, true},
		{"executive", executive, access.RoomAI, access.Write, false},
		{"pending", pending, access.RoomMarket, access.Read, false},
		{"token in scope", token, access.RoomMarket, access.Read, true},
		{"token out of scope", token, access.RoomMining, access.Read, false},
		{"token writes", token, access.RoomFork, access.Write, false},
		{"share of the room", share, access.RoomMining, access.Read, true},
		{"share of another room", share, access.RoomAI, access.Read, false},
		{"share writes", share, access.RoomMining, access.Write, false},
		{"nobody", access.Subject{}, access.RoomMarket, access.Read, false},
	} {
		if got := tt.who.May(tt.room, tt.action); got != tt.want {
			t.Errorf("%s may %s %s: got %v, want %v", tt.name, tt.action, tt.room, got, tt.want)
		}
	}
	for path, want := range map[string]bool{
		"/mining/sites": true, "/mining/sites/7": true, "/mining/sites/new": false, "/mining/sites/7/price": false, "/mining/sites/": false,
		"/mining": false, "/ai/customers": false, "/7": false, "": false,
	} {
		if got := share.MayOpen(path); got != want || !executive.MayOpen(path) {
			t.Errorf("a share of the sites opens %q: %v, want %v; a person any", path, got, want)
		}
	}
	share.Rooms = append(share.Rooms, access.RoomMarket)
	if !share.MayFollow(access.RoomMarket) || share.MayFollow(access.RoomMining) || !executive.MayFollow(access.RoomMining) || executive.MayFollow(access.RoomCore) != true {
		t.Error("a room is followed by who may not, or the other way round")
	}
	if pending.Known() || (access.Subject{}).Known() || !share.Known() {
		t.Error("who is known is not who is known")
	}
}

func TestEveryRoleHasATitleAndAName(t *testing.T) {
	for _, r := range access.Roles() {
		if parsed, ok := access.ParseRole(string(r)); !ok || parsed != r || r.Title() == "Nobody" {
			t.Errorf("%s: parsed %q (%v), title %q", r, parsed, ok, r.Title())
		}
	}
	for _, name := range []string{"reader", "owner", "", "Executive"} {
		if r, ok := access.ParseRole(name); ok {
			t.Errorf("%q is taken for the role %s", name, r)
		}
	}
}
