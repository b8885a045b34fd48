package access

import (
	"slices"
	"strings"
)

// Subject is who asks: a person in a role, or the holder of a link. The zero
// Subject is nobody and may do nothing.
type Subject struct {
	Role Role
	ID   int64  // of the person or the share; 0: nobody
	Name string // of the person, or the recipient of the link
	// Pages are the paths a share may open; Rooms are the rooms behind them. Both
	// are nil for a person.
	Pages []string
	Rooms []Room
	// Scopes narrow an API token to rooms; nil: all the person may read.
	Scopes []Room
	// Exports lets a share download files.
	Exports bool
	// Pending is set between the password and the second proof: nothing is
	// allowed yet but to give it.
	Pending bool
}

// Known says whether the subject is somebody.
func (s Subject) Known() bool { return s.Role != "" && !s.Pending }

// May says whether the subject may do an action in a room.
func (s Subject) May(room Room, action Action) bool {
	if s.Pending || !Can(s.Role, room, action) {
		return false
	}
	if s.Role == Share {
		return action == Read && slices.Contains(s.Rooms, room)
	}
	if s.Scopes != nil {
		return action == Read && slices.Contains(s.Scopes, room)
	}
	return true
}

// MayOpen says whether the subject may open the page at path: a person any
// that its room allows, a share those its link names and the numbered records
// that such a page lists.
func (s Subject) MayOpen(path string) bool {
	if s.Role != Share || slices.Contains(s.Pages, path) {
		return true
	}
	i := strings.LastIndexByte(path, '/')
	return i > 0 && number(path[i+1:]) && slices.Contains(s.Pages, path[:i])
}

func number(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// MayFollow says whether the subject may follow the live values of a room, or
// read its series. A share reads pages, as they are when it opens them; beside
// them it sees what the market publishes.
func (s Subject) MayFollow(room Room) bool {
	return s.May(room, Read) && (s.Role != Share || room == RoomMarket)
}

// Actor is who wrote something, as the audit log keeps it.
type Actor struct {
	ID      int64 // 0: the system itself
	Name    string
	Role    Role
	Address string // of the network
	Request string // number of the request in the server's log
}
