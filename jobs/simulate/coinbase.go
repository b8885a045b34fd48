package simulate

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// coinbaseRoutes speak Coinbase Exchange: candles newest first with low before
// high before open, at most 300; a socket that must subscribe within five
// seconds.
func coinbaseRoutes(p *party, mux *http.ServeMux) {
	mux.HandleFunc("GET /products/BTC-USD/candles", p.coinbaseCandles)
	p.socket("/", mux, p.coinbaseStream)
}

func (p *party) coinbaseCandles(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	seconds, err := strconv.Atoi(q.Get("granularity"))
	if err != nil || !slices.Contains([]int{60, 300, 900, 3600, 21600, 86400}, seconds) {
		answerStatus(w, http.StatusBadRequest, map[string]string{"message": "Unsupported granularity"})
		return
	}
	width := time.Duration(seconds) * time.Second
	from, errFrom := time.Parse(time.RFC3339, q.Get("start"))
	to, errTo := time.Parse(time.RFC3339, q.Get("end"))
	if errFrom != nil || errTo != nil { // if either is missing both are ignored
		to = p.world.Now()
		from = to.Truncate(width).Add(-299 * width)
	}
	if to.Sub(from)/width > 300 {
		answerStatus(w, http.StatusBadRequest, map[string]string{"message": "granularity too small for the requested time range. Count of aggregations requested exceeds 300"})
		return
	}
	rows := make([][6]float64, 0, 300)
	for _, c := range p.candles(width, from, to, 300) {
		rows = append(rows, [6]float64{float64(c.T.Unix()), c.Low, c.High, c.Open, c.Close, c.Volume})
	}
	slices.Reverse(rows)
	answer(w, rows)
}

func (p *party) coinbaseStream(st *stream) {
	select {
	case data := <-st.said:
		var sub struct {
			Type string `json:"type"`
		}
		if err := json.Unmarshal(data, &sub); err != nil || sub.Type != "subscribe" {
			st.send(map[string]string{"type": "error", "message": "Failed to subscribe", "reason": "malformed"})
			return
		}
	case <-time.After(5 * time.Second):
		return
	case <-st.gone:
		return
	case <-p.done:
		return
	}
	st.send(map[string]any{"type": "subscriptions", "channels": []map[string]any{{"name": "ticker", "product_ids": []string{"BTC-USD"}}}})
	p.everySecond(st, func(t time.Time) bool {
		stamp := t.Format("2006-01-02T15:04:05.000000Z")
		price := p.world.VenuePrice(p.name, t)
		return st.send(map[string]any{
			"type": "ticker", "sequence": t.Unix()*10 + 1, "product_id": "BTC-USD", "price": dollars(price),
			"best_bid": dollars(price - 0.01), "best_ask": dollars(price + 0.01), "side": "buy", "time": stamp,
			"trade_id": t.Unix(), "last_size": "0.0021",
		}) && st.send(map[string]any{
			"type": "heartbeat", "sequence": t.Unix()*10 + 2, "last_trade_id": t.Unix(), "product_id": "BTC-USD",
			"time": stamp,
		})
	})
}
