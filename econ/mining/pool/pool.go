// Package pool says what a mining pool tells of an account: how it stands, its
// workers, what it credited and what it paid. Every pool's client answers in
// these terms, whatever its units and its day.
//
// Beside it stands what the account should have been paid (M7 in
// docs/economics.md), and the way from one to the other: Expect makes an
// Expectation of Work, Judge holds it against the credit and makes a Line of the
// day, SumMonth makes a Month of lines, which is closed once nothing stands in
// the way. TieOf follows a payment from the pool over the chain into our ledger.
// Match says which worker is which machine, and DarkMachines what it costs that
// the pool does not see some. It is pure: no input, no output and no clock.
//
// Measures are float64 in the unit their name states; amounts are units.Sats,
// rounded once, half to even. What is not known is a Maybe without a value.
package pool

import (
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/units"
)

// Scheme is how a pool pays for shares (M7).
type Scheme string

// The schemes.
const (
	FPPS    Scheme = "FPPS"  // expected subsidy and expected fees; the pool carries luck
	PPSPlus Scheme = "PPS+"  // expected subsidy, and a share of the fees the pool's blocks had
	PPLNS   Scheme = "PPLNS" // a share of the pool's blocks by the last N shares
	TIDES   Scheme = "TIDES" // a share of each block by the work before it, as OCEAN pays
	Solo    Scheme = "solo"  // the blocks the miner finds itself
)

// Standing is how an account stands at a moment. What a pool does not say is
// unknown.
type Standing struct {
	At       time.Time // UTC; of the figures, or of the answer where the pool dates none
	Now      mining.Maybe[units.Hashrate]
	Hour     mining.Maybe[units.Hashrate] // mean of the last hour
	Day      mining.Maybe[units.Hashrate] // mean of the last 24 hours
	Active   mining.Maybe[int]            // workers that hash, as the pool counts them
	Inactive mining.Maybe[int]            // workers that do not
	Unpaid   mining.Maybe[units.Sats]     // credited and not paid out
	Stale    mining.Maybe[float64]        // fraction of the shares of a day that came late
	Rejected mining.Maybe[float64]        // fraction that was refused
}

// WorkerState is what a pool says of a worker.
type WorkerState string

// The states of a worker.
const (
	Online   WorkerState = "online"
	Low      WorkerState = "low" // it hashes less than it should, as the pool judges
	Offline  WorkerState = "offline"
	Disabled WorkerState = "disabled" // the account holder has switched its watch off
)

// Worker is one name under which machines hash.
type Worker struct {
	ID        string // the pool's own; its name where there is none
	Name      string // without the account before it
	State     WorkerState
	Now       mining.Maybe[units.Hashrate]
	Hour      mining.Maybe[units.Hashrate]
	Day       mining.Maybe[units.Hashrate]
	Stale     mining.Maybe[float64]   // fraction of shares
	Rejected  mining.Maybe[float64]   // fraction of shares
	LastShare mining.Maybe[time.Time] // UTC
}

// Earning is what a pool credited for a span: a day of its own calendar, or one
// block.
type Earning struct {
	Ref      string    // the pool's own name of it, unique in the account
	From, To time.Time // UTC; of a block both are its time
	Net      units.Sats
	Fee      mining.Maybe[units.Sats] // deducted before Net
	Fees     mining.Maybe[units.Sats] // part of it that stands for transaction fees
	Hashrate mining.Maybe[units.Hashrate]
	Open     bool // the span has not ended: the sum still grows
}

// PayoutState is how far a payment has come.
type PayoutState string

// The states of a payment.
const (
	Queued PayoutState = "queued"
	Sent   PayoutState = "sent" // the pool says that it is paid
	Failed PayoutState = "failed"
)

// Payout is a payment of a pool to the company.
type Payout struct {
	Ref     string                   // the pool's own name of it, unique in the account
	At      time.Time                // UTC
	Sats    units.Sats               // what arrives
	Fee     mining.Maybe[units.Sats] // left the balance beside it, and the pool kept it
	State   PayoutState
	TxID    string // of the chain; empty if there is none, or not yet
	Address string // paid to; empty if the pool does not say
	OffNet  bool   // paid over lightning: no transaction of its own
}
