package coinbase

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// told is a follower, its clock, and what it handed over.
type told struct {
	*follower
	now     time.Time
	quotes  []market.Quote
	alive   int
	refused upstreamtest.Refused
}

func setup() *told {
	r := &told{now: upstreamtest.Now()}
	o := upstream.Options{Now: func() time.Time { return r.now }, OnRefusal: r.refused.Add}
	r.follower = &follower{
		o: o.Defaults(upstream.Options{Name: name}), beat: r.now,
		onQuote: func(q market.Quote) { r.quotes = append(r.quotes, q) }, onAlive: func() { r.alive++ },
	}
	return r
}

func (r *told) hear(messages ...string) error {
	for _, m := range messages {
		if err := r.message([]byte(m)); err != nil {
			return err
		}
	}
	return nil
}

func ticker(sequence, trade int) string {
	return fmt.Sprintf(`{"type":"ticker","sequence":%d,"product_id":"BTC-USD","price":"88010.5","time":"2026-11-23T05:00:29Z","trade_id":%d}`, sequence, trade)
}

func heartbeat(trade int) string {
	return fmt.Sprintf(`{"type":"heartbeat","sequence":1,"last_trade_id":%d,"product_id":"BTC-USD","time":"2026-11-23T05:00:29Z"}`, trade)
}

func TestTickerBecomesQuotesAndStaleOnesAreDropped(t *testing.T) {
	r := setup()
	if err := r.hear(strings.Split(strings.TrimSpace(string(upstreamtest.Answer(t, "stream.jsonl"))), "\n")...); err != nil {
		t.Fatal(err)
	}
	want := []market.Quote{
		{Venue: "coinbase", Price: 88010.51, T: time.Date(2026, 11, 23, 5, 0, 28, 912345000, time.UTC), Received: r.now},
		{Venue: "coinbase", Price: 88012.25, T: time.Date(2026, 11, 23, 5, 0, 29, 500000000, time.UTC), Received: r.now},
	}
	if diff := cmp.Diff(want, r.quotes); diff != "" {
		t.Errorf("quotes differ (want -, got +):\n%s", diff)
	}
	if r.alive != 3 {
		t.Errorf("alive %d times, want 3: two tickers and a heartbeat", r.alive)
	}
}

func TestAbsurdTickersAreRefusedAndTheStreamGoesOn(t *testing.T) {
	r := setup()
	bad := func(old, with string) string { return strings.Replace(ticker(10, 1), old, with, 1) }
	err := r.hear(
		bad(`"88010.5"`, `"0"`), bad(`"88010.5"`, `-88010.5`), bad(`"88010.5"`, `1e12`), bad(`"88010.5"`, `null`),
		bad(`2026-11-23T05:00:29Z`, `2026-11-23T08:00:29Z`), bad(`2026-11-23T05:00:29Z`, `2008-11-23T05:00:29Z`), bad(`2026-11-23T05:00:29Z`, `soon`),
		bad(`"sequence":10`, `"sequence":1.5`), bad(`"trade_id":1`, `"trade_id":null`), bad(`BTC-USD`, `ETH-USD`), ticker(11, 2))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"the price 0 is not between 1 and 1e+09 USD", "the price -88010.5 is not between 1 and 1e+09 USD",
		"the price 1e+12 is not between 1 and 1e+09 USD", "a price is missing",
		"the time 2026-11-23T08:00:29Z is in the future", "the time 2008-11-23T05:00:29Z is before the first block",
		"the time is missing or not in RFC 3339",
		"the sequence is missing or not a whole number", "the trade's number is missing or not a whole number",
	}
	if diff := cmp.Diff(want, r.refused.Checks()); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
	if len(r.quotes) != 1 || r.alive != 1 {
		t.Errorf("%d quotes, alive %d times; want one of each", len(r.quotes), r.alive)
	}
}

func TestTickersWithoutHeartbeatsEndTheConnection(t *testing.T) {
	r := setup()
	r.now = r.now.Add(5 * time.Second)
	if err := r.hear(ticker(10, 1)); err != nil {
		t.Errorf("it ended within five seconds: %v", err)
	}
	r.now = r.now.Add(time.Millisecond)
	err := r.hear(ticker(11, 2))
	if upstreamtest.Kind(err) != upstream.Timeout {
		t.Errorf("error is %v, want that there was no heartbeat", err)
	}
}

func TestHeartbeatsThatRunAheadOfTheTickerEndTheConnection(t *testing.T) {
	r := setup()
	second := func(messages ...string) error { r.now = r.now.Add(time.Second); return r.hear(messages...) }
	if err := second(ticker(10, 100), heartbeat(100)); err != nil {
		t.Fatal(err)
	}
	for i := range 10 { // always a trade behind, but never for long
		if err := second(heartbeat(101+i), ticker(11+i, 101+i)); err != nil {
			t.Fatalf("a ticker that catches up every second ended the connection: %v", err)
		}
	}
	for range 4 {
		if err := second(heartbeat(120)); err != nil {
			t.Fatalf("it ended within three seconds: %v", err)
		}
	}
	err := second(heartbeat(125))
	if upstreamtest.Kind(err) != upstream.Timeout {
		t.Errorf("error is %v, want that the ticker is behind", err)
	}
	upstreamtest.Contains(t, err, "has not told trade 120")
}

func TestStreamSubscribesAndEndsOnGarbageOrErrors(t *testing.T) {
	for _, tt := range []struct {
		name, say string
		kind      upstream.Kind
	}{
		{"error", `{"type":"error","message":"Failed to subscribe","reason":"no such product"}`, upstream.Refused},
		{"garbage", "\x00\xff{", upstream.Malformed},
		{"closed", "", upstream.Refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
				p.Expect(`"type":"subscribe"`, `"product_ids":["BTC-USD"]`, `"channels":["ticker","heartbeat"]`)
				p.Say(heartbeat(1), ticker(1, 1))
				if tt.say != "" {
					p.Say(tt.say)
					p.Await()
				}
			})
			quotes := 0
			c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
			err := c.Stream(t.Context(), func(market.Quote) { quotes++ }, func() {})
			if upstreamtest.Kind(err) != tt.kind || quotes != 1 {
				t.Errorf("%d quotes, then %v; want one, then %q", quotes, err, tt.kind)
			}
		})
	}
}

func TestStreamEndsWithItsContext(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect("subscribe")
		p.Say(ticker(1, 1))
		p.Await()
	})
	ctx, cancel := context.WithCancel(t.Context())
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
	if err := c.Stream(ctx, func(market.Quote) { cancel() }, func() {}); ctx.Err() == nil || upstreamtest.Kind(err) != "" {
		t.Errorf("error is %v, want that of its context", err)
	}
}

func FuzzStream(f *testing.F) {
	upstreamtest.Seeds(f, "stream.jsonl")
	f.Fuzz(func(t *testing.T, data []byte) {
		r := setup()
		_ = r.hear(string(data), string(data)) // an error ends the connection; a panic would end more
		upstreamtest.CheckQuotes(t, "coinbase", r.quotes)
	})
}
