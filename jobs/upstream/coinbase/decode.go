package coinbase

import (
	"encoding/json"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// decodeCandles reads [[time, low, high, open, close, volume], …].
func decodeCandles(body []byte, now time.Time) ([]market.Candle, []upstream.Refusal, error) {
	var rows []json.RawMessage
	if err := json.Unmarshal(body, &rows); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the candles are not a list")
	}
	var (
		candles []market.Candle
		refused []upstream.Refusal
	)
	for _, row := range rows {
		c, err := decodeCandle(row, now)
		if err != nil {
			refused = append(refused, upstream.Refusal{Check: err.Error(), Body: string(row)})
			continue
		}
		candles = append(candles, c)
	}
	return candles, refused, nil
}

func decodeCandle(row []byte, now time.Time) (market.Candle, error) {
	var v []upstream.Number
	if err := json.Unmarshal(row, &v); err != nil {
		return market.Candle{}, err
	}
	if len(v) < 6 {
		return market.Candle{}, upstream.Errorf(name, upstream.Malformed, "a candle has %d columns instead of 6", len(v))
	}
	c := market.Candle{
		T:   time.Unix(int64(v[0].V), 0).UTC(),
		Low: v[1].V, High: v[2].V, Open: v[3].V, Close: v[4].V, Volume: v[5].V,
	}
	return c, upstream.CheckCandle(c, now)
}

// message is what the websocket says, as far as it matters here.
type message struct {
	Kind     string
	Sequence int64
	Trade    int64
	Price    float64
	Time     time.Time
}

// decodeMessage reads one frame. Types that are not known are left to the
// caller to ignore.
func decodeMessage(data []byte, now time.Time) (message, error) {
	var m struct {
		Type        string          `json:"type"`
		ProductID   string          `json:"product_id"`
		Sequence    int64           `json:"sequence"`
		TradeID     int64           `json:"trade_id"`
		LastTradeID int64           `json:"last_trade_id"`
		Price       upstream.Number `json:"price"`
		Time        time.Time       `json:"time"`
		Message     string          `json:"message"`
		Reason      string          `json:"reason"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return message{}, upstream.Errorf(name, upstream.Malformed, "a frame of the stream cannot be read")
	}
	switch m.Type {
	case "error":
		return message{}, upstream.Errorf(name, upstream.Refused, "the stream said: %.200s %.200s", m.Message, m.Reason)
	case "ticker":
		if m.ProductID != product {
			return message{}, nil
		}
		if err := upstream.CheckPrice(m.Price.V); err != nil {
			return message{}, upstream.Errorf(name, upstream.Malformed, "%v", err)
		}
		if err := upstream.CheckTime(m.Time, now); err != nil {
			return message{}, upstream.Errorf(name, upstream.Malformed, "%v", err)
		}
		return message{Kind: m.Type, Sequence: m.Sequence, Trade: m.TradeID, Price: m.Price.V, Time: m.Time.UTC()}, nil
	case "heartbeat":
		return message{Kind: m.Type, Trade: m.LastTradeID}, nil
	default:
		return message{}, nil
	}
}
