// Package access holds who may do what: roles, rooms, actions and the one
// table that joins them.
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
	Share     Role = "reader"
)

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

// Action is what a route, a figure or a live topic asks to do in a room.
type Action string

// The actions.
const (
	Read  Action = "read"
	Write Action = "write"
)
