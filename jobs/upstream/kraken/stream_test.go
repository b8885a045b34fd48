package kraken

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

func TestStreamSubscribesAndTellsTheLastPrice(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(upstreamtest.Answer(t, "stream.jsonl"))), "\n")
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect(`"method":"subscribe"`, `"channel":"ticker"`, `"symbol":["BTC/USD"]`, `"event_trigger":"trades"`, `"snapshot":true`)
		p.Say(lines...)
	})
	var quotes []market.Quote
	alive := 0
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
	err := c.Stream(t.Context(), func(q market.Quote) { quotes = append(quotes, q) }, func() { alive++ })
	if upstreamtest.Kind(err) != upstream.Refused {
		t.Errorf("error is %v, want that the stream was closed", err)
	}
	want := []market.Quote{
		{Venue: "kraken", Price: 88010, T: upstreamtest.Now(), Received: upstreamtest.Now()}, // no time of its own
		{Venue: "kraken", Price: 88011, T: time.Date(2026, 11, 23, 5, 0, 29, 500000000, time.UTC), Received: upstreamtest.Now()},
	}
	if diff := cmp.Diff(want, quotes); diff != "" {
		t.Errorf("quotes differ (want -, got +):\n%s", diff)
	}
	if alive != len(lines) {
		t.Errorf("alive %d times, want %d: after every message", alive, len(lines))
	}
}

func TestAbsurdTickersAreRefusedAndTheStreamGoesOn(t *testing.T) {
	ticker := func(row string) string { return `{"channel":"ticker","type":"update","data":[` + row + `]}` }
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect("subscribe")
		p.Say(
			ticker(`{"symbol":"BTC/USD","last":-1}`), ticker(`{"symbol":"BTC/USD","last":0.5}`), ticker(`{"symbol":"BTC/USD"}`),
			ticker(`{"symbol":"BTC/USD","last":88010,"timestamp":"yesterday"}`), ticker(`{"symbol":"BTC/USD","last":88010,"timestamp":"2027-11-23T05:00:29Z"}`),
			ticker(`{"symbol":7}`), ticker(`{"symbol":"BTC/USD","last":"88010.5"}`))
	})
	var refused upstreamtest.Refused
	quotes, alive := 0, 0
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now, OnRefusal: refused.Add})
	_ = c.Stream(t.Context(), func(market.Quote) { quotes++ }, func() { alive++ }) //nolint:errcheck // the server closes it
	want := []string{
		"the price -1 is not between 1 and 1e+09 USD", "the price 0.5 is not between 1 and 1e+09 USD", "a price is missing",
		"the time is not in RFC 3339", "the time 2027-11-23T05:00:29Z is in the future", "the row does not have the documented shape",
	}
	if diff := cmp.Diff(want, refused.Checks()); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
	if quotes != 1 || alive != 1 {
		t.Errorf("%d quotes, alive %d times; want one of each", quotes, alive)
	}
}

func TestStreamEndsOnGarbageAndRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, say string
		kind      upstream.Kind
	}{
		{"subscription refused", `{"error":"Currency pair not supported BTC/USD","method":"subscribe","success":false,"req_id":1}`, upstream.Refused},
		{"garbage", "{{{", upstream.Malformed},
		{"ticker that is no list", `{"channel":"ticker","data":{"last":1}}`, upstream.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
				p.Expect("subscribe")
				p.Say(tt.say)
				p.Await()
			})
			c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
			if err := c.Stream(t.Context(), func(market.Quote) {}, func() {}); upstreamtest.Kind(err) != tt.kind {
				t.Errorf("error is %v, want %q", err, tt.kind)
			}
		})
	}
}

func TestStreamEndsWithItsContext(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Say(`{"channel":"heartbeat"}`)
		p.Await()
	})
	ctx, cancel := context.WithCancel(t.Context())
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
	if err := c.Stream(ctx, func(market.Quote) {}, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that of its context", err)
	}
}

// Kraken's first protocol is another one; its messages must do no harm.
func TestRecordedMessagesOfTheFirstProtocol(t *testing.T) {
	for _, name := range []string{"kraken/websocket_wsAllTrades.jsonl", "kraken/websocket_wsHandleData.jsonl"} {
		for line := range strings.Lines(string(upstreamtest.Recorded(t, name))) {
			if quotes, _, _ := decodeMessage([]byte(line), upstreamtest.Now()); len(quotes) > 0 {
				t.Errorf("%s gave %v", line, quotes)
			}
		}
	}
}

func FuzzStream(f *testing.F) {
	upstreamtest.Seeds(f, "stream.jsonl")
	f.Fuzz(func(t *testing.T, data []byte) {
		quotes, refused, err := decodeMessage(data, upstreamtest.Now())
		upstreamtest.CheckQuotes(t, "kraken", quotes)
		upstreamtest.CheckRefused(t, refused)
		if err != nil && len(quotes) > 0 {
			t.Errorf("quotes come with the error %v", err)
		}
	})
}
