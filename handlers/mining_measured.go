package handlers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/econ/units"
)

// operatingKey begins the key of what the machines of a place were measured to
// do; a site's number follows.
const operatingKey = "mining.operating_hashrate_hs."

// measuredWithin is how old a measured hashrate may be.
const measuredWithin = 5 * time.Minute

// operating sums what the sites' machines were measured to do lately, and says
// of how many sites.
func (p *page) operating(reg fleet.Register) (mining.Maybe[units.Hashrate], string, error) {
	series, err := p.s.SeriesList(p.ctx)
	if err != nil {
		return mining.Maybe[units.Hashrate]{}, "", err
	}
	sum, sites := units.Hashrate(0), 0
	for _, v := range series {
		place, is := strings.CutPrefix(v.Key, operatingKey)
		if _, err := strconv.ParseInt(place, 10, 64); !is || err != nil || p.now.Sub(v.Last.T) > measuredWithin {
			continue
		}
		sum, sites = sum+units.Hashrate(v.Last.V), sites+1
	}
	if sites == 0 {
		return mining.Unknown[units.Hashrate]("no machine was measured in the last five minutes"), "", nil
	}
	return mining.Of(sum), fmt.Sprintf("measured at %d of %s", sites, countOf(len(reg.Sites), "site")), nil
}
