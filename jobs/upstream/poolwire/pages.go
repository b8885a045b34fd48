package poolwire

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
)

// mostPages bounds how many pages are asked for: 5,000 of 50 are 250,000 workers.
const mostPages = 5_000

// Page is one page of a list.
type Page[T any] struct {
	Rows    []T
	Refused []upstream.Refusal
	More    bool // the pool says that another page follows
}

// Pages reads a list page by page, the first being 0, until the pool says that
// none follows. key names a row: a page that holds none that is new repeats the
// ones before, and one that is empty though more was promised ends too early;
// both fail, for a list that is not whole must not pass as one. A row that moves
// from one page to the next while they are read is kept once.
func Pages[T any](ctx context.Context, name string, key func(T) string, read func(ctx context.Context, page int) (Page[T], error)) ([]T, []upstream.Refusal, error) {
	var (
		rows    []T
		refused []upstream.Refusal
		seen    = make(map[string]bool)
	)
	for n := range mostPages {
		page, err := read(ctx, n)
		if err != nil {
			return nil, nil, err
		}
		refused = append(refused, page.Refused...)
		fresh := 0
		for _, row := range page.Rows {
			if k := key(row); !seen[k] {
				seen[k], fresh = true, fresh+1
				rows = append(rows, row)
			}
		}
		switch {
		case fresh == 0 && len(page.Rows) > 0:
			return nil, nil, upstream.Errorf(name, upstream.Malformed, "page %d repeats those before it", n+1)
		case page.More && len(page.Rows) == 0 && len(page.Refused) == 0:
			return nil, nil, upstream.Errorf(name, upstream.Malformed, "page %d is empty though another was to follow", n+1)
		case !page.More:
			return rows, refused, nil
		}
	}
	return nil, nil, upstream.Errorf(name, upstream.TooLarge, "the list has more than %d pages", mostPages)
}

// Sorted puts workers in the order of their names and keeps one of each name.
// Where a pool lists a name twice, as for two sessions of one machine, join makes
// one of two.
func Sorted(workers []pool.Worker, join func(a, b pool.Worker) pool.Worker) []pool.Worker {
	slices.SortStableFunc(workers, func(a, b pool.Worker) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	list := workers[:0]
	for _, w := range workers {
		if n := len(list); n > 0 && list[n-1].Name == w.Name {
			list[n-1] = join(list[n-1], w)
			continue
		}
		list = append(list, w)
	}
	return list
}

// Whole fails if a pool that counts workers lists none of them.
func Whole(name string, counted, listed, refused int) error {
	if counted > 0 && listed == 0 && refused == 0 {
		return upstream.Errorf(name, upstream.Malformed, "it counts %s and lists none", fmt.Sprintf("%d workers", counted))
	}
	return nil
}
