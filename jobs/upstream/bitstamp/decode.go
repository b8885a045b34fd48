package bitstamp

import (
	"encoding/json"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// decodeOHLC reads an answer of /ohlc, whose numbers are strings.
func decodeOHLC(body []byte, now time.Time) ([]market.Candle, []upstream.Refusal, error) {
	var answer struct {
		Data *struct {
			OHLC []json.RawMessage `json:"ohlc"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Data == nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the answer is not the object that is documented")
	}
	var (
		candles []market.Candle
		refused []upstream.Refusal
	)
	for _, row := range answer.Data.OHLC {
		c, err := decodeRow(row, now)
		if err != nil {
			refused = append(refused, upstream.Refusal{Check: err.Error(), Body: string(row)})
			continue
		}
		candles = append(candles, c)
	}
	return candles, refused, nil
}

func decodeRow(row []byte, now time.Time) (market.Candle, error) {
	var v struct {
		Timestamp upstream.Number `json:"timestamp"`
		Open      upstream.Number `json:"open"`
		High      upstream.Number `json:"high"`
		Low       upstream.Number `json:"low"`
		Close     upstream.Number `json:"close"`
		Volume    upstream.Number `json:"volume"`
	}
	if err := json.Unmarshal(row, &v); err != nil {
		return market.Candle{}, err
	}
	c := market.Candle{
		T:    time.Unix(int64(v.Timestamp.V), 0).UTC(),
		Open: v.Open.V, High: v.High.V, Low: v.Low.V, Close: v.Close.V, Volume: v.Volume.V,
	}
	return c, upstream.CheckCandle(c, now)
}

// decodeMessage reads one frame of the websocket: a trade, or false for what is
// not one.
func decodeMessage(data []byte, now time.Time) (market.Quote, bool, error) {
	var m struct {
		Event   string          `json:"event"`
		Channel string          `json:"channel"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return market.Quote{}, false, upstream.Errorf(name, upstream.Malformed, "a frame of the stream cannot be read")
	}
	switch {
	case m.Event == "bts:request_reconnect":
		return market.Quote{}, false, upstream.Errorf(name, upstream.Refused, "the stream asked to connect again")
	case m.Event == "bts:error":
		return market.Quote{}, false, upstream.Errorf(name, upstream.Refused, "the stream said: %.200s", m.Data)
	case m.Event != "trade" || m.Channel != channel:
		return market.Quote{}, false, nil
	}
	var trade struct {
		Price     upstream.Number `json:"price"`
		PriceStr  upstream.Number `json:"price_str"`
		Timestamp upstream.Number `json:"timestamp"`
		Micro     upstream.Number `json:"microtimestamp"`
	}
	if err := json.Unmarshal(m.Data, &trade); err != nil {
		return market.Quote{}, false, upstream.Errorf(name, upstream.Malformed, "a trade of the stream cannot be read")
	}
	price := trade.PriceStr
	if !price.Known {
		price = trade.Price
	}
	if err := upstream.CheckPrice(price.V); err != nil {
		return market.Quote{}, false, upstream.Errorf(name, upstream.Malformed, "%v", err)
	}
	t := time.Unix(int64(trade.Timestamp.V), 0)
	if trade.Micro.Known {
		t = time.UnixMicro(int64(trade.Micro.V))
	}
	if err := upstream.CheckTime(t, now); err != nil {
		return market.Quote{}, false, upstream.Errorf(name, upstream.Malformed, "%v", err)
	}
	return market.Quote{Venue: name, Price: price.V, T: t.UTC(), Received: now}, true, nil
}
