// Package access holds who may do what: roles, rooms, actions and the one
// table that joins them; and who did something, for the record of it.
package access

// Role is the part a person plays; every request runs as exactly one.
type Role string

// The roles. Each has a Postgres role of the same name with the prefix
// "switchyard_", and so its own pool of connections.
const (
	Executive Role = "executive"
	Mining    Role = "mining"
	Business  Role = "business"
	Finance   Role = "finance"
	Admin     Role = "admin"
	Share     Role = "reader" // an auditor or a lender, by a link
)

// Roles are the roles a person can have, in the order they are listed to people.
// Share is none of them: a link has it, not a person.
func Roles() []Role { return []Role{Executive, Mining, Business, Finance, Admin} }

// Title is the role as people call it.
func (r Role) Title() string {
	switch r {
	case Executive:
		return "Executive"
	case Mining:
		return "Mining operations"
	case Business:
		return "Business development"
	case Finance:
		return "Finance"
	case Admin:
		return "Administrator"
	case Share:
		return "Reader"
	default:
		return "Nobody"
	}
}

// ParseRole returns the role of a name that a person can have.
func ParseRole(name string) (Role, bool) {
	for _, r := range Roles() {
		if string(r) == name {
			return r, true
		}
	}
	return "", false
}

// Room is a part of the house: a Postgres schema, a group of pages, a prefix
// of series keys.
type Room string

// The rooms.
const (
	RoomMarket  Room = "market"
	RoomMining  Room = "mining"
	RoomAI      Room = "ai"
	RoomFinance Room = "finance"
	RoomFork    Room = "fork"
	RoomCore    Room = "core"
)

// Rooms are all rooms.
func Rooms() []Room {
	return []Room{RoomMarket, RoomMining, RoomAI, RoomFinance, RoomFork, RoomCore}
}

// Title is the room as people call it.
func (r Room) Title() string {
	switch r {
	case RoomMarket:
		return "Market"
	case RoomMining:
		return "Mining unit"
	case RoomAI:
		return "AI unit"
	case RoomFinance:
		return "Finance"
	case RoomFork:
		return "Fork"
	case RoomCore:
		return "Administration"
	default:
		return string(r)
	}
}

// Action is what a route, a figure or a live topic asks to do in a room.
type Action string

// The actions.
const (
	Read     Action = "read"     // the room's rows
	Write    Action = "write"    // add to them and change them
	Headline Action = "headline" // the few figures a room tells others
	Publish  Action = "publish"  // let an outsider read the room's pages by a link
	Manage   Action = "manage"   // people, permissions, settings and the audit log; in core alone
)
