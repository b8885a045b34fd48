package access_test

import (
	"testing"

	"switchyard/econ/access"
)

// The table again, by hand: r may read, w may write, - may neither. The
// columns are market, mining, ai, finance, fork, core.
var want = map[access.Role]string{
	access.Executive: "r  r  r  r  rw rw",
	access.Mining:    "r  rw -  -  -  - ",
	access.Business:  "r  -  rw -  -  - ",
	access.Finance:   "r  -  -  rw -  - ",
	access.Admin:     "r  -  -  -  -  rw",
	access.Share:     "r  -  -  -  -  - ",
	"":               "-  -  -  -  -  - ",
}

func TestEveryRoleRoomAndAction(t *testing.T) {
	rooms := []access.Room{
		access.RoomMarket, access.RoomMining, access.RoomAI, access.RoomFinance, access.RoomFork, access.RoomCore,
	}
	for role, row := range want {
		for i, room := range rooms {
			cell := row[3*i : 3*i+2]
			if got := access.Can(role, room, access.Read); got != (cell[0] == 'r') {
				t.Errorf("%s may read %s: got %v, want %v", role, room, got, !got)
			}
			if got := access.Can(role, room, access.Write); got != (cell[1] == 'w') {
				t.Errorf("%s may write %s: got %v, want %v", role, room, got, !got)
			}
			if access.Can(role, room, "delete") || access.Can(role, "attic", access.Read) {
				t.Errorf("%s may do what is not in the table", role)
			}
		}
	}
}
