package access

// permission is one line of the table: what a role may do in a room.
type permission struct {
	role   Role
	room   Room
	action Action
}

// permissions is the whole table. What is not in it is not allowed.
//
// Each unit writes its own room and nobody else's; the executive reads all of
// them. Finance adds up both units' money, but from the views each unit
// publishes for it, so it has no right to the rows of their rooms. An
// administrator runs the house without seeing a unit's values.
var permissions = map[permission]bool{
	{Executive, RoomMarket, Read}:  true,
	{Executive, RoomMining, Read}:  true,
	{Executive, RoomAI, Read}:      true,
	{Executive, RoomFinance, Read}: true,
	{Executive, RoomFork, Read}:    true,
	{Executive, RoomFork, Write}:   true,
	{Executive, RoomCore, Read}:    true,
	{Executive, RoomCore, Write}:   true,

	{Mining, RoomMarket, Read}:  true,
	{Mining, RoomMining, Read}:  true,
	{Mining, RoomMining, Write}: true,

	{Business, RoomMarket, Read}: true,
	{Business, RoomAI, Read}:     true,
	{Business, RoomAI, Write}:    true,

	{Finance, RoomMarket, Read}:   true,
	{Finance, RoomFinance, Read}:  true,
	{Finance, RoomFinance, Write}: true,

	{Admin, RoomMarket, Read}: true,
	{Admin, RoomCore, Read}:   true,
	{Admin, RoomCore, Write}:  true,

	{Share, RoomMarket, Read}: true,
}

// Can says whether a role may do an action in a room.
func Can(role Role, room Room, action Action) bool {
	return permissions[permission{role, room, action}]
}
