package market

import (
	"time"

	"switchyard/econ/units"
)

// Tx is a transaction of the chain: whom it pays, and where it stands.
type Tx struct {
	ID        string // 64 hex digits, lower case
	Outputs   []TxOutput
	Confirmed bool      // it is in a block of the best chain
	Height    int64     // of its block; 0 while it is in none
	BlockTime time.Time // UTC; zero while it is in none
}

// TxOutput is one sum that a transaction pays.
type TxOutput struct {
	Address string // empty where the script has none
	Sats    units.Sats
}

// PaidTo is what a transaction pays to an address in all its outputs.
func (t Tx) PaidTo(address string) units.Sats {
	sum := units.Sats(0)
	for _, o := range t.Outputs {
		if o.Address == address && address != "" {
			sum += o.Sats
		}
	}
	return sum
}
