package pool

import (
	"slices"
	"time"
)

// Party is a pool whose accounts can be read.
type Party string

// The pools, by the names of their packages in jobs/upstream.
const (
	Luxor   Party = "luxor"
	Foundry Party = "foundry"
	Braiins Party = "braiins"
	Ocean   Party = "ocean"
	CKPool  Party = "ckpool"
	F2Pool  Party = "f2pool"
	ViaBTC  Party = "viabtc"
	Antpool Party = "antpool"
)

// Facts is what must be known of a pool to read an account of it.
type Facts struct {
	Party   Party
	Title   string
	Account string // what it calls an account, for the label of a field
	Key     string // what it calls its key; empty: it wants none
	Secret  string // what it calls the secret that calls are signed with; empty: none are
	Schemes []Scheme
	// Day is when its days begin, after midnight UTC; negative: before. A pool
	// that credits by block has days of UTC.
	Day      time.Duration
	ByBlock  bool          // it credits each block, not days
	Spacing  time.Duration // between two calls, as it documents or its own client keeps
	PageSize int           // workers an answer holds; 0: all of them
}

// Parties are all pools, in the order in which they are offered.
func Parties() []Facts {
	return []Facts{
		{Party: Luxor, Title: "Luxor", Account: "Subaccount", Key: "API key", Schemes: []Scheme{FPPS}, Spacing: time.Second, PageSize: 100},
		{Party: Foundry, Title: "Foundry USA", Account: "Subaccount", Key: "API key", Schemes: []Scheme{FPPS}, Spacing: time.Second},
		{Party: Braiins, Title: "Braiins Pool", Account: "User name", Key: "Access token", Schemes: []Scheme{FPPS}, Spacing: 5 * time.Second},
		{Party: Ocean, Title: "OCEAN", Account: "Payout address", Schemes: []Scheme{TIDES}, ByBlock: true, Spacing: time.Second},
		{Party: CKPool, Title: "ckpool solo", Account: "Payout address", Schemes: []Scheme{Solo}, ByBlock: true, Spacing: time.Minute},
		{Party: F2Pool, Title: "F2Pool", Account: "Mining user name", Key: "API secret", Schemes: []Scheme{FPPS, PPSPlus}, Spacing: time.Second},
		{Party: ViaBTC, Title: "ViaBTC", Account: "Account name", Key: "API key", Secret: "Secret key", Schemes: []Scheme{PPSPlus, PPLNS, Solo}, Day: -8 * time.Hour, Spacing: time.Second, PageSize: 50},
		{Party: Antpool, Title: "Antpool", Account: "User ID", Key: "API key", Secret: "API secret", Schemes: []Scheme{FPPS, PPSPlus, PPLNS}, Spacing: time.Second, PageSize: 50},
	}
}

// FactsOf returns what is known of a pool; false if there is none of the name.
func FactsOf(p Party) (Facts, bool) {
	all := Parties()
	i := slices.IndexFunc(all, func(f Facts) bool { return f.Party == p })
	if i < 0 {
		return Facts{}, false
	}
	return all[i], true
}
