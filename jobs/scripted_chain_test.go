package jobs

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/mempool"
)

// scriptedChain speaks mempool's documents for a chain whose blocks come every
// ten minutes to the second, with fees that follow from the height. Like the
// scripted venues it shares no code with the simulator.
type scriptedChain struct {
	now func() time.Time

	mu   sync.Mutex // guards fork
	fork int64      // blocks from here on belong to another branch; zero: none
}

// The chain is anchored at a block and the time it was found.
const anchorHeight = 976_000

var anchorTime = time.Date(2026, 11, 20, 0, 3, 20, 0, time.UTC)

func (c *scriptedChain) branch(from int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fork = from
}

func (c *scriptedChain) hash(height int64) string {
	c.mu.Lock()
	fork := c.fork
	c.mu.Unlock()
	if fork == 0 || height < fork {
		fork = 0
	}
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Appendf(nil, "%d on branch %d", height, fork)))
}

func timeOf(height int64) time.Time {
	return anchorTime.Add(time.Duration(height-anchorHeight) * 10 * time.Minute)
}

// tipAt is the newest block at an instant.
func tipAt(at time.Time) int64 {
	n := anchorHeight + int64(at.Sub(anchorTime)/(10*time.Minute))
	if timeOf(n).After(at) {
		n--
	}
	return n
}

func feesOf(height int64) int64 { return 1_000_000 + height%1000*1000 }

func bitsOf(height int64) uint32 {
	if height/market.EpochBlocks%2 == 0 {
		return 0x1701f303
	}
	return 0x17020000
}

func difficultyOf(height int64) float64 {
	d, err := market.DifficultyFromBits(bitsOf(height))
	if err != nil {
		panic(err)
	}
	return d
}

func hashrateOf(day time.Time) float64 { return 1e21 + float64(day.Unix()/86400)*1e15 }

func (c *scriptedChain) block(height int64) map[string]any {
	return map[string]any{
		"id": c.hash(height), "height": height, "version": 536870912, "timestamp": timeOf(height).Unix(),
		"bits": bitsOf(height), "nonce": 1, "difficulty": difficultyOf(height), "tx_count": 3000, "size": 1500000,
		"weight": 3993240, "previousblockhash": c.hash(height - 1), "mediantime": timeOf(height - 6).Unix(),
		"extras": map[string]any{"totalFees": feesOf(height), "medianFee": 2.5, "pool": map[string]any{"id": 1, "name": "A pool"}},
	}
}

// serve starts the server and returns a client in front of it.
func (c *scriptedChain) serve(t *testing.T) *mempool.Client {
	t.Helper()
	var sockets sync.WaitGroup
	stopped := make(chan struct{})
	mux := http.NewServeMux()
	reply := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /api/blocks/tip/height", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, tipAt(c.now()))
	})
	mux.HandleFunc("GET /api/v1/blocks/{height}", func(w http.ResponseWriter, r *http.Request) {
		list := []any{}
		top := int64(number(r.PathValue("height")))
		for h := top; h > top-15; h-- {
			if h <= tipAt(c.now()) {
				list = append(list, c.block(h))
			}
		}
		reply(w, list)
	})
	mux.HandleFunc("GET /api/v1/mining/hashrate/{period}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, c.hashrates(r.PathValue("period")))
	})
	mux.HandleFunc("GET /api/v1/mining/blocks/fees/{period}", func(w http.ResponseWriter, r *http.Request) {
		reply(w, c.fees(r.PathValue("period")))
	})
	mux.HandleFunc("GET /api/v1/fees/recommended", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]int{"fastestFee": 4, "halfHourFee": 3, "hourFee": 2, "economyFee": 2, "minimumFee": 1})
	})
	mux.HandleFunc("GET /api/v1/ws", func(w http.ResponseWriter, r *http.Request) {
		sockets.Add(1)
		defer sockets.Done()
		c.socket(w, r, stopped)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		close(stopped)
		sockets.Wait()
		server.Close()
	})
	return mempool.New(upstream.Options{
		BaseURL: server.URL, WSURL: "ws" + strings.TrimPrefix(server.URL, "http") + "/api/v1/ws", Now: c.now,
		Rate: 1000, Burst: 1000, Retries: -1,
	})
}

// socket says nothing until it is spoken to, then the last eight blocks, then
// every new one.
func (c *scriptedChain) socket(w http.ResponseWriter, r *http.Request, stopped <-chan struct{}) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	asked, gone := make(chan string, 8), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			_, text, err := conn.ReadMessage()
			if err != nil {
				return
			}
			select {
			case asked <- string(text):
			case <-stopped:
				return
			}
		}
	}()
	defer func() { conn.Close(); <-gone }()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	last := int64(0)
	for {
		var frame map[string]any
		select {
		case text := <-asked:
			if strings.Contains(text, `"want"`) {
				last = tipAt(c.now())
				blocks := []any{}
				for h := last - 7; h <= last; h++ {
					blocks = append(blocks, c.block(h))
				}
				frame = map[string]any{"blocks": blocks}
			} else if strings.Contains(text, `"ping"`) {
				frame = map[string]any{"pong": true}
			}
		case <-tick.C:
			if tip := tipAt(c.now()); last > 0 && tip > last {
				last = tip
				frame = map[string]any{"block": c.block(tip)}
			}
		case <-gone:
			return
		case <-stopped:
			return
		}
		if frame != nil && conn.WriteJSON(frame) != nil {
			return
		}
	}
}

// reach is how far back an answer for a period goes.
func (c *scriptedChain) reach(period string) time.Time {
	days := map[string]int{"1m": 30, "3m": 91, "6m": 182, "1y": 365, "2y": 730, "3y": 1095, "4y": 1461}[period]
	if days == 0 {
		days = 3000
	}
	return c.now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -days)
}

func (c *scriptedChain) hashrates(period string) any {
	rates, steps := []any{}, []any{}
	from := c.reach(period)
	for day := from; !day.After(c.now()); day = day.AddDate(0, 0, 1) {
		rates = append(rates, map[string]any{"timestamp": day.Unix(), "avgHashrate": hashrateOf(day)})
	}
	for h := tipAt(from)/market.EpochBlocks*market.EpochBlocks + market.EpochBlocks; h <= tipAt(c.now()); h += market.EpochBlocks {
		steps = append(steps, map[string]any{"time": timeOf(h).Unix(), "height": h, "difficulty": difficultyOf(h), "adjustment": 1.01})
	}
	return map[string]any{"hashrates": rates, "difficulty": steps, "currentHashrate": 0, "currentDifficulty": 0}
}

// fees averages the blocks of each twelve hours.
func (c *scriptedChain) fees(period string) any {
	rows := []any{}
	for at := c.reach(period); at.Before(c.now()); at = at.Add(12 * time.Hour) {
		first, last := tipAt(at.Add(-time.Second))+1, min(tipAt(at.Add(12*time.Hour-time.Second)), tipAt(c.now()))
		if last < first {
			continue
		}
		sum := int64(0)
		for h := first; h <= last; h++ {
			sum += feesOf(h)
		}
		rows = append(rows, map[string]any{
			"avgHeight": (first + last) / 2, "timestamp": timeOf((first + last) / 2).Unix(),
			"avgFees": float64(sum) / float64(last-first+1), "USD": 90000,
		})
	}
	return rows
}
