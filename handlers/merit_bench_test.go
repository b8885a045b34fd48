package handlers_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"switchyard/econ/access"
	"switchyard/econ/market"
)

// chromiumPath is where Chromium is; empty if it is nowhere.
func chromiumPath() string {
	for _, name := range []string{os.Getenv("SWITCHYARD_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// window is a browser in which the merit order is open.
type window struct{ lines *bufio.Scanner }

// openMeritOrder starts a browser that ends with the benchmark, or when it has
// been silent for too long.
func (s *site) openMeritOrder(b *testing.B, chromium string) window {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.Context()), time.Minute)
	cmd := exec.CommandContext(ctx, "node", "../e2e/recolour.mjs")
	cmd.Env = append(os.Environ(), "SWITCHYARD_TEST_CHROMIUM="+chromium, "BENCH_URL="+s.url, "BENCH_COOKIE="+s.cookie)
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
		defer cancel()
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			b.Error("the browser:", err)
		}
	})
	return window{bufio.NewScanner(stdout)}
}

// until reads what the window has drawn up to a line.
func (w window) until(b *testing.B, want string) {
	b.Helper()
	for w.lines.Scan() {
		if w.lines.Text() == want {
			return
		}
	}
	b.Fatalf("the browser ended before it drew %q: %v", want, w.lines.Err())
}

// BenchmarkTickToMeritOrder is from the call that stores a hashprice until an
// open browser has drawn the merit order in its colours, which go over the whole
// fleet each time: insert, notice, encoding, hub, socket, script, frame.
func BenchmarkTickToMeritOrder(b *testing.B) {
	chromium := chromiumPath()
	if chromium == "" {
		b.Skip("there is no Chromium here")
	}
	clock := newClock() // ahead, so that events are not held back to two a second
	s := open(b, clock.now)
	s.fleetOfM8("48")
	s.as(access.Mining)
	w := s.openMeritOrder(b, chromium)
	w.until(b, "$39.06 0")
	at := time.Now().UTC().Truncate(time.Second)
	step := func(i int) {
		price, under := 200+float64(i)/100, 0 // every class pays
		if i%2 == 0 {
			price, under = 2+float64(i)/100, 3 // and none
		}
		at = at.Add(time.Second)
		clock.add(time.Second)
		s.ticks("market.hashprice_usd_per_ph_day", market.Point{T: at, V: price})
		w.until(b, fmt.Sprintf("$%.2f %d", price, under))
	}
	step(0)
	for i := 1; b.Loop(); i++ {
		step(i)
	}
}
