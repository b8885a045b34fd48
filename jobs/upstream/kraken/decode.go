package kraken

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

// decodeOHLC reads an answer of OHLC, oldest first. Errors arrive as HTTP 200,
// and the key of the rows is Kraken's own name of the pair: it is the one that
// is not "last", which is the time of the newest finished candle.
func decodeOHLC(body []byte, w upstream.Window) ([]market.Candle, []upstream.Refusal, error) {
	var answer struct {
		Error  []string                   `json:"error"`
		Result map[string]json.RawMessage `json:"result"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the answer is not the documented object")
	}
	if err := refusedBy(answer.Error); err != nil {
		return nil, nil, err
	}
	var rows []json.RawMessage
	for key, raw := range answer.Result {
		if key == "last" {
			continue
		}
		if err := json.Unmarshal(raw, &rows); err != nil || len(answer.Result) > 2 {
			return nil, nil, upstream.Errorf(name, upstream.Malformed, "the candles are not one list")
		}
	}
	if rows == nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "the answer holds no candles")
	}
	finished := lastFinished(answer.Result["last"])
	candles, refused := upstream.Rows(rows, func(row json.RawMessage) (market.Candle, bool, error) {
		r, err := decodeRow(row)
		if err != nil {
			return market.Candle{}, false, err
		}
		c, ok, err := w.Candle(r)
		return c, ok && !c.T.After(finished), err
	})
	return upstream.Tidy(candles), refused, nil
}

// lastFinished is the start of the newest candle that is finished by Kraken's
// own clock; the end of time if it does not say.
func lastFinished(raw json.RawMessage) time.Time {
	var last upstream.Number
	if err := json.Unmarshal(raw, &last); err == nil {
		if seconds, ok := last.Int(); ok && seconds > 0 {
			return time.Unix(seconds, 0)
		}
	}
	return time.Unix(1<<40, 0)
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
func decodeRow(row json.RawMessage) (upstream.Row, error) {
	var v []upstream.Number
	if err := upstream.Shape(row, &v); err != nil {
		return upstream.Row{}, err
	}
	if len(v) < 8 {
		return upstream.Row{}, errors.New("the candle has fewer than eight columns")
	}
	return upstream.Row{Time: v[0], Open: v[1], High: v[2], Low: v[3], Close: v[4], Volume: v[6]}, nil
}

// decodeMessage reads one message of the websocket: the quotes of a ticker, or
// none for what is not one. It fails if the message cannot be read or says that
// the subscription failed.
func decodeMessage(data []byte, now time.Time) ([]market.Quote, []upstream.Refusal, error) {
	var m struct {
		Channel string          `json:"channel"`
		Success *bool           `json:"success"`
		Error   string          `json:"error"`
		Data    json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "a message of the stream cannot be read")
	}
	if m.Success != nil && !*m.Success {
		return nil, nil, upstream.Errorf(name, upstream.Refused, "the stream said: %.200s", m.Error)
	}
	if m.Channel != "ticker" {
		return nil, nil, nil
	}
	var rows []json.RawMessage
	if err := json.Unmarshal(m.Data, &rows); err != nil {
		return nil, nil, upstream.Errorf(name, upstream.Malformed, "a ticker of the stream is not a list")
	}
	quotes, refused := upstream.Rows(rows, func(row json.RawMessage) (market.Quote, bool, error) {
		return decodeTicker(row, now)
	})
	return quotes, refused, nil
}

// decodeTicker reads one ticker. One without a time, as older deployments send
// it, carries the time at which it came.
func decodeTicker(row json.RawMessage, now time.Time) (market.Quote, bool, error) {
	var v struct {
		Symbol    string          `json:"symbol"`
		Last      upstream.Number `json:"last"`
		Timestamp string          `json:"timestamp"`
	}
	if err := upstream.Shape(row, &v); err != nil {
		return market.Quote{}, false, err
	}
	if v.Symbol != wsPair {
		return market.Quote{}, false, nil
	}
	if err := upstream.CheckPrice(v.Last); err != nil {
		return market.Quote{}, false, err
	}
	t := now
	if v.Timestamp != "" {
		var err error
		if t, err = time.Parse(time.RFC3339, v.Timestamp); err != nil {
			return market.Quote{}, false, errors.New("the time is not in RFC 3339")
		}
	}
	if err := upstream.CheckTime(t, now); err != nil {
		return market.Quote{}, false, err
	}
	return market.Quote{Venue: name, Price: v.Last.V, T: t.UTC(), Received: now}, true, nil
}
