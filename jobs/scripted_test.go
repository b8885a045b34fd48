package jobs

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// scripted speaks the documents of the three venues at prices a test sets. It
// was written from their documentation alone and shares no code with the
// simulator, so that the two cannot be wrong together.
type scripted struct {
	now func() time.Time

	mu     sync.Mutex // guards prices and silent
	prices map[string]float64
	silent map[string]bool
}

func newScripted(now func() time.Time, prices map[string]float64) *scripted {
	return &scripted{now: now, prices: prices, silent: map[string]bool{}}
}

func (s *scripted) set(venue string, price float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prices[venue] = price
}

func (s *scripted) silence(venue string, silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent[venue] = silent
}

func (s *scripted) get(venue string) (float64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.prices[venue], !s.silent[venue]
}

// serve starts one venue's server and returns its addresses.
func (s *scripted) serve(t *testing.T, venue string) (url, wsURL string) {
	t.Helper()
	var sockets sync.WaitGroup
	stopped := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !websocket.IsWebSocketUpgrade(r) {
			s.candles(w, r, venue)
			return
		}
		sockets.Add(1)
		defer sockets.Done()
		s.socket(w, r, venue, stopped)
	}))
	t.Cleanup(func() {
		close(stopped)
		sockets.Wait()
		server.Close()
	})
	return server.URL, "ws" + strings.TrimPrefix(server.URL, "http")
}

// socket waits for the subscription, acknowledges it and then quotes once at
// every full second.
func (s *scripted) socket(w http.ResponseWriter, r *http.Request, venue string, stopped <-chan struct{}) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	gone := make(chan struct{})
	subscribed := make(chan struct{})
	go func() {
		defer close(gone)
		var once sync.Once
		for {
			_, text, err := conn.ReadMessage()
			if err != nil {
				return
			}
			if strings.Contains(string(text), "subscribe") {
				once.Do(func() { close(subscribed) })
			}
		}
	}()
	defer func() { conn.Close(); <-gone }()
	select {
	case <-subscribed:
	case <-gone:
		return
	case <-stopped:
		return
	}
	if conn.WriteMessage(websocket.TextMessage, []byte(acknowledgement(venue))) != nil {
		return
	}
	for n := int64(1); ; n++ {
		wait := time.NewTimer(s.now().Truncate(time.Second).Add(time.Second).Sub(s.now()))
		select {
		case <-wait.C:
		case <-gone:
			wait.Stop()
			return
		case <-stopped:
			wait.Stop()
			return
		}
		price, talks := s.get(venue)
		if !talks {
			continue
		}
		if conn.WriteMessage(websocket.TextMessage, []byte(ticker(venue, price, s.now(), n))) != nil {
			return
		}
	}
}

func acknowledgement(venue string) string {
	switch venue {
	case "coinbase":
		return `{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BTC-USD"]}]}`
	case "kraken":
		return `{"method":"subscribe","result":{"channel":"ticker","symbol":"BTC/USD","event_trigger":"trades","snapshot":true},"success":true,"time_in":"2026-11-23T05:00:00.000100Z","time_out":"2026-11-23T05:00:00.000200Z","req_id":1}`
	default:
		return `{"event":"bts:subscription_succeeded","channel":"live_trades_btcusd","data":{}}`
	}
}

func ticker(venue string, price float64, at time.Time, n int64) string {
	at = at.UTC()
	stamp := at.Format("2006-01-02T15:04:05.000000Z")
	switch venue {
	case "coinbase":
		return fmt.Sprintf(`{"type":"ticker","sequence":%d,"product_id":"BTC-USD","price":"%.2f","best_bid":"%.2f","best_ask":"%.2f","side":"buy","time":"%s","trade_id":%d,"last_size":"0.0021"}`,
			1000+n*7, price, price-0.01, price, stamp, n)
	case "kraken":
		return fmt.Sprintf(`{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":%.1f,"bid_qty":0.41,"ask":%.1f,"ask_qty":1.2,"last":%.1f,"volume":3591.17907851,"vwap":90953.78,"low":1.0,"high":999999.0,"change":1139.6,"change_pct":1.26,"timestamp":"%s"}]}`,
			price-0.1, price, price, stamp)
	default:
		return fmt.Sprintf(`{"event":"trade","channel":"live_trades_btcusd","data":{"id":%d,"timestamp":"%d","microtimestamp":"%d","amount":0.1,"amount_str":"0.10000000","price":%.0f,"price_str":"%.2f","type":0,"buy_order_id":1,"sell_order_id":2}}`,
			n, at.Unix(), at.UnixMicro(), price, price)
	}
}

// candles answers with flat candles whose price tells their hour: 50,000 plus
// the venue's place, plus the minute of the day.
func (s *scripted) candles(w http.ResponseWriter, r *http.Request, venue string) {
	q := r.URL.Query()
	width := map[string]time.Duration{
		"coinbase": time.Second * time.Duration(number(q.Get("granularity"))),
		"kraken":   time.Minute * time.Duration(number(q.Get("interval"))),
		"bitstamp": time.Second * time.Duration(number(q.Get("step"))),
	}[venue]
	if width <= 0 {
		http.NotFound(w, r)
		return
	}
	var from, to time.Time
	switch venue {
	case "coinbase":
		from, to = instant(q.Get("start")), instant(q.Get("end"))
	case "kraken":
		from, to = instant(q.Get("since")).Add(time.Second), s.now()
		if to.Sub(from) > 720*width {
			from = to.Add(-720 * width)
		}
	default:
		from, to = instant(q.Get("start")), instant(q.Get("end"))
		if limit := time.Duration(number(q.Get("limit"))); limit > 0 && to.Sub(from) > limit*width {
			to = from.Add((limit - 1) * width)
		}
	}
	first := from.Truncate(width)
	if first.Before(from) {
		first = first.Add(width)
	}
	var rows []any
	for at := first; !at.After(to) && !at.After(s.now()); at = at.Add(width) {
		rows = append(rows, candleRow(venue, at))
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(candleBody(venue, rows))
}

// scriptedPrice is what the candles of a minute say.
func scriptedPrice(venue string, at time.Time) float64 {
	place := map[string]float64{"coinbase": 0, "kraken": 10, "bitstamp": 30}[venue]
	return 50_000 + place + float64(at.UTC().Hour()*60+at.UTC().Minute())
}

func candleRow(venue string, at time.Time) any {
	p := scriptedPrice(venue, at)
	text := func(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
	switch venue {
	case "coinbase":
		return []float64{float64(at.Unix()), p - 1, p + 1, p, p, 2.5}
	case "kraken":
		return []any{at.Unix(), text(p), text(p + 1), text(p - 1), text(p), text(p), "2.5", 12}
	default:
		return map[string]string{
			"timestamp": strconv.FormatInt(at.Unix(), 10),
			"open":      text(p), "high": text(p + 1), "low": text(p - 1), "close": text(p), "volume": "2.5",
		}
	}
}

func candleBody(venue string, rows []any) any {
	if rows == nil {
		rows = []any{}
	}
	switch venue {
	case "coinbase": // newest first
		for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
			rows[i], rows[j] = rows[j], rows[i]
		}
		return rows
	case "kraken":
		return map[string]any{"error": []string{}, "result": map[string]any{"XXBTZUSD": rows, "last": 0}}
	default:
		return map[string]any{"data": map[string]any{"pair": "BTC/USD", "ohlc": rows}}
	}
}

func number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

func instant(text string) time.Time {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at
	}
	if v := number(text); !math.IsNaN(v) {
		return time.Unix(int64(v), 0)
	}
	return time.Time{}
}
