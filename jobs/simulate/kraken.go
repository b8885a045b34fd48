package simulate

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// krakenRoutes speak Kraken: errors as HTTP 200, its own name of the pair, 720
// rows of which the last is unfinished; websocket v2 with numbers.
func krakenRoutes(p *party, mux *http.ServeMux) {
	mux.HandleFunc("GET /0/public/OHLC", p.krakenOHLC)
	p.socket("/v2", mux, p.krakenStream)
}

func (p *party) krakenOHLC(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("pair") != "XBTUSD" {
		answer(w, map[string]any{"error": []string{"EQuery:Unknown asset pair"}})
		return
	}
	minutes, err := strconv.Atoi(q.Get("interval"))
	if q.Get("interval") == "" {
		minutes, err = 1, nil
	}
	if err != nil || !slices.Contains([]int{1, 5, 15, 30, 60, 240, 1440, 10080, 21600}, minutes) {
		answer(w, map[string]any{"error": []string{"EGeneral:Invalid arguments"}})
		return
	}
	width, now := time.Duration(minutes)*time.Minute, p.world.Now()
	oldest := now.Truncate(width).Add(-719 * width)
	from := oldest
	if since := q.Get("since"); since != "" {
		from = unix(since, oldest).Add(time.Second) // rows after "since"
	}
	if from.Before(oldest) {
		from = oldest
	}
	rows := make([][]any, 0, 720)
	last := int64(0)
	for _, c := range p.candles(width, from, now, 720) {
		if c.T.Add(width).Before(now) {
			last = c.T.Unix()
		}
		mean := (c.Open + c.High + c.Low + c.Close) / 4
		rows = append(rows, []any{
			c.T.Unix(), dollars(c.Open), dollars(c.High), dollars(c.Low), dollars(c.Close), dollars(mean),
			strconv.FormatFloat(c.Volume, 'f', 8, 64), int64(c.Volume) + 1,
		})
	}
	answer(w, map[string]any{"error": []string{}, "result": map[string]any{"XXBTZUSD": rows, "last": last}})
}

func (p *party) krakenStream(st *stream) {
	if !st.send(map[string]any{"channel": "status", "type": "update", "data": []any{map[string]any{"system": "online", "api_version": "v2"}}}) {
		return
	}
	kind := "" // of the next ticker; empty: not subscribed
	p.everySecond(st, func(t time.Time) bool {
		for range len(st.said) {
			if !p.krakenSaid(st, <-st.said, &kind) {
				return false
			}
		}
		if kind == "" {
			return st.send(map[string]string{"channel": "heartbeat"})
		}
		price := p.world.VenuePrice(p.name, t)
		ok := st.send(map[string]any{"channel": "ticker", "type": kind, "data": []any{map[string]any{
			"symbol": "BTC/USD", "bid": price - 0.1, "ask": price + 0.1, "last": price,
			"timestamp": t.Format("2006-01-02T15:04:05.000000Z"),
		}}})
		kind = "update"
		return ok
	})
}

func (p *party) krakenSaid(st *stream, data []byte, kind *string) bool {
	var m struct {
		Method string `json:"method"`
		ReqID  int    `json:"req_id"`
		Params struct {
			Channel string   `json:"channel"`
			Symbol  []string `json:"symbol"`
		} `json:"params"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return false
	}
	switch {
	case m.Method == "ping":
		return st.send(map[string]any{"method": "pong"})
	case m.Method == "subscribe" && m.Params.Channel == "ticker" && slices.Contains(m.Params.Symbol, "BTC/USD"):
		*kind = "snapshot"
		return st.send(map[string]any{"method": "subscribe", "success": true, "req_id": m.ReqID,
			"result": map[string]any{"channel": "ticker", "symbol": "BTC/USD", "snapshot": true}})
	default:
		return st.send(map[string]any{"method": m.Method, "success": false, "error": "Currency pair not supported", "req_id": m.ReqID})
	}
}
