package access

import "strings"

// permissions is the whole table. The columns are the rooms in the order of
// Rooms: market, mining, ai, finance, fork, core. A letter is an action: r read,
// w write, h headline, p publish, m manage. What is not in it is not allowed.
//
// Each unit writes its own room and nobody else's; the executive reads all of
// them. Finance adds up both units' money, but from what each unit tells, so it
// has no right to the rows of their rooms. Both may show what they read to an
// auditor or a lender by a link. An administrator runs the house
// without seeing a unit's values. What a share may do is narrowed further to the
// pages its link names: see Subject.
var permissions = map[Role][]string{
	//          market mining ai     finance fork  core
	Executive: {"rp", "rhp", "rhp", "rhp", "rwh", "r"},
	Mining:    {"r", "rwh", "-", "-", "-", "-"},
	Business:  {"r", "-", "rwh", "-", "-", "-"},
	Finance:   {"rp", "h", "h", "rwhp", "-", "-"},
	Admin:     {"r", "-", "-", "-", "-", "rwm"},
	Share:     {"r", "r", "r", "r", "-", "-"},
}

var letters = map[Action]string{Read: "r", Write: "w", Headline: "h", Publish: "p", Manage: "m"}

// Can says whether a role may do an action in a room.
func Can(role Role, room Room, action Action) bool {
	row, letter := permissions[role], letters[action]
	for i, r := range Rooms() {
		if r == room {
			return row != nil && letter != "" && strings.Contains(row[i], letter)
		}
	}
	return false
}
