package coinbase

import (
	"encoding/json"
	"errors"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// decodeCandles reads [[time, low, high, open, close, volume], …], which come
// newest first and may begin before what was asked for.
func decodeCandles(body []byte, w upstream.Window) ([]market.Candle, []upstream.Refusal, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the candles are not a list")
	}
	candles, refused := upstream.Rows(rows, func(row json.RawMessage) (market.Candle, bool, error) {
		var v []upstream.Number
		if err := upstream.Shape(row, &v); err != nil {
			return market.Candle{}, false, err
		}
		if len(v) < 6 {
			return market.Candle{}, false, errors.New("the candle has fewer than six columns")
		}
		return w.Candle(upstream.Row{Time: v[0], Low: v[1], High: v[2], Open: v[3], Close: v[4], Volume: v[5]})
	})
	return upstream.Tidy(candles), refused, nil
}

// Types of messages that matter here.
const (
	typeTicker    = "ticker"
	typeHeartbeat = "heartbeat"
	typeError     = "error"
)

// message is what the websocket says, as far as it matters here.
type message struct {
	Type        string          `json:"type"`
	ProductID   string          `json:"product_id"`
	Sequence    upstream.Number `json:"sequence"`
	TradeID     upstream.Number `json:"trade_id"`
	LastTradeID upstream.Number `json:"last_trade_id"`
	Price       upstream.Number `json:"price"`
	Time        string          `json:"time"`
	Message     string          `json:"message"`
	Reason      string          `json:"reason"`
}

// decodeMessage reads one message of the websocket. It fails if the message
// cannot be read or is an error; types that are not known are left alone.
func decodeMessage(data []byte) (message, error) {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return message{}, upstream.Errorf(name, upstream.Malformed, "a message of the stream cannot be read")
	}
	if m.Type == typeError {
		return message{}, upstream.Errorf(name, upstream.Refused, "the stream said: %.200s %.200s", m.Message, m.Reason)
	}
	return m, nil
}

// tick is a ticker that passed its checks.
type tick struct {
	sequence, trade int64
	price           float64
	t               time.Time
}

// ticker checks a ticker. Its error is the check that failed.
func (m message) ticker(now time.Time) (tick, error) {
	sequence, ok := m.Sequence.Int()
	if !ok || sequence < 0 {
		return tick{}, errors.New("the sequence is missing or not a whole number")
	}
	trade, ok := m.TradeID.Int()
	if !ok || trade < 0 {
		return tick{}, errors.New("the trade's number is missing or not a whole number")
	}
	if err := upstream.CheckPrice(m.Price); err != nil {
		return tick{}, err
	}
	t, err := time.Parse(time.RFC3339, m.Time)
	if err != nil {
		return tick{}, errors.New("the time is missing or not in RFC 3339")
	}
	if err := upstream.CheckTime(t, now); err != nil {
		return tick{}, err
	}
	return tick{sequence: sequence, trade: trade, price: m.Price.V, t: t.UTC()}, nil
}
