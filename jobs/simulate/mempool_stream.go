package simulate

import (
	"encoding/json"
	"slices"
	"time"

	"switchyard/econ/market"
)

// listener is what one socket of mempool has asked for.
type listener struct {
	want []string
	tip  string // hash of the newest block it was told
	top  int64
}

// caughtUp notes that the client knows all blocks up to a tip, or wants none.
func (l *listener) caughtUp(tip market.Block) { l.tip, l.top = tip.Hash, tip.Height }

// mempoolStream says nothing until spoken to, but for prices, which go to
// everybody.
func (p *party) mempoolStream(st *stream) {
	tip := p.world.Tip()
	l := &listener{tip: tip.Hash, top: tip.Height}
	p.everySecond(st, func(t time.Time) bool {
		for range len(st.said) {
			if !p.mempoolSaid(st, l, <-st.said) {
				return false
			}
		}
		if t.Second() == 0 && !st.send(map[string]any{"conversions": p.conversions(t)}) {
			return false
		}
		return p.tellBlocks(st, l)
	})
}

func (p *party) mempoolSaid(st *stream, l *listener, data []byte) bool {
	var m struct {
		Action  string   `json:"action"`
		Data    []string `json:"data"`
		Refresh bool     `json:"refresh-blocks"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return false // garbage closes the socket without a word
	}
	switch m.Action {
	case "init":
		return st.send(map[string]any{
			"blocks": p.lastBlocks(), "conversions": p.conversions(p.world.Now()), "loadingIndicators": map[string]any{},
			"backendInfo": map[string]any{"backend": "esplora"}, "mempoolInfo": map[string]any{"loaded": true, "size": 28_000},
		})
	case "want": // replaces what was wanted before
		fresh := slices.Contains(m.Data, "blocks") && !slices.Contains(l.want, "blocks")
		l.want = m.Data
		if fresh { // the snapshot tells all there is so far; nothing is replayed
			l.caughtUp(p.world.Tip())
		}
		return !fresh || st.send(map[string]any{"blocks": p.lastBlocks()})
	case "ping":
		return st.send(map[string]any{"pong": true})
	}
	return !m.Refresh || st.send(map[string]any{"blocks": p.lastBlocks()})
}

// lastBlocks are the newest eight, ascending.
func (p *party) lastBlocks() []map[string]any {
	tip := p.world.Tip().Height
	list := []map[string]any{}
	for h := tip - 7; h <= tip; h++ {
		if b, ok := p.world.Block(h); ok {
			list = append(list, blockJSON(b))
		}
	}
	return list
}

// tellBlocks sends each new block, or all of the newest after a
// reorganisation.
func (p *party) tellBlocks(st *stream, l *listener) bool {
	tip := p.world.Tip()
	if tip.Hash == l.tip {
		return true
	}
	if !slices.Contains(l.want, "blocks") {
		l.caughtUp(tip)
		return true
	}
	known, ok := p.world.Block(l.top)
	reorganised := !ok || known.Hash != l.tip
	from := l.top + 1
	l.caughtUp(tip)
	if reorganised {
		return st.send(map[string]any{"blocks": p.lastBlocks()})
	}
	for h := from; h <= tip.Height; h++ {
		b, ok := p.world.Block(h)
		if !ok {
			continue
		}
		f := p.world.FeeRates(p.world.Now())
		if !st.send(map[string]any{
			"block": blockJSON(b), "mempoolInfo": map[string]any{"loaded": true, "size": 28_000},
			"fees": map[string]any{"fastestFee": f[0] + 0.01, "halfHourFee": f[1], "hourFee": f[2], "economyFee": f[3], "minimumFee": f[4]},
		}) {
			return false
		}
	}
	return true
}
