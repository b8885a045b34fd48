package kraken

import (
	"encoding/json"
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// decodeOHLC reads an answer of OHLC. Errors arrive as HTTP 200, and the key of
// the rows is Kraken's own name of the pair: it is the one that is not "last".
// The last row is the unfinished candle; Tidy drops it by its time.
func decodeOHLC(body []byte, now time.Time) ([]market.Candle, []upstream.Refusal, error) {
	var answer struct {
		Error  []string                   `json:"error"`
		Result map[string]json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the answer is not the object that is documented")
	}
	if err := refusedBy(answer.Error); err != nil {
		return nil, nil, err
	}
	var rows []json.RawMessage
	found := false
	for key, raw := range answer.Result {
		if key == "last" {
			continue
		}
		if err := json.Unmarshal(raw, &rows); err != nil || found {
			return nil, nil, upstream.Errorf(name, upstream.Malformed, "the candles are not one list")
		}
		found = true
	}
	if !found {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the answer holds no candles")
	}
	var (
		candles []market.Candle
		refused []upstream.Refusal
	)
	for _, row := range rows {
		c, err := decodeRow(row, now)
		if err != nil {
			refused = append(refused, upstream.Refusal{Check: err.Error(), Body: string(row)})
			continue
		}
		candles = append(candles, c)
	}
	return candles, refused, nil
}

// refusedBy turns Kraken's own errors into one; warnings begin with W.
func refusedBy(list []string) error {
	for _, text := range list {
		if !strings.HasPrefix(text, "E") {
			continue
		}
		kind := upstream.Refused
		if strings.Contains(text, "Rate limit") || strings.Contains(text, "Too many requests") {
			kind = upstream.RateLimited
		}
		return upstream.Errorf(name, kind, "the exchange said: %.200s", text)
	}
	return nil
}

// decodeRow reads [time, open, high, low, close, vwap, volume, count].
func decodeRow(row []byte, now time.Time) (market.Candle, error) {
	var v []upstream.Number
	if err := json.Unmarshal(row, &v); err != nil {
		return market.Candle{}, err
	}
	if len(v) < 7 {
		return market.Candle{}, upstream.Errorf(name, upstream.Malformed, "a candle has %d columns instead of 8", len(v))
	}
	c := market.Candle{
		T:    time.Unix(int64(v[0].V), 0).UTC(),
		Open: v[1].V, High: v[2].V, Low: v[3].V, Close: v[4].V, Volume: v[6].V,
	}
	return c, upstream.CheckCandle(c, now)
}

// decodeMessage reads one frame of the websocket: quotes, or none for what is
// not the ticker. A quote without a time carries the time it came.
func decodeMessage(data []byte, now time.Time) ([]market.Quote, error) {
	var m struct {
		Channel string          `json:"channel"`
		Method  string          `json:"method"`
		Success *bool           `json:"success"`
		Error   string          `json:"error"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, upstream.Errorf(name, upstream.Malformed, "a frame of the stream cannot be read")
	}
	if m.Success != nil && !*m.Success {
		return nil, upstream.Errorf(name, upstream.Refused, "the stream said: %.200s", m.Error)
	}
	if m.Channel != "ticker" {
		return nil, nil
	}
	var rows []struct {
		Symbol    string          `json:"symbol"`
		Last      upstream.Number `json:"last"`
		Timestamp *time.Time      `json:"timestamp"`
	}
	if err := json.Unmarshal(m.Data, &rows); err != nil {
		return nil, upstream.Errorf(name, upstream.Malformed, "a ticker of the stream cannot be read")
	}
	var quotes []market.Quote
	for _, r := range rows {
		if r.Symbol != wsPair {
			continue
		}
		t := now
		if r.Timestamp != nil {
			t = *r.Timestamp
		}
		if err := upstream.CheckPrice(r.Last.V); err != nil {
			return nil, upstream.Errorf(name, upstream.Malformed, "%v", err)
		}
		if err := upstream.CheckTime(t, now); err != nil {
			return nil, upstream.Errorf(name, upstream.Malformed, "%v", err)
		}
		quotes = append(quotes, market.Quote{Venue: name, Price: r.Last.V, T: t.UTC(), Received: now})
	}
	return quotes, nil
}
