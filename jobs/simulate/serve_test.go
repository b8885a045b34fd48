package simulate_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"switchyard/jobs/simulate"
)

// serve is a world behind its servers until the test ends.
func serve(t *testing.T) (*simulate.World, *simulate.Servers) {
	t.Helper()
	began := time.Now()
	w := simulate.NewWorld(simulate.Config{Origin: origin, Seed: 11, Now: func() time.Time { return origin.Add(time.Since(began)) }})
	s, err := simulate.Serve(w, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return w, s
}

// ask reads an answer of a party.
func ask(t *testing.T, url string) (*http.Response, string, error) {
	t.Helper()
	client := &http.Client{Timeout: 2 * time.Second}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}

// shape writes the shape of an answer: what it is made of and how numbers are
// written, without its values.
func shape(v any) string {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		return fmt.Sprintf("{%d}", len(keys))
	case []any:
		if len(v) == 0 {
			return "[]"
		}
		parts := make([]string, len(v))
		for i, x := range v {
			parts[i] = shape(x)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case string:
		return "s"
	case float64:
		return "n"
	default:
		return fmt.Sprint(v)
	}
}

// The answers of the documents, field by field and kind by kind.
func TestAnswersHaveTheDocumentedShape(t *testing.T) {
	w, s := serve(t)
	hour := origin.Truncate(time.Hour).Add(-2 * time.Hour)
	for _, c := range []struct {
		name, url string
		check     func(body string) error
	}{
		{"Coinbase candles", fmt.Sprintf("%s/products/BTC-USD/candles?granularity=3600&start=%s&end=%s", s.URL("coinbase"), hour.Add(-time.Hour).Format(time.RFC3339), hour.Format(time.RFC3339)), func(body string) error {
			var rows [][]any // [time, low, high, open, close, volume], newest first, numbers
			if err := json.Unmarshal([]byte(body), &rows); err != nil {
				return err
			}
			if len(rows) != 2 || shape(rows[0][0]) != "n" || shape(rows[0]) != "[n,n,n,n,n,n]" || rows[0][0].(float64) <= rows[1][0].(float64) {
				return fmt.Errorf("rows %v", rows)
			}
			if c := w.VenueCandle("coinbase", time.Hour, hour); rows[0][1] != c.Low || rows[0][2] != c.High || rows[0][3] != c.Open || rows[0][4] != c.Close {
				return fmt.Errorf("row %v is not the candle %+v", rows[0], c)
			}
			return nil
		}},
		{"Kraken candles", fmt.Sprintf("%s/0/public/OHLC?pair=XBTUSD&interval=60&since=%d", s.URL("kraken"), hour.Add(-time.Hour).Unix()), func(body string) error {
			var v struct {
				Error  []string
				Result map[string]json.RawMessage
			}
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				return err
			}
			var rows [][]any // [time, "open", "high", "low", "close", "vwap", "volume", count], oldest first
			if err := json.Unmarshal(v.Result["XXBTZUSD"], &rows); err != nil {
				return err
			}
			if v.Error == nil || len(v.Error) != 0 || v.Result["last"] == nil || len(rows) < 2 || shape(rows[0]) != "[n,s,s,s,s,s,s,n]" || rows[0][0].(float64) >= rows[1][0].(float64) {
				return fmt.Errorf("%v %v", v.Error, rows)
			}
			return nil
		}},
		{"Kraken, a pair that is not there", s.URL("kraken") + "/0/public/OHLC?pair=NOPE&interval=60", func(body string) error {
			if !strings.Contains(body, `"EQuery:Unknown asset pair"`) {
				return errors.New("no such error")
			}
			return nil
		}},
		{"Bitstamp candles", fmt.Sprintf("%s/api/v2/ohlc/btcusd/?step=3600&limit=2&start=%d", s.URL("bitstamp"), hour.Add(-time.Hour).Unix()), func(body string) error {
			var v struct {
				Data struct {
					Pair string
					OHLC []map[string]any
				}
			}
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				return err
			}
			if v.Data.Pair != "BTC/USD" || len(v.Data.OHLC) != 2 {
				return fmt.Errorf("%+v", v)
			}
			for _, field := range []string{"timestamp", "open", "high", "low", "close", "volume"} {
				if shape(v.Data.OHLC[0][field]) != "s" {
					return fmt.Errorf("%s is %v", field, v.Data.OHLC[0][field])
				}
			}
			return nil
		}},
		{"mempool tip", s.URL("mempool") + "/api/blocks/tip/height", func(body string) error {
			if strings.TrimSpace(body) != fmt.Sprint(w.Tip().Height) {
				return errors.New("not the tip")
			}
			return nil
		}},
		{"mempool blocks", fmt.Sprintf("%s/api/v1/blocks/%d", s.URL("mempool"), w.Tip().Height), func(body string) error {
			var blocks []map[string]any
			if err := json.Unmarshal([]byte(body), &blocks); err != nil {
				return err
			}
			if len(blocks) != 15 || blocks[0]["height"].(float64) != float64(w.Tip().Height) || blocks[0]["previousblockhash"] != blocks[1]["id"] {
				return fmt.Errorf("%d blocks, newest first: %v", len(blocks), blocks[0])
			}
			extras, _ := blocks[0]["extras"].(map[string]any)
			for _, field := range []string{"timestamp", "bits", "difficulty", "tx_count", "weight"} {
				if shape(blocks[0][field]) != "n" {
					return fmt.Errorf("%s is %v", field, blocks[0][field])
				}
			}
			if shape(extras["totalFees"]) != "n" || shape(extras["reward"]) != "n" {
				return fmt.Errorf("extras %v", extras)
			}
			return nil
		}},
		{"mempool fees", s.URL("mempool") + "/api/v1/fees/recommended", func(body string) error {
			var v map[string]float64
			if err := json.Unmarshal([]byte(body), &v); err != nil || len(v) != 5 || v["fastestFee"] < v["hourFee"] {
				return fmt.Errorf("%v, %w", v, err)
			}
			return nil
		}},
		{"mempool hashrate", s.URL("mempool") + "/api/v1/mining/hashrate/1m", func(body string) error {
			var v struct {
				Hashrates []struct {
					Timestamp   int64
					AvgHashrate float64
				}
				Difficulty      []map[string]any
				CurrentHashrate float64
			}
			if err := json.Unmarshal([]byte(body), &v); err != nil || len(v.Hashrates) < 28 || v.CurrentHashrate < 1e20 || v.Hashrates[0].AvgHashrate < 1e20 {
				return fmt.Errorf("%d days, %w", len(v.Hashrates), err)
			}
			return nil
		}},
	} {
		res, body, err := ask(t, c.url)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("%s: %v, %v", c.name, res, err)
			continue
		}
		if err := c.check(body); err != nil {
			t.Errorf("%s: %v in %.300s", c.name, err, body)
		}
	}
	if res, _, err := ask(t, s.URL("coinbase")+"/products/BTC-USD/candles?granularity=7"); err != nil || res.StatusCode != http.StatusBadRequest {
		t.Errorf("a width Coinbase does not have: %v, %v", res, err)
	}
}

// Each stream acknowledges a subscription as documented and then speaks.
func TestStreamsSpeakOnceSubscribed(t *testing.T) {
	_, s := serve(t)
	for party, c := range map[string]struct {
		hello string
		hears []string
	}{
		"coinbase": {`{"type":"subscribe","product_ids":["BTC-USD"],"channels":["ticker","heartbeat"]}`, []string{`"type":"subscriptions"`, `"type":"ticker"`}},
		"kraken":   {`{"method":"subscribe","params":{"channel":"ticker","symbol":["BTC/USD"]}}`, []string{`"method":"subscribe"`, `"channel":"ticker"`}},
		"bitstamp": {`{"event":"bts:subscribe","data":{"channel":"live_trades_btcusd"}}`, []string{`"bts:subscription_succeeded"`, `"event":"trade"`}},
		"mempool":  {`{"action":"want","data":["blocks"]}`, []string{`"height"`}},
	} {
		ws, res, err := websocket.DefaultDialer.Dial(s.WSURL(party), nil)
		if err != nil {
			t.Errorf("%s: %v %v", party, res, err)
			continue
		}
		if party == "mempool" {
			if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"action":"init"}`)); err != nil {
				t.Error(err)
			}
		}
		if err := ws.WriteMessage(websocket.TextMessage, []byte(c.hello)); err != nil {
			t.Error(err)
		}
		if err := ws.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Error(err)
		}
		for _, want := range c.hears {
			for {
				_, data, err := ws.ReadMessage()
				if err != nil {
					t.Errorf("%s: waiting for %s: %v", party, want, err)
					break
				}
				if strings.Contains(strings.ReplaceAll(string(data), " ", ""), want) {
					break
				}
			}
		}
		ws.Close()
	}
}

func TestEachFaultIsWhatItIsCalledAndEnds(t *testing.T) {
	_, s := serve(t)
	url := s.URL("mempool") + "/api/v1/fees/recommended"
	_, good, err := ask(t, url)
	if err != nil {
		t.Fatal(err)
	}
	for kind, check := range map[simulate.FaultKind]func(res *http.Response, body string, err error) bool{
		simulate.Refuse: func(_ *http.Response, _ string, err error) bool { return err != nil },
		simulate.Silent: func(_ *http.Response, _ string, err error) bool { return err != nil },
		simulate.TooManyRequests: func(res *http.Response, _ string, err error) bool {
			return err == nil && res.StatusCode == http.StatusTooManyRequests && res.Header.Get("Retry-After") == "7"
		},
		simulate.ServerError: func(res *http.Response, _ string, err error) bool {
			return err == nil && res.StatusCode == http.StatusInternalServerError
		},
		simulate.HalfBody: func(_ *http.Response, body string, err error) bool {
			return err != nil && body != "" && strings.HasPrefix(good, body)
		},
		simulate.Malformed: func(_ *http.Response, body string, err error) bool { return err == nil && !json.Valid([]byte(body)) },
		simulate.Absurd: func(_ *http.Response, body string, err error) bool {
			return err == nil && json.Valid([]byte(body)) && body != good
		},
		simulate.Delay: func(_ *http.Response, _ string, err error) bool { return err != nil },
	} {
		s.Inject("mempool", simulate.Fault{Kind: kind, RetryAfter: 7 * time.Second, Delay: time.Minute})
		if res, body, err := ask(t, url); !check(res, body, err) {
			t.Errorf("%s: %v %q %v", kind, res, body, err)
		}
		if _, _, err := ask(t, s.URL("kraken")+"/0/public/OHLC?pair=XBTUSD&interval=60"); err != nil {
			t.Errorf("%s reaches another party: %v", kind, err)
		}
		s.Clear("mempool")
		if res, body, err := ask(t, url); err != nil || res.StatusCode != http.StatusOK || body != good {
			t.Errorf("after %s: %v %q %v", kind, res, body, err)
		}
	}
}
