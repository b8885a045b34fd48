package bitstamp

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

func TestStreamSubscribesAndTellsTrades(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(upstreamtest.Answer(t, "stream.jsonl"))), "\n")
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect(`"event":"bts:subscribe"`, `"channel":"live_trades_btcusd"`)
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
		{Venue: "bitstamp", Price: 88008, T: time.UnixMicro(1_795_410_028_250_000).UTC(), Received: upstreamtest.Now()},
		{Venue: "bitstamp", Price: 88009, T: time.Unix(1_795_410_029, 0).UTC(), Received: upstreamtest.Now()},
	}
	if diff := cmp.Diff(want, quotes); diff != "" {
		t.Errorf("quotes differ (want -, got +):\n%s", diff)
	}
	if alive != len(lines) {
		t.Errorf("alive %d times, want %d: after every message", alive, len(lines))
	}
}

func TestHeartbeatsAreAskedForWithinTheSilence(t *testing.T) {
	if beatEach > 10*time.Second || maxSilence < 2*beatEach {
		t.Errorf("a heartbeat every %s does not fit a silence of %s", beatEach, maxSilence)
	}
}

func TestAbsurdTradesAreRefusedAndTheStreamGoesOn(t *testing.T) {
	trade := func(data string) string {
		return `{"event":"trade","channel":"live_trades_btcusd","data":` + data + `}`
	}
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect("subscribe")
		p.Say(
			trade(`{"price_str":"0.00","price":88008,"timestamp":"1795410028"}`), trade(`{"price":-5,"timestamp":"1795410028"}`),
			trade(`{"timestamp":"1795410028"}`), trade(`{"price":88008}`), trade(`{"price":88008,"timestamp":"1795410028000"}`),
			trade(`{"price":88008,"microtimestamp":"1795410028.5"}`), trade(`{"price":88008,"microtimestamp":"17954100280000000"}`),
			trade(`[]`), trade(`{"price":88008,"timestamp":"1795410028"}`))
	})
	var refused upstreamtest.Refused
	quotes, alive := 0, 0
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now, OnRefusal: refused.Add})
	_ = c.Stream(t.Context(), func(market.Quote) { quotes++ }, func() { alive++ }) //nolint:errcheck // the server closes it
	want := []string{
		"the price 0 is not between 1 and 1e+09 USD", "the price -5 is not between 1 and 1e+09 USD", "a price is missing",
		"the time is missing or not in whole seconds", "the time 1.795410028e+12 is not in seconds", "the time is not in whole microseconds",
		"the time is not in whole microseconds", "the row does not have the documented shape",
	}
	if diff := cmp.Diff(want, refused.Checks()); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
	if quotes != 1 || alive != 1 {
		t.Errorf("%d quotes, alive %d times; want one of each", quotes, alive)
	}
}

func TestStreamEndsOnGarbageAndWhenAskedTo(t *testing.T) {
	for _, tt := range []struct {
		name, say, text string
		kind            upstream.Kind
	}{
		{"reconnect", `{"event":"bts:request_reconnect","channel":"","data":""}`, "asked for a new connection", upstream.Refused},
		{"error", `{"event":"bts:error","channel":"","data":{"code":null,"message":"Bad subscription string."}}`, "Bad subscription string.", upstream.Refused},
		{"garbage", "<html>", "cannot be read", upstream.Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
				p.Expect("subscribe")
				p.Say(tt.say)
				p.Await()
			})
			c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
			err := c.Stream(t.Context(), func(market.Quote) {}, func() {})
			if upstreamtest.Kind(err) != tt.kind {
				t.Errorf("error is %v, want %q", err, tt.kind)
			}
			upstreamtest.Contains(t, err, tt.text)
		})
	}
}

func TestStreamEndsWithItsContext(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Say(`{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}`)
		p.Await()
	})
	ctx, cancel := context.WithCancel(t.Context())
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
	if err := c.Stream(ctx, func(market.Quote) {}, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that of its context", err)
	}
}

func FuzzStream(f *testing.F) {
	upstreamtest.Seeds(f, "stream.jsonl")
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := decodeMessage(data)
		if err != nil {
			return
		}
		q, ok, err := m.trade(upstreamtest.Now())
		if err != nil && ok {
			t.Errorf("a quote comes with the error %v", err)
		}
		if ok {
			upstreamtest.CheckQuotes(t, "bitstamp", []market.Quote{q})
		}
	})
}
