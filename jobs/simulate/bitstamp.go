package simulate

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// bitstampRoutes speak Bitstamp: every number a string; trades over websocket.
func bitstampRoutes(p *party, mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v2/ohlc/btcusd/", p.bitstampOHLC)
	p.socket("/", mux, p.bitstampStream)
}

func (p *party) bitstampOHLC(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	step, err := strconv.Atoi(q.Get("step"))
	limit, lerr := strconv.Atoi(q.Get("limit"))
	steps := []int{60, 180, 300, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 259200}
	if err != nil || lerr != nil || limit < 1 || limit > 1000 || !slices.Contains(steps, step) {
		answerStatus(w, http.StatusBadRequest, map[string]any{"code": "400.002", "errors": []any{map[string]string{"message": "Invalid step or limit"}}})
		return
	}
	width, now := time.Duration(step)*time.Second, p.world.Now()
	to := unix(q.Get("end"), now)
	from := unix(q.Get("start"), to.Truncate(width).Add(-time.Duration(limit-1)*width))
	rows := make([]map[string]string, 0, limit)
	for _, c := range p.candles(width, from, to, limit) {
		rows = append(rows, map[string]string{
			"timestamp": strconv.FormatInt(c.T.Unix(), 10), "open": dollars(c.Open), "high": dollars(c.High),
			"low": dollars(c.Low), "close": dollars(c.Close), "volume": strconv.FormatFloat(c.Volume, 'f', 8, 64),
		})
	}
	answer(w, map[string]any{"data": map[string]any{"pair": "BTC/USD", "ohlc": rows}})
}

func (p *party) bitstampStream(st *stream) {
	subscribed := false
	p.everySecond(st, func(t time.Time) bool {
		for range len(st.said) {
			var m struct {
				Event string `json:"event"`
				Data  struct {
					Channel string `json:"channel"`
				} `json:"data"`
			}
			if err := json.Unmarshal(<-st.said, &m); err != nil {
				return false
			}
			switch m.Event {
			case "bts:subscribe":
				subscribed = m.Data.Channel == "live_trades_btcusd"
				st.send(map[string]any{"event": "bts:subscription_succeeded", "channel": m.Data.Channel, "data": map[string]any{}})
			case "bts:heartbeat":
				st.send(map[string]any{"event": "bts:heartbeat", "channel": "", "data": map[string]string{"status": "success"}})
			}
		}
		if !subscribed {
			return true
		}
		price := p.world.VenuePrice(p.name, t)
		return st.send(map[string]any{"event": "trade", "channel": "live_trades_btcusd", "data": map[string]any{
			"id": t.Unix(), "timestamp": strconv.FormatInt(t.Unix(), 10), "microtimestamp": strconv.FormatInt(t.UnixMicro(), 10),
			"amount": 0.1, "amount_str": "0.10000000", "price": price, "price_str": dollars(price), "type": 0,
		}})
	})
}
