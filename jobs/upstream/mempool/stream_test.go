package mempool

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/upstreamtest"
)

// events is what a stream said, in its order, as text.
type events struct{ list []string }

func (e *events) handler() Handler {
	add := func(format string, args ...any) { e.list = append(e.list, fmt.Sprintf(format, args...)) }
	return Handler{
		Block: func(b market.Block) { add("block %d", b.Height) },
		Blocks: func(blocks []market.Block) {
			heights := make([]string, len(blocks))
			for i, b := range blocks {
				heights[i] = fmt.Sprint(b.Height)
			}
			add("blocks %s", strings.Join(heights, " "))
		},
		Fees:  func(f Fees) { add("fees %g", f.Fastest) },
		Alive: func() { add("alive") },
	}
}

func lines(t testing.TB) []string {
	t.Helper()
	return strings.Split(strings.TrimSpace(string(upstreamtest.Answer(t, "stream.jsonl"))), "\n")
}

func TestStreamSpeaksFirstAndTellsEachTopicOfAFrame(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect(`{"action":"init"}`)
		p.Expect(`"action":"want"`, `"data":["blocks","stats"]`)
		p.Say(lines(t)...)
	})
	var got events
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
	if err := c.Stream(t.Context(), got.handler()); upstreamtest.Kind(err) != upstream.Refused {
		t.Errorf("error is %v, want that the stream was closed", err)
	}
	want := []string{
		"alive", "blocks 976409 976410 976411 976412", "fees 2.51",
		"alive", "block 976413", "fees 3.5",
		"alive", "alive",
		"alive", "blocks 976411 976412 976413", // after a reorganisation
		"alive",
	}
	if diff := cmp.Diff(want, got.list); diff != "" {
		t.Errorf("events differ (want -, got +):\n%s", diff)
	}
}

func TestReorganisationBringsAnotherHashAtTheSameHeight(t *testing.T) {
	all := lines(t)
	before, _, err1 := decodeFrame([]byte(all[0]), upstreamtest.Now())
	after, _, err2 := decodeFrame([]byte(all[4]), upstreamtest.Now())
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	old, tip := before.blocks[3], after.blocks[1]
	if old.Height != tip.Height || old.Hash == tip.Hash || after.blocks[2].PrevHash != tip.Hash {
		t.Errorf("block %d %s was replaced by %d %s", old.Height, old.Hash, tip.Height, tip.Hash)
	}
}

func TestStreamDoesNotAskForWhatNobodyTakes(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect(`"init"`)
		p.Expect(`"data":["blocks"]`)
		p.Say(lines(t)...)
	})
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
	if err := c.Stream(t.Context(), Handler{}); upstreamtest.Kind(err) != upstream.Refused {
		t.Errorf("error is %v, want that the stream was closed", err)
	}
}

func TestBadTopicsAreRefusedAndTheStreamGoesOn(t *testing.T) {
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect(`"init"`)
		p.Expect(`"want"`)
		p.Say(`{"block":{"height":-1},"fees":{"fastestFee":-3}}`, `{"blocks":"none","block":null}`, `{"blocks":null}`, lines(t)[3])
	})
	var got events
	var refused upstreamtest.Refused
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now, OnRefusal: refused.Add})
	_ = c.Stream(t.Context(), got.handler()) //nolint:errcheck // the server closes it
	want := []string{
		"the height is missing or not that of a block", "mempool: a recommended fee rate is missing or not one",
		"mempool: the blocks are not a list", "the height is missing or not that of a block",
	}
	if diff := cmp.Diff(want, refused.Checks()); diff != "" {
		t.Errorf("checks differ (want -, got +):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"alive", "alive", "alive", "alive"}, got.list); diff != "" {
		t.Errorf("events differ (want -, got +):\n%s", diff)
	}
}

func TestStreamEndsOnGarbageAndWithItsContext(t *testing.T) {
	for _, garbage := range []string{"", "[]", "7", `{"block":`, "\xff\xfe"} {
		if _, _, err := decodeFrame([]byte(garbage), upstreamtest.Now()); upstreamtest.Kind(err) != upstream.Malformed {
			t.Errorf("%q gave %v, want that it is malformed", garbage, err)
		}
	}
	url := upstreamtest.Socket(t, func(p *upstreamtest.Peer) {
		p.Expect(`"init"`)
		p.Expect(`"want"`)
		p.Say(`{"pong":true}`)
		p.Await()
	})
	ctx, cancel := context.WithCancel(t.Context())
	c := New(upstream.Options{WSURL: url, Now: upstreamtest.Now})
	if err := c.Stream(ctx, Handler{Alive: cancel}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want that of its context", err)
	}
}

func TestPingsKeepTheStreamAlive(t *testing.T) {
	if s := pingEach.Seconds(); s < 20 || s > 30 || maxSilence < 2*pingEach {
		t.Errorf("a ping every %s does not fit a silence of %s", pingEach, maxSilence)
	}
}

func FuzzStream(f *testing.F) {
	upstreamtest.Seeds(f, "stream.jsonl")
	f.Fuzz(func(t *testing.T, data []byte) {
		got, refused, err := decodeFrame(data, upstreamtest.Now())
		upstreamtest.CheckRefused(t, refused)
		if err != nil && (len(got.blocks) > 0 || got.block != nil || got.fees != nil) {
			t.Errorf("%+v comes with the error %v", got, err)
		}
		for i, b := range got.blocks {
			checkBlock(t, b)
			if i > 0 && b.Height < got.blocks[i-1].Height {
				t.Errorf("block %d comes after %d", b.Height, got.blocks[i-1].Height)
			}
		}
		if got.block != nil {
			checkBlock(t, *got.block)
		}
	})
}
