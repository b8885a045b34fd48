package handlers_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/labstack/echo/v4"

	"switchyard/db"
	"switchyard/db/dbtest"
	"switchyard/econ/access"
	"switchyard/econ/market"
	"switchyard/econ/mining"
	"switchyard/econ/mining/fleet"
	"switchyard/handlers"
	"switchyard/static"
)

// benched is a site whose database holds a year, a bare server beside it that
// runs what its pages run, and a client that keeps its connections.
type benched struct {
	*site
	b      *testing.B
	client *http.Client
	rec    *recorder
	app    *handlers.App // its statements are recorded
}

// full are the series that have a history.
var full = []string{"market.btc_usd", "market.hashprice_usd_per_ph_day", "market.difficulty", "market.hashrate_hs", "market.fees_sat_per_block"}

func bench(b *testing.B) *benched {
	b.Helper()
	s := &benched{site: open(b, nil), b: b, client: &http.Client{}}
	b.Cleanup(s.client.CloseIdleConnections)
	now := time.Now().UTC().Truncate(time.Minute)
	dbtest.History(b, s.config.URL, now, 48*time.Hour, full...)
	s.epoch(439*market.EpochBlocks, now.AddDate(0, 0, -21), market.EpochBlocks+1000, 21*24*time.Hour)
	cfg := s.config
	s.rec, cfg.URL = recorded(b, s.config.URL)
	d, err := db.Open(cfg)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(d.Close)
	assets, err := static.Load()
	if err != nil {
		b.Fatal(err)
	}
	s.app = handlers.New(handlers.Config{DB: d, Listener: db.NewListener(cfg, access.Executive), Assets: assets,
		World: market.Simulated, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	return s
}

// bare is the address of an echo handler that runs the statements of a page,
// and nothing else, and answers with the number of rows.
func (s *benched) bare(path string) string {
	s.b.Helper()
	for range 2 { // the first time prepares
		s.rec.take()
		w := httptest.NewRecorder()
		req := httptest.NewRequestWithContext(s.b.Context(), http.MethodGet, path, http.NoBody)
		req.Header.Set("Cookie", s.cookie)
		s.app.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			s.b.Fatalf("%s: %d", path, w.Code)
		}
	}
	// Who asks is no part of the page; BenchmarkSession measures that.
	list := slices.DeleteFunc(s.rec.take(), func(st statement) bool { return strings.Contains(st.sql, "core.session") })
	conn, err := pgconn.Connect(s.b.Context(), strings.Replace(s.config.URL, "postgres@", "switchyard_executive@", 1))
	if err != nil {
		s.b.Fatal(err)
	}
	s.b.Cleanup(func() { conn.Close(s.b.Context()) })
	known := make(map[string]string)
	e := echo.New()
	e.GET("/", func(c echo.Context) error {
		rows, err := replay(c.Request().Context(), conn, known, list)
		if err != nil {
			s.b.Error(err)
			return err
		}
		return c.String(http.StatusOK, fmt.Sprintf("%d statements, %d rows", len(list), rows))
	})
	srv := httptest.NewServer(e)
	s.b.Cleanup(srv.Close)
	return srv.URL
}

// fetch reads an answer whole.
func (s *benched) fetch(b *testing.B, url, coding string) []byte {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", coding)
	req.Header.Set("Cookie", s.cookie)
	res, err := s.client.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatal(res.Status, err, string(body))
	}
	return body
}

// BenchmarkPage is one request after the other over HTTP, from a database that
// holds a year. The reference is a bare handler that runs the same statements
// and throws their rows away.
func BenchmarkPage(b *testing.B) {
	s := bench(b)
	now := time.Now().UTC().Truncate(time.Minute)
	for _, c := range []struct{ name, path, holds string }{
		{"overview", "/", "</html>"},
		{"mining", "/mining", "</html>"},
		{"mining-1y", "/mining?range=1y", "</html>"},
		{"series", fmt.Sprintf("/api/v1/series/market.btc_usd?from=%d&to=%d", now.AddDate(0, 0, -1).UnixMilli(), now.UnixMilli()), `"points":[[`},
	} {
		b.Run(c.name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			s.fetch(b, s.url+c.path, "identity") // prepares
			for b.Loop() {
				if body := s.fetch(b, s.url+c.path, "identity"); !strings.Contains(string(body), c.holds) {
					b.Fatalf("%.300s", body)
				}
			}
		})
		b.Run(c.name+"/bare", func(b *testing.B) {
			url := s.bare(c.path)
			want := string(s.fetch(b, url, "identity"))
			if strings.HasSuffix(want, " 0 rows") {
				b.Fatal(want)
			}
			for b.Loop() {
				if got := string(s.fetch(b, url, "identity")); got != want {
					b.Fatalf("got %s, want %s", got, want)
				}
			}
			b.Log(want)
		})
	}
	b.Run("mining/gzip", func(b *testing.B) {
		var body []byte
		for b.Loop() {
			body = s.fetch(b, s.url+"/mining", "gzip")
		}
		b.ReportMetric(float64(len(body)), "page-B")
	})
}

// BenchmarkSession is what it costs a request to know who asks and what they
// may do: the session's query and the permission table.
func BenchmarkSession(b *testing.B) {
	s := open(b, nil)
	hash := s.as(access.Executive)
	b.ReportAllocs()
	for b.Loop() {
		who, _, err := s.db.Auth().Session(b.Context(), hash)
		if err != nil || !who.May(access.RoomMining, access.Read) || who.May(access.RoomMining, access.Write) {
			b.Fatal(who, err)
		}
	}
}

// BenchmarkTickToBrowser is from the call that stores a tick to its event at a
// browser: insert, notice, encoding, hub, socket. The clock runs ahead so that
// events are not held back to two a second.
func BenchmarkTickToBrowser(b *testing.B) {
	var ahead atomic.Int64
	s := open(b, func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) })
	dbtest.History(b, s.config.URL, time.Now().UTC().Truncate(time.Minute).Add(-time.Hour), 48*time.Hour, btc)
	s.ticks(btc, market.Point{T: time.Now().Add(-time.Minute + time.Second), V: 80_000})
	ws := s.follow(map[string]int64{btc: 0})
	until(b, ws, "the snapshot", func(e event) bool { return e.Topic == btc })
	at := time.Now().UTC().Truncate(time.Second)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		at = at.Add(time.Second)
		ahead.Add(int64(time.Second))
		s.ticks(btc, market.Point{T: at, V: float64(80_000 + i)})
		until(b, ws, "the tick", func(e event) bool {
			return e.Topic == btc && len(e.Points) > 0 && e.Points[len(e.Points)-1][0] == float64(at.UnixMilli())
		})
	}
}

// fleetInFile is how many units the files of the register are measured with.
const fleetInFile = 68_000

// BenchmarkFleetData is the register's data: as a page, which shows its first
// rows, and whole as files.
func BenchmarkFleetData(b *testing.B) {
	s := &benched{site: open(b, nil), b: b, client: &http.Client{}}
	b.Cleanup(s.client.CloseIdleConnections)
	s.fleetOfM8("48")
	day := time.Now().UTC().Truncate(24 * time.Hour)
	list := make([]fleet.Unit, fleetInFile-30) // beside those of M8
	for i := range list {
		list[i] = fleet.Unit{
			Serial: fmt.Sprintf("UNIT-%06d", i), MAC: fmt.Sprintf("02:00:%02x:%02x:%02x:00", i>>16, i>>8&255, i&255), Class: int64(1 + i%3), Site: 1,
			Building: fmt.Sprintf("B%d", i%10), Aisle: itoa(int64(i / 10 % 20)), Rack: itoa(int64(i / 200 % 50)), Slot: itoa(int64(i / 10_000)),
			Address: fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), State: mining.Running, Since: day.AddDate(0, 0, -i%80),
		}
	}
	if err := s.db.As(access.Mining).InsertUnits(b.Context(), access.Actor{Name: "Test"}, list, "new"); err != nil {
		b.Fatal(err)
	}
	s.as(access.Mining)
	for _, c := range []struct {
		name, path string
		sound      func([]byte) bool
	}{
		{"page", "/data/fleet", func(body []byte) bool {
			return bytes.Contains(body, []byte("500 of 68,000 rows")) && bytes.Count(body, []byte("<tr>")) == 501
		}},
		{"search", "/data/fleet?q=UNIT-01", func(body []byte) bool { return bytes.Contains(body, []byte("500 of 10,000 rows")) }},
		{"csv", "/data/fleet.csv", func(body []byte) bool { return bytes.Count(body, []byte("\r\n")) == fleetInFile+2 }},
		{"xlsx", "/data/fleet.xlsx", func(body []byte) bool { return len(body) > 10*fleetInFile }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				body := s.fetch(b, s.url+c.path, "identity")
				if !c.sound(body) {
					b.Fatalf("%d bytes: %.300s", len(body), body)
				}
				b.ReportMetric(float64(len(body)), "file-B")
			}
		})
	}
}
