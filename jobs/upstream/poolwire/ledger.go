package poolwire

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"switchyard/econ/mining/pool"
	"switchyard/jobs/upstream"
)

// Rows reads every row of a list by itself. decode may leave the mistakes of
// fields to the object; it says whether the row gives a value at all.
func Rows[T any](rows []json.RawMessage, decode func(*Object) (T, bool, error)) ([]T, []upstream.Refusal) {
	return upstream.Rows(rows, func(row json.RawMessage) (T, bool, error) {
		o := ReadObject(row)
		v, ok, err := decode(o)
		if o.Err() != nil { // a field that cannot be read is the cause of what is missing
			err = o.Err()
		}
		return v, ok && err == nil, err
	})
}

// Day is the day of UTC that begins at a time, which must be midnight.
func Day(at time.Time) (from, to time.Time, err error) {
	if !at.Equal(at.Truncate(24 * time.Hour)) {
		return from, to, errors.New("the day does not begin at midnight")
	}
	return at, at.AddDate(0, 0, 1), nil
}

// Dates are the first and the last day of UTC that [from, to) touches, as
// YYYY-MM-DD, none after today: some pools refuse a day that has not begun. It
// is false if there is none.
func Dates(from, to, now time.Time) (first, last string, ok bool) {
	if to.After(now) {
		to = now.Add(1)
	}
	if !from.Before(to) {
		return "", "", false
	}
	return from.UTC().Format(time.DateOnly), to.Add(-1).UTC().Format(time.DateOnly), true
}

// ReadEarnings reads rows and keeps what Earnings keeps.
func ReadEarnings(rows []json.RawMessage, decode func(*Object) (pool.Earning, bool, error), from, to time.Time) ([]pool.Earning, []upstream.Refusal) {
	list, refused := Rows(rows, decode)
	list, twice := Earnings(list, from, to)
	return list, append(refused, twice...)
}

// ReadPayouts reads rows and keeps what Payouts keeps.
func ReadPayouts(rows []json.RawMessage, decode func(*Object) (pool.Payout, bool, error), from, to time.Time) ([]pool.Payout, []upstream.Refusal) {
	list, refused := Rows(rows, decode)
	list, twice := Payouts(list, from, to)
	return list, append(refused, twice...)
}

// Earnings are those that lie in a span, ascending. One that is told twice is
// kept once; two that go by one name and differ are both refused.
func Earnings(list []pool.Earning, from, to time.Time) ([]pool.Earning, []upstream.Refusal) {
	list = slices.DeleteFunc(list, func(e pool.Earning) bool {
		ended := !e.To.After(from)
		if e.From.Equal(e.To) { // a block at the very start would else be in no span
			ended = e.To.Before(from)
		}
		return ended || !e.From.Before(to)
	})
	list, refused := once(list, func(e pool.Earning) string { return e.Ref })
	slices.SortFunc(list, func(a, b pool.Earning) int { return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Ref, b.Ref)) })
	return list, refused
}

// Payouts are those that were made in [from, to), as Earnings.
func Payouts(list []pool.Payout, from, to time.Time) ([]pool.Payout, []upstream.Refusal) {
	list = slices.DeleteFunc(list, func(p pool.Payout) bool { return p.At.Before(from) || !p.At.Before(to) })
	list, refused := once(list, func(p pool.Payout) string { return p.Ref })
	slices.SortFunc(list, func(a, b pool.Payout) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ref, b.Ref)) })
	return list, refused
}

func once[T comparable](list []T, ref func(T) string) ([]T, []upstream.Refusal) {
	first := make(map[string]T)
	twice := make(map[string]bool)
	var kept []T
	for _, v := range list {
		if have, ok := first[ref(v)]; !ok {
			first[ref(v)] = v
			kept = append(kept, v)
		} else if have != v {
			twice[ref(v)] = true
		}
	}
	var refused []upstream.Refusal
	for _, name := range slices.Sorted(maps.Keys(twice)) {
		refused = append(refused, upstream.Refuse(errors.New("two rows go by one name and differ"), []byte(name)))
	}
	return slices.DeleteFunc(kept, func(v T) bool { return twice[ref(v)] }), refused
}
