package simulate

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"switchyard/econ/units"
)

// oceanFinder is the name under which the pool finds blocks.
func (p *party) oceanFinder() string {
	if len(p.accounts) == 0 {
		return ""
	}
	return p.accounts[0].Finder
}

// oceanRate is the hashrate of the whole pool.
func (p *party) oceanRate() units.Hashrate {
	return p.world.FinderHashrate(p.oceanFinder(), p.world.Now())
}

// FinderHashrate is that of all who mine under a finder's name at an instant, as
// their pool counts it in shares: not what the blocks of a day let one guess.
func (w *World) FinderHashrate(finder string, at time.Time) units.Hashrate {
	c := w.chain
	c.mu.Lock()
	defer c.mu.Unlock()
	return units.Hashrate(c.finderRate(finder, at.Unix()))
}

func (p *party) oceanPool(w http.ResponseWriter, _ *http.Request) {
	tip := p.world.Tip()
	window := strconv.FormatFloat(oceanWindow*tip.Difficulty, 'f', 0, 64)
	oceanTell(w, map[string]any{
		"snap_ts": seconds(p.world.Now()), "active_users": "1400", "active_workers": "9800", "network_difficulty": strconv.FormatFloat(tip.Difficulty, 'f', -1, 64),
		"current_tides_shares": window, "max_tides_shares": window, "current_estimated_block_reward": btcText(*tip.Reward),
	})
}

// oceanBlocks pages the pool's blocks, the newest first; the first page is 0.
func (p *party) oceanBlocks(w http.ResponseWriter, r *http.Request) {
	page, ok1 := count(r.PathValue("page"), 0, 0, 1e6)
	size, ok2 := count(r.PathValue("size"), 10, 1, 1000)
	if !ok1 || !ok2 {
		oceanRefuse(w, "Invalid page")
		return
	}
	rows := p.oceanRows(page*size, size)
	oceanTell(w, map[string]any{"blocks": rows})
}

func (p *party) oceanLatest(w http.ResponseWriter, _ *http.Request) {
	rows := p.oceanRows(0, 1)
	if len(rows) == 0 {
		oceanRefuse(w, "No blocks")
		return
	}
	oceanTell(w, rows[0])
}

// oceanRows are n of the pool's blocks of the last ninety days.
func (p *party) oceanRows(from, n int) []map[string]any {
	first, _ := p.world.heightsIn(p.world.Now().AddDate(0, 0, -90), p.world.Now())
	found, _ := p.world.foundSince(first, p.oceanFinder())
	slices.Reverse(found)
	rows := []map[string]any{}
	for _, f := range found[min(from, len(found)):min(from+n, len(found))] {
		b, _ := p.world.Block(f.height)
		rows = append(rows, map[string]any{
			"block_hash": b.Hash, "ts": f.at.Format(oceanTime), "legacy": false, "username": "", "workername": "", "solution": "",
			"network_difficulty": strconv.FormatFloat(b.Difficulty, 'f', -1, 64), "height": f.height, "generation_txn_hash": coinbaseID(b.Hash),
			"accepted_shares": strconv.FormatFloat(b.Difficulty, 'f', 0, 64), "subsidy_sats": int64(f.subsidy), "txn_fees_sats": int64(f.fees),
			"total_reward_sats": b.Reward, "sharelog_window": strconv.FormatFloat(oceanWindow*b.Difficulty, 'f', 0, 64),
		})
	}
	return rows
}
