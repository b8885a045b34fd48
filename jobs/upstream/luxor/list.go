package luxor

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"switchyard/jobs/upstream/poolwire"
)

// pages reads a list under a key of its answers until next_page_url is null: how
// many items there are is told in two ways and not believed. first, if given,
// sees the first page.
func (c *Client) pages(ctx context.Context, key, path string, query url.Values, first func(*poolwire.Object)) ([]json.RawMessage, error) {
	rows, _, err := poolwire.Pages(ctx, name, rowName, func(ctx context.Context, n int) (poolwire.Page[json.RawMessage], error) {
		body, err := c.get(ctx, path, page(query, n+1))
		if err != nil {
			return poolwire.Page[json.RawMessage]{}, err
		}
		if n > 0 {
			return c.decodePage(body, key, nil)
		}
		return c.decodePage(body, key, first)
	})
	return rows, err
}

func (c *Client) decodePage(body []byte, key string, first func(*poolwire.Object)) (poolwire.Page[json.RawMessage], error) {
	o := poolwire.ReadObject(body)
	rows := o.NeedList(key)
	more := false
	if o.Has("pagination") { // lists that are never long have none
		p := o.Within("pagination")
		p.Need("next_page_url")
		more = p.Text("next_page_url") != ""
	}
	if first != nil {
		first(o)
	}
	return poolwire.Page[json.RawMessage]{Rows: rows, More: more}, o.As(c.o, "the list of "+key)
}

// rowName is a worker's id, or the whole of a row that has none: figures of a
// worker may change between two pages, rows of money do not.
func rowName(row json.RawMessage) string {
	var worker struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(row, &worker); err == nil && worker.ID != "" {
		return worker.ID
	}
	return string(row)
}

// either reads a list from the first of two paths that is there.
func (c *Client) either(ctx context.Context, key string, paths []string, query url.Values) ([]json.RawMessage, error) {
	var err error
	for _, path := range paths {
		var rows []json.RawMessage
		if rows, err = c.pages(ctx, key, path, query, nil); !poolwire.Is404(err) {
			if err == nil {
				c.facts.Saw("path of "+key, path)
			}
			return rows, err
		}
	}
	c.facts.Saw("path of "+key, "none")
	return nil, err
}

// transactions are the rows of the days that [from, to) touches.
func (c *Client) transactions(ctx context.Context, from, to time.Time) ([]json.RawMessage, error) {
	span, ok := c.span(from, to)
	if !ok {
		return nil, nil
	}
	rows, err := c.either(ctx, "transactions", transactionPaths(), span)
	return rows, poolwire.Missing(err)
}
