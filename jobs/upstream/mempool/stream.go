package mempool

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"switchyard/econ/market"
	"switchyard/jobs/upstream"
)

const (
	pingEach   = 25 * time.Second // the server has no heartbeat of its own
	maxSilence = 60 * time.Second
)

// Handler takes what the stream says. Its functions must not block; those that
// are nil are not called.
type Handler struct {
	Block  func(market.Block)   // a new block
	Blocks func([]market.Block) // the newest blocks, ascending: at the start and after a reorganisation
	Fees   func(Fees)           // recommended fee rates, when they change; asked for only if not nil
	Alive  func()               // anything that could be read
}

type action struct {
	Action string   `json:"action"`
	Data   []string `json:"data,omitempty"`
}

// hello asks for everything there is once, and then for the topics the handler
// takes. A second want would replace the first.
func (h Handler) hello() []any {
	topics := []string{"blocks"}
	if h.Fees != nil {
		topics = append(topics, "stats")
	}
	return []any{action{Action: "init"}, action{Action: "want", Data: topics}}
}

// Stream follows new blocks over one connection until it is lost or ctx ends.
// The server says nothing until it is spoken to and replays nothing: blocks
// missed between two connections must be asked for.
func (c *Client) Stream(ctx context.Context, h Handler) error {
	return upstream.Stream(ctx, c.o, upstream.Session{
		Hello:    h.hello(),
		Ping:     action{Action: "ping"},
		PingEach: pingEach,
		Silence:  maxSilence,
		Message: func(data []byte) error {
			f, refused, err := decodeFrame(data, c.o.Now())
			if err != nil {
				return err
			}
			c.o.Refused(refused...)
			h.take(f)
			return nil
		},
	})
}

// frame is what matters of a frame of the websocket.
type frame struct {
	blocks []market.Block // ascending
	block  *market.Block
	fees   *Fees
}

// take hands over a frame, the blocks it begins with first.
func (h Handler) take(f frame) {
	if h.Alive != nil {
		h.Alive()
	}
	if h.Blocks != nil && len(f.blocks) > 0 {
		h.Blocks(f.blocks)
	}
	if h.Block != nil && f.block != nil {
		h.Block(*f.block)
	}
	if h.Fees != nil && f.fees != nil {
		h.Fees(*f.fees)
	}
}

// decodeFrame reads one frame: an object whose keys are the topics, of which
// several may come at once. It fails if the frame is not an object; a topic
// that cannot be read is refused by itself.
func decodeFrame(data []byte, now time.Time) (frame, []upstream.Refusal, error) {
	var topics map[string]json.RawMessage
	if err := json.Unmarshal(data, &topics); err != nil {
		return frame{}, nil, upstream.Errorf(name, upstream.Malformed, "a message of the stream cannot be read")
	}
	var (
		f       frame
		refused []upstream.Refusal
	)
	if raw, ok := topics["blocks"]; ok {
		blocks, bad, err := decodeBlocks(raw, now)
		if err != nil {
			bad = append(bad, upstream.Refuse(err, raw))
		}
		slices.SortStableFunc(blocks, func(a, b market.Block) int { return cmp.Compare(a.Height, b.Height) })
		f.blocks, refused = blocks, append(refused, bad...)
	}
	if raw, ok := topics["block"]; ok {
		blocks, bad := checkBlocks([]json.RawMessage{raw}, now)
		refused = append(refused, bad...)
		if len(blocks) == 1 {
			f.block = &blocks[0]
		}
	}
	if raw, ok := topics["fees"]; ok {
		fees, err := decodeFees(raw)
		if err != nil {
			refused = append(refused, upstream.Refuse(err, raw))
		} else {
			f.fees = &fees
		}
	}
	return f, refused, nil
}
