package antpool

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"strconv"

	"switchyard/jobs/upstream"
	"switchyard/jobs/upstream/poolwire"
)

// page is a part of a list. Sources show its rows beside what tells of the
// pages, and both within "result".
type page struct {
	Rows        []json.RawMessage `json:"rows"`
	TotalPage   upstream.Number   `json:"totalPage"`
	TotalRecord upstream.Number   `json:"totalRecord"`
	Result      *page             `json:"result"`
}

// list reads all pages of a list. decode reads a row, key names it; total takes
// how many rows there are as the last page tells it, unless it is nil.
func list[T any](ctx context.Context, c *Client, call string, params url.Values, total *int, key func(T) string, decode func(*poolwire.Object) (T, bool, error)) ([]T, []upstream.Refusal, error) {
	return poolwire.Pages(ctx, name, key, func(ctx context.Context, n int) (poolwire.Page[T], error) {
		asked := url.Values{"page": {strconv.Itoa(n + 1)}, "pageSize": {strconv.Itoa(c.pageSize)}}
		maps.Copy(asked, params)
		data, err := c.post(ctx, call, asked)
		if err != nil {
			return poolwire.Page[T]{}, err
		}
		p, err := readPage(c.facts, data)
		if err != nil {
			return poolwire.Page[T]{}, err
		}
		more, err := p.more(n, c.pageSize)
		if err != nil {
			return poolwire.Page[T]{}, err
		}
		if records, whole := p.TotalRecord.Int(); whole && total != nil {
			*total = int(records)
		}
		rows, refused := readRows(p.Rows, decode)
		return poolwire.Page[T]{Rows: rows, Refused: refused, More: more}, nil
	})
}

func readPage(facts *poolwire.Facts, data []byte) (page, error) {
	var p page
	if err := json.Unmarshal(data, &p); err != nil {
		return page{}, upstream.Errorf(name, upstream.Malformed, "a page of a list is not the documented object")
	}
	where := "data.rows"
	if p.Result != nil {
		p, where = *p.Result, "data.result.rows"
	}
	if p.Rows == nil {
		return page{}, upstream.Errorf(name, upstream.Malformed, "a page of a list has no rows")
	}
	facts.Saw("where the rows of a list are", where)
	return p, nil
}

// more says whether a page follows the one of number n, the first being 0. A
// full page that does not tell is an error: the list might not be whole.
func (p page) more(n, size int) (bool, error) {
	if pages, whole := p.TotalPage.Int(); whole {
		return int64(n+1) < pages, nil
	}
	if records, whole := p.TotalRecord.Int(); whole {
		return int64(n+1)*int64(size) < records, nil
	}
	if len(p.Rows) >= size {
		return false, upstream.Errorf(name, upstream.Malformed, "a full page does not tell whether another follows")
	}
	return false, nil
}

// readRows is poolwire.Rows with keys in whatever case.
func readRows[T any](rows []json.RawMessage, decode func(*poolwire.Object) (T, bool, error)) ([]T, []upstream.Refusal) {
	return upstream.Rows(rows, func(row json.RawMessage) (T, bool, error) {
		o := poolwire.ReadObject(fold(row))
		v, ok, err := decode(o)
		if o.Err() != nil {
			err = o.Err()
		}
		return v, ok && err == nil, err
	})
}
