package views

import "switchyard/views/ui"

// MiningLivePage is the mining unit's live page: what a petahash earns and the
// state of the network.
type MiningLivePage struct {
	Shell        Shell
	HashpriceDay ui.Num // change of hashprice in 24 h, a fraction
	BTCDay       ui.Num // change of bitcoin in 24 h, a fraction
	Hashprice    ui.Num // USD per PH/s per day now
	Prices       PricesFigure
	Network      NetworkFigure
	History      HistoryFigure // since the halving
	Venues       VenuesFigure
	Pools        *PoolsFigure  // nil: the reader may not see it
	Fleet        *FleetFigures // nil: the reader may not see it, or there is none
}
