package handlers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"switchyard/db"
	"switchyard/econ/market"
)

const btc = "market.btc_usd"

// writerURL in the environment makes this test binary a second process that
// inserts one tick and ends.
const writerURL = "SWITCHYARD_TEST_WRITER_URL"

func becomeWriter() bool {
	url := os.Getenv(writerURL)
	if url == "" {
		return false
	}
	if err := insertAsWriter(url); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}

func insertAsWriter(url string) error {
	d, err := db.Open(db.Config{URL: url, TrustAuth: true, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	defer d.Close()
	v, err := strconv.ParseFloat(os.Getenv("SWITCHYARD_TEST_WRITER_VALUE"), 64)
	if err != nil {
		return err
	}
	_, err = d.Jobs().InsertTicks(context.Background(), map[string][]market.Point{btc: {{T: time.Now(), V: v}}})
	return err
}

func TestASecondProcessWritesAndTheOpenPageMoves(t *testing.T) {
	s := open(t, nil)
	s.ticks(btc, market.Point{T: time.Now().Add(-5 * time.Second), V: 80_000})
	ws := s.follow(map[string]int64{btc: 0})
	first := until(t, ws, "the snapshot", func(e event) bool { return e.Topic == btc })
	if !first.Snap || first.Text["btc"] != "$80,000" {
		t.Fatalf("got %+v, want a snapshot at $80,000", first)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	writer := exec.CommandContext(t.Context(), self)
	writer.Env = append(os.Environ(), writerURL+"="+s.config.URL, "SWITCHYARD_TEST_WRITER_VALUE=81234.4")
	if out, err := writer.CombinedOutput(); err != nil {
		t.Fatalf("second process: %v\n%s", err, out)
	}
	moved := until(t, ws, "the other process's tick", func(e event) bool { return e.Topic == btc && e.Seq > first.Seq })
	if moved.Text["btc"] != "$81,234" || moved.Snap || len(moved.Points) == 0 || moved.Points[len(moved.Points)-1][1] != 81234.4 {
		t.Errorf("got %+v", moved)
	}
	if moved.Seq != first.Seq+1 {
		t.Errorf("number went from %d to %d", first.Seq, moved.Seq)
	}
}

func TestThePageCatchesUpAfterTheListenerWasTerminated(t *testing.T) {
	s := open(t, nil)
	s.ticks(btc, market.Point{T: time.Now().Add(-9 * time.Second), V: 80_000})
	ws := s.follow(map[string]int64{btc: 0})
	until(t, ws, "the snapshot", func(e event) bool { return e.Topic == btc })
	// A tick that is pushed shows that the listener listens; before that it has
	// nothing to lose.
	s.ticks(btc, market.Point{T: time.Now().Add(-7 * time.Second), V: 81_000})
	first := until(t, ws, "a tick", func(e event) bool { return e.Topic == btc && e.Text["btc"] == "$81,000" })

	admin, err := pgx.Connect(t.Context(), s.config.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	// Connections of listeners are refused while something is written, so that
	// the notice itself is lost for good.
	for _, sql := range []string{
		"ALTER ROLE switchyard_executive CONNECTION LIMIT 0",
		"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '%listener'",
	} {
		if _, err := admin.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	defer admin.Exec(context.Background(), "ALTER ROLE switchyard_executive CONNECTION LIMIT -1")
	until(t, ws, "word of the loss", func(e event) bool { return e.Op == "feed" && !e.Up })
	s.ticks(btc, market.Point{T: time.Now().Add(-4 * time.Second), V: 82_000})
	s.ticks(btc, market.Point{T: time.Now().Add(-3 * time.Second), V: 83_000})
	if _, err := admin.Exec(t.Context(), "ALTER ROLE switchyard_executive CONNECTION LIMIT -1"); err != nil {
		t.Fatal(err)
	}
	// The event of the first tick may still have been on its way.
	back := until(t, ws, "what was written meanwhile", func(e event) bool { return e.Topic == btc && e.Seq > first.Seq })
	if back.Seq != first.Seq+2 || back.Text["btc"] != "$83,000" || !back.Snap {
		t.Errorf("got %+v, want a snapshot numbered %d at $83,000", back, first.Seq+2)
	}
}

func TestPushedTextIsThatOfThePageAndTheValueThatOfTheAPIAtTheSameNumber(t *testing.T) {
	s := open(t, nil)
	base := time.Now().UTC().Truncate(time.Second).Add(-time.Minute)
	for i := range 5 {
		s.ticks(btc, market.Point{T: base.Add(time.Duration(i) * time.Second), V: 80_000 + float64(i)*111.5})
	}
	ws := s.follow(map[string]int64{btc: 2})
	e := until(t, ws, "the snapshot", func(e event) bool { return e.Topic == btc })
	var data struct {
		Seq    int64
		Points [][2]float64
	}
	_, body := s.get("/api/v1/series/market.btc_usd?points=100", "Accept", "application/json")
	if err := json.Unmarshal([]byte(body), &data); err != nil {
		t.Fatal(err)
	}
	last := data.Points[len(data.Points)-1][1]
	if data.Seq != e.Seq || e.Text["btc"] != "$80,446" || last != 80_446 {
		t.Errorf("event %d says %s, the API at %d says %v", e.Seq, e.Text["btc"], data.Seq, last)
	}
	page := s.page("/mining")
	if got := page.text(`[data-text=btc]`); got != e.Text["btc"] {
		t.Errorf("the page says %q, the event %q", got, e.Text["btc"])
	}
	if got := page.attr("main", "data-topics"); !contains(got, fmt.Sprintf("market.btc_usd:%d", e.Seq)) {
		t.Errorf("the page carries %q, want number %d", got, e.Seq)
	}
}

func TestABrowserThatIsUpToDateGetsNoSnapshot(t *testing.T) {
	s := open(t, nil)
	s.ticks(btc, market.Point{T: time.Now().Add(-5 * time.Second), V: 80_000})
	ws := s.follow(map[string]int64{btc: 1, "finance.cash": 0})
	if err := ws.WriteMessage(1, []byte(`{"op":"ping"}`)); err != nil {
		t.Fatal(err)
	}
	for {
		e := until(t, ws, "an answer", func(event) bool { return true })
		if e.Topic == btc {
			t.Fatalf("got %+v", e)
		}
		if e.Op == "pong" {
			return
		}
	}
}

func TestBurstsAreCoalescedToTwoEventsASecond(t *testing.T) {
	s := open(t, nil)
	s.ticks(btc, market.Point{T: time.Now().Add(-70 * time.Second), V: 1})
	ws := s.follow(map[string]int64{btc: 1})
	until(t, ws, "the feed's state", func(e event) bool { return e.Op == "feed" })
	base := time.Now().Add(-60 * time.Second)
	start := time.Now()
	for i := range 40 {
		s.ticks(btc, market.Point{T: base.Add(time.Duration(i) * time.Second), V: float64(100 + i)})
	}
	took := time.Since(start)
	events := 0
	until(t, ws, "the last of the burst", func(e event) bool {
		if e.Topic == btc {
			events++
		}
		return e.Seq == 41
	})
	if limit := int(took/(500*time.Millisecond)) + 3; events > limit {
		t.Errorf("a burst of 40 writes in %s made %d events, want at most %d", took, events, limit)
	}
}
