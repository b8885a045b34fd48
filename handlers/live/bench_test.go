package live

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gorilla/websocket"

	"switchyard/econ/access"
)

// browsers is how many follow in the benchmarks.
const browsers = 1000

// BenchmarkHub is the hub alone: one event into the queues of 1,000 clients.
func BenchmarkHub(b *testing.B) {
	h := NewHub()
	defer h.Close()
	clients := make([]*Client, browsers)
	for i := range clients {
		clients[i] = h.Join(access.Executive, "")
		clients[i].Follow("x")
	}
	msg := make([]byte, 256)
	b.ReportAllocs()
	for b.Loop() {
		if n := h.Publish("x", access.Executive, msg); n != browsers {
			b.Fatal(n)
		}
		for _, c := range clients {
			<-c.Messages()
		}
	}
}

// BenchmarkFanOut is one event of 256 bytes until the last of 1,000 browsers,
// which are another process, has it. The reference writes to the same number
// of sockets in a loop. It also tells the memory of a socket.
func BenchmarkFanOut(b *testing.B) {
	b.Run("ours", func(b *testing.B) {
		hub, url := serve(b)
		before := inUse()
		crowd := follow(b, url)
		crowd.next(b) // all are there and follow
		each := float64(inUse()-before) / browsers
		msg := []byte(strings.Repeat("m", 256))
		for b.Loop() {
			if n := hub.Publish("x", access.Executive, msg); n != browsers {
				b.Fatal(n)
			}
			crowd.next(b)
		}
		b.ReportMetric(each, "B/socket")
	})
	b.Run("loop", func(b *testing.B) {
		var mu sync.Mutex // guards all
		var all []*websocket.Conn
		up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
		url := listen(b, func(w http.ResponseWriter, r *http.Request) {
			ws, err := up.Upgrade(w, r, nil)
			if err != nil {
				b.Error(err)
				return
			}
			defer ws.Close()
			if _, _, err := ws.ReadMessage(); err != nil { // it follows
				return
			}
			mu.Lock()
			if err := ws.WriteMessage(websocket.TextMessage, []byte("snapshot")); err != nil {
				b.Error(err)
			}
			all = append(all, ws)
			mu.Unlock()
			_, _, _ = ws.ReadMessage() // until the other side leaves
		})
		crowd := follow(b, url)
		crowd.next(b)
		msg := []byte(strings.Repeat("m", 256))
		for b.Loop() {
			mu.Lock()
			if len(all) != browsers {
				b.Fatal(len(all))
			}
			for _, ws := range all {
				if err := ws.WriteMessage(websocket.TextMessage, msg); err != nil {
					b.Fatal(err)
				}
			}
			mu.Unlock()
			crowd.next(b)
		}
	})
}

// inUse is the memory that live objects and stacks take at rest: each
// collection halves the stacks that are larger than they need to be.
func inUse() int64 {
	for range 4 {
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// crowdURL makes the test binary a crowd: a process of many browsers.
const crowdURL = "LIVE_TEST_CROWD_URL"

// crowd is the other process.
type crowd struct{ lines *bufio.Reader }

// follow starts a crowd that ends with the benchmark.
func follow(b *testing.B, url string) *crowd {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crowdURL+"="+url)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			b.Error("the crowd:", err)
		}
	})
	return &crowd{bufio.NewReader(stdout)}
}

// next waits until every browser has one message more.
func (c *crowd) next(b *testing.B) {
	b.Helper()
	if _, err := c.lines.ReadString('\n'); err != nil {
		b.Fatal("the crowd:", err)
	}
}

// becomeCrowd follows with many browsers, writes a line whenever each has
// another message, and ends with its standard input.
func becomeCrowd(url string) int {
	var got atomic.Int64
	count := func() {
		if got.Add(1)%browsers == 0 {
			fmt.Println()
		}
	}
	for range browsers {
		ws, _, err := websocket.DefaultDialer.Dial(url, http.Header{"Origin": {"http://good"}})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"op":"sub","topics":{"x":1}}`)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		go func() {
			for {
				_, data, err := ws.ReadMessage()
				if err != nil {
					return
				}
				if !strings.Contains(string(data), "hello") {
					count()
				}
			}
		}()
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}
