package simulate_test

import (
	"encoding/json"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"switchyard/jobs/simulate"
)

// at is a world whose clock a test sets, behind its servers.
func at(t *testing.T, now time.Time) (*simulate.Servers, func(time.Duration)) {
	t.Helper()
	var mu sync.Mutex // guards offset
	offset := time.Duration(0)
	w := simulate.NewWorld(simulate.Config{Origin: origin, Seed: 11, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now.Add(offset)
	}})
	s, err := simulate.Serve(w, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		offset += d
	}
}

// An answer has as many candles as the party gives, whether or not the clock
// stands at the beginning of one.
func TestAnAnswerHasAsManyCandlesAsTheDocumentSays(t *testing.T) {
	for _, now := range []time.Time{origin.Truncate(time.Hour), origin.Truncate(time.Hour).Add(29*time.Minute + 7*time.Second)} {
		s, _ := at(t, now)
		count := func(url string, rows func([]byte) int) int {
			_, body, err := ask(t, url)
			if err != nil {
				t.Fatal(err)
			}
			return rows([]byte(body))
		}
		kraken := count(s.URL("kraken")+"/0/public/OHLC?pair=XBTUSD&interval=60", func(b []byte) int {
			var m struct {
				Result struct {
					Rows []any `json:"XXBTZUSD"`
				}
			}
			if err := json.Unmarshal(b, &m); err != nil {
				t.Error(err)
			}
			return len(m.Result.Rows)
		})
		bitstamp := count(s.URL("bitstamp")+"/api/v2/ohlc/btcusd/?step=3600&limit=24", func(b []byte) int {
			var m struct {
				Data struct{ OHLC []any }
			}
			if err := json.Unmarshal(b, &m); err != nil {
				t.Error(err)
			}
			return len(m.Data.OHLC)
		})
		coinbase := count(s.URL("coinbase")+"/products/BTC-USD/candles?granularity=3600", func(b []byte) int {
			var rows []any
			if err := json.Unmarshal(b, &rows); err != nil {
				t.Error(err)
			}
			return len(rows)
		})
		if kraken != 720 || bitstamp != 24 || coinbase != 300 {
			t.Errorf("at %s: %d, %d and %d candles, want 720, 24 and 300", now.Format(time.TimeOnly), kraken, bitstamp, coinbase)
		}
	}
}

// Whoever begins to want blocks is told the newest at once, and no block that
// came before.
func TestBlocksAreNotReplayedToWhoWantsThemLate(t *testing.T) {
	s, jump := at(t, origin)
	ws, _, err := websocket.DefaultDialer.Dial(s.WSURL("mempool"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer ws.Close()
	if err := ws.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	say := func(text string) {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	// until reads frames until one has the key, and returns that and those with
	// a block.
	until := func(key string) (frame map[string]json.RawMessage, single int) {
		for {
			var m map[string]json.RawMessage
			if err := ws.ReadJSON(&m); err != nil {
				t.Fatal(err)
			}
			if _, ok := m["block"]; ok {
				single++
			}
			if _, ok := m[key]; ok {
				return m, single
			}
		}
	}
	say(`{"action":"ping"}`)
	until("pong")
	jump(6 * time.Hour)
	say(`{"action":"want","data":["blocks"]}`)
	if _, single := until("blocks"); single > 0 {
		t.Errorf("%d blocks before the snapshot", single)
	}
	say(`{"action":"ping"}`)
	jump(2 * time.Second)
	if _, single := until("pong"); single > 1 { // one may have come in two seconds
		t.Errorf("%d blocks were told again", single)
	}
}
