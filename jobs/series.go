package jobs

import (
	"time"

	"switchyard/econ/market"
)

// Keys of the series this package writes.
const (
	keyIndex        = "market.btc_usd"
	keyVenues       = "market.btc_venues_count"
	keySpread       = "market.btc_spread_usd"
	keyHashpriceUSD = "market.hashprice_usd_per_ph_day"
	keyHashpriceSat = "market.hashprice_sat_per_ph_day"
	keyDifficulty   = "market.difficulty"
	keyHashrate     = "market.hashrate_hs"
	keyFeesPerBlock = "market.fees_sat_per_block"
	keyFeeRate      = "market.fee_rate_sat_per_vb"
)

// venueKey is the key of one venue's own price.
func venueKey(venue string) string { return keyIndex + "." + venue }

// seriesDefs declares every series this package writes. The licence note says
// that public values came under their party's terms; simulated ones are free.
func seriesDefs(world market.World, venues []Venue) []market.SeriesDef {
	derived, venueTerms, mempoolTerms := "computed here", "under the venue's market data terms", "under mempool.space's terms"
	if world == market.Simulated {
		venueTerms, mempoolTerms = "simulated", "simulated"
	}
	const day = 24 * time.Hour
	defs := []market.SeriesDef{
		{Key: keyIndex, Unit: "USD", Interval: time.Second, Licence: derived},
		{Key: keyVenues, Unit: "count", Interval: time.Second, Licence: derived},
		{Key: keySpread, Unit: "USD", Interval: time.Second, Licence: derived},
		{Key: keyHashpriceUSD, Unit: "USD/PH/day", Interval: time.Second, Licence: derived},
		{Key: keyHashpriceSat, Unit: "sat/PH/day", Interval: time.Second, Licence: derived},
		{Key: keyDifficulty, Unit: "1", Interval: 10 * time.Minute, Source: sourceBlocks, Licence: mempoolTerms},
		{Key: keyHashrate, Unit: "H/s", Interval: day, Source: sourceDaily, Licence: mempoolTerms},
		{Key: keyFeesPerBlock, Unit: "sat", Interval: day, Source: sourceDaily, Licence: mempoolTerms},
		{Key: keyFeeRate, Unit: "sat/vB", Interval: time.Minute, Source: sourceFees, Licence: mempoolTerms},
	}
	for _, venue := range venues {
		defs = append(defs, market.SeriesDef{
			Key: venueKey(venue.Name()), Unit: "USD", Interval: time.Second,
			Source: tickerSource(venue.Name()), Licence: venueTerms,
		})
	}
	return defs
}
