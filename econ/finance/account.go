// Package finance says what the company holds, and for how long that lasts.
package finance

import (
	"time"

	"switchyard/econ/record"
	"switchyard/econ/units"
)

// Kind is what an account holds.
type Kind string

// The kinds.
const (
	Cash    Kind = "cash"    // dollars
	Bitcoin Kind = "bitcoin" // satoshi
)

// Title is the kind as people call it.
func (k Kind) Title() string {
	if k == Bitcoin {
		return "Bitcoin"
	}
	return "Cash"
}

// Account is where the company holds cash or bitcoin.
type Account struct {
	ID          int64
	Name        string
	Kind        Kind
	Institution string // bank or custodian
	Restricted  bool   // pledged or otherwise not free to use
	record.Version
}

// Balance is what an account held at the end of a day.
type Balance struct {
	Account int64
	AsOf    time.Time  // day
	USD     units.USD  // of a cash account
	Sats    units.Sats // of a bitcoin account
	Who     string
	At      time.Time // when it became known
}

// Holding is an account and its newest balance; nil: none is known.
type Holding struct {
	Account Account
	Balance *Balance
}

// Held is what a company holds, by what may be used. An account without a known
// balance is counted in Unknown and in no sum.
type Held struct {
	FreeUSD, RestrictedUSD   units.USD
	FreeSats, RestrictedSats units.Sats
	Unknown                  int
}

// Sum adds up holdings.
func Sum(holdings []Holding) Held {
	var h Held
	for _, x := range holdings {
		switch {
		case x.Balance == nil:
			h.Unknown++
		case x.Account.Restricted:
			h.RestrictedUSD = h.RestrictedUSD.Add(x.Balance.USD)
			h.RestrictedSats += x.Balance.Sats
		default:
			h.FreeUSD = h.FreeUSD.Add(x.Balance.USD)
			h.FreeSats += x.Balance.Sats
		}
	}
	return h
}
