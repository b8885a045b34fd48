package viabtc

import (
	"context"
	"maps"
	"net/url"
	"strconv"

	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// source is a list that comes in pages.
type source struct {
	path   string
	query  url.Values // beside the coin and the page
	beside bool       // what tells of the pages stands beside the rows, not around them
	total  *int       // takes how many rows there are, as the last page tells it; nil: nobody asks
}

// list reads all pages of a list. decode reads a row, key names it.
func list[T any](ctx context.Context, c *Client, s source, key func(T) string, decode func(*poolwire.Object) (T, bool, error)) ([]T, []upstream.Refusal, error) {
	return poolwire.Pages(ctx, name, key, func(ctx context.Context, page int) (poolwire.Page[T], error) {
		query := url.Values{"coin": {coin}, "page": {strconv.Itoa(page + 1)}, "limit": {strconv.Itoa(c.known.PageSize)}}
		maps.Copy(query, s.query)
		answer, err := c.get(ctx, s.path, query, false)
		if err != nil {
			return poolwire.Page[T]{}, err
		}
		return readPage(c.o, answer, s, decode)
	})
}

func readPage[T any](o upstream.Options, answer *poolwire.Object, s source, decode func(*poolwire.Object) (T, bool, error)) (poolwire.Page[T], error) {
	around := answer
	if !s.beside {
		around = answer.Within("data")
	}
	around.Need("data", "has_next", "total")
	rows, more, total := around.List("data"), around.Flag("has_next"), around.Count("total")
	if err := answer.As(o, "a page of "+s.path); err != nil {
		return poolwire.Page[T]{}, err
	}
	if s.total != nil {
		*s.total = total.Value
	}
	values, refused := poolwire.Rows(rows, func(row *poolwire.Object) (T, bool, error) {
		if err := checkCoin(row); err != nil {
			var none T
			return none, false, err
		}
		return decode(row)
	})
	return poolwire.Page[T]{Rows: values, Refused: refused, More: more}, nil
}
