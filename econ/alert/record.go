package alert

import (
	"time"

	"switchyard/econ/record"
)

// Record is a rule as its owner typed it, as a version, and where it tells.
type Record struct {
	Rule
	OwnerID  int64
	Email    bool    // to the owner
	Channels []int64 // beside the page and the owner
	Off      bool    // kept, and not looked at
	record.Version
}

// Channel is a way to tell people outside the pages. What it may carry is
// decided by whoever keeps it, not by the owner of a rule.
type Channel struct {
	ID         int64
	Kind       ChannelKind
	Name       string
	Rooms      []string // whose alerts it may carry; a heartbeat carries none
	Key        string   // under which the address is sealed
	Sealed     string   // the address
	Secret     string   // sealed; of a webhook
	CreatedAt  time.Time
	DisabledAt time.Time // zero: it works
	Why        string    // it was disabled
	BeatAt     time.Time // last heartbeat that was heard; zero: none
}

// ChannelKind is how a channel is reached.
type ChannelKind string

// The kinds of channel. A rule's e-mail to its owner is no channel.
const (
	Slack     ChannelKind = "slack"
	Webhook   ChannelKind = "webhook"
	Heartbeat ChannelKind = "heartbeat"
)

// Alert is something that a rule told, from its beginning to its end.
type Alert struct {
	ID             int64
	Rule           int64  // 0: the house itself
	Room           string // whose readers may see it
	Name           string
	Critical       bool
	Text           string
	FiredAt        time.Time
	AcknowledgedAt time.Time // zero: by nobody
	AcknowledgedBy string
	ResolvedAt     time.Time // zero: it goes on
	ResolvedText   string
}

// Delivery is one notice on its way to one destination.
type Delivery struct {
	ID          int64
	Notice      string // the same over all tries
	Room        string
	Channel     int64  // 0: by e-mail
	To          string // name of the channel or the person, never an address
	Title       string
	CreatedAt   time.Time
	Attempt     int // tries made
	NextAt      time.Time
	DeliveredAt time.Time // zero: not yet
	FailedAt    time.Time // zero: it is still tried
	Error       string    // of the last try
}
