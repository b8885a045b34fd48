package bitstamp

import (
	"encoding/json"
	"errors"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// decodeOHLC reads an answer of /ohlc, whose numbers are strings, oldest first.
func decodeOHLC(body []byte, w upstream.Window) ([]market.Candle, []upstream.Refusal, error) {
	var answer struct {
		Data struct {
			OHLC []json.RawMessage `json:"ohlc"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Data.OHLC == nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the answer is not the documented object")
	}
	candles, refused := upstream.Rows(answer.Data.OHLC, func(row json.RawMessage) (market.Candle, bool, error) {
		var v struct {
			Timestamp upstream.Number `json:"timestamp"`
			Open      upstream.Number `json:"open"`
			High      upstream.Number `json:"high"`
			Low       upstream.Number `json:"low"`
			Close     upstream.Number `json:"close"`
			Volume    upstream.Number `json:"volume"`
		}
		if err := upstream.Shape(row, &v); err != nil {
			return market.Candle{}, false, err
		}
		return w.Candle(upstream.Row{Time: v.Timestamp, Open: v.Open, High: v.High, Low: v.Low, Close: v.Close, Volume: v.Volume})
	})
	return upstream.Tidy(candles), refused, nil
}

// message is one message of the websocket.
type message struct {
	Event   string          `json:"event"`
	Channel string          `json:"channel"`
	Data    json.RawMessage `json:"data"`
}

// decodeMessage reads one message of the websocket. It fails if the message
// cannot be read, is an error, or asks for a new connection.
func decodeMessage(data []byte) (message, error) {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return message{}, upstream.Errorf(name, upstream.Malformed, "a message of the stream cannot be read")
	}
	switch m.Event {
	case "bts:request_reconnect":
		return message{}, upstream.Errorf(name, upstream.Refused, "the stream asked for a new connection")
	case "bts:error":
		return message{}, upstream.Errorf(name, upstream.Refused, "the stream said: %.200s", m.Data)
	}
	return m, nil
}

// trade reads the quote a message holds; false if it is no trade of the pair.
// Its error is the check that failed.
func (m message) trade(now time.Time) (market.Quote, bool, error) {
	if m.Event != "trade" || m.Channel != channel {
		return market.Quote{}, false, nil
	}
	var v struct {
		Price     upstream.Number `json:"price"`
		PriceText upstream.Number `json:"price_str"`
		Timestamp upstream.Number `json:"timestamp"`
		Micro     upstream.Number `json:"microtimestamp"`
	}
	if err := upstream.Shape(m.Data, &v); err != nil {
		return market.Quote{}, false, err
	}
	price := v.PriceText // exact where the number may be rounded
	if !price.Known {
		price = v.Price
	}
	if err := upstream.CheckPrice(price); err != nil {
		return market.Quote{}, false, err
	}
	t, err := tradeTime(v.Micro, v.Timestamp, now)
	if err != nil {
		return market.Quote{}, false, err
	}
	return market.Quote{Venue: name, Price: price.V, T: t, Received: now}, true, nil
}

// tradeTime prefers microseconds, and falls back to seconds.
func tradeTime(micro, seconds upstream.Number, now time.Time) (time.Time, error) {
	if !micro.Known {
		return upstream.UnixTime(seconds, now)
	}
	us, ok := micro.Int()
	if !ok {
		return time.Time{}, errors.New("the time is not in whole microseconds")
	}
	t := time.UnixMicro(us).UTC()
	return t, upstream.CheckTime(t, now)
}
